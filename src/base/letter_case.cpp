// Compares and changes the case of ASCII letters.
#include "base/letter_case.hpp"

#include <algorithm>

namespace hqsync {

std::string lower_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower_letter);
    return result;
}

bool equal_without_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower_letter, lower_letter);
}

}  // namespace hqsync
