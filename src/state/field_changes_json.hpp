// Changes of fields as the state database keeps them: {"surname":"…","notes":""}, in their order,
// empty texts too (the field was empty).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contact/card.hpp"

namespace hqsync::state {

std::string encode(const std::vector<FieldChange>& changes);

/// Unknown names are ignored (written by a newer version). nullopt: no JSON object of texts.
std::optional<std::vector<FieldChange>> decode_field_changes(std::string_view json);

}  // namespace hqsync::state
