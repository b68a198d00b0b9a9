// Cmdlets: what each is called, takes and does; the same for the session and for the REST way.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/ps_error.hpp"
#include "sim/ps_organisation.hpp"
#include "sim/ps_value.hpp"

namespace hqsync::sim {

/// The type of ResultSize.
inline constexpr std::string_view unlimited_number =
    "Microsoft.Exchange.Data.Unlimited`1[[System.UInt32, mscorlib, Version=4.0.0.0, "
    "Culture=neutral, PublicKeyToken=b77a5c561934e089]]";

/// Where a cmdlet or a parameter is offered.
enum class PsPlace : std::uint8_t { premises = 1, online = 2, both = 3 };

enum class PsNeed : std::uint8_t { optional, mandatory };

struct PsParameter {
    std::string_view name;
    std::string_view type = "System.String";  ///< .NET name; a switch: SwitchParameter
    PsNeed need = PsNeed::optional;
    int position = -1;  ///< -1: only by name
    PsPlace place = PsPlace::both;
};

struct PsOutcome {
    std::vector<PsValue> output;
    std::vector<std::string> warnings;
    std::vector<std::string> verbose;
    std::vector<PsError> errors;
    /// Whether an error ended it.
    [[nodiscard]] bool has_ended() const {
        return !errors.empty() && errors.back().end == PsEnd::ends;
    }
};

struct PsCmdlet;

/// One cmdlet at work.
struct PsCall {
    Organisation& organisation;
    const PsCmdlet& cmdlet;
    PsPlace place = PsPlace::premises;
    std::map<std::string, PsValue, std::less<>> given = {};  ///< by the parameter's own name
    std::vector<PsValue> input = {};                         ///< what came through the pipe
    PsOutcome outcome = {};

    [[nodiscard]] bool has(std::string_view name) const { return given.contains(name); }
    /// Empty when it was not given.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name) const;
    /// What Filter leaves over of them. Nothing when it cannot be read, or asks for what they do
    /// not have; `outcome` says so then.
    [[nodiscard]] std::optional<std::vector<PsValue>> filtered(std::vector<PsValue> objects);
    /// Takes from the output what is above ResultSize, with the warning of real servers.
    void cut_to_size();

    /// Identity, or what came through the pipe, each by its address or name. Empty: none of both.
    [[nodiscard]] std::vector<std::string> identities() const;

    void missing(std::string_view object);
    void exists(std::string_view object);
    void refuse(std::string message);
};

struct PsCmdlet {
    std::string_view name;
    std::string_view type;  ///< .NET class
    PsPlace place;
    std::span<const PsParameter> parameters;
    void (*run)(PsCall&);
    std::string_view question =
        {};  ///< asked before it works, unless Confirm is false; empty: none
    std::string_view module = "Microsoft.Exchange.Management.PowerShell.E2010";
};

/// Every cmdlet there is, sorted by name.
std::span<const PsCmdlet> all_cmdlets();
/// Null when there is none of that name at that place. Without case.
const PsCmdlet* find_cmdlet(std::string_view name, PsPlace place);
/// Those that every cmdlet has.
std::span<const PsParameter> common_parameters();

// The parts of the table.
std::span<const PsCmdlet> session_cmdlets();
std::span<const PsCmdlet> recipient_cmdlets();
std::span<const PsCmdlet> group_cmdlets();
std::span<const PsCmdlet> rights_cmdlets();
std::span<const PsCmdlet> throttling_cmdlets();
std::span<const PsCmdlet> principal_cmdlets();

/// As it came: a name (or none, for a positional one) and a value.
struct PsArgument {
    std::string name;
    PsValue value;
};

struct PsStep {
    std::string command;
    bool is_script = false;
    std::vector<PsArgument> arguments;
};

/// Who runs what where. `allowed` holds cmdlets in small letters; empty: all of them.
struct PsRights {
    PsPlace place = PsPlace::premises;
    std::set<std::string, std::less<>> allowed;
    [[nodiscard]] const PsCmdlet* find(std::string_view command) const;
};

/// One cmdlet, its arguments bound and checked first.
PsOutcome run_step(Organisation& organisation, const PsRights& rights, const PsStep& step,
                   std::vector<PsValue> input);
/// Cmdlets one behind the other, the output of each being the next one's input.
PsOutcome run_pipe(Organisation& organisation, const PsRights& rights, std::span<const PsStep> pipe,
                   std::vector<PsValue> input);

}  // namespace hqsync::sim
