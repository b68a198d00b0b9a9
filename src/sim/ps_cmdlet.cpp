// Binding: names may be shortened as long as they are clear, positions are filled in order, values
// are brought to the parameter's type.
#include "sim/ps_cmdlet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "sim/graph_message.hpp"
#include "sim/ps_guid.hpp"
#include "sim/ps_opath.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view switch_type = "System.Management.Automation.SwitchParameter";

constexpr std::array common{
    PsParameter{"Verbose", switch_type},
    PsParameter{"Debug", switch_type},
    PsParameter{"ErrorAction", "System.Management.Automation.ActionPreference"},
    PsParameter{"WarningAction", "System.Management.Automation.ActionPreference"},
    PsParameter{"InformationAction", "System.Management.Automation.ActionPreference"},
    PsParameter{"ErrorVariable"},
    PsParameter{"WarningVariable"},
    PsParameter{"InformationVariable"},
    PsParameter{"OutVariable"},
    PsParameter{"OutBuffer", "System.Int32"},
    PsParameter{"PipelineVariable"},
};

bool is_offered(PsPlace place, PsPlace wanted) {
    return (std::to_underlying(place) & std::to_underlying(wanted)) != 0;
}

/// The parameter that a name means: the whole name, or the beginning of one alone. Null: none.
const PsParameter* parameter_of(const PsCmdlet& cmdlet, PsPlace place, std::string_view name) {
    const auto wanted = lower(name);
    const PsParameter* begun = nullptr;
    bool is_clear = true;
    for (const auto all : {cmdlet.parameters, common_parameters()}) {
        for (const auto& parameter : all) {
            if (!is_offered(parameter.place, place)) continue;
            const auto own = lower(parameter.name);
            if (own == wanted) return &parameter;
            if (!own.starts_with(wanted) || wanted.empty()) continue;
            is_clear = begun == nullptr;
            begun = &parameter;
        }
    }
    return is_clear ? begun : nullptr;
}

bool is_number(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && read.ec == std::errc{} && read.ptr == text.data() + text.size() &&
           number >= least && number <= most;
}

