// Unicode texts: composed form, case folding, line ends, trimmed ends. Plain ASCII takes a short
// way.
#pragma once

#include <string>
#include <string_view>

namespace hqsync {

/// NFC. Octets that are no UTF-8 become U+FFFD.
std::string composed(std::string_view text);

/// Case-folded for comparing (Unicode default folding), in NFC.
std::string folded(std::string_view text);

/// With "\n" for every kind of line end: CR LF, CR alone, vertical tab, form feed, U+0085, U+2028
/// and U+2029.
std::string with_plain_line_ends(std::string_view text);

/// Without white space (ASCII and U+00A0) at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace hqsync
