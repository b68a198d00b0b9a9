// hqsync sync, plan and approve.
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands.hpp"
#include "app/run_once.hpp"
#include "async/await.hpp"

namespace hqsync::app {

ExitCode sync(const Invocation& invocation, const SyncOptions& options) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const bool draws =
        !options.quiet && invocation.output == Output::text && isatty(STDERR_FILENO) == 1;
    const auto report = run_once(*config, {.users = options.users,
                                           .dry_run = options.dry_run,
                                           .bar = draws ? Bar::shown : Bar::hidden});
    if (!report) return complain(report.error());
    const auto code = exit_code_of(*report);
    if (options.dry_run) {
        print_plans(invocation.output, *report);
    } else if (!options.quiet || invocation.output == Output::json || code != ExitCode::done) {
        print_run(invocation.output, *report, limits_of(*config));
    }
    return code;
}

ExitCode plan(const Invocation& invocation, const std::vector<std::string>& users) {
    return sync(invocation, {.users = users, .dry_run = true, .quiet = false});
}

ExitCode approve(const Invocation& invocation, const std::string& plan_hash) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const auto state = open_state(*config, Share::beside_a_run);
    if (!state) return complain(state.error());
    const auto approved = await((*state)->approve(plan_hash));
    if (!approved) return complain(approved.error());
    if (*approved) {
        fmt::print("Approved: the next sync carries out exactly this plan.\n");
        return ExitCode::done;
    }
    const auto held = await((*state)->held());
    if (!held) return complain(held.error());
    fmt::print(stderr, "hqsync: no plan {} is held; {}\n", plan_hash,
               held->empty() ? "none is" : "these are:");
    for (const auto& entry : *held)
        fmt::print(stderr, "  {}  {}  {} deletions of {}{}\n", entry.hold.plan_hash,
                   entry.mailbox.value(), entry.hold.deletions, entry.hold.managed,
                   entry.approved ? ", approved" : "");
    return ExitCode::failed;
}

}  // namespace hqsync::app
