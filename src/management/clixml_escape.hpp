// The escape "_xHHHH_" by which CLIXML carries what XML cannot: one UTF-16 unit in hexadecimal.
#pragma once

#include <string>
#include <string_view>

namespace hqsync::management::clixml {

/// From the wire. Pairs of surrogates become one character. Half of a pair, which UTF-8 cannot hold
/// (a name that a server cut after so many units), stays as it is written.
std::string unescape(std::string_view text);

/// To the wire: controls, characters beyond U+FFFF, and "_" before "x". What `unescape` left as
/// half of a pair goes back as it came.
std::string escape(std::string_view text);

}  // namespace hqsync::management::clixml
