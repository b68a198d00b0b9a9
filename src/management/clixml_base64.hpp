// Octets as xs:base64Binary.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hqsync::management::clixml {

std::string base64_of(std::string_view octets);
/// White space is ignored. None: it is no base64.
std::optional<std::string> octets_of(std::string_view base64);

}  // namespace hqsync::management::clixml
