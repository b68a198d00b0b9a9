// Encodes cards into Graph's members and reads them back.
#include "graph/codec.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <set>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/letter_case.hpp"
#include "graph/names.hpp"

namespace hqsync::graph {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

/// Fields that are one text member each.
constexpr std::array<std::pair<Field, std::string_view>, 11> text_members = {{
    {Field::given_name, "givenName"},
    {Field::surname, "surname"},
    {Field::display_name, "displayName"},
    {Field::file_as, "fileAs"},
    {Field::title, "title"},
    {Field::position, "jobTitle"},
    {Field::company, "companyName"},
    {Field::mobile_phone, "mobilePhone"},
    {Field::web_page, "businessHomePage"},
    {Field::notes, "personalNotes"},
    {Field::birthday, "birthday"},
}};
constexpr std::array<std::pair<Field, std::string_view>, 3> email_members = {{
    {Field::email1, "primaryEmailAddress"},
    {Field::email2, "secondaryEmailAddress"},
    {Field::email3, "tertiaryEmailAddress"},
}};
constexpr std::array<std::pair<Field, std::string_view>, 4> address_members = {{
    {Field::street, "street"},
    {Field::city, "city"},
    {Field::postal_code, "postalCode"},
    {Field::country, "countryOrRegion"},
}};

bool is_address(Field field) {
    return std::ranges::find(address_members, field, &std::pair<Field, std::string_view>::first) !=
           address_members.end();
}

/// XML-hostile control characters are refused by Exchange's store; tabs and line ends are fine.
std::string without_controls(std::string_view text) {
    std::string result;
    std::ranges::copy_if(text, std::back_inserter(result), [](char letter) {
        return letter < 0 || letter >= ' ' || letter == '\n' || letter == '\r' || letter == '\t';
    });
    return result;
}

std::string text_or_null(std::string_view text) {
    return text.empty() ? "null" : json_string(text);
}

/// Noon, so that no time zone moves the day (DESIGN §4, birthdays).
std::string birthday_value(std::string_view date) {
    return date.empty() ? "null" : json_string(fmt::format("{}T11:59:00Z", date));
}

std::string email_value(const std::string& address, const std::string& name) {
    if (address.empty()) return "null";  // clears the slot
    return json_object(
        {{"address", json_string(address)}, {"name", json_string(name.empty() ? address : name)}});
}

std::string list_of(const std::vector<std::string>& texts) {
    std::string list;
    for (const auto& text : texts) {
        if (!list.empty()) list += ',';
        list += json_string(without_controls(text));
    }
    return "[" + list + "]";
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Digits of fixed places; nothing when one is no digit.
std::optional<unsigned> number_at(std::string_view text, std::size_t at, std::size_t size) {
    unsigned value = 0;
    const auto part = text.substr(at, size);
    const auto read = std::from_chars(part.data(), part.data() + part.size(), value);
    if (read.ec != std::errc{} || read.ptr != part.data() + part.size()) return std::nullopt;
    return value;
}

/// The date of (UTC + 12 h): other programs write midnight of their own zone. A date without a time
/// is that date. Nothing: it is no date.
std::optional<std::string> birthday_of(std::string_view text) {
    if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const bool has_time = text.size() > 10;
    if (has_time && (text.size() < 13 || text[10] != 'T')) return std::nullopt;
    const auto year = number_at(text, 0, 4);
    const auto month = number_at(text, 5, 2);
    const auto day = number_at(text, 8, 2);
    const auto hour = has_time ? number_at(text, 11, 2) : 0;
    if (!year || !month || !day || !hour || *hour > 23) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month), std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    const std::chrono::year_month_day shown(std::chrono::floor<std::chrono::days>(
        std::chrono::sys_days(date) + std::chrono::hours(*hour + 12)));
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(shown.year()),
                       static_cast<unsigned>(shown.month()), static_cast<unsigned>(shown.day()));
}

/// Reads members; the first that is of another kind than it must be is the fault.
class Reader {
public:
    std::string text(std::optional<object> from, std::string_view name, std::string_view where) {
        std::string_view text;
        const auto value = present(from, name);
        if (value && value->get(text) != simdjson::SUCCESS) refuse(where, "is no text");
        return std::string(text);
    }

    std::optional<object> part(object from, std::string_view name) {
        object inner;
        const auto value = present(from, name);
        if (!value) return std::nullopt;
        if (value->get(inner) == simdjson::SUCCESS) return inner;
        refuse(name, "is no object");
        return std::nullopt;
    }

