// Which web pages EWS takes for a URI.
#pragma once

#include <string_view>

namespace hqsync::ews {

/// Whether the text is a URI beyond doubt: with or without http(s), a host of ASCII names, path,
/// query, fragment. EWS: BusinessHomePage is xs:anyURI, and one text that is none fails the whole
/// request with all its contacts; such a text is written as the MAPI property that the element
/// shows.
bool is_plain_uri(std::string_view text);

}  // namespace hqsync::ews
