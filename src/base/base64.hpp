// Octets as base64 (RFC 4648, with padding), as xs:base64Binary and HTTP's logins hold them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hqsync {

std::string to_base64(std::string_view octets);
/// White space is ignored, as xs:base64Binary demands. None: it is no base64, or its padding is
/// missing.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace hqsync
