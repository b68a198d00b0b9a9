// The key exchange of [MS-PSRP] 3.1.5.4.3: secure strings under AES, its key under the client's
// RSA.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hqsync::sim {

/// What an ENCRYPTED_SESSION_KEY carries, base64: a SIMPLEBLOB. `public_key` is base64 of a
/// PUBLICKEYBLOB of RSA with 2048 bits, `key` 32 octets. Nothing when the blob is none.
std::optional<std::string> seal_session_key(std::string_view public_key, std::string_view key);

/// AES-256-CBC without IV, over UTF-16; base64 both ways. Nothing when it cannot be decrypted.
std::optional<std::string> open_secure_string(std::string_view text, std::string_view key);

/// 32 octets nobody can guess.
std::string new_session_key();

}  // namespace hqsync::sim
