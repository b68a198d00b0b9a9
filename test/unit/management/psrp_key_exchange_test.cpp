// The recorded key exchange of a Windows server, and our own both ways.
#include <gmock/gmock.h>

#include <memory>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <simdjson.h>

#include "base/base64.hpp"
#include "management/key_exchange.hpp"
#include "unit/management/psrp_reference.hpp"

namespace hqsync::management::psrp {
namespace {

using Number = std::unique_ptr<BIGNUM, decltype([](BIGNUM* number) { BN_free(number); })>;

Number number_of(simdjson::dom::element decimal) {
    BIGNUM* number = nullptr;
    BN_dec2bn(&number, std::string(decimal.get_string().value()).c_str());
    return Number(number);
}

/// The private key of the vector, in DER. What it leaves out follows from the primes.
std::string der_of(simdjson::dom::element rsa) {
    BN_CTX* const scratch = BN_CTX_new();
    const auto n = number_of(rsa["n"]);
    const auto e = number_of(rsa["e"]);
    const auto d = number_of(rsa["d"]);
    const auto p = number_of(rsa["p"]);
    const auto q = number_of(rsa["q"]);
    const auto remainder = [&](const Number& prime) {
        Number less(BN_dup(prime.get()));
        BN_sub_word(less.get(), 1);
        Number result(BN_new());
        BN_mod(result.get(), d.get(), less.get(), scratch);
        return result;
    };
    const auto d_p = remainder(p);
    const auto d_q = remainder(q);
    const Number q_inverse(BN_mod_inverse(nullptr, q.get(), p.get(), scratch));
    OSSL_PARAM_BLD* const build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e.get());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, d.get());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR1, p.get());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR2, q.get());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT1, d_p.get());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT2, d_q.get());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, q_inverse.get());
    OSSL_PARAM* const params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
    std::string der(4096, '\0');
    auto* end = reinterpret_cast<unsigned char*>(der.data());
    const int length = i2d_PrivateKey(key, &end);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_CTX_free(scratch);
    der.resize(static_cast<std::size_t>(std::max(length, 0)));
    return der;
}

TEST(PsrpKeyExchange, UnderstandsARealServer) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    simdjson::dom::parser parser;
    const auto json = test::transcript_file("keyexchange_vector.json");
    const auto vector = parser.parse(json).value();
    const auto exchange = KeyExchange::from_der(der_of(vector["rsa"]));
    ASSERT_TRUE(exchange) << to_text(exchange.error());
    EXPECT_EQ(*exchange->public_key(), vector["PUBLIC_KEY_blob_base64"].get_string().value());
    const auto key =
        exchange->session_key(vector["ENCRYPTED_SESSION_KEY_blob_base64"].get_string().value());
    ASSERT_TRUE(key) << to_text(key.error());
    for (const auto one : vector["securestrings"].get_array()) {
        const std::string plain(one["plaintext"].get_string().value());
        const auto cipher = *from_base64(one["SS_base64"].get_string().value());
        EXPECT_EQ(key->decrypt(cipher), plain);
        EXPECT_EQ(key->encrypt(plain), cipher);
    }
}

TEST(PsrpKeyExchange, RefusesWhatIsNoSessionKeyForIt) {
    const auto exchange = KeyExchange::generate();
    ASSERT_TRUE(exchange);
    EXPECT_EQ(from_base64(*exchange->public_key())->size(), 276U);
    EXPECT_EQ(exchange->session_key("").error().code, "psrp.malformed");
    EXPECT_EQ(exchange->session_key("AAAA").error().code, "psrp.malformed");
    const std::string header("\x01\x02\0\0\x10\x66\0\0\0\xA4\0\0", 12);
    EXPECT_EQ(exchange->session_key(to_base64(header + std::string(256, '\x11'))).error().code,
              "psrp.crypto");
    EXPECT_EQ(KeyExchange::from_der("no key").error().code, "psrp.crypto");
}

TEST(PsrpKeyExchange, SecretsComeBackAsTheyWere) {
    const SessionKey key(std::string(32, 'k'));
    for (const std::string secret : {"", "geheim",
                                     "Gr\xC3\xBC\xC3\x9F"
                                     "e \xF0\x9F\x98\x80"})
        EXPECT_EQ(key.decrypt(*key.encrypt(secret)), secret);
    EXPECT_EQ(key.decrypt("no block").error().code, "psrp.crypto");
    EXPECT_EQ(SessionKey(std::string(32, 'x')).decrypt(*key.encrypt("geheim")).error().code,
              "psrp.crypto");
}

}  // namespace
}  // namespace hqsync::management::psrp
