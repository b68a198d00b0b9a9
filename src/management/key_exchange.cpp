// The blobs are those of the Windows CryptoAPI: numbers little-endian, so that RSA's octets, which
// come big-endian from OpenSSL, are turned around.
#include "management/key_exchange.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/base64.hpp"
#include "management/psrp_utf16.hpp"

namespace hqsync::management::psrp {

namespace {

constexpr int key_bits = 2048;
constexpr std::size_t key_octets = key_bits / 8;
constexpr std::string_view public_key_header("\x06\x02\x00\x00\x00\xA4\x00\x00RSA1\x00\x08\x00\x00",
                                             16);
/// Of the algorithm AES-256 and the key exchange by RSA; three octets between are not checked.
constexpr std::string_view simple_header("\x01\x02\x00\x00\x10\x66\x00\x00\x00\xA4\x00\x00", 12);

template <auto release>
struct Release {
    template <class Thing>
    void operator()(Thing* thing) const {
        release(thing);
    }
};
using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Release<EVP_CIPHER_CTX_free>>;

Fault crypto_fault(const char* what) {
    return {Reach::run, "psrp.crypto", what};
}

unsigned char* octets_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// The number in so many octets, the least first.
std::string little_endian(const EVP_PKEY* key, const char* name, std::size_t octets) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
    const Number number(raw);
    std::string text(octets, '\0');
    const auto wrote = BN_bn2lebinpad(number.get(), octets_of(text), static_cast<int>(octets));
    return wrote < 0 ? std::string() : text;
}

using Crypt = int (*)(EVP_CIPHER_CTX*, unsigned char*, int*, const unsigned char*, int);
using Finish = int (*)(EVP_CIPHER_CTX*, unsigned char*, int*);

/// Both directions are the same three steps.
std::optional<std::string> run(EVP_CIPHER_CTX* context, Crypt crypt, Finish finish,
                               std::string_view input) {
    std::string output(input.size() + EVP_MAX_BLOCK_LENGTH, '\0');
    int done = 0;
    int rest = 0;
    if (crypt(context, octets_of(output), &done, octets_of(input),
              static_cast<int>(input.size())) != 1)
        return std::nullopt;
    if (finish(context, octets_of(output) + done, &rest) != 1) return std::nullopt;
    output.resize(static_cast<std::size_t>(done) + static_cast<std::size_t>(rest));
    return output;
}

constexpr std::array<unsigned char, 16> first_block{};
constexpr std::size_t secret_octets_max = std::size_t{1} << 20;

}  // namespace

SessionKey::SessionKey(std::string_view key) {
    std::copy_n(octets_of(key), std::min(key.size(), key_.size()), key_.begin());
}

SessionKey::~SessionKey() {
    OPENSSL_cleanse(key_.data(), key_.size());
}

Result<std::string> SessionKey::encrypt(std::string_view text) const {
    if (text.size() > secret_octets_max) return fail(crypto_fault("the secret is too long"));
    auto plain = utf16_of(text);
    const CipherContext context(EVP_CIPHER_CTX_new());
    const bool is_ready = EVP_EncryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key_.data(),
                                             first_block.data()) == 1;
    auto cipher =
        is_ready ? run(context.get(), EVP_EncryptUpdate, EVP_EncryptFinal_ex, plain) : std::nullopt;
    OPENSSL_cleanse(plain.data(), plain.size());
    if (!cipher) return fail(crypto_fault("a secret cannot be encrypted"));
    return *std::move(cipher);
}

Result<std::string> SessionKey::decrypt(std::string_view cipher) const {
    if (cipher.size() > secret_octets_max) return fail(crypto_fault("the secret is too long"));
    const CipherContext context(EVP_CIPHER_CTX_new());
    const bool is_ready = EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key_.data(),
                                             first_block.data()) == 1;
    auto plain = is_ready ? run(context.get(), EVP_DecryptUpdate, EVP_DecryptFinal_ex, cipher)
                          : std::nullopt;
    if (!plain) return fail(crypto_fault("a secret was encrypted with another key"));
    auto text = utf8_of(*plain);
    OPENSSL_cleanse(plain->data(), plain->size());
    if (!text) return fail(crypto_fault("a secret is no text"));
    return *std::move(text);
}

void KeyExchange::Free::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

Result<KeyExchange> KeyExchange::generate() {
    Key key(EVP_RSA_gen(key_bits));
    if (!key) return fail(crypto_fault("no key for the session can be made"));
    return KeyExchange(std::move(key));
}

Result<KeyExchange> KeyExchange::from_der(std::string_view key) {
    const auto* begin = octets_of(key);
    Key read(d2i_AutoPrivateKey(nullptr, &begin, static_cast<long>(key.size())));
    if (!read || EVP_PKEY_get_bits(read.get()) != key_bits) {
        return fail(crypto_fault("no RSA key of 2048 bits"));
    }
    return KeyExchange(std::move(read));
}

Result<std::string> KeyExchange::public_key() const {
    const auto exponent = little_endian(key_.get(), OSSL_PKEY_PARAM_RSA_E, 4);
    const auto modulus = little_endian(key_.get(), OSSL_PKEY_PARAM_RSA_N, key_octets);
    if (exponent.empty() || modulus.empty()) return fail(crypto_fault("the key cannot be written"));
    return to_base64(std::string(public_key_header) + exponent + modulus);
}

Result<SessionKey> KeyExchange::session_key(std::string_view blob) const {
    auto octets = from_base64(blob);
    if (!octets || octets->size() != simple_header.size() + key_octets ||
        !octets->starts_with(simple_header)) {
        return fail({Reach::run, "psrp.malformed", "the session key is no SIMPLEBLOB for AES-256"});
    }
    std::string cipher = octets->substr(simple_header.size());
    std::ranges::reverse(cipher);
    std::string key(key_octets, '\0');
    std::size_t length = key.size();
    const KeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    const bool is_decrypted =
        context && EVP_PKEY_decrypt_init(context.get()) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_decrypt(context.get(), octets_of(key), &length,
                         octets_of(std::string_view(cipher)), cipher.size()) == 1;
    if (!is_decrypted || length != SessionKey::octets) {
        OPENSSL_cleanse(key.data(), key.size());
        return fail(crypto_fault("the session key was encrypted for another session"));
    }
    SessionKey session(std::string_view(key).substr(0, length));
    OPENSSL_cleanse(key.data(), key.size());
    return session;
}

}  // namespace hqsync::management::psrp
