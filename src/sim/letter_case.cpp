// By the C library's table of letters; each letter has one small one there.
#include "sim/letter_case.hpp"

#include <clocale>
#include <cstdint>
#include <cwctype>

namespace hqsync::sim {

namespace {

struct Letter {
    char32_t code = 0;
    std::size_t size = 1;  ///< octets
};

Letter letter_at(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : first >= 0xC0U ? 2 : 1;
    if (size == 1 || text.size() < size) return {first, 1};
    char32_t code = first & (0x7FU >> size);
    for (const char byte : text.substr(1, size - 1)) {
        if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) return {first, 1};
        code = (code << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    return {code, size};
}

void append(std::string& text, char32_t code) {
    if (code < 0x800U) {
        text += static_cast<char>(0xC0U | (code >> 6U));
    } else {
        if (code < 0x10000U) {
            text += static_cast<char>(0xE0U | (code >> 12U));
        } else {
            text += static_cast<char>(0xF0U | (code >> 18U));
            text += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
        }
        text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    }
    text += static_cast<char>(0x80U | (code & 0x3FU));
}

}  // namespace

std::string without_case(std::string_view text) {
    // Always there in glibc, whatever locales are installed.
    static const locale_t letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    std::string small;
    while (!text.empty()) {
        const auto [code, size] = letter_at(text);
        const auto lower = static_cast<char32_t>(towlower_l(static_cast<wint_t>(code), letters));
        if (size == 1) {
            const bool is_ascii = code < 0x80U;
            small += is_ascii ? static_cast<char>(lower) : text.front();
        } else if (lower < 0x80U) {
            small.append(text.substr(0, size));  // the Kelvin sign, which is no k
        } else {
            append(small, lower);
        }
        text.remove_prefix(size);
    }
    return small;
}

}  // namespace hqsync::sim
