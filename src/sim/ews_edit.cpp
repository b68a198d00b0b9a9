// Each property has its own rules for what may be set, appended and deleted.
#include "sim/ews_edit.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <set>
#include <string>
#include <vector>

#include "sim/base64.hpp"
#include "sim/ews_call.hpp"
#include "sim/ews_fields.hpp"
#include "sim/slot.hpp"

namespace hqsync::sim {

namespace {

using Keys = std::vector<std::string>;
using Wrong = std::optional<EwsError>;

constexpr std::size_t short_text_max = 255;  // UTF-16 units

EwsError at_field(std::string_view code, const char* uri) {
    EwsError error = ews_error(code);
    error.uri = uri;
    return error;
}

std::size_t units_of(std::string_view text) {
    std::size_t units = 0;
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 0x80 || value >= 0xC0) units += value >= 0xF0 ? 2 : 1;
    }
    return units;
}

bool is_too_long(const Field& field, std::string_view text) {
    const std::string_view element = field.element;
    const bool is_short = element == "t:GivenName" || element == "t:MiddleName" ||
                          element == "t:Surname" || element == "t:Subject";
    return is_short && units_of(text) > short_text_max;
}

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// xs:dateTime in UTC; without a zone it is taken for UTC.
std::string in_utc(std::string_view text) {
    std::tm parts{};
    parts.tm_year = static_cast<int>(number(text.substr(0, 4))) - 1900;
    parts.tm_mon = static_cast<int>(number(text.substr(5, 2))) - 1;
    parts.tm_mday = static_cast<int>(number(text.substr(8, 2)));
    parts.tm_hour = static_cast<int>(number(text.substr(11, 2)));
    parts.tm_min = static_cast<int>(number(text.substr(14, 2)));
    parts.tm_sec = static_cast<int>(number(text.substr(17, 2)));
    std::int64_t seconds = timegm(&parts);
    const auto zone = text.substr(19).find_first_of("+-");
    if (zone != std::string_view::npos) {
        const auto offset = text.substr(19 + zone);
        const auto minutes = number(offset.substr(1, 2)) * 60 + number(offset.substr(4, 2));
        seconds -= (offset[0] == '+' ? 60 : -60) * minutes;
    }
    return instant_text(seconds);
}

std::string plain_of_html(std::string_view html) {
    std::string text;
    bool is_tag = false;
    for (const char letter : html) {
        if (letter == '<') is_tag = true;
        if (!is_tag) text += letter;
        if (letter == '>') is_tag = false;
    }
    return text;
}

std::string body_text(pugi::xml_node body) {
    const std::string text = body.text().get();
    return std::string_view(body.attribute("BodyType").value()) == "HTML" ? plain_of_html(text)
                                                                          : text;
}

Wrong set_email(Contact& contact, pugi::xml_node entry, const Indexed& at) {
    const std::string address = entry.text().get();
    const std::string_view type = entry.attribute("RoutingType").value();
    const bool is_smtp = type.empty() || type == "SMTP";
    if (address.empty() || (is_smtp && address.find('@') == std::string::npos))
        return ews_error("ErrorInvalidContactEmailAddress");
    for (const auto& slots : email_slots()) {
        if (std::string_view(slots.index) != at.index) continue;
        const std::string_view name = entry.attribute("Name").value();
        write_slot(contact, slots.address, address);
        write_slot(contact, slots.name, name.empty() ? address : std::string(name));
        write_slot(contact, slots.type, is_smtp ? "SMTP" : std::string(type));
        write_slot(contact, slots.original, address);
    }
    return std::nullopt;
}

