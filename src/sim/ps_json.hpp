// Values of PowerShell in the JSON of Exchange Online's admin API, and its error bodies.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "sim/graph_contact.hpp"
#include "sim/ps_error.hpp"
#include "sim/ps_value.hpp"

namespace hqsync::sim {

/// A parameter. Nothing for an object that is not marked as a hash table, and beyond 16 levels.
std::optional<PsValue> read_json_value(Json json, std::size_t depth = 0);

/// One result: its properties, each with the annotations of its type. `select` in small letters;
/// empty: all of them.
void write_json_object(Writer& writer, const PsValue& value,
                       const std::set<std::string, std::less<>>& select);

/// {"error": ...} in the shape that was recorded for its kind.
std::string error_body(const PsError& error);

}  // namespace hqsync::sim
