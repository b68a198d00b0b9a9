// Texts as they stand in a form or an URL.
#pragma once

#include <string>
#include <string_view>

namespace hqsync::login {

/// Everything but unreserved characters percent-encoded (RFC 3986), for one path segment or value.
std::string url_encoded(std::string_view text);

}  // namespace hqsync::login
