// The entities of API v1 as this directory can tell them: their properties, and where they lead.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "directory/snapshot.hpp"

namespace hqsync::hqapi {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

enum class Kind : std::uint8_t {
    text,
    integer,
    number,
    boolean,
    instant,  ///< "…On": with a zone
    date,     ///< "…Date": no zone, never converted
};

struct AddressRow {
    const Address* address;
    std::int64_t id;
    bool is_standard;
    const std::string* updated_on;  ///< of whom it belongs to: HQ's own time is not kept
};
struct TypeOfCompany {
    const CompanyType* type;
    std::int64_t id;
    std::int64_t company;
};
struct NamedType {
    const CompanyType* type;
    std::int64_t id;
};
struct Membership {
    const Project* project;
    UserId user;
};
/// Of an entity that the API has and this directory does not keep: there is never one.
struct Nothing {};

/// One record; pointers live as long as the snapshot.
using Row = std::variant<const Subsystem*, const User*, const Company*, const ContactPerson*,
                         const Project*, const Lead*, AddressRow, TypeOfCompany, NamedType,
                         Membership, Nothing>;

/// Null is monostate. Instants carry the text that is shown.
struct Time {
    Instant at;
    std::string text;
    bool operator==(const Time& other) const { return at == other.at; }
    auto operator<=>(const Time& other) const { return at <=> other.at; }
};
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Time>;

/// A snapshot with what is worked out once for it.
struct Directory {
    SnapshotPtr snapshot;
    std::vector<TypeOfCompany> types;  ///< of all companies, by company
    std::vector<NamedType> type_names;
    std::map<UserId, std::vector<const Project*>> projects_of;  ///< by member
};
/// Ids that the directory does not have are made up, above 2^30, the same with every reading.
Directory directory_of(SnapshotPtr snapshot);

enum class Cardinality : std::uint8_t { one, many };

struct Property {
    std::string_view name;
    Kind kind;
    Value (*value)(const Row& row);
};

struct Entity;
struct Navigation {
    std::string_view name;
    Cardinality cardinality;
    const Entity& (*entity)();
    std::vector<Row> (*rows)(const Directory& directory, const Row& row);
};

struct Entity {
    std::string_view name;
    std::vector<Property> properties;  ///< in the order of swagger-v1.json
    std::vector<Navigation> navigations;

    [[nodiscard]] const Property* property(std::string_view name) const;
    [[nodiscard]] const Navigation* navigation(std::string_view name) const;
};

/// A list that has an address of its own below /v1.
struct EntitySet {
    std::string_view name;
    const Entity& (*entity)();
    std::vector<Row> (*rows)(const Directory& directory);
};

const std::vector<EntitySet>& entity_sets();
const EntitySet* entity_set(std::string_view name);
/// The path segment below a single record that swagger-v1.json has ("Companies", "Addresses").
bool has_related_path(std::string_view set, std::string_view navigation);

const Entity& contact_entity();
const Entity& membership_entity();
const Entity& user_entity();

std::int64_t id_of(const Row& row);
/// As the API shows them, also where the directory has none.
std::int64_t default_address_id(const ContactPerson& contact);
std::int64_t membership_id(ProjectId project, UserId user);

}  // namespace hqsync::hqapi
