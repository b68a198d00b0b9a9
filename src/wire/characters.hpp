// Which characters XML 1.0 allows in a document (Char of its section 2.2), over UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hqsync::wire {

/// The first character of a text that is not empty.
struct Character {
    enum class Kind : std::uint8_t {
        legal,
        forbidden,  ///< UTF-8, but XML forbids it
        broken,     ///< one octet that begins no UTF-8 character
    };
    Kind kind;
    std::size_t octets;
};
Character first_character(std::string_view text);

/// XML allows the code point, written out or as a numeric reference.
bool is_allowed(std::uint32_t code_point);

}  // namespace hqsync::wire
