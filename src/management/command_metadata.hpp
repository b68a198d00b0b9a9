// The commands that a server offers to an account, with their parameters: what import keeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "management/clixml.hpp"

namespace hqsync::management {

struct ParameterInfo {
    std::string name;
    std::string type;  ///< .NET's full name: "System.String[]"
    std::vector<std::string> aliases = {};
    bool is_switch = false;
    std::optional<bool> is_mandatory = {};  ///< none: the server did not say

    bool operator==(const ParameterInfo&) const = default;
};

struct CommandInfo {
    std::string name;
    std::string module;
    std::string kind;      ///< "Cmdlet", "Function", "Alias"
    std::string resolved;  ///< of an alias: the command behind it
    std::string help_url;
    std::vector<std::string> output_types = {};
    std::vector<ParameterInfo> parameters = {};  ///< without those that every command has

    bool operator==(const CommandInfo&) const = default;
};

/// -Verbose, -ErrorAction and the others that PowerShell itself adds to every command.
bool is_common_parameter(std::string_view name);

/// A word: without blanks and without what a terminal would act on. Others are no commands that
/// anybody could type.
bool is_command_name(std::string_view name);

namespace psrp {

/// The data of GET_COMMAND_METADATA for these names, which may hold "*".
clixml::Value command_metadata_request(const std::vector<std::string>& names);

/// The first object of the answer: how many commands follow. None: it is no count.
std::optional<std::int64_t> command_count(const clixml::Value& value);

/// Fault (run) "psrp.malformed": no command, or one without a name.
Result<CommandInfo> read_command_info(const clixml::Value& value);

/// The whole answer, without the commands that are of use to PowerShell's own client only. Fault
/// (item) "command.failed": fewer came than were announced.
Result<std::vector<CommandInfo>> read_commands(const std::vector<clixml::Value>& objects);

}  // namespace psrp

}  // namespace hqsync::management