/// What is wrong with a value of that type; empty: nothing.
std::string complaint(std::string_view type, PsValue& value) {
    if (value.is_nil()) return {};
    const auto text = value.display();
    const auto cannot = [&](std::string_view shown) {
        return fmt::format("Cannot convert value \"{}\" to type \"{}\".", shown.substr(0, 80),
                           type);
    };
    if (type.ends_with("[]")) {
        if (!value.is_list()) value = ps_list({}, {value});
        return {};
    }
    if (type == switch_type || type == "System.Boolean") {
        const auto word = lower(text);
        if (word == "true" || word == "1" || word == "$true") {
            value = ps_bool(true);
        } else if (word == "false" || word == "0" || word == "$false") {
            value = ps_bool(false);
        } else {
            return cannot(text);
        }
        return {};
    }
    if (value.is_list()) return cannot("System.Object[]");
    const bool is_plain = value.tag != "DCT";
    if (type == "System.Guid" && !is_guid_text(text)) return cannot(text);
    if (type == "System.Int32" && !is_number(text, -2'147'483'648, 2'147'483'647))
        return cannot(text);
    if (type == "System.UInt32" && !is_number(text, 0, 4'294'967'295)) return cannot(text);
    const bool is_unlimited = type.starts_with("Microsoft.Exchange.Data.Unlimited");
    if (is_unlimited && lower(text) != "unlimited" && !is_number(text, 0, 4'294'967'295))
        return cannot(text);
    return is_plain ? std::string() : cannot("System.Collections.Hashtable");
}

/// Nothing when every argument found its parameter.
std::optional<PsError> bind(PsCall& call, const PsStep& step) {
    const auto& cmdlet = call.cmdlet;
    int position = 0;
    for (const auto& argument : step.arguments) {
        const PsParameter* parameter = nullptr;
        std::string_view name = argument.name;
        while (name.starts_with('-'))
            name.remove_prefix(1);
        if (name.ends_with(':')) name.remove_suffix(1);
        if (!name.empty()) {
            parameter = parameter_of(cmdlet, call.place, name);
            if (parameter == nullptr) return parameter_not_found(cmdlet.name, cmdlet.type, name);
        } else {
            const auto at =
                std::ranges::find(cmdlet.parameters, position++, &PsParameter::position);
            if (at == cmdlet.parameters.end())
                return parameter_not_found(cmdlet.name, cmdlet.type, argument.value.display());
            parameter = &*at;
        }
        auto value = argument.value;
        if (value.is_nil() && parameter->type == switch_type) value = ps_bool(true);
        if (const auto why = complaint(parameter->type, value); !why.empty())
            return parameter_unfit(cmdlet.name, cmdlet.type, parameter->name, why);
        if (call.given.contains(parameter->name))
            return parameter_unfit(cmdlet.name, cmdlet.type, parameter->name,
                                   "The parameter is specified more than once.");
        call.given[std::string(parameter->name)] = std::move(value);
    }
    for (const auto& parameter : cmdlet.parameters) {
        const bool is_there = call.has(parameter.name) || !is_offered(parameter.place, call.place);
        if (parameter.need == PsNeed::mandatory && !is_there && call.input.empty())
            return parameter_missing(cmdlet.name, cmdlet.type, parameter.name);
    }
    return std::nullopt;
}

bool is_unconfirmed(const PsCall& call) {
    if (call.cmdlet.question.empty() || call.place == PsPlace::online) return false;
    return !call.has("Confirm") ? !call.flag("Force") : call.flag("Confirm");
}

}  // namespace

std::string PsCall::text(std::string_view name) const {
    const auto at = given.find(name);
    return at == given.end() ? std::string() : at->second.display();
}

std::vector<std::string> PsCall::texts(std::string_view name) const {
    std::vector<std::string> all;
    const auto at = given.find(name);
    if (at == given.end()) return all;
    // A list may come as one text with commas.
    const auto split = [&all](std::string_view text) {
        while (!text.empty()) {
            const auto comma = std::min(text.find(','), text.size());
            auto part = text.substr(0, comma);
            while (part.starts_with(' '))
                part.remove_prefix(1);
            while (part.ends_with(' '))
                part.remove_suffix(1);
            all.emplace_back(part);
            text.remove_prefix(std::min(comma + 1, text.size()));
        }
    };
    if (!at->second.is_list()) split(at->second.display());
    for (const auto& item : at->second.items)
        split(item.display());
    return all;
}

bool PsCall::flag(std::string_view name) const {
    return lower(text(name)) == "true";
}

std::optional<std::vector<PsValue>> PsCall::filtered(std::vector<PsValue> objects) {
    if (!has("Filter")) return objects;
    const auto refused = [this](std::string reason) {
        outcome.errors.push_back(
            parameter_unfit(cmdlet.name, cmdlet.type, "Filter", std::move(reason)));
        return std::nullopt;
    };
    const auto filter = Opath::parse(text("Filter"));
    if (!filter) return refused(filter.error());
    for (const auto& name : filter->names())
        for (const auto& one : objects)
            if (one.property(name) == nullptr)
                return refused(
                    fmt::format("\"{}\" is not a recognized filterable property.", name));
    std::erase_if(objects, [&filter](const PsValue& one) {
        return !filter->matches([&one](std::string_view name) { return one.property(name); });
    });
    return objects;
}

void PsCall::cut_to_size() {
    std::size_t most = 1000;
    const auto wanted = text("ResultSize");
    if (lower(wanted) == "unlimited") return;
    std::from_chars(wanted.data(), wanted.data() + wanted.size(), most);
    if (outcome.output.size() <= most) return;
    outcome.output.resize(most);
    outcome.warnings.emplace_back(
        "There are more results available than are currently displayed. To view them, increase "
        "the value for the ResultSize parameter.");
}

std::vector<std::string> PsCall::identities() const {
    if (has("Identity")) return {text("Identity")};
    std::vector<std::string> all;
    for (const auto& one : input) {
        const auto* name = one.property("PrimarySmtpAddress");
        if (name == nullptr) name = one.property("Name");
        if (name == nullptr) name = one.property("Identity");
        all.push_back(name == nullptr ? one.display() : name->display());
    }
    return all;
}

void PsCall::missing(std::string_view object) {
    outcome.errors.push_back(
        object_missing(cmdlet.name, cmdlet.type, object, organisation.domain_name()));
}

void PsCall::exists(std::string_view object) {
    outcome.errors.push_back(object_exists(cmdlet.name, cmdlet.type, object));
}

void PsCall::refuse(std::string message) {
    outcome.errors.push_back(task_refused(cmdlet.name, cmdlet.type, std::move(message)));
}

std::span<const PsParameter> common_parameters() {
    return common;
}

std::span<const PsCmdlet> all_cmdlets() {
    static const std::vector<PsCmdlet> all = [] {
        std::vector<PsCmdlet> gathered;
        for (const auto part : {session_cmdlets(), recipient_cmdlets(), group_cmdlets(),
                                rights_cmdlets(), throttling_cmdlets(), principal_cmdlets()})
            gathered.insert(gathered.end(), part.begin(), part.end());
        std::ranges::sort(gathered, {}, &PsCmdlet::name);
        return gathered;
    }();
    return all;
}

const PsCmdlet* find_cmdlet(std::string_view name, PsPlace place) {
    const auto wanted = lower(name);
    for (const auto& cmdlet : all_cmdlets()) {
        if (lower(cmdlet.name) == wanted && is_offered(cmdlet.place, place)) return &cmdlet;
    }
    return nullptr;
}

const PsCmdlet* PsRights::find(std::string_view command) const {
    const auto* const cmdlet = find_cmdlet(command, place);
    if (cmdlet == nullptr || allowed.empty()) return cmdlet;
    const bool is_of_session = cmdlet->module == "Microsoft.PowerShell.Core" ||
                               cmdlet->module == "Microsoft.PowerShell.Utility";
    return is_of_session || allowed.contains(lower(cmdlet->name)) ? cmdlet : nullptr;
}

PsOutcome run_step(Organisation& organisation, const PsRights& rights, const PsStep& step,
                   std::vector<PsValue> input) {
    PsOutcome failed;
    if (step.is_script) {
        failed.errors.push_back(script_not_allowed(step.command));
        return failed;
    }
    const auto* const cmdlet = rights.find(step.command);
    if (cmdlet == nullptr) {
        failed.errors.push_back(command_not_found(step.command));
        return failed;
    }
    PsCall call{.organisation = organisation,
                .cmdlet = *cmdlet,
                .place = rights.place,
                .input = std::move(input)};
    if (auto wrong = bind(call, step)) {
        failed.errors.push_back(*std::move(wrong));
        return failed;
    }
    if (is_unconfirmed(call)) {
        failed.errors.push_back(cannot_ask(cmdlet->name, cmdlet->question));
        return failed;
    }
    if (call.flag("Verbose"))
        call.outcome.verbose.push_back(fmt::format("[{}] Beginning processing.", cmdlet->name));
    if (call.flag("WhatIf")) {
        call.outcome.verbose.push_back(fmt::format("What if: {}", cmdlet->name));
        return std::move(call.outcome);
    }
    cmdlet->run(call);
    // ErrorAction Stop makes of the first error the end of the pipeline; silence hides it.
    const auto action = lower(call.text("ErrorAction"));
    auto& errors = call.outcome.errors;
    if (action == "stop" && !errors.empty()) {
        errors.resize(1);
        errors.front().end = PsEnd::ends;
    } else if (action == "silentlycontinue" || action == "ignore") {
        std::erase_if(errors, [](const PsError& one) { return one.end == PsEnd::goes_on; });
    }
    return std::move(call.outcome);
}

PsOutcome run_pipe(Organisation& organisation, const PsRights& rights, std::span<const PsStep> pipe,
                   std::vector<PsValue> input) {
    PsOutcome whole;
    const auto add = [](auto& to, auto& from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()),
                  std::make_move_iterator(from.end()));
    };
    for (const auto& step : pipe) {
        auto one = run_step(organisation, rights, step, std::move(input));
        add(whole.warnings, one.warnings);
        add(whole.verbose, one.verbose);
        add(whole.errors, one.errors);
        input = std::move(one.output);
        if (whole.has_ended()) return whole;
    }
    whole.output = std::move(input);
    return whole;
}

}  // namespace hqsync::sim
