// The people who work in Outlook: they edit, add, delete, move and copy at any moment.
#pragma once

#include <string>
#include <vector>

#include "simulation/ledger.hpp"
#include "simulation/world.hpp"

namespace hqsync::simulation {

class UserActor {
public:
    UserActor(World& world, Ledger& ledger)
        : world_(world), ledger_(ledger), dice_(world.seed * 4 + 3) {}

    /// One act in that mailbox.
    void act(const std::string& address);
    /// What was there before hqsync came: own contacts, marked ones of an earlier installation.
    void furnish(const std::string& address);

private:
    void type_into(const std::string& address, sim::Contact& item);
    void type_over(const std::string& address, sim::Contact& item);
    void add_own(const std::string& address);
    void copy(const std::string& address, const sim::Contact& item);
    void move(const std::string& address, sim::Contact& item);
    void touch_folder(const std::string& address);
    sim::Key some_folder(const sim::Mailbox& mailbox);
    sim::Contact* some_item(sim::Mailbox& mailbox);
    std::string token(std::string_view stem);

    World& world_;
    Ledger& ledger_;
    Dice dice_;
};

}  // namespace hqsync::simulation
