// Finds the refused field by the path in an error's MessageXml.
#include "ews/refused.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ews/fault_xml.hpp"
#include "ews/paths.hpp"
#include "wire/reader.hpp"

namespace hqsync::ews {

namespace {

std::optional<Field> field_of_email(std::string_view property) {
    for (const auto& slot : email_slots) {
        if (property == fmt::format("contacts:EmailAddress/{}", slot.key)) return slot.field;
        for (const auto& path :
             {slot.display_name, slot.address_type, slot.original_name, slot.original_entry}) {
            const auto is_named = [&](const auto& attribute) {
                return attribute.first == "PropertyId" && attribute.second == property;
            };
            if (std::ranges::any_of(path.attributes, is_named)) return slot.field;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<Field> field_of(std::string_view property) {
    for (const auto& text : text_fields) {
        if (property == text.uri) return text.field;
    }
    for (const auto& [field, key] : phone_keys) {
        if (property == fmt::format("contacts:PhoneNumber/{}", key)) return field;
    }
    for (const auto& part : address_parts) {
        if (property == fmt::format("{}/{}", part.uri, address_key)) return part.field;
    }
    if (property == "contacts:Birthday" || property == "32990") return Field::birthday;
    // Made of the display name as well.
    if (property == "item:Subject") return Field::display_name;
    if (property == "item:Body") return Field::notes;
    if (property == "item:Categories") return Field::categories;
    if (property == "0x3A45" || property == "0x3a45") return Field::title;
    return field_of_email(property);
}

std::vector<std::optional<Field>> refused_fields(std::string answer, std::size_t count) {
    std::vector<std::optional<Field>> fields(count);
    // Seldom needed: an answer without paths is not read twice.
    if (!answer.contains("MessageXml")) return fields;
    const auto document = wire::Document::read(std::move(answer));
    if (!document) return fields;
    std::size_t place = 0;
    const auto messages = document->root().child("Body").first().child("ResponseMessages");
    for (const auto message : messages.children()) {
        if (place == count) break;
        fields[place++] = field_of(error_in(message).property);
    }
    return fields;
}

}  // namespace hqsync::ews
