// Ids that the client makes.
#pragma once

#include <string>

namespace hqsync::management::wsman {

/// A random GUID in capitals (RFC 4122, version 4).
std::string new_id();

}  // namespace hqsync::management::wsman
