// A run: reads HQ and the settings, then lets a bounded number of mailboxes pass at a time; another
// round follows while something of the mailboxes went to HQ.
#include "engine/run.hpp"

#include <algorithm>
#include <deque>
#include <ranges>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "engine/read_settings.hpp"
#include "engine/run_context.hpp"
#include "engine/sync_mailbox.hpp"

namespace hqsync::engine {

namespace {

/// What comes back is brought to the others by the second round, and what HQ made of it is in step
/// after the third; anything further can wait for the next run.
constexpr int rounds_max = 3;

struct Job {
    MailboxAddress mailbox;
    UserId user;
};

MailboxReport refused(const Job& job, Fault fault) {
    MailboxReport report;
    report.mailbox = job.mailbox;
    report.user = job.user;
    report.fault = std::move(fault);
    return report;
}

/// The synchronised users of each address: one, where all is well.
using Owners = std::map<MailboxAddress, std::vector<UserId>>;

Owners owners_of(const Snapshot& snapshot, const placement::Placements& placements) {
    Owners users;
    for (const auto user : placements.users()) {
        users[mailbox_named(find(snapshot, user)->email_work)].push_back(user);
    }
    return users;
}

/// Each mailbox to pass; what cannot be passed is reported at once.
std::deque<Job> jobs_of(const Owners& users, const std::vector<MailboxAddress>& only,
                        RunReport& report) {
    std::deque<Job> jobs;
    const std::set<MailboxAddress> wanted(only.begin(), only.end());
    for (const auto& [address, owners] : users) {
        if (!wanted.empty() && !wanted.contains(address)) continue;
        const Job job{address, owners.front()};
        if (owners.size() == 1) {
            jobs.push_back(job);
            continue;
        }
        report.mailboxes.push_back(refused(
            job, {Reach::configuration, "hq.shared_address",
                  fmt::format("users {} and {} of HQ have the same EMailWork: whose contacts "
                              "belong there? Correct it in HQ",
                              owners[0].value(), owners[1].value())}));
    }
    for (const auto& address : wanted) {
        if (users.contains(address)) continue;
        report.mailboxes.push_back(refused(
            {address, UserId{}},
            {Reach::configuration, "hq.no_such_user", "no current user of HQ has this EMailWork"}));
    }
    return jobs;
}

bool wants_end(const Options& options) {
    return options.wants_end && options.wants_end();
}

/// The line of mailboxes that workers take from; the last one to leave wakes the run.
struct Line {
    RunContext& run;
    std::deque<Job> jobs;
    RunReport& report;
    std::size_t workers = 0;
    asio::steady_timer empty;
};

Task<void> work(Line* line) {
    while (!line->jobs.empty()) {
        if (wants_end(line->run.options)) {
            line->jobs.clear();
            break;
        }
        const auto job = line->jobs.front();
        line->jobs.pop_front();
        auto report = co_await sync_mailbox(line->run, job.mailbox, job.user);
        const bool stops_all = report.fault && report.fault->reach == Reach::run;
        if (stops_all) {
            line->report.fault = report.fault;
            line->jobs.clear();
        }
        line->report.mailboxes.push_back(std::move(report));
    }
    if (--line->workers == 0) line->empty.cancel();
}

Task<void> work_off(RunContext& run, std::deque<Job> jobs, RunReport& report) {
    if (jobs.empty()) co_return;
    const auto executor = co_await asio::this_coro::executor;
    Line line{run, std::move(jobs), report, 0, asio::steady_timer(executor)};
    line.empty.expires_at(asio::steady_timer::time_point::max());
    line.workers = std::clamp<std::size_t>(run.options.mailboxes_at_once, 1, line.jobs.size());
    std::exception_ptr bug;
    for (auto started = line.workers; started > 0; --started) {
        asio::co_spawn(executor, work(&line), [&line, &bug](std::exception_ptr thrown) {
            if (!thrown) return;
            bug = thrown;
            line.jobs.clear();
            if (--line.workers == 0) line.empty.cancel();
        });
    }
    asio::error_code woken;
    while (line.workers > 0) {
        co_await line.empty.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    if (bug) std::rethrow_exception(bug);
}

reconcile::SourceCounts counts_of(const Snapshot& snapshot) {
    return {.contacts = snapshot.contacts.size(),
            .companies = snapshot.companies.size(),
            .projects = snapshot.projects.size(),
            .leads = snapshot.leads.size(),
            .users = snapshot.users.size()};
}

/// The counts of the source are remembered only by a run over everything that nothing held back: a
/// source that shrank stays suspicious until somebody approved or it grew again.
Task<Result<void>> remember_source(const RunContext& run, const RunReport& report) {
    const bool is_held = std::ranges::any_of(
        report.mailboxes, [](const auto& each) { return each.hold.has_value(); });
    if (run.options.dry_run || is_held || !run.options.only.empty()) co_return Result<void>{};
    if (report.fault || wants_end(run.options)) co_return Result<void>{};
    if (run.source_shrunk) {
        const bool all_done = std::ranges::none_of(
            report.mailboxes, [](const auto& each) { return each.fault.has_value(); });
        if (!all_done) co_return Result<void>{};
    }
    co_return co_await run.ports.state.set_source_counts(report.source);
}

Task<Result<std::map<MailboxAddress, Held>>> held_by_mailbox(StateStore& state) {
    auto held = co_await state.held();
    if (!held) co_return fail(held.error());
    std::map<MailboxAddress, Held> by_mailbox;
    for (auto& each : *held)
        by_mailbox.emplace(each.mailbox, std::move(each));
    co_return by_mailbox;
}

Task<Result<settings::Settings>> read_settings(StateStore& state, const Snapshot& snapshot,
                                               std::string_view today) {
    const auto stored = co_await stored_settings(state);
    if (!stored) co_return fail(stored.error());
    co_return settings_of(*stored, users_by_mailbox(snapshot, today));
}

/// The mailboxes that HQ's changes of the last round concern. One that had trouble waits for the
/// next run.
Task<Result<std::deque<Job>>> jobs_again(const RunContext& run, std::deque<Job> jobs,
                                         const RunReport& before) {
    std::deque<Job> again;
    for (auto& job : jobs) {
        const auto last = std::ranges::find(before.mailboxes, job.mailbox, &MailboxReport::mailbox);
        const bool has_passed = last != before.mailboxes.end();
        if (has_passed && last->fault) continue;
        const auto memory = co_await run.ports.state.mailbox(job.mailbox);
        if (!memory) co_return fail(memory.error());
        const auto wanted = desired_fingerprint(job.user, run.placements, run.shelf);
        const bool is_stale =
            memory->desired_fingerprint != 0 && memory->desired_fingerprint != wanted;
        const bool needs_round = has_passed && last->needs_round;
        if (needs_round || is_stale) again.push_back(std::move(job));
    }
    co_return again;
}

void add(PassCounts& sum, const PassCounts& counts) {
    sum.created += counts.created;
    sum.updated += counts.updated;
    sum.moved += counts.moved;
    sum.deleted += counts.deleted;
    sum.adopted += counts.adopted;
    sum.conflicts += counts.conflicts;
    sum.pulled += counts.pulled;
    sum.requests += counts.requests;
}

/// Takes the reports of a round over: what was done adds up, how it stands is told by the last one.
void take_round(std::vector<MailboxReport> round, RunReport& report) {
    for (auto& each : round) {
        const auto known =
            std::ranges::find(report.mailboxes, each.mailbox, &MailboxReport::mailbox);
        if (known == report.mailboxes.end()) {
            report.mailboxes.push_back(std::move(each));
            continue;
        }
        auto counts = known->counts;
        add(counts, each.counts);
        counts.failed = each.counts.failed;
        *known = std::move(each);
        known->counts = counts;
    }
}

struct Round {
    Ports ports;
    const Options& options;
    Progress* progress;
    std::int64_t run_id;
    bool is_first;
};

struct RoundEnd {
    bool needs_round = false;
    std::size_t backup_days = 0;
};

/// One way over all mailboxes on one snapshot of HQ.
Task<Result<RoundEnd>> run_round(Round round, RunReport& report) {
    const auto ports = round.ports;
    const auto snapshot = co_await ports.hq.snapshot();
    if (!snapshot) co_return fail(snapshot.error());
    report.source = counts_of(**snapshot);
    const auto today = date_of(ports.clock.now());
    auto settings = co_await read_settings(ports.state, **snapshot, today);
    if (!settings) co_return fail(settings.error());
    auto held = co_await held_by_mailbox(ports.state);
    if (!held) co_return fail(held.error());
    auto aliases = co_await ports.state.aliases();
    if (!aliases) co_return fail(aliases.error());
    const auto before = co_await ports.state.source_counts();
    if (!before) co_return fail(before.error());
    report.source_shrunk = reconcile::has_shrunk(*before, report.source, settings->guard);

    const placement::Placements placements(**snapshot, settings->rules, today);
    const auto owners = owners_of(**snapshot, placements);
    const auto addresses = std::views::keys(owners);
    CardShelf shelf(*snapshot, settings->card);
    RunContext run{.ports = ports,
                   .options = round.options,
                   .progress = round.progress,
                   .settings = *settings,
                   .rules_text = settings::to_text(*settings),
                   .system = ports.hq.system(),
                   .source_shrunk = report.source_shrunk,
                   .held = *std::move(held),
                   .run_id = round.run_id,
                   .addresses = {addresses.begin(), addresses.end()},
                   .aliases = *std::move(aliases),
                   .snapshot = *snapshot,
                   .placements = placements,
                   .shelf = shelf};
    RunReport part;
    const bool is_wider = !round.is_first && round.options.spread == Spread::all_concerned;
    auto jobs = jobs_of(owners, is_wider ? std::vector<MailboxAddress>{} : run.options.only, part);
    if (!round.is_first) {
        part.mailboxes.clear();
        auto again = co_await jobs_again(run, std::move(jobs), report);
        if (!again) co_return fail(again.error());
        jobs = *std::move(again);
    }
    co_await work_off(run, std::move(jobs), part);
    const bool needs_round =
        std::ranges::any_of(part.mailboxes, [](const auto& each) { return each.needs_round; });
    take_round(std::move(part.mailboxes), report);
    report.fault = part.fault;
    const auto remembered = co_await remember_source(run, report);
    if (!remembered) co_return fail(remembered.error());
    co_return RoundEnd{needs_round && !report.fault, settings->backup_days};
}

Task<Result<void>> run_all(Ports ports, Options options, Progress* progress, RunReport& report) {
    std::int64_t run_id = 0;
    RoundEnd end;
    if (!options.dry_run) {
        const auto begun = co_await ports.state.begin_run(ports.clock.now());
        if (!begun) co_return fail(begun.error());
        run_id = *begun;
    }
    for (int round = 0; round < rounds_max; ++round) {
        const auto done =
            co_await run_round({ports, options, progress, run_id, round == 0}, report);
        if (!done) co_return fail(done.error());
        end = *done;
        if (!end.needs_round || wants_end(options)) break;
    }
    if (options.dry_run) co_return Result<void>{};
    const auto kept_from = ports.clock.now() - std::chrono::days(end.backup_days);
    co_return co_await ports.state.drop_backups_before(kept_from);
}

}  // namespace

Task<RunReport> run(Ports ports, Options options, Progress* progress) {
    RunReport report;
    const auto done = co_await run_all(ports, std::move(options), progress, report);
    if (!done && !report.fault) report.fault = done.error();
    std::ranges::sort(report.mailboxes, {}, &MailboxReport::mailbox);
    co_return report;
}

}  // namespace hqsync::engine
