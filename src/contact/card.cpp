// Names of fields and folders, and the text form of the mark.
#include "contact/card.hpp"

#include <algorithm>
#include <charconv>

namespace hqsync {

namespace {

constexpr std::array<std::string_view, field_count> field_names = {
    "given_name", "surname",        "display_name", "file_as",      "title",   "position",
    "company",    "business_phone", "mobile_phone", "business_fax", "email1",  "email2",
    "email3",     "street",         "city",         "postal_code",  "country", "web_page",
    "birthday",   "notes",          "categories"};

constexpr auto make_all_fields() {
    std::array<Field, field_count> fields{};
    for (std::size_t i = 0; i < field_count; ++i)
        fields[i] = static_cast<Field>(i);
    return fields;
}
constexpr auto fields_in_order = make_all_fields();

}  // namespace

std::string_view name(Field field) {
    return field_names[std::to_underlying(field)];
}

std::optional<Field> field_named(std::string_view name) {
    const auto found = std::ranges::find(field_names, name);
    if (found == field_names.end()) return std::nullopt;
    return static_cast<Field>(found - field_names.begin());
}

const std::array<Field, field_count>& all_fields() {
    return fields_in_order;
}

bool is_of_contact_person(Field field) {
    switch (field) {
        case Field::display_name:
        case Field::file_as:
        case Field::company:
        case Field::email2:
        case Field::email3:
        case Field::categories: return false;
        case Field::given_name:
        case Field::surname:
        case Field::title:
        case Field::position:
        case Field::business_phone:
        case Field::mobile_phone:
        case Field::business_fax:
        case Field::email1:
        case Field::street:
        case Field::city:
        case Field::postal_code:
        case Field::country:
        case Field::web_page:
        case Field::birthday:
        case Field::notes: return true;
    }
    return false;
}

std::string to_text(const ContactMark& mark) {
    return mark.system + ":" + std::to_string(mark.contact.value());
}

std::optional<ContactMark> parse_mark(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    const auto digits = text.substr(colon + 1);
    const bool only_digits = !digits.empty() && std::ranges::all_of(digits, [](char letter) {
        return letter >= '0' && letter <= '9';
    });
    // One text for one contact: "hq:07" is nobody's mark.
    if (!only_digits || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    std::int64_t number = 0;
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return ContactMark{std::string(text.substr(0, colon)), ContactId(number)};
}

std::string_view name(FolderRole role) {
    switch (role) {
        case FolderRole::mine: return "mine";
        case FolderRole::global: return "global";
    }
    return "unknown";
}

std::optional<FolderRole> folder_role_named(std::string_view name) {
    if (name == "mine") return FolderRole::mine;
    if (name == "global") return FolderRole::global;
    return std::nullopt;
}

}  // namespace hqsync
