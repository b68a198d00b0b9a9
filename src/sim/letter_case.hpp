// Case of letters beyond ASCII: a store compares "Ä" and "ä" as the same.
#pragma once

#include <string>
#include <string_view>

namespace hqsync::sim {

/// Every letter small; octets that are no UTF-8 stay as they are.
std::string without_case(std::string_view text);

}  // namespace hqsync::sim
