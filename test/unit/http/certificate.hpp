// Certificates made on the spot with OpenSSL: self-signed, for this machine.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace hqsync::test {

struct Certificate {
    std::string certificate_pem;
    std::string key_pem;
    std::string locked_key_pem;  ///< the same key, with a passphrase
};

inline std::string taken(BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

/// `key` is taken over.
inline Certificate certify(EVP_PKEY* key) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> owned(key, &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), &X509_free);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), key);
    auto* name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("hqsync test"), -1, -1, 0);
    X509_set_issuer_name(x509.get(), name);
    auto* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_add_ext(x509.get(), names, -1);
    X509_EXTENSION_free(names);
    if (X509_sign(x509.get(), key, EVP_sha256()) == 0) throw std::runtime_error("no signature");

    Certificate made;
    auto* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, x509.get());
    made.certificate_pem = taken(bio);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    made.key_pem = taken(bio);
    bio = BIO_new(BIO_s_mem());
    unsigned char word[] = "secret";
    PEM_write_bio_PrivateKey(bio, key, EVP_aes_128_cbc(), word, 6, nullptr, nullptr);
    made.locked_key_pem = taken(bio);
    return made;
}

inline Certificate rsa_certificate() {
    return certify(EVP_RSA_gen(2048));
}

inline Certificate curve_certificate() {
    return certify(EVP_EC_gen("P-256"));
}

}  // namespace hqsync::test
