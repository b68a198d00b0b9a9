// The key under which passwords travel: the server makes it and sends it encrypted for us alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct evp_pkey_st;

namespace hqsync::management::psrp {

/// AES-256 in CBC, first block all zeros, as the protocol fixes it (MS-PSRP 2.2.5.1.24).
class SessionKey {
public:
    static constexpr std::size_t octets = 32;

    explicit SessionKey(std::string_view key);
    SessionKey(const SessionKey&) = default;
    SessionKey& operator=(const SessionKey&) = default;
    ~SessionKey();

    /// Of a text in UTF-8, which becomes UTF-16. Fault (run) "psrp.crypto".
    [[nodiscard]] Result<std::string> encrypt(std::string_view text) const;
    [[nodiscard]] Result<std::string> decrypt(std::string_view cipher) const;

private:
    std::array<std::uint8_t, octets> key_{};
};

/// An RSA key of 2048 bits, for one session.
class KeyExchange {
public:
    /// Takes some 100 ms. Fault (run) "psrp.crypto".
    static Result<KeyExchange> generate();
    /// A private key in DER.
    static Result<KeyExchange> from_der(std::string_view key);

    /// What PUBLIC_KEY says: a PUBLICKEYBLOB of Windows in base64.
    [[nodiscard]] Result<std::string> public_key() const;
    /// What ENCRYPTED_SESSION_KEY says: a SIMPLEBLOB in base64. Faults (run) "psrp.malformed" and
    /// "psrp.crypto".
    [[nodiscard]] Result<SessionKey> session_key(std::string_view blob) const;

private:
    struct Free {
        void operator()(evp_pkey_st* key) const;
    };
    using Key = std::unique_ptr<evp_pkey_st, Free>;

    explicit KeyExchange(Key key) : key_(std::move(key)) {}

    Key key_;
};

}  // namespace hqsync::management::psrp
