// UTF-8, sign by sign.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hqsync {

struct Sign {
    std::uint32_t code;  ///< code point
    std::size_t octets;  ///< that it takes
};

/// The sign at the beginning of a text that is not empty; an octet that is no UTF-8 stands for
/// itself.
Sign first_sign(std::string_view text);

/// For a terminal or a log: control characters (those above U+0080, too) become blanks, so that
/// neither a name nor a server's words can steer it.
std::string printable(std::string text);

}  // namespace hqsync
