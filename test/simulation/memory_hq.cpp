// A read is whole or a fault.
#include "simulation/memory_hq.hpp"

namespace hqsync::simulation {

Task<Result<SnapshotPtr>> MemoryHq::snapshot() {
    co_await mortal_.step("before HQ is read");
    world_.take_view();
    world_.note("run {} reads HQ: {} contacts", world_.view->number, world_.view->cards.size());
    co_await mortal_.step("after HQ was read");
    co_return world_.view->hq;
}

}  // namespace hqsync::simulation
