// Death is a wait without end; the runner sees it and throws the whole engine away.
#include "simulation/mortal.hpp"

namespace hqsync::simulation {

Task<void> Mortal::step(std::string_view where) {
    if (steps_left_ > 0 && --steps_left_ == 0 && !is_dead_) {
        is_dead_ = true;
        ++world_.counts.crashes;
        world_.note("CRASH {}", where);
    }
    if (is_dead_) co_await clock_.sleep_for_ever();
}

}  // namespace hqsync::simulation
