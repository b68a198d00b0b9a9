// One case from one seed: a small world, rounds of life with faults, then calm and convergence.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "simulation/world.hpp"

namespace hqsync::simulation {

struct Outcome {
    std::optional<std::string> broken;  ///< the invariant that does not hold
    std::string trace;
    Counts counts;
};

struct Conditions {
    /// Longer than any call may take (graph::Options::call_deadline) and than its request may be
    /// late: an intent younger than that may still come true.
    Milliseconds settle_after{300'000};
};

/// `folder` is there, and the case's alone while it runs.
Outcome tell(std::uint64_t seed, const Conditions& conditions, const std::filesystem::path& folder);

}  // namespace hqsync::simulation
