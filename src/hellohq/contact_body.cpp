// Merges changed fields into the JSON of a record, so that fields that hqsync does not know stay.
#include "hellohq/contact_body.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include "hellohq/records.hpp"

namespace hqsync::hellohq {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;
using Members = std::map<std::string, std::string, std::less<>>;  ///< name to JSON text

template <class Record>
struct TextField {
    const char* name;
    std::string Record::* member;
};

constexpr std::array<TextField<ContactPerson>, 10> contact_fields = {
    {{"FirstName", &ContactPerson::first_name},
     {"LastName", &ContactPerson::last_name},
     {"Salutation", &ContactPerson::salutation},
     {"SalutationForm", &ContactPerson::salutation_form},
     {"Title", &ContactPerson::title},
     {"Language", &ContactPerson::language},
     {"Position", &ContactPerson::position},
     {"PhoneLandline", &ContactPerson::phone_landline},
     {"PhoneMobile", &ContactPerson::phone_mobile},
     {"Birthdate", &ContactPerson::birthdate}}};
constexpr std::array<TextField<Address>, 11> address_fields = {
    {{"City", &Address::city},
     {"Street", &Address::street},
     {"HouseNumber", &Address::house_number},
     {"ZipCode", &Address::zip_code},
     {"AddressLine2", &Address::line2},
     {"Description", &Address::description},
     {"Country", &Address::country},
     {"Phone", &Address::phone},
     {"Fax", &Address::fax},
     {"Email", &Address::email},
     {"Website", &Address::website}}};

std::string json_text(const std::string& text) {
    if (text.empty()) return "null";
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return {buffer.GetString(), buffer.GetSize()};
}

std::string json_object(const Members& members) {
    std::string text = "{";
    for (const auto& [name, value] : members)
        text += (text.size() > 1 ? "," : "") + json_text(name) + ":" + value;
    return text + "}";
}

template <class Record, std::size_t size>
Members differences(const std::array<TextField<Record>, size>& fields, const Record& before,
                    const Record& after) {
    Members changes;
    for (const auto& [name, member] : fields)
        if (before.*member != after.*member) changes[name] = json_text(after.*member);
    return changes;
}

/// Empty: none.
template <class Record, std::size_t size>
std::string unchanged(const std::array<TextField<Record>, size>& fields, const Record& before,
                      const Record& after, const Record& kept) {
    for (const auto& [name, member] : fields)
        if (before.*member != after.*member && kept.*member == before.*member) return name;
    return {};
}

const Address* address_with(const ContactPerson& person, const std::optional<AddressId>& id) {
    const auto at = std::ranges::find(person.addresses, id, &Address::id);
    return at == person.addresses.end() ? nullptr : &*at;
}

bool is_related(std::string_view name, element value) {
    return name.starts_with("@") || name.find("@odata.") != name.npos || value.is_array() ||
           value.is_object();
}

/// The plain fields of what HQ showed, with the changes.
Members merged(object shown, Members changes) {
    for (const auto [name, value] : shown)
        if (!is_related(name, value))
            changes.try_emplace(std::string(name), simdjson::minify(value));
    return changes;
}

std::string address_body(object shown, const ContactPerson& before, const ContactPerson& after) {
    if (!after.default_address) return "null";
    const auto changes = differences(address_fields, before.default_address.value_or(Address{}),
                                     *after.default_address);
    object address;
    if (shown["DefaultAddress"].get(address) == simdjson::SUCCESS)
        return json_object(merged(address, changes));
    return json_object(changes);
}

}  // namespace

std::string changed_body(const std::string& shown, const ContactPerson& before,
                         const ContactPerson& after) {
    auto changes = differences(contact_fields, before, after);
    if (before.company != after.company)
        changes["CompanyId"] = after.company ? std::to_string(after.company->value()) : "null";
    simdjson::dom::parser parser;
    object record;
    if (parser.parse(shown).get(record) != simdjson::SUCCESS) return json_object(changes);
    auto members = merged(record, std::move(changes));
    const bool has_address = before.default_address || after.default_address;
    if (has_address) members["DefaultAddress"] = address_body(record, before, after);
    return json_object(members);
}

