// Properties are kept as JSON text.
#include "sim/slot.hpp"

#include <charconv>
#include <map>

#include <simdjson.h>

#include "sim/graph_contact.hpp"

namespace hqsync::sim {

namespace {

using Record = std::map<std::string, std::string, std::less<>>;

struct Parts {
    std::string_view kind;
    std::string_view property;
    std::string_view member;  ///< of a record, or index of a list
};

Parts split(std::string_view slot) {
    const auto colon = slot.find(':');
    Parts parts{slot.substr(0, colon), slot.substr(colon + 1), {}};
    if (parts.kind != "list" && parts.kind != "record") return parts;
    const auto slash = parts.property.rfind('/');
    parts.member = parts.property.substr(slash + 1);
    parts.property = parts.property.substr(0, slash);
    return parts;
}

std::size_t index_of(std::string_view text) {
    std::size_t index = 0;
    std::from_chars(text.data(), text.data() + text.size(), index);
    return index;
}

std::string json_of(std::string_view plain) {
    rapidjson::StringBuffer text;
    Writer writer(text);
    write_text(writer, plain);
    return text.GetString();
}

std::string json_of(const Record& record) {
    rapidjson::StringBuffer text;
    Writer writer(text);
    writer.StartObject();
    for (const auto& [name, value] : record) {
        writer.Key(name.c_str());
        write_text(writer, value);
    }
    writer.EndObject();
    return text.GetString();
}

Record read_record(const Contact& contact, std::string_view property) {
    Record record;
    const auto at = contact.properties.find(property);
    simdjson::dom::parser parser;
    Json value;
    if (at == contact.properties.end() || parser.parse(at->second).get(value) != simdjson::SUCCESS)
        return record;
    if (!value.is_object()) return record;
    for (const auto member : value.get_object().value_unsafe()) {
        if (member.value.is_string())
            record[std::string(member.key)] = member.value.get_string().value_unsafe();
    }
    return record;
}

std::optional<std::string> read_text(const Contact& contact, std::string_view property) {
    const auto at = contact.properties.find(property);
    simdjson::dom::parser parser;
    Json value;
    if (at == contact.properties.end() || parser.parse(at->second).get(value) != simdjson::SUCCESS)
        return std::nullopt;
    if (!value.is_string()) return std::nullopt;
    return std::string(value.get_string().value_unsafe());
}

}  // namespace

std::vector<std::string> read_texts(const Contact& contact, std::string_view property) {
    std::vector<std::string> texts;
    const auto at = contact.properties.find(property);
    simdjson::dom::parser parser;
    Json value;
    if (at == contact.properties.end() || parser.parse(at->second).get(value) != simdjson::SUCCESS)
        return texts;
    if (!value.is_array()) return texts;
    for (const Json entry : value.get_array().value_unsafe())
        texts.emplace_back(entry.is_string() ? entry.get_string().value_unsafe() : "");
    return texts;
}

void write_texts(Contact& contact, std::string_view property,
                 const std::vector<std::string>& texts) {
    if (texts.empty()) {
        contact.properties.erase(std::string(property));
        return;
    }
    rapidjson::StringBuffer text;
    Writer writer(text);
    writer.StartArray();
    for (const auto& entry : texts)
        write_text(writer, entry);
    writer.EndArray();
    contact.properties[std::string(property)] = text.GetString();
}

std::optional<std::string> read_slot(const Contact& contact, std::string_view slot) {
    const auto [kind, property, member] = split(slot);
    if (kind == "text") return read_text(contact, property);
    if (kind == "mark") {
        const auto at = contact.marks.find(property);
        return at == contact.marks.end() ? std::nullopt : std::optional(at->second);
    }
    if (kind == "record") {
        const auto record = read_record(contact, property);
        const auto at = record.find(member);
        return at == record.end() ? std::nullopt : std::optional(at->second);
    }
    // A gap in a list is an empty text.
    const auto texts = read_texts(contact, property);
    const auto index = index_of(member);
    if (index >= texts.size() || texts[index].empty()) return std::nullopt;
    return texts[index];
}

void write_slot(Contact& contact, std::string_view slot, const std::optional<std::string>& value) {
    const auto [kind, property, member] = split(slot);
    const std::string name(property);
    if (kind == "mark") {
        contact.marks.erase(name);
        if (value) contact.marks[name] = *value;
    } else if (kind == "text") {
        contact.properties.erase(name);
        if (value) contact.properties[name] = json_of(*value);
    } else if (kind == "record") {
        auto record = read_record(contact, property);
        record.erase(std::string(member));
        if (value) record[std::string(member)] = *value;
        contact.properties.erase(name);
        if (!record.empty()) contact.properties[name] = json_of(record);
    } else {
        auto texts = read_texts(contact, property);
        const auto index = index_of(member);
        if (texts.size() <= index) texts.resize(index + 1);
        texts[index] = value.value_or("");
        while (!texts.empty() && texts.back().empty())
            texts.pop_back();
        write_texts(contact, property, texts);
    }
}

}  // namespace hqsync::sim
