// Holds a command against what was imported, before anything is sent.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "management/command_metadata.hpp"
#include "management/session.hpp"

namespace hqsync::management {

/// The parameter of exactly this name or alias (without case), or null.
const ParameterInfo* find_parameter(const CommandInfo& info, std::string_view name);

/// Looks the parameters up before anything is sent: by name, alias, or the beginning of one name,
/// as the server will. Fault (item) "command.parameter" names the first that is unknown, ambiguous,
/// or missing although it is mandatory.
Result<void> check_parameters(const Command& command, const CommandInfo& info);

}  // namespace hqsync::management
