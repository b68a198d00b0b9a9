// Both directions work on UTF-8; a unit that is no half of a pair is one code point.
#include "management/clixml_escape.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "wire/characters.hpp"

namespace hqsync::management::clixml {

namespace {

constexpr std::size_t escape_octets = 7;  // _xHHHH_

/// The unit of an escape at the beginning of the text.
std::optional<std::uint32_t> unit_at(std::string_view text) {
    if (text.size() < escape_octets || text[0] != '_' || text[6] != '_') return std::nullopt;
    if (text[1] != 'x' && text[1] != 'X') return std::nullopt;
    std::uint32_t unit = 0;
    const auto* const end = text.data() + 6;
    const auto read = std::from_chars(text.data() + 2, end, unit, 16);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return unit;
}

bool is_high(std::uint32_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(std::uint32_t unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

void append_utf8(std::string& to, std::uint32_t code_point) {
    const auto octet = [&](std::uint32_t value) { to += static_cast<char>(value); };
    const auto trail = [&](unsigned shift) { octet(0x80U | ((code_point >> shift) & 0x3FU)); };
    if (code_point < 0x80) {
        octet(code_point);
    } else if (code_point < 0x800) {
        octet(0xC0U | (code_point >> 6U));
        trail(0);
    } else if (code_point < 0x10000) {
        octet(0xE0U | (code_point >> 12U));
        trail(6);
        trail(0);
    } else {
        octet(0xF0U | (code_point >> 18U));
        trail(12);
        trail(6);
        trail(0);
    }
}

std::uint32_t octet_of(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// Appends the escape of the four octets of a character beyond U+FFFF.
void append_pair(std::string& to, std::string_view four) {
    const auto code_point = ((octet_of(four, 0) & 0x07U) << 18U) |
                            ((octet_of(four, 1) & 0x3FU) << 12U) |
                            ((octet_of(four, 2) & 0x3FU) << 6U) | (octet_of(four, 3) & 0x3FU);
    const auto above = code_point - 0x10000U;
    to += fmt::format("_x{:04X}__x{:04X}_", 0xD800U + (above >> 10U), 0xDC00U + (above & 0x3FFU));
}

}  // namespace

std::string unescape(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto plain = text.substr(0, text.find('_'));
        result += plain;
        text.remove_prefix(plain.size());
        if (text.empty()) break;
        const auto unit = unit_at(text);
        if (!unit) {
            result += text.front();
            text.remove_prefix(1);
            continue;
        }
        const auto second = is_high(*unit) ? unit_at(text.substr(escape_octets)) : std::nullopt;
        if (second && is_low(*second)) {
            append_utf8(result, 0x10000U + ((*unit - 0xD800U) << 10U) + (*second - 0xDC00U));
            text.remove_prefix(escape_octets);
        } else if (is_high(*unit) || is_low(*unit)) {
            result += text.substr(0, escape_octets);
        } else {
            append_utf8(result, *unit);
        }
        text.remove_prefix(escape_octets);
    }
    return result;
}

std::string escape(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto octet = octet_of(text, at);
        const auto next = at + 1 < text.size() ? octet_of(text, at + 1) : 0U;
        if (octet < 0x20 || octet == 0x7F) {
            result += fmt::format("_x{:04X}_", octet);
        } else if (octet == 0xC2 && next >= 0x80 && next <= 0x9F) {
            result += fmt::format("_x{:04X}_", next);
            ++at;
        } else if (octet >= 0xF0 && wire::first_character(text.substr(at)).octets == 4) {
            append_pair(result, text.substr(at, 4));
            at += 3;
        } else if (octet == '_' && (next == 'x' || next == 'X')) {
            const auto unit = unit_at(text.substr(at));
            const bool is_half = unit && (is_high(*unit) || is_low(*unit));
            if (is_half) {
                // Whole, as its last "_" begins no escape of its own.
                result += text.substr(at, escape_octets);
                at += escape_octets - 1;
            } else {
                result += "_x005F_";
            }
        } else {
            result += text[at];
        }
    }
    return result;
}

}  // namespace hqsync::management::clixml
