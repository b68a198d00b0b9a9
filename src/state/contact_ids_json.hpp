// Lists of contacts as the state database keeps them: [10007,10012]. SQL reads them too (erasure).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"

namespace hqsync::state {

std::string encode(const std::vector<ContactId>& contacts);

/// nullopt: no JSON list of whole numbers.
std::optional<std::vector<ContactId>> decode_contact_ids(std::string_view json);

}  // namespace hqsync::state
