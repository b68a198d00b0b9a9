// Which field of a contact the server refused, where its answer says so.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contact/card.hpp"

namespace hqsync::ews {

/// The field of a property's path as errors.hpp writes it ("contacts:EmailAddress/EmailAddress1").
std::optional<Field> field_of(std::string_view property);

/// Of each response message; none where the answer cannot be read, or names no field of ours.
std::vector<std::optional<Field>> refused_fields(std::string answer, std::size_t count);

}  // namespace hqsync::ews
