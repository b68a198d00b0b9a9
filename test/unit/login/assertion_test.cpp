// The assertion as the login service checks it: with the certificate's public key.
#include "login/assertion.hpp"

#include <array>

#include <gtest/gtest.h>
#include <openssl/sha.h>
#include <simdjson.h>

#include "unit/http/certificate.hpp"

namespace hqsync::login {
namespace {

const Assertion asked{.audience = "https://login.example/tenant/oauth2/v2.0/token",
                      .client_id = "app",
                      .id = "00000000-0000-4000-8000-000000000001",
                      .now = 1'795'000'000};

std::string decoded(std::string text) {
    for (auto& letter : text)
        letter = letter == '-' ? '+' : letter == '_' ? '/' : letter;
    const auto padding = (4 - text.size() % 4) % 4;
    text.append(padding, '=');
    std::string octets(text.size() / 4 * 3, '\0');
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(octets.data()),
                    reinterpret_cast<const unsigned char*>(text.data()),
                    static_cast<int>(text.size()));
    octets.resize(octets.size() - padding);
    return octets;
}

std::string read_text(simdjson::dom::object object, std::string_view name) {
    return std::string(std::string_view(object[name].get_string()));
}

struct Parts {
    std::string header;
    std::string claims;
    std::string signature;
    std::string signed_text;
};

Parts parts_of(const std::string& token) {
    const auto first = token.find('.');
    const auto second = token.find('.', first + 1);
    return {decoded(token.substr(0, first)), decoded(token.substr(first + 1, second - first - 1)),
            decoded(token.substr(second + 1)), token.substr(0, second)};
}

X509* read_certificate(const std::string& pem) {
    auto* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    auto* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return certificate;
}

bool verifies(const Parts& parts, const std::string& certificate_pem) {
    auto* certificate = read_certificate(certificate_pem);
    auto* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* options = nullptr;
    EVP_DigestVerifyInit(context, &options, EVP_sha256(), nullptr, X509_get0_pubkey(certificate));
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
    const auto result = EVP_DigestVerify(
        context, reinterpret_cast<const unsigned char*>(parts.signature.data()),
        parts.signature.size(), reinterpret_cast<const unsigned char*>(parts.signed_text.data()),
        parts.signed_text.size());
    EVP_MD_CTX_free(context);
    X509_free(certificate);
    return result == 1;
}

std::string sha256_of(const std::string& certificate_pem) {
    auto* certificate = read_certificate(certificate_pem);
    unsigned char* der = nullptr;
    const auto size = i2d_X509(certificate, &der);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(der, static_cast<std::size_t>(size), digest.data());
    OPENSSL_free(der);
    X509_free(certificate);
    return {digest.begin(), digest.end()};
}

TEST(Assertion, NamesTheCertificateAndIsSignedByItsKey) {
    const auto made = test::rsa_certificate();
    const auto token = sign(asked, made.certificate_pem + made.key_pem);
    ASSERT_TRUE(token);
    const auto parts = parts_of(*token);
    simdjson::dom::parser parser;
    simdjson::dom::object header;
    ASSERT_EQ(parser.parse(parts.header).get(header), simdjson::SUCCESS);
    EXPECT_EQ(read_text(header, "alg"), "PS256");
    EXPECT_EQ(read_text(header, "typ"), "JWT");
    EXPECT_EQ(decoded(read_text(header, "x5t#S256")), sha256_of(made.certificate_pem));
    EXPECT_EQ(header.size(), 3U);
    EXPECT_EQ(parts.claims,
              R"({"aud":"https://login.example/tenant/oauth2/v2.0/token","exp":1795000600,)"
              R"("iat":1795000000,"iss":"app","jti":"00000000-0000-4000-8000-000000000001",)"
              R"("nbf":1795000000,"sub":"app"})");
    EXPECT_TRUE(verifies(parts, made.certificate_pem));
    auto forged = parts;
    forged.signed_text.back() ^= 1;
    EXPECT_FALSE(verifies(forged, made.certificate_pem));
    EXPECT_FALSE(verifies(parts, test::rsa_certificate().certificate_pem));
}

TEST(Assertion, TakesKeyAndCertificateInEitherOrder) {
    const auto made = test::rsa_certificate();
    EXPECT_TRUE(sign(asked, made.key_pem + made.certificate_pem));
}

TEST(Assertion, SaysWhatTheCertificateFileLacks) {
    const auto made = test::rsa_certificate();
    const auto other = test::rsa_certificate();
    const auto curve = test::curve_certificate();
    const auto said = [](const std::string& pem) {
        const auto token = sign(asked, pem);
        if (token) return std::string("signed");
        EXPECT_EQ(token.error().code, "login.certificate");
        EXPECT_EQ(token.error().reach, Reach::configuration);
        return token.error().detail;
    };
    const std::string end = "; it must hold the certificate and its private RSA key as PEM";
    const std::string start = "exchange.client_certificate_file holds no ";
    EXPECT_EQ(said(""), start + "certificate" + end);
    EXPECT_EQ(said("not PEM"), start + "certificate" + end);
    EXPECT_EQ(said(made.key_pem), start + "certificate" + end);
    const auto no_key = start + "private RSA key without passphrase" + end;
    EXPECT_EQ(said(made.certificate_pem), no_key);
    EXPECT_EQ(said(made.certificate_pem + made.locked_key_pem), no_key);
    EXPECT_EQ(said(curve.certificate_pem + curve.key_pem), no_key);
    EXPECT_EQ(said(made.certificate_pem + other.key_pem),
              start + "key that belongs to its certificate" + end);
}

TEST(Base64Url, HasNoPaddingAndNoSigns) {
    EXPECT_EQ(base64url(""), "");
    EXPECT_EQ(base64url("f"), "Zg");
    EXPECT_EQ(base64url("fo"), "Zm8");
    EXPECT_EQ(base64url("foo"), "Zm9v");
    EXPECT_EQ(base64url("\xFB\xFF\xFE"), "-__-");
}

}  // namespace
}  // namespace hqsync::login
