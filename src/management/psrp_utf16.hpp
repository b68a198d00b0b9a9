// Texts as Windows keeps them within encrypted values: UTF-16, the low octet first.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hqsync::management::psrp {

/// Octets that are no UTF-8 become U+FFFD.
std::string utf16_of(std::string_view utf8);
/// None: half a unit, or half of a pair.
std::optional<std::string> utf8_of(std::string_view utf16);

}  // namespace hqsync::management::psrp
