// Drives one run of the engine.
#include "app/run_once.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>
#include <asio/signal_set.hpp>

#include "app/progress.hpp"
#include "async/await.hpp"

namespace hqsync::app {
namespace {

/// Ends the process: nothing of a run needs to be put away (the state is a journal), and coroutines
/// that wait for the network are not waited for.
struct EndInterrupted {
    std::string scratch_folder;

    void operator()(const std::error_code& error, int) const {
        if (error) return;
        std::error_code ignored;
        if (!scratch_folder.empty()) std::filesystem::remove_all(scratch_folder, ignored);
        fmt::print(stderr, "\nhqsync: interrupted, the next sync goes on where this one stopped\n");
        std::fflush(stdout);
        std::fflush(stderr);
        std::_Exit(static_cast<int>(ExitCode::failed));
    }
};

}  // namespace

// A typing error must not sync nobody silently.
Result<std::vector<MailboxAddress>> chosen(const Directory& directory,
                                           const std::vector<std::string>& users) {
    std::vector<MailboxAddress> result;
    const auto synced = synced_mailboxes(directory);
    for (const auto& mail : users) {
        const auto id = user_named(directory, mail);
        if (!id) return fail(id.error());
        if (!synced.contains(*id))
            return fail(
                {.reach = Reach::configuration,
                 .code = "user.not_synced",
                 .detail = fmt::format("user {} is not synchronised: he has left", id->value())});
        result.push_back(mailbox_named(mail));
    }
    return result;
}

Result<engine::RunReport> run_once(const Config& config, const RunRequest& request) {
    // A dry run writes nothing, so it may look while another run works.
    const auto share = request.dry_run ? Share::beside_a_run : Share::run;
    const auto works = open_works(config, share);
    if (!works) return fail(works.error());
    engine::Options options{.only = {},
                            .dry_run = request.dry_run,
                            .survey = request.survey,
                            .mailboxes_at_once = config.exchange.mailboxes_at_once,
                            .settle_after = config.exchange.settle};
    if (!request.users.empty()) {
        const auto directory = read_directory(*works->hq, *works->state);
        if (!directory) return fail(directory.error());
        auto only = chosen(*directory, request.users);
        if (!only) return fail(only.error());
        options.only = std::move(*only);
    }
    auto& context = works->line->context;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait(EndInterrupted{request.scratch_folder});
    std::unique_ptr<ProgressBar> bar;
    if (request.bar == Bar::shown) bar = std::make_unique<ProgressBar>();
    auto report = await_on(context, engine::run(works->ports(), options, bar.get()));
    if (!report)
        return fail({.reach = Reach::run, .code = "run.stopped", .detail = "the run was stopped"});
    return std::move(*report);
}

reconcile::GuardLimits limits_of(const Config& config) {
    const auto state = open_state(config, Share::beside_a_run);
    if (!state) return {};
    const auto directory = read_directory(config, **state);
    return directory ? directory->settings.guard : reconcile::GuardLimits{};
}

ExitCode exit_code_of(const engine::RunReport& report) {
    const auto any = [&](const auto& test) { return std::ranges::any_of(report.mailboxes, test); };
    const auto& mailboxes = report.mailboxes;
    if (report.fault || any([](const auto& mailbox) { return mailbox.fault.has_value(); }))
        return ExitCode::failed;
    if (any([](const auto& mailbox) { return mailbox.hold.has_value(); })) return ExitCode::held;
    const bool errors = std::ranges::any_of(mailboxes, [](const auto& mailbox) {
        return !mailbox.item_errors.empty() || mailbox.counts.failed > 0;
    });
    return errors ? ExitCode::item_errors : ExitCode::done;
}

}  // namespace hqsync::app
