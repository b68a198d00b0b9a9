// Directories with random relations, the same for one seed on every machine.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "directory/snapshot.hpp"

namespace hqsync::test {

/// splitmix64: the standard's distributions differ between libraries.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        auto bits = state_;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
        return bits ^ (bits >> 31);
    }
    std::int64_t below(std::int64_t count) {
        return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(count));
    }
    bool chance(int percent) { return below(100) < percent; }

private:
    std::uint64_t state_;
};

struct Sizes {
    std::int64_t users = 6, companies = 8, contacts = 25, projects = 7, leads = 6;
};

template <class RecordId>
std::vector<RecordId> some_ids(Dice& dice, std::int64_t first, std::int64_t count,
                               std::int64_t most) {
    std::set<RecordId> ids;
    const auto wanted = dice.below(most + 1);
    for (std::int64_t i = 0; i < wanted && count > 0; ++i) {
        ids.insert(RecordId(first + dice.below(count)));
    }
    return {ids.begin(), ids.end()};
}

inline Company random_company(Dice& dice, const Sizes& sizes, std::int64_t id) {
    static const std::vector<std::string> types = {"Kunde", "Interessent", "INTERESSENT ",
                                                   "Lieferant"};
    Company company;
    company.id = CompanyId(id);
    const auto count = dice.below(3);
    for (std::int64_t i = 0; i < count; ++i) {
        company.types.push_back({{}, types[static_cast<std::size_t>(dice.below(4))]});
    }
    company.responsible_users = some_ids<UserId>(dice, 1, sizes.users, 3);
    return company;
}

inline ContactPerson random_contact(Dice& dice, const Sizes& sizes, std::int64_t id) {
    ContactPerson contact;
    contact.id = ContactId(id);
    contact.last_name = "Beispiel " + std::to_string(dice.below(1000));
    if (dice.chance(90)) contact.company = CompanyId(100 + dice.below(sizes.companies));
    return contact;
}

inline Project random_project(Dice& dice, const Sizes& sizes, std::int64_t id) {
    Project project;
    project.id = ProjectId(id);
    project.members = some_ids<UserId>(dice, 1, sizes.users, 3);
    project.contact_persons = some_ids<ContactId>(dice, 1000, sizes.contacts, 4);
    return project;
}

inline Lead random_lead(Dice& dice, const Sizes& sizes, std::int64_t id) {
    Lead lead;
    lead.id = LeadId(id);
    if (dice.chance(80)) lead.responsible_user = UserId(1 + dice.below(sizes.users));
    lead.contact_persons = some_ids<ContactId>(dice, 1000, sizes.contacts, 3);
    return lead;
}

inline User random_user(Dice& dice, std::int64_t id) {
    User user;
    user.id = UserId(id);
    if (dice.chance(90)) user.email_work = "user" + std::to_string(id) + "@agentur.example";
    if (dice.chance(15)) user.leaving_date = dice.chance(50) ? "2020-01-31T00:00:00" : "31.12.2099";
    return user;
}

inline Snapshot random_directory(Dice& dice, const Sizes& sizes) {
    Snapshot snapshot;
    for (std::int64_t i = 0; i < sizes.users; ++i) {
        snapshot.users.push_back(random_user(dice, 1 + i));
    }
    for (std::int64_t i = 0; i < sizes.companies; ++i) {
        snapshot.companies.push_back(random_company(dice, sizes, 100 + i));
    }
    for (std::int64_t i = 0; i < sizes.contacts; ++i) {
        snapshot.contacts.push_back(random_contact(dice, sizes, 1000 + i));
    }
    for (std::int64_t i = 0; i < sizes.projects; ++i) {
        snapshot.projects.push_back(random_project(dice, sizes, 300 + i));
    }
    for (std::int64_t i = 0; i < sizes.leads; ++i) {
        snapshot.leads.push_back(random_lead(dice, sizes, 700 + i));
    }
    return snapshot;
}

}  // namespace hqsync::test
