// The few commands of PowerShell itself that a restricted session has.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/letter_case.hpp"
#include "sim/ps_cmdlet.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view core = "Microsoft.PowerShell.Core";
constexpr std::string_view utility = "Microsoft.PowerShell.Utility";

void nothing(PsCall& /*call*/) {}

void pass_on(PsCall& call) {
    call.outcome.output = std::move(call.input);
}

/// Property, ExpandProperty, First, Last, Skip.
void select_object(PsCall& call) {
    auto objects = std::move(call.input);
    const auto limit = [&call](std::string_view name) -> std::optional<std::size_t> {
        if (!call.has(name)) return std::nullopt;
        return static_cast<std::size_t>(std::max(0, std::stoi(call.text(name))));
    };
    const auto drop = std::min(limit("Skip").value_or(0), objects.size());
    objects.erase(objects.begin(), objects.begin() + static_cast<std::ptrdiff_t>(drop));
    if (const auto last = limit("Last"); last && *last < objects.size())
        objects.erase(objects.begin(), objects.end() - static_cast<std::ptrdiff_t>(*last));
    if (const auto first = limit("First"); first && *first < objects.size()) objects.resize(*first);
    if (call.has("ExpandProperty")) {
        for (const auto& object : objects) {
            const auto* const value = object.property(call.text("ExpandProperty"));
            if (value != nullptr) call.outcome.output.push_back(*value);
        }
        return;
    }
    const auto wanted = call.texts("Property");
    if (wanted.empty()) {
        call.outcome.output = std::move(objects);
        return;
    }
    for (const auto& object : objects) {
        PsValue picked;
        picked.tag = "Obj";
        const auto type =
            object.types.empty() ? std::string("System.Object") : object.types.front();
        picked.types = {"Selected." + type, "System.Management.Automation.PSCustomObject",
                        "System.Object"};
        for (const auto& name : wanted) {
            const auto* const value = object.property(name);
            picked.extended.push_back({name, value == nullptr ? ps_nil() : *value});
        }
        call.outcome.output.push_back(std::move(picked));
    }
}

void measure_object(PsCall& call) {
    call.outcome.output.push_back(
        ps_object({"Microsoft.PowerShell.Commands.GenericMeasureInfo",
                   "Microsoft.PowerShell.Commands.MeasureInfo", "System.Object"},
                  "Microsoft.PowerShell.Commands.GenericMeasureInfo",
                  {{"Count", ps_i32(std::ssize(call.input))},
                   {"Average", ps_nil()},
                   {"Sum", ps_nil()},
                   {"Maximum", ps_nil()},
                   {"Minimum", ps_nil()},
                   {"Property", ps_nil()}}));
}

void get_command(PsCall& call) {
    auto patterns = call.texts("Name");
    if (patterns.empty()) patterns.emplace_back("*");
    for (const auto& cmdlet : all_cmdlets()) {
        const bool is_here =
            (std::to_underlying(cmdlet.place) & std::to_underlying(call.place)) != 0;
        const bool is_wanted = std::ranges::any_of(patterns, [&cmdlet](const std::string& pattern) {
            return is_like(cmdlet.name, pattern);
        });
        if (!is_here || !is_wanted) continue;
        call.outcome.output.push_back(ps_object(
            {"System.Management.Automation.CmdletInfo", "System.Management.Automation.CommandInfo",
             "System.Object"},
            std::string(cmdlet.name),
            {{"Name", ps_text(std::string(cmdlet.name))},
             {"ModuleName", ps_text(std::string(cmdlet.module))},
             {"CommandType", ps_enum("System.Management.Automation.CommandTypes", "Cmdlet", 8)}}));
    }
}

constexpr std::array select_parameters{
    PsParameter{"Property", "System.Object[]", PsNeed::optional, 0},
    PsParameter{"ExpandProperty"},
    PsParameter{"First", "System.Int32"},
    PsParameter{"Last", "System.Int32"},
    PsParameter{"Skip", "System.Int32"},
};
constexpr std::array measure_parameters{
    PsParameter{"Property", "System.String[]", PsNeed::optional, 0}};
constexpr std::array command_parameters{
    PsParameter{"Name", "System.String[]", PsNeed::optional, 0},
    PsParameter{"CommandType", "System.Management.Automation.CommandTypes"},
    PsParameter{"Module", "System.String[]"},
    PsParameter{"ListImported", "System.Management.Automation.SwitchParameter"},
    PsParameter{"ArgumentList", "System.Object[]"},
};
constexpr std::array format_parameters{
    PsParameter{"TypeName", "System.String[]", PsNeed::optional, 0}};
constexpr std::array pass_parameters{
    PsParameter{"Transcript", "System.Management.Automation.SwitchParameter"}};
constexpr std::span<const PsParameter> none{};

constexpr std::array cmdlets{
    PsCmdlet{"Get-Command",
             "Microsoft.PowerShell.Commands.GetCommandCommand",
             PsPlace::premises,
             command_parameters,
             get_command,
             {},
             core},
    PsCmdlet{"Get-FormatData",
             "Microsoft.PowerShell.Commands.GetFormatDataCommand",
             PsPlace::premises,
             format_parameters,
             nothing,
             {},
             utility},
    PsCmdlet{"Measure-Object",
             "Microsoft.PowerShell.Commands.MeasureObjectCommand",
             PsPlace::premises,
             measure_parameters,
             measure_object,
             {},
             utility},
    PsCmdlet{"Select-Object",
             "Microsoft.PowerShell.Commands.SelectObjectCommand",
             PsPlace::premises,
             select_parameters,
             select_object,
             {},
             utility},
    PsCmdlet{"Out-Default",
             "Microsoft.PowerShell.Commands.OutDefaultCommand",
             PsPlace::premises,
             pass_parameters,
             pass_on,
             {},
             core},
    PsCmdlet{"Exit-PSSession",
             "Microsoft.PowerShell.Commands.ExitPSSessionCommand",
             PsPlace::premises,
             none,
             nothing,
             {},
             core},
};

}  // namespace

std::span<const PsCmdlet> session_cmdlets() {
    return cmdlets;
}

}  // namespace hqsync::sim
