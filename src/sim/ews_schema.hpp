// Checks requests as strictly as the schema of Exchange2013_SP1: order, presence, attributes,
// values.
#pragma once

#include <pugixml.hpp>

#include <optional>
#include <string_view>

#include "sim/ews_message.hpp"

namespace hqsync::sim {

/// What is wrong with an element that has been normalised: ErrorSchemaValidation with line,
/// position and violation. `type` is a name of the table: an operation, or "Header".
std::optional<EwsError> violation_of(pugi::xml_node element, std::string_view type,
                                     const Positions& positions, std::string_view text);

}  // namespace hqsync::sim
