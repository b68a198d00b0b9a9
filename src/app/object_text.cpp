// Reads properties and names.
#include "app/object_text.hpp"

#include <algorithm>

namespace hqsync::app {
namespace {

namespace clixml = management::clixml;

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

std::string text_of(const clixml::Value& object, std::string_view name) {
    const auto* value = clixml::property(object, name);
    return value == nullptr || value->is_null() ? std::string() : clixml::to_text(*value);
}

bool is_same_word(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, lower, lower);
}

std::string_view last_part(std::string_view text) {
    return text.substr(text.find_last_of("/\\") + 1);  // npos + 1 is 0
}

}  // namespace hqsync::app
