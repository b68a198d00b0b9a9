// The value everyone speaks about: one contact as it stands in a mailbox, field by field.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.hpp"

namespace hqsync {

/// Fields that travel. The order is that of every listing; the names (`name(Field)`) are stored in
/// the state database and printed by `plan --json`: never renamed, only added to.
enum class Field : std::uint8_t {
    given_name,
    surname,
    display_name,
    file_as,
    title,
    position,
    company,
    business_phone,
    mobile_phone,
    business_fax,
    email1,
    email2,
    email3,
    street,
    city,
    postal_code,
    country,
    web_page,
    birthday,  ///< ISO date "1959-09-04"
    notes,
    categories,  ///< sorted names, one a line ("\n" between them)
};
inline constexpr std::size_t field_count = 21;

std::string_view name(Field field);
std::optional<Field> field_named(std::string_view name);
/// All fields in order, for loops.
const std::array<Field, field_count>& all_fields();

/// Whether HQ keeps the field with the contact person himself, so that a mailbox may write it back.
/// The others are the company's (company, categories), made of other fields (display_name,
/// file_as), or stand in further addresses that HQ's API does not let us write (email2, email3).
bool is_of_contact_person(Field field);

/// A text for each field; empty means the contact has none. Texts are UTF-8.
class ContactCard {
public:
    std::string& operator[](Field field) { return texts_[std::to_underlying(field)]; }
    const std::string& operator[](Field field) const { return texts_[std::to_underlying(field)]; }

    bool operator==(const ContactCard&) const = default;

private:
    std::array<std::string, field_count> texts_;
};

/// A field and the text it is to have; an empty text clears it.
struct FieldChange {
    Field field;
    std::string text;

    bool operator==(const FieldChange&) const = default;
};

/// The identity of a managed item: "<hq system id>:<contact id>", for example "hq:10007".
/// Stored in the named property HqContact (DESIGN §4, identity).
struct ContactMark {
    std::string system;  ///< id of the HQ installation; no colon
    ContactId contact;

    auto operator<=>(const ContactMark&) const = default;
};
std::string to_text(const ContactMark& mark);
std::optional<ContactMark> parse_mark(std::string_view text);

/// The two folders of a user. Their marks (property HqFolder) are "mine" and "global".
enum class FolderRole : std::uint8_t { mine, global };
std::string_view name(FolderRole role);
std::optional<FolderRole> folder_role_named(std::string_view name);

}  // namespace hqsync
