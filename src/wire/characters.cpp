// Decodes UTF-8 one character at a time: no overlong forms, no surrogates.
#include "wire/characters.hpp"

namespace hqsync::wire {

namespace {

struct Lead {
    std::size_t octets;
    std::uint32_t bits;
    std::uint32_t code_point_min;  ///< below it the form is overlong
};

Lead lead_of(std::uint32_t octet) {
    if (octet < 0x80) return {1, octet, 0};
    if ((octet & 0xE0U) == 0xC0U) return {2, octet & 0x1FU, 0x80};
    if ((octet & 0xF0U) == 0xE0U) return {3, octet & 0x0FU, 0x800};
    if ((octet & 0xF8U) == 0xF0U) return {4, octet & 0x07U, 0x10000};
    return {0, 0, 0};
}

}  // namespace

bool is_allowed(std::uint32_t code_point) {
    if (code_point < 0x20) return code_point == '\t' || code_point == '\n' || code_point == '\r';
    const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    return !is_surrogate && code_point != 0xFFFE && code_point != 0xFFFF && code_point <= 0x10FFFF;
}

Character first_character(std::string_view text) {
    using enum Character::Kind;
    const auto lead = lead_of(static_cast<unsigned char>(text.front()));
    if (lead.octets == 0 || lead.octets > text.size()) return {broken, 1};
    auto code_point = lead.bits;
    for (const char letter : text.substr(1, lead.octets - 1)) {
        const std::uint32_t octet = static_cast<unsigned char>(letter);
        if ((octet & 0xC0U) != 0x80U) return {broken, 1};
        code_point = (code_point << 6U) | (octet & 0x3FU);
    }
    const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point < lead.code_point_min || code_point > 0x10FFFF || is_surrogate) {
        return {broken, 1};
    }
    return {is_allowed(code_point) ? legal : forbidden, lead.octets};
}

}  // namespace hqsync::wire
