// Names of properties in EWS: the paths that requests carry and answers repeat.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "contact/card.hpp"
#include "ews/names.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace hqsync::ews {

/// An element FieldURI, IndexedFieldURI or ExtendedFieldURI with its attributes; an attribute
/// without a name is none.
struct Path {
    std::string_view element;
    std::array<std::pair<std::string_view, std::string_view>, 3> attributes;
};

constexpr Path field(std::string_view uri) {
    return {"t:FieldURI", {{{"FieldURI", uri}}}};
}
constexpr Path indexed(std::string_view uri, std::string_view index) {
    return {"t:IndexedFieldURI", {{{"FieldURI", uri}, {"FieldIndex", index}}}};
}
/// One of our own named properties.
constexpr Path ours(std::string_view name) {
    return {
        "t:ExtendedFieldURI",
        {{{"PropertySetId", property_set}, {"PropertyName", name}, {"PropertyType", "String"}}}};
}
/// Of PSETID_Address. EWS: PropertyId is decimal only (ews.md §5.4).
constexpr Path of_address(std::string_view id, std::string_view type) {
    return {
        "t:ExtendedFieldURI",
        {{{"DistinguishedPropertySetId", "Address"}, {"PropertyId", id}, {"PropertyType", type}}}};
}

inline constexpr Path mark_path = ours(contact_property);
inline constexpr Path role_path = ours(folder_property);
/// PidTagDisplayNamePrefix: CompleteName/Title is read-only (ews.md §5.3).
inline constexpr Path title_path = {"t:ExtendedFieldURI",
                                    {{{"PropertyTag", "0x3A45"}, {"PropertyType", "String"}}}};
/// PidTagBusinessHomePage: for what the element BusinessHomePage does not take (ews/web_page.hpp).
inline constexpr Path web_page_path = {"t:ExtendedFieldURI",
                                       {{{"PropertyTag", "0x3A51"}, {"PropertyType", "String"}}}};
/// PidLidBirthdayLocal (0x80DE): the date as it was typed, without conversion to UTC.
inline constexpr Path local_birthday_path = of_address("32990", "SystemTime");

/// What belongs to one e-mail of a contact: the entry's key, and the named properties beside the
/// address that have to change with it (MS-OXOCNTC 2.2.1.2: the group changes together).
struct EmailSlot {
    Field field;
    std::string_view key;
    Path display_name;    ///< 0x8080, 0x8090, 0x80A0
    Path address_type;    ///< 0x8082, ...
    Path original_name;   ///< 0x8084, ...: equals the address for SMTP
    Path original_entry;  ///< 0x8085, ...: of the address book's entry that it was picked from
};
inline constexpr std::array<EmailSlot, 3> email_slots = {{
    {Field::email1, "EmailAddress1", of_address("32896", "String"), of_address("32898", "String"),
     of_address("32900", "String"), of_address("32901", "Binary")},
    {Field::email2, "EmailAddress2", of_address("32912", "String"), of_address("32914", "String"),
     of_address("32916", "String"), of_address("32917", "Binary")},
    {Field::email3, "EmailAddress3", of_address("32928", "String"), of_address("32930", "String"),
     of_address("32932", "String"), of_address("32933", "Binary")},
}};

/// Fields that are one text element and one FieldURI each.
struct TextField {
    Field field;
    std::string_view element;
    std::string_view uri;
};
inline constexpr std::array<TextField, 7> text_fields = {{
    {Field::given_name, "GivenName", "contacts:GivenName"},
    {Field::surname, "Surname", "contacts:Surname"},
    {Field::display_name, "DisplayName", "contacts:DisplayName"},
    {Field::file_as, "FileAs", "contacts:FileAs"},
    {Field::position, "JobTitle", "contacts:JobTitle"},
    {Field::company, "CompanyName", "contacts:CompanyName"},
    {Field::web_page, "BusinessHomePage", "contacts:BusinessHomePage"},
}};

/// Entries of PhoneNumbers; their key is also their index.
inline constexpr std::array<std::pair<Field, std::string_view>, 3> phone_keys = {{
    {Field::business_phone, "BusinessPhone"},
    {Field::mobile_phone, "MobilePhone"},
    {Field::business_fax, "BusinessFax"},
}};

/// Parts of the business address, in the order of the schema.
struct AddressPart {
    Field field;
    std::string_view element;
    std::string_view uri;
};
inline constexpr std::array<AddressPart, 4> address_parts = {{
    {Field::street, "Street", "contacts:PhysicalAddress:Street"},
    {Field::city, "City", "contacts:PhysicalAddress:City"},
    {Field::country, "CountryOrRegion", "contacts:PhysicalAddress:CountryOrRegion"},
    {Field::postal_code, "PostalCode", "contacts:PhysicalAddress:PostalCode"},
}};
inline constexpr std::string_view address_key = "Business";

void write_path(wire::Writer& xml, const Path& path);
/// <t:ExtendedProperty> with one value.
void write_property(wire::Writer& xml, const Path& path, std::string_view value);
/// Value of an extended property that the item or folder shows. Servers change the case of tags and
/// sets (sample 05); what is no text is shown as it is written.
std::optional<std::string> read_property(wire::Element shown, const Path& path);

}  // namespace hqsync::ews
