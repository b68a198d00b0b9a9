// The people who work in HQ: a small random directory, and random edits of it.
#pragma once

#include "simulation/world.hpp"

namespace hqsync::simulation {

class HqActor {
public:
    explicit HqActor(World& world) : world_(world), dice_(world.seed * 4 + 1) {}

    /// Fills HQ and names the mailboxes.
    void found();
    /// One edit of one record, new, changed or gone.
    void edit();

private:
    Snapshot& open();
    void edit_contact(ContactPerson& contact);
    void add_contact(Snapshot& hq);
    void remove_contact(Snapshot& hq);
    void edit_company(Snapshot& hq);
    void edit_relations(Snapshot& hq);
    void edit_user(Snapshot& hq);
    void fill(ContactPerson& contact);
    std::string text(std::string_view stem);
    std::string phone();

    World& world_;
    Dice dice_;
    std::shared_ptr<Snapshot> draft_;
};

}  // namespace hqsync::simulation
