// The fields of a contact by their EWS paths: where the mailbox keeps them, and what may be done
// with them.
#pragma once

#include <pugixml.hpp>

#include <expected>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/ews_extended.hpp"
#include "sim/ews_message.hpp"
#include "sim/mailbox.hpp"

namespace hqsync::sim {

enum class FieldKind : std::uint8_t {
    text,
    date,
    texts,     ///< t:String entries
    body,      ///< text with a BodyType
    indexed,   ///< a dictionary with entries by key
    made,      ///< by the server, cannot be written
    directory  ///< of the directory, not of items: neither read nor written
};

struct Field {
    const char* element;  ///< "t:GivenName"
    const char* uri;      ///< "contacts:GivenName"
    FieldKind kind;
    const char* property;   ///< where it is kept; null for the kinds without a place
    const char* otherwise;  ///< what is shown when there is nothing; null: nothing
};

/// In the order of the schema.
std::span<const Field> fields();
const Field* field_of_element(std::string_view element);
const Field* field_of_uri(std::string_view uri);

struct Indexed {
    const char* element;  ///< dictionary: "t:PhoneNumbers"
    const char* uri;      ///< "contacts:PhoneNumber", "contacts:PhysicalAddress:City"
    const char* index;    ///< "MobilePhone"
    const char* slot;
};
/// Entries of all dictionaries in the order in which they are written.
std::span<const Indexed> indexed_fields();
const Indexed* indexed_field(std::string_view uri, std::string_view index);

/// One property: "contacts:GivenName", "contacts:PhoneNumber/MobilePhone", "String 0x3A45".
struct FieldPath {
    std::string key;
    const Field* field = nullptr;
    const Indexed* indexed = nullptr;
    std::optional<ExtendedPath> extended;
};
std::expected<FieldPath, EwsError> read_path(pugi::xml_node path);
/// A property of messages, appointments, ...: contacts may be asked for it, and have none.
bool is_of_others(pugi::xml_node path);

/// Where an extended property is kept: with the field that it is another name of, or by itself.
std::string slot_of(const ExtendedPath& path);
std::optional<std::string> read_extended(const Contact& contact, const ExtendedPath& path);
/// The values of a field as texts; empty when it has none.
std::vector<std::string> values_of(const Contact& contact, const FieldPath& path);

struct EmailSlots {
    const char* index;  ///< "EmailAddress1"
    const char* address;
    const char* name;
    const char* type;
    const char* original;
};
std::span<const EmailSlots> email_slots();

}  // namespace hqsync::sim
