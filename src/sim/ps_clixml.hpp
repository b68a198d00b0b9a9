// CLIXML ([MS-PSRP] 2.2.5) as it stands in a message: no root, no namespace, no declaration.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "sim/ps_value.hpp"

namespace hqsync::sim {

std::string write_clixml(const PsValue& value);

/// The text of what is wrong: no XML, elements that CLIXML does not have, references to nothing or
/// to what contains them, over 32 levels or 20,000 values.
std::expected<PsValue, std::string> read_clixml(std::string_view text);

}  // namespace hqsync::sim