    std::vector<std::string> texts(object from, std::string_view name) {
        std::vector<std::string> texts;
        array list;
        const auto value = present(from, name);
        if (!value) return texts;
        if (value->get(list) != simdjson::SUCCESS) {
            refuse(name, "is no list");
            return texts;
        }
        for (const element entry : list) {
            std::string_view text;
            if (entry.get(text) != simdjson::SUCCESS) refuse(name, "is no list of texts");
            texts.emplace_back(text);
        }
        return texts;
    }

    std::string birthday(const std::string& text) {
        if (text.empty()) return {};
        auto date = birthday_of(text);
        if (!date) refuse("birthday", "is no date");
        return std::move(date).value_or("");
    }

    Result<ContactCard> done(ContactCard card) {
        if (fault_) return fail(*fault_);
        return card;
    }

private:
    static std::optional<element> present(std::optional<object> from, std::string_view name) {
        element value;
        if (!from || (*from)[name].get(value) != simdjson::SUCCESS || value.is_null()) {
            return std::nullopt;
        }
        return value;
    }

    void refuse(std::string_view where, std::string_view what) {
        if (fault_) return;
        fault_ = Fault{Reach::mailbox, "graph.unreadable",
                       fmt::format("Graph showed a contact whose {} {}", where, what)};
    }

    std::optional<Fault> fault_;
};

std::string extended(const std::vector<std::pair<std::string_view, std::string>>& properties) {
    std::string list;
    for (const auto& [id, value] : properties) {
        if (!list.empty()) list += ',';
        list +=
            json_object({{"id", json_string(id)}, {"value", json_string(without_controls(value))}});
    }
    return "[" + list + "]";
}

/// The state of an address: the one part that is no `Field`.
std::string state_of(object current) {
    object address;
    if (current["businessAddress"].get(address) != simdjson::SUCCESS) return {};
    return read_text(address, "state");
}

/// All parts: Graph replaces the address whole, and may keep a part that is left out.
std::string address_value(const ContactCard& card, const std::string& state) {
    Members parts = {{"state", text_or_null(state)}};
    for (const auto& [field, name] : address_members)
        parts.emplace(name, text_or_null(without_controls(card[field])));
    return json_object(parts);
}

/// The second business phone is the user's; Graph takes two at most (graph.md §1).
std::string phones_value(const std::string& first, object current) {
    auto phones = Reader().texts(current, "businessPhones");
    phones.resize(std::min<std::size_t>(phones.size(), 2));
    if (!phones.empty()) phones.erase(phones.begin());
    if (!first.empty()) phones.insert(phones.begin(), first);
    return list_of(phones);
}

void put_field(Field field, const ContactCard& card, Members& members) {
    for (const auto& [text_field, name] : text_members) {
        if (text_field != field) continue;
        members[std::string(name)] = field == Field::birthday
                                         ? birthday_value(card[field])
                                         : text_or_null(without_controls(card[field]));
    }
    for (const auto& [email, name] : email_members) {
        if (email != field) continue;
        members[std::string(name)] =
            email_value(without_controls(card[field]), without_controls(card[Field::display_name]));
    }
    if (field == Field::categories) members["categories"] = list_of(lines_of(card[field]));
}

}  // namespace

std::string json_string(std::string_view text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return {buffer.GetString(), buffer.GetSize()};
}

std::string json_object(const Members& members) {
    std::string body = "{";
    for (const auto& [name, value] : members) {
        if (body.size() > 1) body += ',';
        body += json_string(name);
        body += ':';
        body += value;
    }
    return body + "}";
}

Members create_members(const ContactCard& card, const ContactMark& mark) {
    Members members;
    for (const auto field : all_fields()) {
        if (!card[field].empty()) put_field(field, card, members);
    }
    const bool has_address = std::ranges::any_of(
        address_members, [&](const auto& part) { return !card[part.first].empty(); });
    if (has_address) members["businessAddress"] = address_value(card, "");
    if (!card[Field::business_phone].empty()) {
        members["businessPhones"] = list_of({card[Field::business_phone]});
    }
    std::vector<std::pair<std::string_view, std::string>> properties = {
        {contact_property, to_text(mark)}};
    if (!card[Field::business_fax].empty()) {
        properties.emplace_back(fax_property, card[Field::business_fax]);
    }
    members["singleValueExtendedProperties"] = extended(properties);
    return members;
}

bool needs_current(const std::vector<FieldChange>& changes) {
    return std::ranges::any_of(changes, [](const FieldChange& change) {
        return change.field == Field::business_phone || is_address(change.field);
    });
}

