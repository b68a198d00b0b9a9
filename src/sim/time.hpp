// Where the simulator learns the time: of the machine, or of whoever simulates it.
#pragma once

#include <cstdint>
#include <functional>

namespace hqsync::sim {

/// Seconds since 1970; never goes back.
using Now = std::function<std::int64_t()>;

/// The machine's time when it is first asked, and what has passed since.
std::int64_t machine_seconds();

}  // namespace hqsync::sim
