// Reads properties and names.
#include "app/object_text.hpp"

namespace hqsync::app {

std::string text_of(const management::clixml::Value& object, std::string_view name) {
    const auto* value = management::clixml::property(object, name);
    return value == nullptr || value->is_null() ? std::string()
                                                : management::clixml::to_text(*value);
}

std::string_view last_part(std::string_view text) {
    return text.substr(text.find_last_of("/\\") + 1);  // npos + 1 is 0
}

}  // namespace hqsync::app
