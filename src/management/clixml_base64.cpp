// RFC 4648 with padding, as .NET writes and demands it.
#include "management/clixml_base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace hqsync::management::clixml {

namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_value = 0xFF;

constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_value);
    for (std::size_t i = 0; i < letters.size(); ++i)
        table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

bool is_blank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

}  // namespace

std::string base64_of(std::string_view octets) {
    std::string result;
    result.reserve((octets.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const auto three = octets.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = (bits << 8U) | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            result += i <= three.size() ? letters[(bits >> (18 - 6 * i)) & 0x3FU] : '=';
    }
    return result;
}

std::optional<std::string> octets_of(std::string_view base64) {
    std::string result;
    result.reserve(base64.size() / 4 * 3);
    std::uint32_t bits = 0;
    std::size_t count = 0;
    std::size_t padding = 0;
    for (const char letter : base64) {
        if (is_blank(letter)) continue;
        if (letter == '=') {
            ++padding;
            continue;
        }
        const auto value = values[static_cast<unsigned char>(letter)];
        if (value == no_value || padding > 0) return std::nullopt;
        bits = (bits << 6U) | value;
        if (++count % 4 == 0) {
            for (const unsigned shift : {16U, 8U, 0U})
                result += static_cast<char>((bits >> shift) & 0xFFU);
            bits = 0;
        }
    }
    const auto rest = count % 4;
    if ((rest + padding) % 4 != 0 || padding > 2) return std::nullopt;
    if (rest == 3)
        result +=
            {static_cast<char>((bits >> 10U) & 0xFFU), static_cast<char>((bits >> 2U) & 0xFFU)};
    if (rest == 2) result += static_cast<char>((bits >> 4U) & 0xFFU);
    return result;
}

}  // namespace hqsync::management::clixml
