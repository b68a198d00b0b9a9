// The server selects Name, Namespace, HelpUri, CommandType, ResolvedCommandName, OutputType and
// Parameters of each command; all but the name may be missing.
#include "management/command_metadata.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace hqsync::management {

namespace {

using clixml::property;
using clixml::Value;

constexpr auto common_parameters = std::to_array<std::string_view>(
    {"Verbose", "Debug", "ErrorAction", "WarningAction", "InformationAction", "ErrorVariable",
     "WarningVariable", "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable"});

/// Of a restricted session's own; PowerShell leaves them out of an import as well.
constexpr auto for_powershell_only = std::to_array<std::string_view>(
    {"Get-Command", "Get-FormatData", "Get-Help", "Select-Object", "Measure-Object",
     "Exit-PSSession", "Out-Default", "Clear-Host"});

std::string text_of(const Value* value) {
    return clixml::string_in(value).value_or("");
}

std::vector<std::string> texts_of(const Value* value) {
    std::vector<std::string> texts;
    const auto* const list = value == nullptr ? nullptr : clixml::list_in(*value);
    if (list == nullptr) return texts;
    for (const auto& item : list->items)
        texts.push_back(clixml::to_text(item));
    return texts;
}

/// Mandatory in all of the parameter's sets; a server that sends no sets has not said.
std::optional<bool> is_mandatory(const Value& parameter) {
    const auto direct = clixml::boolean_in(property(parameter, "IsMandatory"));
    if (direct) return direct;
    const auto* const sets = property(parameter, "ParameterSets");
    const auto* const dictionary = sets == nullptr ? nullptr : clixml::dictionary_in(*sets);
    if (dictionary == nullptr || dictionary->entries.empty()) return std::nullopt;
    bool all = true;
    for (const auto& set : dictionary->entries) {
        const auto one = clixml::boolean_in(property(set.value, "IsMandatory"));
        if (!one) return std::nullopt;
        all = all && *one;
    }
    return all;
}

std::vector<ParameterInfo> parameters_of(const Value* value) {
    std::vector<ParameterInfo> result;
    const auto* const dictionary = value == nullptr ? nullptr : clixml::dictionary_in(*value);
    if (dictionary == nullptr) return result;
    for (const auto& [key, held] : dictionary->entries) {
        ParameterInfo info;
        info.name = clixml::to_text(key);
        if (info.name.empty() || is_common_parameter(info.name)) continue;
        info.type = text_of(property(held, "ParameterType"));
        info.aliases = texts_of(property(held, "Aliases"));
        info.is_switch = clixml::boolean_in(property(held, "SwitchParameter")).value_or(false);
        info.is_mandatory = is_mandatory(held);
        result.push_back(std::move(info));
    }
    return result;
}

}  // namespace

bool is_common_parameter(std::string_view name) {
    return std::ranges::find(common_parameters, name) != common_parameters.end();
}

bool is_command_name(std::string_view name) {
    constexpr std::size_t octets_max = 256;
    return !name.empty() && name.size() <= octets_max && !name.contains(' ') &&
           clixml::to_text(Value(name)) == name;
}

namespace psrp {

Value command_metadata_request(const std::vector<std::string>& names) {
    // Alias, Function, Filter, Cmdlet and Configuration, as PowerShell's own client asks.
    constexpr std::int32_t kinds = 0x01 | 0x02 | 0x04 | 0x08 | 0x100;
    return clixml::bag({
        {"Name", clixml::strings(names)},
        {"CommandType",
         clixml::enumeration("System.Management.Automation.CommandTypes",
                             "Alias, Function, Filter, Cmdlet, Configuration", kinds)},
        {"Namespace", Value()},
        {"ArgumentList", Value()},
    });
}

std::optional<std::int64_t> command_count(const Value& value) {
    if (property(value, "Name") != nullptr) return std::nullopt;
    return clixml::integer_in(property(value, "Count"));
}

Result<CommandInfo> read_command_info(const Value& value) {
    CommandInfo info;
    info.name = text_of(property(value, "Name"));
    if (info.name.empty()) {
        return fail({Reach::run, "psrp.malformed", "a command without a name"});
    }
    info.module = text_of(property(value, "Namespace"));
    const auto* const kind = property(value, "CommandType");
    info.kind = kind == nullptr ? "" : clixml::to_text(*kind);
    info.resolved = text_of(property(value, "ResolvedCommandName"));
    info.help_url = text_of(property(value, "HelpUri"));
    info.output_types = texts_of(property(value, "OutputType"));
    info.parameters = parameters_of(property(value, "Parameters"));
    return info;
}

Result<std::vector<CommandInfo>> read_commands(const std::vector<Value>& objects) {
    std::vector<CommandInfo> commands;
    std::int64_t announced = 0;
    std::int64_t received = 0;
    for (const auto& object : objects) {
        if (const auto count = command_count(object)) {
            announced = *count;
            continue;
        }
        ++received;
        auto info = read_command_info(object);
        if (!info) return fail(info.error());
        const bool is_its_own =
            std::ranges::find(for_powershell_only, info->name) != for_powershell_only.end();
        if (!is_its_own && is_command_name(info->name)) commands.push_back(*std::move(info));
    }
    if (received < announced) {
        return fail({Reach::item, "command.failed",
                     fmt::format("the list of commands: {} of {} came", received, announced)});
    }
    return commands;
}

}  // namespace psrp

}  // namespace hqsync::management
