// Percent-encoding.
#include "login/form.hpp"

#include <cctype>

namespace hqsync::login {

std::string url_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char letter : text) {
        const auto octet = static_cast<unsigned char>(letter);
        if (std::isalnum(octet) != 0 || letter == '-' || letter == '_' || letter == '.' ||
            letter == '~') {
            result += letter;
            continue;
        }
        result += '%';
        result += digits[octet >> 4U];
        result += digits[octet & 0xFU];
    }
    return result;
}

}  // namespace hqsync::login
