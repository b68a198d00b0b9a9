// The table of a contact's properties, and both directions of its JSON.
#include "sim/graph_contact.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <array>

namespace hqsync::sim {

namespace {

enum class Kind : std::uint8_t { text, texts, address, email, emails, date, fixed };
struct Property {
    std::string_view name;
    Kind kind;
    std::size_t most = 0;  ///< entries of a list
};

constexpr std::array properties{
    Property{"assistantName", Kind::text},
    Property{"birthday", Kind::date},
    Property{"businessAddress", Kind::address},
    Property{"businessHomePage", Kind::text},
    Property{"businessPhones", Kind::texts, 2},
    Property{"categories", Kind::texts, 1000},
    Property{"children", Kind::texts, 1000},
    Property{"companyName", Kind::text},
    Property{"department", Kind::text},
    Property{"displayName", Kind::text},
    Property{"emailAddresses", Kind::emails, 3},
    Property{"fileAs", Kind::text},
    Property{"generation", Kind::text},
    Property{"givenName", Kind::text},
    Property{"homeAddress", Kind::address},
    Property{"homePhones", Kind::texts, 2},
    Property{"imAddresses", Kind::texts, 3},
    Property{"initials", Kind::text},
    Property{"jobTitle", Kind::text},
    Property{"manager", Kind::text},
    Property{"middleName", Kind::text},
    Property{"mobilePhone", Kind::text},
    Property{"nickName", Kind::text},
    Property{"officeLocation", Kind::text},
    Property{"otherAddress", Kind::address},
    Property{"personalNotes", Kind::text},
    Property{"primaryEmailAddress", Kind::email},
    Property{"profession", Kind::text},
    Property{"secondaryEmailAddress", Kind::email},
    Property{"spouseName", Kind::text},
    Property{"surname", Kind::text},
    Property{"tertiaryEmailAddress", Kind::email},
    Property{"title", Kind::text},
    Property{"yomiCompanyName", Kind::text},
    Property{"yomiGivenName", Kind::text},
    Property{"yomiSurname", Kind::text},
    Property{"id", Kind::fixed},
    Property{"changeKey", Kind::fixed},
    Property{"createdDateTime", Kind::fixed},
    Property{"lastModifiedDateTime", Kind::fixed},
    Property{"parentFolderId", Kind::fixed},
};
constexpr std::array<std::string_view, 3> slots{"primaryEmailAddress", "secondaryEmailAddress",
                                                "tertiaryEmailAddress"};
constexpr std::array<std::string_view, 5> address_parts{"street", "city", "state",
                                                        "countryOrRegion", "postalCode"};
constexpr std::array<std::string_view, 2> email_parts{"name", "address"};

std::string_view view(Json value) {
    return value.get_string().value_unsafe();
}

bool has(Json object, std::string_view name) {
    return object[name].error() == simdjson::SUCCESS;
}

bool is_text(Json value) {
    return value.is_string();
}

std::size_t size_of(Json list) {
    return list.get_array().value_unsafe().size();
}

std::string json_text(std::string_view plain) {
    rapidjson::StringBuffer text;
    Writer writer(text);
    write_text(writer, plain);
    return text.GetString();
}

std::string unquoted(const Properties& from, std::string_view name) {
    const auto at = from.find(name);
    if (at == from.end()) return {};
    simdjson::dom::parser parser;
    Json value;
    if (parser.parse(at->second).get(value) != simdjson::SUCCESS || !is_text(value)) return {};
    return std::string(view(value));
}

template <std::size_t Size>
bool is_record(Json value, const std::array<std::string_view, Size>& parts) {
    if (!value.is_object()) return false;
    for (const auto member : value.get_object().value_unsafe()) {
        const auto name = member.key;
        if (std::find(parts.begin(), parts.end(), name) == parts.end()) return false;
        if (!member.value.is_string() && !member.value.is_null()) return false;
    }
    return true;
}

bool is_date(std::string_view text) {
    if (text.size() != 10 && (text.size() < 20 || text[10] != 'T' || text.back() != 'Z'))
        return false;
    for (std::size_t i = 0; i < 10; ++i) {
        const bool dash = i == 4 || i == 7;
        if (dash ? text[i] != '-' : (text[i] < '0' || text[i] > '9')) return false;
    }
    return true;
}

Reply wrong_value(std::string_view name) {
    return error(400, "RequestBodyRead",
                 fmt::format("Cannot convert the value of property '{}' to its type.", name));
}

bool has_kind(const Property& property, Json value) {
    if (property.kind == Kind::texts || property.kind == Kind::emails) {
        if (!value.is_array()) return false;
        for (const Json entry : value.get_array().value_unsafe()) {
            const bool fits =
                property.kind == Kind::texts ? entry.is_string() : is_record(entry, email_parts);
            if (!fits) return false;
        }
        return true;
    }
    if (value.is_null()) return true;
    if (property.kind == Kind::address) return is_record(value, address_parts);
    if (property.kind == Kind::email) return is_record(value, email_parts);
    return value.is_string() && (property.kind != Kind::date || is_date(view(value)));
}

std::optional<Reply> check(Json body) {
    for (const auto member : body.get_object().value_unsafe()) {
        const auto name = member.key;
        if (name.starts_with("@odata.") || name == "singleValueExtendedProperties") continue;
        const auto* const at =
            std::find_if(properties.begin(), properties.end(),
                         [name](const Property& one) { return one.name == name; });
        if (at == properties.end()) {
            return error(400, "RequestBodyRead",
                         fmt::format("The property '{}' does not exist on type "
                                     "'microsoft.graph.contact'.",
                                     name));
        }
        if (at->kind == Kind::fixed) continue;
        if (!has_kind(*at, member.value)) return wrong_value(name);
        if (at->most > 0 && size_of(member.value) > at->most) {
            std::string upper(name);
            upper[0] = static_cast<char>(upper[0] - 32);
            return error(
                400, "ErrorInvalidRequest",
                fmt::format("The multi value property {} has {} entries, that exceeds the max "
                            "allowed value of {}",
                            upper, size_of(member.value), at->most));
        }
    }
    const auto has_slot = std::any_of(slots.begin(), slots.end(),
                                      [body](std::string_view slot) { return has(body, slot); });
    if (has_slot && has(body, "emailAddresses")) {
        return error(400, "ErrorInvalidRequest",
                     "emailAddresses and single e-mail properties cannot be set together.");
    }
    return std::nullopt;
}

/// What the service keeps of an e-mail address: one that is none is lost, its name stays
/// (microsoft-graph-docs-contrib#7966).
std::string kept_email(Json email) {
    const Json address = email["address"].value_unsafe();
    const bool is_lost = has(email, "address") && address.is_string() &&
                         view(address).find('@') == std::string_view::npos;
    if (!is_lost) return std::string(simdjson::minify(email));
    const bool is_named = has(email, "name") && email["name"].is_string();
    const auto name = is_named ? view(email["name"].value_unsafe()) : view(address);
    return fmt::format("{{\"name\":{}}}", json_text(name));
}

void set(Properties& into, const Property& property, Json value) {
    if (property.kind == Kind::email && value.is_object()) {
        into[std::string(property.name)] = kept_email(value);
    } else if (property.kind == Kind::emails) {
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const std::string slot(slots[i]);
            into.erase(slot);
            into.erase("ews:" + slot);
            if (i < size_of(value)) into[slot] = kept_email(value.at(i).value_unsafe());
        }
    } else if (value.is_null()) {
        into.erase(std::string(property.name));
    } else if (property.kind == Kind::date && view(value).size() == 10) {
        into[std::string(property.name)] = fmt::format("\"{}T00:00:00Z\"", view(value));
    } else {
        into[std::string(property.name)] = std::string(simdjson::minify(value));
    }
}

// The service makes a name when a save brings parts of it and no displayName.
void name_contact(Properties& own, Json body) {
    if (has(body, "displayName")) return;
    const bool parts = has(body, "givenName") || has(body, "surname");
    if (own.contains("displayName") && !parts) return;
    std::string name = unquoted(own, "givenName");
    const std::string surname = unquoted(own, "surname");
    if (!name.empty() && !surname.empty()) name += ' ';
    name += surname;
    if (name.empty()) name = unquoted(own, "companyName");
    if (!name.empty()) own["displayName"] = json_text(name);
}

void write_raw(Writer& writer, const std::string& json) {
    writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
}

/// Entries without text are gaps: another protocol filled a later place of the list only.
void write_without_gaps(Writer& writer, const std::string& json) {
    simdjson::dom::parser parser;
    const Json list = parser.parse(json).value_unsafe();
    writer.StartArray();
    for (const Json entry : list.get_array().value_unsafe()) {
        if (!view(entry).empty()) write_text(writer, view(entry));
    }
    writer.EndArray();
}

void write_property(Writer& writer, const Property& property, const Properties& own) {
    if (property.kind == Kind::emails) {
        writer.StartArray();
        for (const auto slot : slots) {
            if (const auto at = own.find(slot); at != own.end()) write_raw(writer, at->second);
        }
        writer.EndArray();
        return;
    }
    const auto at = own.find(property.name);
    const bool has_gaps = at != own.end() && property.kind == Kind::texts &&
                          at->second.find(R"("")") != std::string::npos;
    if (has_gaps) {
        write_without_gaps(writer, at->second);
    } else if (at != own.end()) {
        write_raw(writer, at->second);
    } else if (property.kind == Kind::texts) {
        writer.StartArray();
        writer.EndArray();
    } else {
        writer.Null();
    }
}

void write_marks(Writer& writer, const Marks& marks, const View& view) {
    if (view.marks.empty()) return;
    bool open = false;
    for (const auto& id : view.marks) {
        const auto at = marks.find(id);
        if (at == marks.end()) continue;
        if (!open) {
            writer.Key("singleValueExtendedProperties");
            writer.StartArray();
            open = true;
        }
        writer.StartObject();
        writer.Key("id");
        write_text(writer, at->first);
        writer.Key("value");
        write_text(writer, at->second);
        writer.EndObject();
    }
    if (open) writer.EndArray();
}

std::string instant(std::int64_t seconds) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

}  // namespace

