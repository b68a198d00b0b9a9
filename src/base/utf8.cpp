// Decodes by the length that the first octet tells.
#include "base/utf8.hpp"

#include <algorithm>
#include <array>

namespace hqsync {

Sign first_sign(std::string_view text) {
    const auto octet = [&](std::size_t index) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[index]));
    };
    const auto lead = octet(0);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (length == 1 || text.size() < length) return {lead, 1};
    constexpr std::array<std::uint32_t, 5> masks = {0, 0x7F, 0x1F, 0x0F, 0x07};
    std::uint32_t code = lead & masks[length];
    for (std::size_t index = 1; index < length; ++index) {
        if ((octet(index) & 0xC0U) != 0x80U) return {lead, 1};
        code = (code << 6U) | (octet(index) & 0x3FU);
    }
    return {code, length};
}

std::string printable(std::string text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto sign = first_sign(std::string_view(text).substr(at));
        if (sign.code < 0x20 || (sign.code >= 0x7F && sign.code < 0xA0))
            std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), sign.octets, ' ');
        at += sign.octets;
    }
    return text;
}

}  // namespace hqsync
