// Base64 (RFC 4648) as the simulated services read and write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hqsync::sim {

std::string to_base64(std::string_view bytes);
/// Both alphabets (also base64url), padding not needed. Nothing when other letters are in it.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace hqsync::sim