Wrong set_entries(Contact& contact, pugi::xml_node dictionary, const Field& field, Keys& keys) {
    for (const auto entry : elements(dictionary)) {
        const std::string index = entry.attribute("Key").value();
        if (std::string_view(field.element) == "t:PhysicalAddresses") {
            for (const auto part : elements(entry)) {
                const auto uri = "contacts:PhysicalAddress:" + std::string(part.name() + 2);
                const auto* const at = indexed_field(uri, index);
                write_slot(contact, at->slot, part.text().get());
                keys.push_back(fmt::format("{}/{}", uri, index));
            }
            continue;
        }
        std::string uri = field.uri;  // "contacts:PhoneNumbers" to "contacts:PhoneNumber"
        uri.resize(uri.size() - (uri.ends_with("sses") ? 2 : 1));
        const auto* const at = indexed_field(uri, index);
        keys.push_back(fmt::format("{}/{}", uri, index));
        if (uri == "contacts:EmailAddress") {
            if (auto wrong = set_email(contact, entry, *at)) return wrong;
        } else {
            write_slot(contact, at->slot, entry.text().get());
        }
    }
    return std::nullopt;
}

Wrong set_extended(Contact& contact, pugi::xml_node property, Keys& keys) {
    const auto path = read_extended_path(property.child("t:ExtendedFieldURI"));
    if (!path) return path.error();
    auto value = read_extended_value(*path, property);
    if (!value) return value.error();
    if (path->type == "SystemTime") value = in_utc(*value);
    write_slot(contact, slot_of(*path), *value);
    keys.push_back(path->canonical);
    return std::nullopt;
}

/// One child of a t:Contact; says which properties it touched.
Wrong set_element(Contact& contact, pugi::xml_node element, Keys& keys) {
    const std::string_view name = element.name();
    if (name == "t:ExtendedProperty") return set_extended(contact, element, keys);
    const Field* const field = field_of_element(name);
    if (field == nullptr) return ews_error("ErrorInvalidPropertySet");
    if (field->kind == FieldKind::directory)
        return at_field("ErrorInvalidPropertyRequest", field->uri);
    if (name == "t:Attachments") {
        for (const auto one : elements(element)) {
            const auto key = contact.attachments.empty() ? 1 : contact.attachments.back().key + 1;
            if (auto wrong = attach(contact, one, key)) return wrong;
        }
        return std::nullopt;
    }
    if (field->kind == FieldKind::made) return at_field("ErrorInvalidPropertySet", field->uri);
    if (field->kind == FieldKind::indexed) return set_entries(contact, element, *field, keys);
    keys.emplace_back(field->uri);
    if (field->kind == FieldKind::texts) {
        std::vector<std::string> texts;
        for (const auto entry : elements(element))
            texts.emplace_back(entry.text().get());
        write_texts(contact, field->property, texts);
        return std::nullopt;
    }
    std::string text = element.text().get();
    if (name == "t:Flag") text = element.child("t:FlagStatus").text().get();
    if (field->kind == FieldKind::body) text = body_text(element);
    if (field->kind == FieldKind::date) text = in_utc(text);
    if (is_too_long(*field, text)) return at_field("ErrorDataSizeLimitExceeded", field->uri);
    write_slot(contact, std::string("text:") + field->property, text);
    return std::nullopt;
}

/// EWS: one property an update, the one that the path names.
Wrong set_field(Contact& contact, pugi::xml_node update) {
    const auto path = read_path(first_element(update));
    if (!path) return path.error();
    const auto all = elements(update);
    const auto item = all.back();
    if (std::string_view(item.name()) != "t:Contact" && std::string_view(item.name()) != "t:Item")
        return ews_error("ErrorObjectTypeChanged");
    const auto properties = elements(item);
    EwsError mismatch = ews_error("ErrorUpdatePropertyMismatch");
    mismatch.path = first_element(update);
    if (properties.size() != 1) return mismatch;
    Keys keys;
    if (auto wrong = set_element(contact, properties.front(), keys)) return wrong;
    if (keys.size() != 1 || keys.front() != path->key) return mismatch;
    return std::nullopt;
}

