// Takes the steps of a set-up one after the other: looks, makes, checks, writes down; and back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.hpp"
#include "app/exchange_setup.hpp"
#include "app/exchange_setup_notes.hpp"
#include "async/task.hpp"
#include "management/session.hpp"

namespace hqsync::app {

struct StepReport {
    enum class Outcome : std::uint8_t {
        fits,         ///< is there, as wanted: nothing done
        to_make,      ///< would be made
        to_change,    ///< is there, otherwise: would be changed
        made,         ///< and seen
        changed,      ///< and seen
        unconfirmed,  ///< is there, otherwise; nobody said that it may be changed
        failed,       ///< `words` says why
        not_run,      ///< something before it failed
        to_undo,      ///< would be taken back
        undone,       ///< and seen to be gone, or to be as before
        left,         ///< not of a set-up's making: stays
        gone,         ///< nothing to take back
    };
    const SetupStep* step = nullptr;  ///< of the list that was given
    Outcome outcome = Outcome::not_run;
    std::vector<Difference> differences = {};
    std::vector<management::Command> commands = {};  ///< that would be run, or were
    std::string words = {};                          ///< of the server, or why something is left
    bool operator==(const StepReport& other) const;
};
/// "fits", …: fixed for scripts.
std::string_view name(StepReport::Outcome outcome);

using SetupReport = std::vector<StepReport>;
bool has(const SetupReport& report, StepReport::Outcome outcome);

struct ProofReport {
    std::string key;
    std::string title;
    std::vector<std::string> wrong;  ///< empty: proven
};

/// The steps and the session outlive it; the session is open. Nothing that reads is left out, and
/// nothing is written but by `make` and `undo`.
class ExchangeSetup {
public:
    ExchangeSetup(management::ManagementSession& session, SetupNotes& notes,
                  const std::vector<SetupStep>& steps)
        : session_(session), notes_(notes), steps_(steps) {}

    /// How each step stands, and which commands `make` would run. Reads only.
    Task<SetupReport> survey();
    /// Looks again before each step. A step that is otherwise is changed only when that was
    /// confirmed. After the first step that is not as wanted in the end, the rest is not run.
    Task<SetupReport> make(Confirmation confirmation);
    /// What `undo` would take back, in its order. Reads only.
    Task<SetupReport> survey_undo();
    /// Backwards; stops at the first that fails.
    Task<SetupReport> undo();
    Task<std::vector<ProofReport>> prove(std::vector<SetupProof> proofs);

private:
    Task<Result<Standing>> look(const SetupStep& step, const std::vector<management::Command>& by);
    Task<Result<void>> run_all(const std::vector<management::Command>& commands);
    Task<StepReport> make_step(const SetupStep& step, Confirmation confirmation);
    Task<StepReport> bring_about(const SetupStep& step, StepReport report, Former former);
    Task<StepReport> survey_undo_step(const SetupStep& step);
    Task<StepReport> undo_step(const SetupStep& step);

    management::ManagementSession& session_;
    SetupNotes& notes_;
    const std::vector<SetupStep>& steps_;
};

/// What a command answered, where an error counts: the server's words as a fault, which keeps the
/// code of the session's faults and is "setup.refused" for errors that did not end the command. An
/// object that is not found is an empty answer when `missing` is none.
enum class Missing : std::uint8_t { is_none, is_fault };
Result<Objects> objects_of(Result<management::Output> answer, Missing missing);

}  // namespace hqsync::app
