// HQ in memory: what the engine reads is what the world's people wrote.
#pragma once

#include "port/hq_source.hpp"
#include "simulation/mortal.hpp"

namespace hqsync::simulation {

class MemoryHq final : public HqSource {
public:
    MemoryHq(World& world, Mortal& mortal) : world_(world), mortal_(mortal) {}

    /// The snapshot that this run is measured by (`World::view`).
    Task<Result<SnapshotPtr>> snapshot() override;
    [[nodiscard]] std::string system() const override { return hq_system; }

private:
    World& world_;
    Mortal& mortal_;
};

}  // namespace hqsync::simulation
