// Octets as xs:base64Binary, as the bodies of WS-Management and HTTP's logins hold them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hqsync::management::wsman {

std::string to_base64(std::string_view octets);
/// White space is ignored, as the schema type demands. None: it is no base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace hqsync::management::wsman
