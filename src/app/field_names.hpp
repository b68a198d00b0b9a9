// Fields in one line: "position,title".
#pragma once

#include <string>
#include <vector>

#include "contact/card.hpp"

namespace hqsync::app {

inline std::string field_names(const std::vector<Field>& fields) {
    std::string text;
    for (const auto field : fields) {
        if (!text.empty()) text += ',';
        text += name(field);
    }
    return text;
}

inline std::vector<Field> fields_of(const std::vector<FieldChange>& changes) {
    std::vector<Field> fields;
    for (const auto& change : changes)
        fields.push_back(change.field);
    return fields;
}

}  // namespace hqsync::app
