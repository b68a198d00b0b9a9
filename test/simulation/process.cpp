// The loop: whatever is ready runs; when nothing is, time jumps to the next event.
#include "simulation/process.hpp"

#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>

#include "graph/exchange.hpp"
#include "state/sqlite_store.hpp"

namespace hqsync::simulation {

namespace {

graph::Options graph_options() {
    graph::Options options;
    options.graph_url = exchange_url;
    options.login_url = exchange_url;
    options.tenant = "demo";
    options.client_id = "hqsync";
    options.client_secret = "simulator";
    return options;
}

Task<void> keep(Task<engine::RunReport> task, std::optional<engine::RunReport>* report) {
    *report = co_await std::move(task);
}

void trace_report(World& world, const engine::RunReport& report) {
    if (report.fault) world.note("run ends: {}", to_text(*report.fault));
    for (const auto& each : report.mailboxes) {
        const auto& counts = each.counts;
        world.note(
            "{} ends: created {} updated {} moved {} deleted {} adopted {} pulled {} "
            "failed {}{}{}",
            each.mailbox.value(), counts.created, counts.updated, counts.moved, counts.deleted,
            counts.adopted, counts.pulled, counts.failed, each.hold ? " HELD" : "",
            each.fault ? " " + to_text(*each.fault) : "");
        for (const auto& error : each.item_errors)
            world.note("  contact {}: {}", error.contact.value(), error.code);
    }
}

}  // namespace

std::unique_ptr<StateStore> open_state(const Machine& machine) {
    return state::open_sqlite(machine.state_file, state::Access::shared).value();
}

std::optional<engine::RunReport> run_process(const Machine& machine, std::int64_t last_step) {
    auto& world = machine.world;
    ++world.counts.passes;
    VirtualClock clock(world.timeline);
    Mortal mortal(world, clock, last_step);
    MemoryHq hq(world, machine.ledger, mortal);
    CrashingStore store(state::open_sqlite(machine.state_file, state::Access::run).value(), mortal,
                        machine.intents);
    Line line(machine.wire, clock, mortal);
    const auto exchange = graph::connect(graph_options(), line, clock).value();
    std::optional<engine::RunReport> report;
    // Last, so that it goes first: coroutines that wait are thrown away while all else stands.
    asio::io_context context(1);
    const auto guard = asio::make_work_guard(context);
    const engine::Ports ports{hq, hq, *exchange, store, clock};
    const engine::Options options{.only = {}, .settle_after = machine.settle_after};
    asio::co_spawn(context, keep(engine::run(ports, options, nullptr), &report),
                   [](const std::exception_ptr& bug) {
                       if (bug) std::rethrow_exception(bug);
                   });
    while (!report && !mortal.is_dead() && !world.broken) {
        if (context.poll_one() > 0) continue;
        if (!world.timeline.step()) world.complain("the engine waits for nothing");
    }
    if (report) trace_report(world, *report);
    return report;
}

}  // namespace hqsync::simulation
