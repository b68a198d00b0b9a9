// Changes of fields to JSON and back.
#include "state/field_changes_json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

namespace hqsync::state {

std::string encode(const std::vector<FieldChange>& changes) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    for (const auto& [field, text] : changes) {
        const auto key = name(field);
        writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
        writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::optional<std::vector<FieldChange>> decode_field_changes(std::string_view json) {
    std::vector<FieldChange> changes;
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(json.data(), json.size()).get(object) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    for (const auto [key, value] : object) {
        const auto field = field_named(key);
        if (!field) continue;
        std::string_view text;
        if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
        changes.push_back({*field, std::string(text)});
    }
    return changes;
}

}  // namespace hqsync::state
