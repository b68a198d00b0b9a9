// From "Field=Value" as typed at a terminal to the JSON that the embedded HQ takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "directory/snapshot.hpp"

namespace hqsync::app {

enum class Entity : std::uint8_t { contact, company, project, lead, user, subsystem };
Result<Entity> entity_named(std::string_view name);
std::string_view name(Entity entity);

enum class FieldType : std::uint8_t {
    text,
    boolean,
    reference,   ///< an id, or nothing
    references,  ///< [{"Id":7}]
    members,     ///< [{"UserId":7}]
    types,       ///< [{"Name":"Interessent"}]
    address,     ///< an object; single parts are written "DefaultAddress.City=…"
};
struct FieldName {
    std::string_view name;
    FieldType type;
};
const std::vector<FieldName>& fields_of(Entity entity);

/// "Id", "Name" and so on of one record as a JSON object in the shape of API v1. Fault
/// "hq.unknown_record" when there is none.
Result<std::string> record_json(const Snapshot& snapshot, Entity entity, std::int64_t id);

/// The JSON object of fields for `apply_json`. `current` is the record as JSON ("{}" for a new
/// one): "Members+=7", "Members-=7" and "DefaultAddress.City=…" read it. Fault "hq.assignment".
Result<std::string> fields_json(Entity entity, const std::vector<std::string>& assignments,
                                const std::string& current);

}  // namespace hqsync::app
