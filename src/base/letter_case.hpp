// The letters A to Z without their case, as the names of protocols are compared.
#pragma once

#include <string_view>

namespace hqsync {

/// Octets beyond ASCII must be equal.
bool equal_without_case(std::string_view left, std::string_view right);

}  // namespace hqsync
