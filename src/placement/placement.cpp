// The placements: relations and people put together, asked, and kept up with changes.
#include "placement/placement.hpp"

#include <utility>

#include "placement/bitmap.hpp"
#include "placement/people.hpp"
#include "placement/relations.hpp"
#include "placement/touched.hpp"

namespace hqsync::placement {

struct Placements::Index {
    Rules rules;
    Relations relations;
    People people;
    std::size_t update_cost = 0;

    Index(Rules given, std::string today)
        : rules(std::move(given)),
          relations(rules.excluded_company_types, rules.erased),
          people(rules, std::move(today)) {}

    [[nodiscard]] Place place(UserId user, ContactId contact) const {
        if (!people.is_synced(user) || !relations.knows(contact)) return Place::absent;
        if (relations.excluded().contains(bit(contact))) return Place::absent;
        if (people.mine(user).contains(bit(contact))) return Place::mine;
        return people.shows_global(user) ? Place::global : Place::absent;
    }

    [[nodiscard]] Absence absence(UserId user, ContactId contact) const {
        if (!people.is_synced(user)) return {AbsenceRule::user_not_synced, 0, {}};
        if (rules.erased.contains(contact)) return {AbsenceRule::erased, 0, {}};
        if (!relations.knows(contact)) return {AbsenceRule::not_in_hq, 0, {}};
        const auto company = relations.company_of(contact);
        const auto type = company ? relations.excluding_type(*company) : std::nullopt;
        if (type) return {AbsenceRule::excluded_company_type, company->value(), *type};
        if (rules.only_my_contacts) return {AbsenceRule::only_my_contacts, 0, {}};
        return {AbsenceRule::global_folder_off, 0, {}};
    }

    void take(const Subsystem&) {}
    void take(SubsystemId) {}
    void take(const User& user) { people.take(user); }
    void take(UserId user) { people.remove(user); }
    void take(const Company& company) { relations.take(company); }
    void take(CompanyId company) { relations.remove(company); }
    void take(const ContactPerson& contact) { relations.take(contact); }
    void take(ContactId contact) { relations.remove(contact); }
    void take(const Project& project) { relations.take(project); }
    void take(ProjectId project) { relations.remove(project); }
    void take(const Lead& lead) { relations.take(lead); }
    void take(LeadId lead) { relations.remove(lead); }

    template <class Record>
    void take_all(const std::vector<Record>& records) {
        for (const auto& record : records)
            take(record);
    }

    void rewire(const Touched& touched) {
        for (const auto user : touched.rewired) {
            for (const auto contact : touched.contacts) {
                if (relations.is_mine(user, contact)) {
                    people.add_mine(user, {contact});
                } else {
                    people.remove_mine(user, contact);
                }
            }
        }
    }
};

Placements::Placements(const Snapshot& snapshot, Rules rules, std::string today)
    : index_(std::make_unique<Index>(std::move(rules), std::move(today))) {
    index_->take_all(snapshot.users);
    index_->take_all(snapshot.companies);
    index_->take_all(snapshot.contacts);
    index_->take_all(snapshot.projects);
    index_->take_all(snapshot.leads);
    for (const auto* circle : index_->relations.circles()) {
        for (const auto user : circle->users)
            index_->people.add_mine(user, circle->contacts);
    }
    index_->people.shrink();
}

Placements::~Placements() = default;
Placements::Placements(Placements&&) noexcept = default;
Placements& Placements::operator=(Placements&&) noexcept = default;

std::vector<Moved> Placements::update(const RecordChange& change) {
    const auto touched = touched_by(change, index_->relations, index_->people);
    std::vector<Place> before;
    before.reserve(touched.users.size() * touched.contacts.size());
    for (const auto user : touched.users) {
        for (const auto contact : touched.contacts)
            before.push_back(index_->place(user, contact));
    }
    std::visit([&](const auto& record) { index_->take(record); }, change);
    index_->rewire(touched);
    index_->update_cost = before.size();

    std::vector<Moved> moved;
    auto old = before.begin();
    for (const auto user : touched.users) {
        for (const auto contact : touched.contacts) {
            const auto now = index_->place(user, contact);
            if (*old != now) moved.push_back({user, contact, *old, now});
            ++old;
        }
    }
    return moved;
}

std::vector<UserId> Placements::users() const {
    return index_->people.synced();
}

std::vector<ContactId> Placements::mine(UserId user) const {
    if (!index_->people.is_synced(user)) return {};
    return contacts_in(index_->people.mine(user) - index_->relations.excluded());
}

std::vector<ContactId> Placements::global(UserId user) const {
    const auto& people = index_->people;
    const auto& relations = index_->relations;
    if (!people.is_synced(user) || !people.shows_global(user)) return {};
    return contacts_in(relations.all() - relations.excluded() - people.mine(user));
}

std::vector<ContactId> Placements::absent(UserId user) const {
    const auto& people = index_->people;
    const auto& relations = index_->relations;
    if (!people.is_synced(user)) return contacts_in(relations.all());
    if (people.shows_global(user)) return contacts_in(relations.excluded());
    return contacts_in(relations.all() - (people.mine(user) - relations.excluded()));
}

Place Placements::place(UserId user, ContactId contact) const {
    return index_->place(user, contact);
}

Placement Placements::explain(UserId user, ContactId contact) const {
    Placement placement;
    placement.place = index_->place(user, contact);
    if (placement.place == Place::mine) {
        placement.reasons = index_->relations.reasons(user, contact);
    }
    if (placement.place == Place::absent) placement.absence = index_->absence(user, contact);
    return placement;
}

std::size_t Placements::update_cost() const {
    return index_->update_cost;
}

std::size_t Placements::bytes() const {
    return index_->relations.bytes() + index_->people.bytes();
}

}  // namespace hqsync::placement
