// Secrets at rest: sealed with a key, so that a copy of the file alone is worth nothing.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hqsync::hellohq {

/// The key is derived from all of `key_text` (BLAKE2b); at least 32 characters of it.
Result<std::string> sealing_key(std::string_view key_text);
/// libsodium's secretbox with a nonce of its own in front.
std::string sealed(std::string_view text, const std::string& key);
/// Fault (configuration) "login.sealed": made with another key, or damaged.
Result<std::string> opened(std::string_view sealed_text, const std::string& key);

/// 64 hexadecimal digits in a new file that only its owner can read.
Result<void> make_key_file(const std::filesystem::path& file);

/// Octets that nobody can guess, as base64url without padding.
std::string random_text(std::size_t octets);

/// Written beside its place, flushed and renamed, and flushed again with its folder; readable by
/// its owner only. One process at a time.
Result<void> write_private_file(const std::filesystem::path& file, std::string_view text);

}  // namespace hqsync::hellohq