std::string new_body(const ContactPerson& wanted) {
    auto members = differences(contact_fields, ContactPerson{}, wanted);
    if (wanted.company) members["CompanyId"] = std::to_string(wanted.company->value());
    if (wanted.default_address) {
        members["DefaultAddress"] =
            json_object(differences(address_fields, Address{}, *wanted.default_address));
    }
    return json_object(members);
}

std::vector<AddressUpdate> address_updates(const std::string& shown, const ContactPerson& before,
                                           const ContactPerson& after, const ContactPerson& kept) {
    std::vector<AddressUpdate> updates;
    simdjson::dom::parser parser;
    object record;
    if (parser.parse(shown).get(record) != simdjson::SUCCESS) return updates;
    const auto company = id_of(record, "CompanyId");
    if (!company) return updates;
    const auto add = [&](object address, const Address& old, const Address& wanted) {
        const auto id = id_of(address, "Id");
        if (!id) return;
        auto changes = differences(address_fields, old, wanted);
        updates.push_back({.path = fmt::format("/v1/Companies({})/Addresses({})", *company, *id),
                           .body = json_object(merged(address, std::move(changes)))});
    };
    object address;
    const bool lacks_default = before.default_address && after.default_address &&
                               before.default_address != after.default_address &&
                               kept.default_address == before.default_address;
    if (lacks_default && record["DefaultAddress"].get(address) == simdjson::SUCCESS)
        add(address, *before.default_address, *after.default_address);
    simdjson::dom::array others;
    if (record["Addresses"].get(others) != simdjson::SUCCESS) return updates;
    for (const auto& old : changed_others(before, after)) {
        const auto* const now = address_with(kept, old.id);
        if (now == nullptr || *now != old) continue;
        for (const element each : others) {
            const bool is_it =
                each.get(address) == simdjson::SUCCESS && id_of(address, "Id") == old.id->value();
            if (is_it) add(address, old, *address_with(after, old.id));
        }
    }
    return updates;
}

bool changes_person(const ContactPerson& before, const ContactPerson& after) {
    return !differences(contact_fields, before, after).empty() || before.company != after.company ||
           before.default_address != after.default_address;
}

std::vector<Address> changed_others(const ContactPerson& before, const ContactPerson& after) {
    std::vector<Address> changed;
    for (const auto& old : before.addresses) {
        if (!old.id || (before.default_address && before.default_address->id == old.id)) continue;
        const auto* const wanted = address_with(after, old.id);
        if (wanted != nullptr && *wanted != old) changed.push_back(old);
    }
    return changed;
}

std::string first_unchanged(const ContactPerson& before, const ContactPerson& after,
                            const ContactPerson& kept) {
    auto name = unchanged(contact_fields, before, after, kept);
    if (!name.empty()) return name;
    if (before.company != after.company && kept.company == before.company) return "CompanyId";
    const bool had = before.default_address.has_value();
    const bool has_same = had == kept.default_address.has_value();
    if (had != after.default_address.has_value() && has_same) return "DefaultAddress";
    if (had && has_same && after.default_address) {
        const auto inner = unchanged(address_fields, *before.default_address,
                                     *after.default_address, *kept.default_address);
        if (!inner.empty()) return "DefaultAddress." + inner;
    }
    for (const auto& old : changed_others(before, after)) {
        const auto* const now = address_with(kept, old.id);
        if (now == nullptr) continue;
        const auto inner = unchanged(address_fields, old, *address_with(after, old.id), *now);
        if (!inner.empty()) return "Addresses." + inner;
    }
    return {};
}

}  // namespace hqsync::hellohq
