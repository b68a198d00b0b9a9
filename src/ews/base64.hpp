// Octets as xs:base64Binary.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hqsync::ews {

std::string to_base64(std::string_view octets);
/// White space is ignored, as the schema type demands. None: it is no base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace hqsync::ews
