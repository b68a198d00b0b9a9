// Cards to JSON and back.
#include "state/card_json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

namespace hqsync::state {

std::string encode(const ContactCard& card) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    for (const auto field : all_fields()) {
        if (card[field].empty()) continue;
        const auto key = name(field);
        writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
        writer.String(card[field].data(), static_cast<rapidjson::SizeType>(card[field].size()));
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::optional<ContactCard> decode_card(std::string_view json) {
    ContactCard card;
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
        card[*field] = text;
    }
    return card;
}

}  // namespace hqsync::state
