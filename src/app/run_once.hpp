// One run of the engine from a command: built, driven, ended by a signal, and told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/compose.hpp"
#include "engine/run.hpp"

namespace hqsync::app {

/// Whether the run draws a bar on a terminal.
enum class Bar : std::uint8_t { shown, hidden };

struct RunRequest {
    std::vector<std::string> users;  ///< mailbox addresses; empty: all
    bool dry_run = false;
    bool survey = false;  ///< read the mailboxes whole
    Bar bar = Bar::hidden;
    std::string scratch_folder = {};  ///< removed when a signal ends the process; empty: none
};

/// The mailboxes of these addresses. Fault (configuration): one is not that of a synced user, or of
/// nobody.
Result<std::vector<MailboxAddress>> chosen(const Directory& directory,
                                           const std::vector<std::string>& users);

/// Reads nothing from the command line. On SIGINT or SIGTERM the process says so and ends with exit
/// code 1 at once: the engine takes up where it was, whatever was under way.
Result<engine::RunReport> run_once(const Config& config, const RunRequest& request);

/// The limits that a hold names, after a run that checked the settings already.
reconcile::GuardLimits limits_of(const Config& config);

/// The exit code that fits the report, worst first: failed, held, item errors, done.
ExitCode exit_code_of(const engine::RunReport& report);

void print_run(Output output, const engine::RunReport& report,
               const reconcile::GuardLimits& limits);
/// The plans of a dry run.
void print_plans(Output output, const engine::RunReport& report);

}  // namespace hqsync::app
