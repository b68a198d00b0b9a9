// CryptoAPI writes big numbers little-endian; OpenSSL wants them the other way round.
#include "sim/ps_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "sim/base64.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view public_header{"\x06\x02\x00\x00\x00\xA4\x00\x00RSA1\x00\x08\x00\x00",
                                         16};
constexpr std::string_view simple_header{"\x01\x02\x00\x00\x10\x66\x00\x00\x00\xA4\x00\x00", 12};
constexpr std::size_t modulus_size = 256;
constexpr std::size_t key_size = 32;
constexpr std::size_t block_size = 16;

struct Free {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
    void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;

const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Held<BIGNUM> little_number(std::string_view octets) {
    return Held<BIGNUM>(BN_lebin2bn(octets_of(octets), static_cast<int>(octets.size()), nullptr));
}

Held<EVP_PKEY> rsa_key(const BIGNUM* modulus, const BIGNUM* exponent) {
    const Held<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent) != 1)
        return nullptr;
    const Held<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const Held<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return Held<EVP_PKEY>(key);
}

std::optional<std::string> encrypt(EVP_PKEY* key, std::string_view plain) {
    const Held<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(key, nullptr));
    std::size_t size = modulus_size;
    std::string cipher(size, '\0');
    if (EVP_PKEY_encrypt_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(cipher.data()), &size,
                         octets_of(plain), plain.size()) != 1)
        return std::nullopt;
    cipher.resize(size);
    return cipher;
}

/// Surrogates are put together; nothing for an odd number of octets.
std::optional<std::string> utf8_of_utf16(std::string_view octets) {
    if (octets.size() % 2 != 0) return std::nullopt;
    std::string text;
    const auto unit = [octets](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(octets[at])) |
               (static_cast<std::uint32_t>(static_cast<unsigned char>(octets[at + 1])) << 8U);
    };
    for (std::size_t at = 0; at < octets.size(); at += 2) {
        auto point = unit(at);
        if (point >= 0xD800 && point < 0xDC00 && at + 3 < octets.size()) {
            at += 2;
            point = 0x10000 + ((point - 0xD800) << 10U) + ((unit(at) - 0xDC00) & 0x3FFU);
        }
        const auto put = [&text](std::uint32_t octet) { text += static_cast<char>(octet); };
        if (point < 0x80) {
            put(point);
            continue;
        }
        if (point < 0x800) {
            put(0xC0U | (point >> 6U));
        } else {
            if (point < 0x10000) {
                put(0xE0U | (point >> 12U));
            } else {
                put(0xF0U | (point >> 18U));
                put(0x80U | ((point >> 12U) & 0x3FU));
            }
            put(0x80U | ((point >> 6U) & 0x3FU));
        }
        put(0x80U | (point & 0x3FU));
    }
    return text;
}

}  // namespace

std::string new_session_key() {
    std::string key(key_size, '\0');
    RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size()));
    return key;
}

std::optional<std::string> seal_session_key(std::string_view public_key, std::string_view key) {
    const auto blob = from_base64(public_key);
    if (!blob || blob->size() != public_header.size() + 4 + modulus_size ||
        !blob->starts_with(public_header) || key.size() != key_size)
        return std::nullopt;
    const std::string_view rest = std::string_view(*blob).substr(public_header.size());
    const auto exponent = little_number(rest.substr(0, 4));
    const auto modulus = little_number(rest.substr(4));
    const auto rsa = rsa_key(modulus.get(), exponent.get());
    auto cipher = rsa ? encrypt(rsa.get(), key) : std::nullopt;
    ERR_clear_error();
    if (!cipher) return std::nullopt;
    std::ranges::reverse(*cipher);
    return to_base64(std::string(simple_header) + *cipher);
}

std::optional<std::string> open_secure_string(std::string_view text, std::string_view key) {
    const auto cipher = from_base64(text);
    if (!cipher || cipher->empty() || cipher->size() % block_size != 0 || key.size() != key_size)
        return std::nullopt;
    const std::array<unsigned char, block_size> start{};
    const Held<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
    std::string plain(cipher->size() + block_size, '\0');
    auto* const into = reinterpret_cast<unsigned char*>(plain.data());
    int size = 0;
    int rest = 0;
    const bool is_good = EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr,
                                            octets_of(key), start.data()) == 1 &&
                         EVP_DecryptUpdate(context.get(), into, &size, octets_of(*cipher),
                                           static_cast<int>(cipher->size())) == 1 &&
                         EVP_DecryptFinal_ex(context.get(), into + size, &rest) == 1;
    ERR_clear_error();
    if (!is_good) return std::nullopt;
    plain.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
    return utf8_of_utf16(plain);
}

}  // namespace hqsync::sim
