// HQ in memory: what the engine reads is what the world's people wrote, and what it writes itself.
#pragma once

#include "port/hq_source.hpp"
#include "port/hq_writer.hpp"
#include "simulation/ledger.hpp"
#include "simulation/mortal.hpp"

namespace hqsync::simulation {

class MemoryHq final : public HqSource, public HqWriter {
public:
    MemoryHq(World& world, Ledger& ledger, Mortal& mortal)
        : world_(world), ledger_(ledger), mortal_(mortal) {}

    /// The snapshot that this round is measured by (`World::view`).
    Task<Result<SnapshotPtr>> snapshot() override;
    [[nodiscard]] std::string system() const override { return hq_system; }

    Task<Result<ContactPerson>> read(ContactId contact) override;
    Task<Result<ContactPerson>> replace(ContactPerson before, ContactPerson after) override;
    Task<Result<ContactPerson>> create(ContactPerson wanted) override;

private:
    Result<ContactPerson> put(ContactPerson after);
    [[nodiscard]] bool was_ever_shown(Field field, const std::string& text) const;
    void check(const ContactPerson& before, const ContactPerson& after);

    World& world_;
    Ledger& ledger_;
    Mortal& mortal_;
};

}  // namespace hqsync::simulation
