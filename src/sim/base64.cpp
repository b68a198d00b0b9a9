// Six bits a letter, over a small buffer of bits.
#include "sim/base64.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto taken = bytes.substr(at, 3);
        unsigned group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = (group << 8U) | (i < taken.size() ? static_cast<unsigned char>(taken[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= taken.size() ? letters[(group >> (18U - 6U * i)) & 0x3FU] : '=';
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    while (text.ends_with('='))
        text.remove_suffix(1);
    std::string bytes;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const char letter : text) {
        const auto value = letters.find(letter == '-' ? '+' : letter == '_' ? '/' : letter);
        if (value == std::string_view::npos) return std::nullopt;
        buffer = ((buffer << 6U) | static_cast<unsigned>(value)) & 0xFFFFFFU;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>((buffer >> bits) & 0xFFU);
    }
    return bytes;
}

}  // namespace hqsync::sim
