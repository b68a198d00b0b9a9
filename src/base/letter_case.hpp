// The letters A to Z without their case, as the names of protocols are compared.
#pragma once

#include <string>
#include <string_view>

namespace hqsync {

// By hand: std::tolower depends on the process's locale. Octets beyond ASCII stay as they are.

constexpr char lower_letter(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string lower_case(std::string_view text);

/// Octets beyond ASCII must be equal.
bool equal_without_case(std::string_view left, std::string_view right);

}  // namespace hqsync
