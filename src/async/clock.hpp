// The one way to learn the time and to wait: real in the program, virtual in simulations.
#pragma once

#include <chrono>

#include "async/task.hpp"

namespace hqsync {

using Milliseconds = std::chrono::milliseconds;
/// Wall time in UTC.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
public:
    virtual ~Clock() = default;

    [[nodiscard]] virtual Instant now() const = 0;
    /// Returns after `pause` has passed on this clock; never earlier.
    virtual Task<void> sleep_for(Milliseconds pause) = 0;
};

/// The system's clock, waiting on the executor of the coroutine that calls.
class SystemClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override;
    Task<void> sleep_for(Milliseconds pause) override;
};

}  // namespace hqsync
