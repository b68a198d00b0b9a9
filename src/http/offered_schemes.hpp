// Which logins a server offers in its 401.
#pragma once

#include <string>
#include <vector>

#include "http/sender.hpp"

namespace hqsync::http {

/// The schemes of WWW-Authenticate in the server's order and spelling: letters, digits, "-" and
/// "_" only, 40 at most, so that they can be shown.
std::vector<std::string> offered_schemes(const Response& answer);

}  // namespace hqsync::http
