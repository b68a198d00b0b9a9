// From paths to fields, and from fields to their values.
#include "sim/ews_fields.hpp"

#include <algorithm>

#include "sim/ews_call.hpp"
#include "sim/ews_field_tables.hpp"
#include "sim/slot.hpp"

namespace hqsync::sim {

namespace {

std::string text_slot(const Field& field) {
    return std::string("text:") + field.property;
}

}  // namespace

const Field* field_of_element(std::string_view element) {
    for (const auto& one : fields()) {
        if (element == one.element) return &one;
    }
    return nullptr;
}

const Field* field_of_uri(std::string_view uri) {
    for (const auto& one : fields()) {
        if (uri == one.uri) return &one;
    }
    return nullptr;
}

const Indexed* indexed_field(std::string_view uri, std::string_view index) {
    for (const auto& one : indexed_fields()) {
        if (uri == one.uri && index == one.index) return &one;
    }
    return nullptr;
}

bool is_of_others(pugi::xml_node path) {
    return std::string_view(path.name()) == "t:FieldURI" &&
           field_of_uri(path.attribute("FieldURI").value()) == nullptr;
}

std::expected<FieldPath, EwsError> read_path(pugi::xml_node path) {
    const std::string_view name = path.name();
    FieldPath read;
    if (name == "t:ExtendedFieldURI") {
        auto extended = read_extended_path(path);
        if (!extended) return std::unexpected(extended.error());
        read.key = extended->canonical;
        read.extended = *std::move(extended);
        return read;
    }
    read.key = path.attribute("FieldURI").value();
    if (name == "t:IndexedFieldURI") {
        const std::string_view index = path.attribute("FieldIndex").value();
        read.indexed = indexed_field(read.key, index);
        // EWS: the index is compared with case, and a wrong one is not caught by the schema.
        if (read.indexed == nullptr) return std::unexpected(ews_error("ErrorInternalServerError"));
        read.key += '/';
        read.key += index;
        return read;
    }
    read.field = field_of_uri(read.key);
    if (read.field == nullptr) {
        auto error = ews_error("ErrorInvalidPropertyRequest");
        error.path = path;
        return std::unexpected(error);
    }
    return read;
}

std::string slot_of(const ExtendedPath& path) {
    for (const auto& one : extended_aliases()) {
        if (path.canonical == one.canonical) return one.slot;
    }
    return "mark:" + path.canonical;
}

std::optional<std::string> read_extended(const Contact& contact, const ExtendedPath& path) {
    constexpr std::string_view picture = "Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015";
    if (path.canonical == picture) return contact.photo.empty() ? "false" : "true";
    const auto slot = slot_of(path);
    if (auto kept = read_slot(contact, slot)) return kept;
    // What a save of the address fills in, whichever face saved it.
    for (const auto& email : email_slots()) {
        const auto address = read_slot(contact, email.address);
        if (address && slot == email.type) return "SMTP";
        if (address && slot == email.original) return address;
    }
    return std::nullopt;
}

std::vector<std::string> values_of(const Contact& contact, const FieldPath& path) {
    const auto one = [](std::optional<std::string> value) {
        return value ? std::vector{*std::move(value)} : std::vector<std::string>();
    };
    if (path.extended) return one(read_extended(contact, *path.extended));
    if (path.indexed != nullptr) return one(read_slot(contact, path.indexed->slot));
    const Field& field = *path.field;
    const std::string_view uri = field.uri;
    if (uri == "item:DateTimeCreated" || uri == "item:DateTimeReceived")
        return {instant_text(contact.created)};
    if (uri == "item:LastModifiedTime") return {instant_text(contact.modified)};
    if (uri == "contacts:HasPicture") return {contact.photo.empty() ? "false" : "true"};
    if (uri == "item:HasAttachments") return {contact.attachments.empty() ? "false" : "true"};
    if (uri == "contacts:EmailAddresses") {
        std::vector<std::string> all;
        for (const auto& email : email_slots()) {
            if (auto address = read_slot(contact, email.address)) all.push_back(*address);
        }
        return all;
    }
    if (field.property == nullptr) return {};
    if (field.kind == FieldKind::texts) return read_texts(contact, field.property);
    if (auto kept = read_slot(contact, text_slot(field))) return {*kept};
    if (uri == "item:Subject") return one(read_slot(contact, "text:displayName"));
    return field.otherwise == nullptr ? std::vector<std::string>()
                                      : std::vector<std::string>{field.otherwise};
}

}  // namespace hqsync::sim
