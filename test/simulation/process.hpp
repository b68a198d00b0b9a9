// One process of hqsync: opens its state anew, runs once, and may die.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/run.hpp"
#include "simulation/crashing_store.hpp"
#include "simulation/memory_hq.hpp"
#include "simulation/wire.hpp"

namespace hqsync::simulation {

struct Machine {
    World& world;
    Wire& wire;
    OpenIntents& intents;
    Ledger& ledger;
    std::string state_file;
    Milliseconds settle_after;
};

/// Runs the engine to its end, to its death at step `last_step` (0: it lives), or to a broken
/// invariant. The report is there when it came to its end.
std::optional<engine::RunReport> run_process(const Machine& machine, std::int64_t last_step);

/// Opens the state beside the engine: what the admin's commands do.
std::unique_ptr<StateStore> open_state(const Machine& machine);

}  // namespace hqsync::simulation