void write_text(Writer& writer, std::string_view text) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

std::string canonical_mark(std::string_view id) {
    const auto end = id.find('}');
    if (end == std::string_view::npos) return std::string(id);
    const auto start = std::min(id.find('{'), end);
    return fmt::format("{}{}{}", id.substr(0, start), lower(id.substr(start, end - start)),
                       id.substr(end));
}

std::string change_key(const Contact& contact) {
    return fmt::format("EQAAABYAAAB{:020X}A", contact.change);
}

std::optional<Reply> apply_marks(Marks& marks, Json list) {
    constexpr std::string_view name = "singleValueExtendedProperties";
    if (!list.is_array()) return wrong_value(name);
    Marks added;
    for (const Json entry : list.get_array().value_unsafe()) {
        const bool fits =
            entry.is_object() && entry["id"].is_string() && entry["value"].is_string();
        if (!fits) return wrong_value(name);
        added[canonical_mark(view(entry["id"].value_unsafe()))] =
            std::string(view(entry["value"].value_unsafe()));
    }
    for (auto& [id, value] : added)
        marks[id] = value;
    return std::nullopt;
}

std::optional<Reply> apply_contact(Contact& contact, Json body) {
    if (auto wrong = check(body)) return wrong;
    if (has(body, "singleValueExtendedProperties")) {
        const Json list = body["singleValueExtendedProperties"].value_unsafe();
        if (auto wrong = apply_marks(contact.marks, list)) return wrong;
    }
    for (const auto& property : properties) {
        if (property.kind == Kind::fixed) continue;
        if (!has(body, property.name)) continue;
        set(contact.properties, property, body[property.name].value_unsafe());
    }
    name_contact(contact.properties, body);
    return std::nullopt;
}