Members change_members(const std::vector<FieldChange>& changes, const ContactCard& seen,
                       object current, const std::optional<ContactMark>& mark) {
    auto card = seen;
    // A PATCH keeps the properties that it does not name.
    std::vector<std::pair<std::string_view, std::string>> properties;
    if (mark) properties.emplace_back(contact_property, to_text(*mark));
    for (const auto& change : changes)
        card[change.field] = change.text;
    Members members;
    for (const auto& change : changes) {
        put_field(change.field, card, members);
        if (is_address(change.field)) {
            members["businessAddress"] = address_value(card, state_of(current));
        }
        if (change.field == Field::business_phone) {
            members["businessPhones"] = phones_value(change.text, current);
        }
        if (change.field == Field::business_fax) {
            properties.emplace_back(fax_property, change.text);
        }
    }
    if (!properties.empty()) members["singleValueExtendedProperties"] = extended(properties);
    if (!card[Field::display_name].empty()) put_field(Field::display_name, card, members);
    return members;
}

Members copy_members(object item, const ContactCard& seen, const std::vector<FieldChange>& changes,
                     const ContactMark& mark) {
    // The e-mail slots are written as slots; the list only mirrors them (do not send both).
    static const std::set<std::string_view> not_copied = {"id",
                                                          "changeKey",
                                                          "createdDateTime",
                                                          "lastModifiedDateTime",
                                                          "parentFolderId",
                                                          "emailAddresses",
                                                          "photo",
                                                          "singleValueExtendedProperties",
                                                          "extensions",
                                                          "multiValueExtendedProperties"};
    Members members;
    for (const auto [name, value] : item) {
        if (name.starts_with("@") || name.find("@odata.") != std::string_view::npos) continue;
        if (not_copied.contains(name) || value.is_null()) continue;
        members[std::string(name)] = simdjson::minify(value);
    }
    for (auto& [name, value] : change_members(changes, seen, item, std::nullopt))
        members[name] = value;

    std::vector<std::pair<std::string_view, std::string>> properties = {
        {contact_property, to_text(mark)}};
    auto fax = read_property(item, fax_property).value_or("");
    for (const auto& change : changes) {
        if (change.field == Field::business_fax) fax = change.text;
    }
    if (!fax.empty()) properties.emplace_back(fax_property, fax);
    for (const auto id : carried_properties) {
        auto value = read_property(item, id);
        if (value) properties.emplace_back(id, *std::move(value));
    }
    members["singleValueExtendedProperties"] = extended(properties);
    return members;
}

Result<ContactCard> read_card(object item) {
    ContactCard card;
    Reader reader;
    for (const auto& [field, name] : text_members)
        card[field] = reader.text(item, name, name);
    card[Field::birthday] = reader.birthday(card[Field::birthday]);
    for (const auto& [field, name] : email_members) {
        const auto email = reader.part(item, name);
        card[field] = reader.text(email, "address", name);
        // Of an address that is none Graph keeps the name: somebody typed something, and a slot
        // that was emptied is another thing (microsoft-graph-docs-contrib#7966).
        if (card[field].empty()) card[field] = reader.text(email, "name", name);
    }
    const auto address = reader.part(item, "businessAddress");
    for (const auto& [field, name] : address_members)
        card[field] = reader.text(address, name, "businessAddress");
    const auto phones = reader.texts(item, "businessPhones");
    if (!phones.empty()) card[Field::business_phone] = phones.front();
    card[Field::business_fax] = read_property(item, fax_property).value_or("");
    auto categories = reader.texts(item, "categories");
    std::ranges::sort(categories);
    card[Field::categories] = fmt::format("{}", fmt::join(categories, "\n"));
    return reader.done(std::move(card));
}

std::optional<std::string> read_property(object item, std::string_view id) {
    array properties;
    if (item["singleValueExtendedProperties"].get(properties) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    for (const element entry : properties) {
        object property;
        if (entry.get(property) != simdjson::SUCCESS) continue;
        if (equal_without_case(read_text(property, "id"), id)) return read_text(property, "value");
    }
    return std::nullopt;
}

std::string read_text(object object, std::string_view name) {
    std::string_view text;
    return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string{};
}

std::string select_of_card() {
    std::string select = "$select=id,changeKey,parentFolderId,createdDateTime,lastModifiedDateTime";
    for (const auto& [field, name] : text_members)
        select += fmt::format(",{}", name);
    for (const auto& [field, name] : email_members)
        select += fmt::format(",{}", name);
    return select + ",businessAddress,businessPhones,categories";
}

}  // namespace hqsync::graph