Wrong append_field(Contact& contact, pugi::xml_node update) {
    const auto path = read_path(first_element(update));
    if (!path) return path.error();
    const Field* const field = path->field;
    const bool can = field != nullptr && field->kind == FieldKind::body;
    if (!can) {
        EwsError error = ews_error("ErrorInvalidPropertyAppend");
        error.path = first_element(update);
        return error;
    }
    const auto body = elements(update).back().child("t:Body");
    if (!body) return ews_error("ErrorUpdatePropertyMismatch");
    const auto before = read_slot(contact, "text:personalNotes").value_or("");
    write_slot(contact, "text:personalNotes", before + body_text(body));
    return std::nullopt;
}

/// What a DeleteItemField took away, to settle the e-mail groups at the end.
using Deleted = std::set<std::string>;

Wrong delete_field(Contact& contact, pugi::xml_node update, Deleted& deleted) {
    const auto path = read_path(first_element(update));
    if (!path) return path.error();
    if (path->extended) {
        deleted.insert(slot_of(*path->extended));
        write_slot(contact, slot_of(*path->extended), std::nullopt);
        return std::nullopt;
    }
    if (path->indexed != nullptr) {
        deleted.insert(path->indexed->slot);
        write_slot(contact, path->indexed->slot, std::nullopt);
        return std::nullopt;
    }
    const Field& field = *path->field;
    const bool can = field.property != nullptr && std::string_view(field.uri) != "item:ItemClass";
    if (!can) {
        EwsError error = ews_error("ErrorInvalidPropertyDelete");
        error.path = first_element(update);
        return error;
    }
    contact.properties.erase(field.property);
    return std::nullopt;
}

/// EWS: deleting the address alone leaves its companions (display name and the rest of the group);
/// each of them goes only when it is deleted itself.
void settle_emails(Contact& contact, const Contact& before, const Deleted& deleted) {
    for (const auto& slots : email_slots()) {
        if (!deleted.contains(slots.address) || read_slot(contact, slots.address)) continue;
        const auto address = read_slot(before, slots.address);
        if (!address) continue;
        for (const char* const companion : {slots.name, slots.original}) {
            if (!deleted.contains(companion) && !read_slot(contact, companion))
                write_slot(contact, companion, address);
        }
        if (!deleted.contains(slots.type) && !read_slot(contact, slots.type))
            write_slot(contact, slots.type, "SMTP");
    }
}

}  // namespace

std::optional<EwsError> attach(Contact& contact, pugi::xml_node attachment, Key key) {
    if (std::string_view(attachment.name()) != "t:FileAttachment")
        return ews_error("ErrorInvalidAttachmentId");
    const auto content = from_base64(packed(attachment.child("t:Content").text().get()));
    if (attachment.child("t:IsContactPhoto").text().as_bool()) {
        contact.photo = content.value_or("");
        return std::nullopt;
    }
    std::string type = attachment.child("t:ContentType").text().get();
    if (type.empty()) type = "application/octet-stream";
    contact.attachments.push_back(
        {key, attachment.child("t:Name").text().get(), std::move(type), content.value_or("")});
    return std::nullopt;
}

std::optional<EwsError> fill_contact(Contact& contact, pugi::xml_node item) {
    Keys keys;
    for (const auto element : elements(item)) {
        if (auto wrong = set_element(contact, element, keys)) return wrong;
    }
    return std::nullopt;
}

std::optional<EwsError> update_contact(Contact& contact, pugi::xml_node updates) {
    const Contact before = contact;
    Deleted deleted;
    for (const auto update : elements(updates)) {
        const std::string_view name = update.name();
        auto wrong = name == "t:SetItemField"        ? set_field(contact, update)
                     : name == "t:AppendToItemField" ? append_field(contact, update)
                                                     : delete_field(contact, update, deleted);
        if (wrong) return wrong;
    }
    settle_emails(contact, before, deleted);
    return std::nullopt;
}

}  // namespace hqsync::sim
