// One code point at a time.
#include "management/psrp_utf16.hpp"

#include <cstddef>
#include <cstdint>

#include "wire/characters.hpp"

namespace hqsync::management::psrp {

namespace {

constexpr std::uint32_t replacement = 0xFFFD;

std::uint32_t octet(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// Of a character that is known to be whole.
std::uint32_t code_point_of(std::string_view character) {
    constexpr std::uint32_t lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    auto code_point = octet(character, 0) & lead_bits[character.size()];
    for (std::size_t i = 1; i < character.size(); ++i)
        code_point = (code_point << 6U) | (octet(character, i) & 0x3FU);
    return code_point;
}

void append_unit(std::string& to, std::uint32_t unit) {
    to += static_cast<char>(unit & 0xFFU);
    to += static_cast<char>((unit >> 8U) & 0xFFU);
}

void append_utf8(std::string& to, std::uint32_t code_point) {
    if (code_point < 0x80) {
        to += static_cast<char>(code_point);
        return;
    }
    const unsigned trails = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
    constexpr std::uint32_t leads[] = {0, 0xC0, 0xE0, 0xF0};
    to += static_cast<char>(leads[trails] | (code_point >> (6 * trails)));
    for (unsigned left = trails; left-- > 0;)
        to += static_cast<char>(0x80U | ((code_point >> (6 * left)) & 0x3FU));
}

}  // namespace

std::string utf16_of(std::string_view utf8) {
    std::string result;
    while (!utf8.empty()) {
        const auto [kind, octets] = wire::first_character(utf8);
        const bool is_whole = kind != wire::Character::Kind::broken;
        const auto code_point = is_whole ? code_point_of(utf8.substr(0, octets)) : replacement;
        utf8.remove_prefix(octets);
        if (code_point < 0x10000) {
            append_unit(result, code_point);
        } else {
            append_unit(result, 0xD800U + ((code_point - 0x10000U) >> 10U));
            append_unit(result, 0xDC00U + ((code_point - 0x10000U) & 0x3FFU));
        }
    }
    return result;
}

std::optional<std::string> utf8_of(std::string_view utf16) {
    if (utf16.size() % 2 != 0) return std::nullopt;
    std::string result;
    std::uint32_t high = 0;
    for (std::size_t at = 0; at < utf16.size(); at += 2) {
        const auto unit = octet(utf16, at) | (octet(utf16, at + 1) << 8U);
        const bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
        if (is_low != (high != 0)) return std::nullopt;
        if (is_low) {
            append_utf8(result, 0x10000U + ((high - 0xD800U) << 10U) + (unit - 0xDC00U));
            high = 0;
        } else if (unit >= 0xD800 && unit <= 0xDBFF) {
            high = unit;
        } else {
            append_utf8(result, unit);
        }
    }
    if (high != 0) return std::nullopt;
    return result;
}

}  // namespace hqsync::management::psrp