void write_contact(Writer& writer, const Mailbox& mailbox, const Contact& contact,
                   const View& view) {
    const auto wanted = [&view](std::string_view name) {
        return view.select.empty() || view.select.contains(name);
    };
    writer.StartObject();
    writer.Key("@odata.etag");
    write_text(writer, fmt::format("W/\"{}\"", change_key(contact)));
    writer.Key("id");
    write_text(writer, mailbox.id_of(contact.key, contact.place, view.ids));
    const auto put = [&writer, &wanted](const char* name, const std::string& value) {
        if (!wanted(name)) return;
        writer.Key(name);
        write_text(writer, value);
    };
    put("createdDateTime", instant(contact.created));
    put("lastModifiedDateTime", instant(contact.modified));
    put("changeKey", change_key(contact));
    put("parentFolderId", mailbox.id_of(mailbox.folders().at(contact.folder)));
    for (const auto& property : properties) {
        if (property.kind == Kind::fixed || !wanted(property.name)) continue;
        writer.Key(property.name.data(), static_cast<rapidjson::SizeType>(property.name.size()));
        write_property(writer, property, contact.properties);
    }
    write_marks(writer, contact.marks, view);
    writer.EndObject();
}

void write_folder(Writer& writer, Mailbox& mailbox, const Folder& folder, const View& view) {
    writer.StartObject();
    writer.Key("id");
    write_text(writer, mailbox.id_of(folder));
    if (view.select.empty() || view.select.contains("displayName")) {
        writer.Key("displayName");
        write_text(writer, folder.name);
    }
    if (view.select.empty() || view.select.contains("parentFolderId")) {
        writer.Key("parentFolderId");
        write_text(writer, folder.parent == 0 ? mailbox.id_of(folder)
                                              : mailbox.id_of(mailbox.folder(folder.parent)));
    }
    write_marks(writer, folder.marks, view);
    writer.EndObject();
}

}  // namespace hqsync::sim
