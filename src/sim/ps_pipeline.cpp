// Shapes as recorded of Windows PowerShell 5.1.
#include "sim/ps_pipeline.hpp"

#include <algorithm>
#include <utility>

#include "sim/graph_message.hpp"
#include "sim/ps_opath.hpp"

namespace hqsync::sim {

namespace {

constexpr std::size_t statements_max = 64;
constexpr std::size_t steps_max = 16;

std::expected<std::vector<PsStep>, std::string> read_steps(const PsValue& statement) {
    const auto* const list = statement.property("Cmds");
    if (list == nullptr || !list->is_list()) return std::unexpected("a statement without Cmds");
    if (list->items.empty() || list->items.size() > steps_max)
        return std::unexpected("a statement of no or over 16 commands");
    std::vector<PsStep> steps;
    for (const auto& item : list->items) {
        const auto* const name = item.property("Cmd");
        const auto* const is_script = item.property("IsScript");
        if (name == nullptr || is_script == nullptr)
            return std::unexpected("a command without Cmd or IsScript");
        PsStep step{.command = name->display(), .is_script = is_script->text == "true"};
        const auto* const arguments = item.property("Args");
        if (arguments == nullptr) return std::unexpected("a command without Args");
        for (const auto& argument : arguments->items) {
            const auto* const called = argument.property("N");
            const auto* const value = argument.property("V");
            if (value == nullptr) return std::unexpected("an argument without V");
            step.arguments.push_back(
                {called == nullptr ? std::string() : called->display(), *value});
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

PsValue parameter_value(const PsParameter& parameter) {
    const bool is_switch = parameter.type == "System.Management.Automation.SwitchParameter";
    return ps_object(
        {"System.Management.Automation.ParameterMetadata", "System.Object"},
        "System.Management.Automation.ParameterMetadata",
        {{"Name", ps_text(std::string(parameter.name))},
         {"ParameterType", ps_text(std::string(parameter.type))},
         {"Aliases",
          ps_list({"System.Collections.ObjectModel.Collection`1[[System.String, mscorlib, "
                   "Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089]]",
                   "System.Object"},
                  {})},
         {"IsDynamic", ps_bool(false)},
         {"SwitchParameter", ps_bool(is_switch)}});
}

PsValue command_value(const PsCmdlet& cmdlet, PsPlace place) {
    PsValue parameters;
    parameters.tag = "DCT";
    parameters.types = {
        "System.Collections.Generic.Dictionary`2[[System.String, mscorlib, Version=4.0.0.0, "
        "Culture=neutral, PublicKeyToken=b77a5c561934e089],[System.Management.Automation."
        "ParameterMetadata, System.Management.Automation, Version=3.0.0.0, Culture=neutral, "
        "PublicKeyToken=31bf3856ad364e35]]",
        "System.Object"};
    for (const auto all : {cmdlet.parameters, common_parameters()}) {
        for (const auto& parameter : all) {
            if ((std::to_underlying(parameter.place) & std::to_underlying(place)) == 0) continue;
            parameters.entries.push_back({std::string(parameter.name), parameter_value(parameter)});
        }
    }
    PsValue command;
    command.tag = "Obj";
    command.types = {"Selected.System.Management.Automation.CmdletInfo",
                     "System.Management.Automation.PSCustomObject", "System.Object"};
    command.extended = {
        {"Name", ps_text(std::string(cmdlet.name))},
        {"Namespace", ps_text(std::string(cmdlet.module))},
        {"HelpUri", ps_text("")},
        {"CommandType", ps_enum("System.Management.Automation.CommandTypes", "Cmdlet", 8)},
        {"ResolvedCommandName", ps_nil()},
        {"OutputType",
         ps_list({"System.Collections.ObjectModel.ReadOnlyCollection`1[[System.Management."
                  "Automation.PSTypeName, System.Management.Automation, Version=3.0.0.0, "
                  "Culture=neutral, PublicKeyToken=31bf3856ad364e35]]",
                  "System.Object"},
                 {})},
        {"Parameters", std::move(parameters)}};
    return command;
}

}  // namespace

std::expected<PsPipeline, std::string> read_pipeline(const PsValue& message) {
    const auto* const shell = message.property("PowerShell");
    const auto* const no_input = message.property("NoInput");
    if (shell == nullptr || no_input == nullptr)
        return std::unexpected("a pipeline without PowerShell or NoInput");
    PsPipeline pipeline{.input = no_input->text == "true" ? PsInput::none : PsInput::comes,
                        .statements = {}};
    // ExtraCmds holds all statements when there are several, the first among them.
    const auto* const more = shell->property("ExtraCmds");
    const bool are_several = more != nullptr && more->is_list() && !more->items.empty();
    const auto count = are_several ? more->items.size() : 1;
    if (count > statements_max) return std::unexpected("over 64 statements");
    for (std::size_t at = 0; at < count; ++at) {
        auto steps = read_steps(are_several ? more->items[at] : *shell);
        if (!steps) return std::unexpected(steps.error());
        pipeline.statements.push_back(*std::move(steps));
    }
    return pipeline;
}

std::vector<PsValue> command_metadata(const PsValue& message, const PsRights& rights) {
    std::vector<std::string> patterns;
    if (const auto* const names = message.property("Name")) {
        for (const auto& item : names->items)
            patterns.push_back(item.display());
        if (!names->is_list() && !names->is_nil()) patterns.push_back(names->display());
    }
    if (patterns.empty()) patterns.emplace_back("*");
    std::vector<PsValue> answer(1);
    for (const auto& cmdlet : all_cmdlets()) {
        const bool is_wanted = std::ranges::any_of(patterns, [&cmdlet](const std::string& pattern) {
            return is_like(cmdlet.name, pattern);
        });
        if (is_wanted && rights.find(cmdlet.name) != nullptr)
            answer.push_back(command_value(cmdlet, rights.place));
    }
    auto& count = answer.front();
    count.tag = "Obj";
    count.types = {"Selected.Microsoft.PowerShell.Commands.GenericMeasureInfo",
                   "System.Management.Automation.PSCustomObject", "System.Object"};
    count.extended = {{"Count", ps_i32(std::ssize(answer) - 1)}};
    return answer;
}

}  // namespace hqsync::sim
