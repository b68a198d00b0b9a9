// By a table of our own: 64 letters, no lengths in int.
#include "base/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace hqsync {

namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_letter = 0xFF;

constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_letter);
    for (std::size_t i = 0; i < letters.size(); ++i)
        table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

constexpr bool is_blank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

}  // namespace

std::string to_base64(std::string_view octets) {
    std::string text;
    text.reserve((octets.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const auto group = octets.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= group.size() ? letters[bits >> (18 - 6 * i) & 0x3FU] : '=';
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string octets;
    octets.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    std::size_t digits = 0;
    std::size_t padding = 0;
    for (const char letter : text) {
        if (is_blank(letter)) continue;
        if (letter == '=') {
            ++padding;
            continue;
        }
        const auto value = values[static_cast<unsigned char>(letter)];
        if (value == no_letter || padding > 0) return std::nullopt;
        bits = bits << 6U | value;
        if (++digits % 4 != 0) continue;
        for (const unsigned shift : {16U, 8U, 0U})
            octets += static_cast<char>(bits >> shift & 0xFFU);
        bits = 0;
    }
    const auto rest = digits % 4;
    if (rest == 1 || (digits + padding) % 4 != 0 || padding > 2) return std::nullopt;
    if (rest >= 2) octets += static_cast<char>(bits >> (rest == 2 ? 4U : 10U) & 0xFFU);
    if (rest == 3) octets += static_cast<char>(bits >> 2U & 0xFFU);
    return octets;
}

}  // namespace hqsync
