// Client assertions signed with OpenSSL.
#include "login/assertion.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace hqsync::login {

namespace {

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reader(const std::string& pem) {
    return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// Instead of OpenSSL's question on the terminal: nobody sits there.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

Fault unusable(std::string_view what) {
    return {Reach::configuration, "login.certificate",
            fmt::format("exchange.client_certificate_file holds no {}; it must hold the "
                        "certificate and its private RSA key as PEM",
                        what)};
}

struct Login {
    Owned<X509> certificate;
    Owned<EVP_PKEY> key;
};

Result<Login> read_login(const std::string& pem) {
    Login login;
    login.certificate.reset(PEM_read_bio_X509(reader(pem).get(), nullptr, &no_passphrase, nullptr));
    login.key.reset(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, &no_passphrase, nullptr));
    const bool belong_together =
        login.certificate && login.key &&
        X509_check_private_key(login.certificate.get(), login.key.get()) == 1;
    // What went wrong is told by the fault; left in OpenSSL's queue it would confuse TLS.
    ERR_clear_error();
    if (!login.certificate) return fail(unusable("certificate"));
    if (!login.key || EVP_PKEY_base_id(login.key.get()) != EVP_PKEY_RSA) {
        return fail(unusable("private RSA key without passphrase"));
    }
    if (!belong_together) return fail(unusable("key that belongs to its certificate"));
    return login;
}

std::string thumbprint(X509& certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(&certificate, EVP_sha256(), digest.data(), &size);
    return base64url({reinterpret_cast<const char*>(digest.data()), size});
}

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_member(Writer& writer, const char* name, const std::string& value) {
    writer.Key(name);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

std::string header_of(X509& certificate) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    write_member(writer, "alg", "PS256");
    write_member(writer, "typ", "JWT");
    write_member(writer, "x5t#S256", thumbprint(certificate));
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::string claims_of(const Assertion& assertion) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    write_member(writer, "aud", assertion.audience);
    writer.Key("exp");
    writer.Int64(assertion.now + 600);
    writer.Key("iat");
    writer.Int64(assertion.now);
    write_member(writer, "iss", assertion.client_id);
    write_member(writer, "jti", assertion.id);
    writer.Key("nbf");
    writer.Int64(assertion.now);
    write_member(writer, "sub", assertion.client_id);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

Result<std::string> signature(const std::string& text, EVP_PKEY& key) {
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;
    const auto octets = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    const bool is_ready =
        EVP_DigestSignInit(context.get(), &options, EVP_sha256(), nullptr, &key) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
        EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1 &&
        EVP_DigestSign(context.get(), nullptr, &size, octets, text.size()) == 1;
    std::string result(size, '\0');
    if (!is_ready || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(result.data()),
                                    &size, octets, text.size()) != 1) {
        return fail(unusable("key that can sign"));
    }
    result.resize(size);
    return result;
}

}  // namespace

std::string base64url(std::string_view octets) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string result;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char letter : octets) {
        bits = (bits << 8U) | static_cast<unsigned char>(letter);
        count += 8;
        while (count >= 6) {
            count -= 6;
            result += digits[(bits >> static_cast<unsigned>(count)) & 0x3FU];
        }
    }
    if (count > 0) result += digits[(bits << static_cast<unsigned>(6 - count)) & 0x3FU];
    return result;
}

Result<std::string> sign(const Assertion& assertion, const std::string& certificate_pem) {
    const auto login = read_login(certificate_pem);
    if (!login) return fail(login.error());
    const auto header = header_of(*login->certificate);
    const auto claims = claims_of(assertion);
    const auto text = base64url(header) + "." + base64url(claims);
    const auto signed_text = signature(text, *login->key);
    if (!signed_text) return fail(signed_text.error());
    return text + "." + base64url(*signed_text);
}

}  // namespace hqsync::login
