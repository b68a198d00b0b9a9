// Lists of contacts to JSON and back.
#include "state/contact_ids_json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

namespace hqsync::state {

std::string encode(const std::vector<ContactId>& contacts) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartArray();
    for (const auto contact : contacts)
        writer.Int64(contact.value());
    writer.EndArray();
    return {buffer.GetString(), buffer.GetSize()};
}

std::optional<std::vector<ContactId>> decode_contact_ids(std::string_view json) {
    std::vector<ContactId> contacts;
    simdjson::dom::parser parser;
    simdjson::dom::array list;
    if (parser.parse(json.data(), json.size()).get(list) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    for (const auto value : list) {
        std::int64_t id = 0;
        if (value.get(id) != simdjson::SUCCESS) return std::nullopt;
        contacts.emplace_back(id);
    }
    return contacts;
}

}  // namespace hqsync::state
