// Wall time that no correction of the machine's clock turns back.
#include "sim/time.hpp"

#include <chrono>

namespace hqsync::sim {

std::int64_t machine_seconds() {
    using std::chrono::steady_clock;
    using std::chrono::system_clock;
    static const auto started_steady = steady_clock::now();
    static const auto started = system_clock::now();
    const auto now = started + (steady_clock::now() - started_steady);
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

}  // namespace hqsync::sim
