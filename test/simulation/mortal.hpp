// A process that may die at any of its steps: before or after a request or a call of the store.
#pragma once

#include <string_view>

#include "simulation/world.hpp"

namespace hqsync::simulation {

class Mortal {
public:
    /// Dies at the n-th step; 0: never.
    Mortal(World& world, VirtualClock& clock, std::int64_t last_step)
        : world_(world), clock_(clock), steps_left_(last_step) {}

    /// Never returns when the hour has come: what waits is thrown away with the process.
    Task<void> step(std::string_view where);
    [[nodiscard]] bool is_dead() const { return is_dead_; }

private:
    World& world_;
    VirtualClock& clock_;
    std::int64_t steps_left_;
    bool is_dead_ = false;
};

}  // namespace hqsync::simulation
