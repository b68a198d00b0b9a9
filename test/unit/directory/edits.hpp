// Random edits of a directory, each of which leaves a snapshot without dangling references.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "directory/snapshot.hpp"
#include "unit/placement/random_directory.hpp"

namespace hqsync::test {

template <class Record>
void put(std::vector<Record>& records, const Record& record) {
    const auto place = std::ranges::lower_bound(records, record.id, {}, &Record::id);
    if (place != records.end() && place->id == record.id) {
        *place = record;
    } else {
        records.insert(place, record);
    }
}

template <class Record, class RecordId>
void drop(std::vector<Record>& records, RecordId id) {
    std::erase_if(records, [&](const Record& record) { return record.id == id; });
}

/// One change as the difference of two snapshots lists it.
struct Apply {
    Snapshot& snapshot;

    void operator()(const Subsystem& record) const { put(snapshot.subsystems, record); }
    void operator()(const User& record) const { put(snapshot.users, record); }
    void operator()(const Company& record) const { put(snapshot.companies, record); }
    void operator()(const ContactPerson& record) const { put(snapshot.contacts, record); }
    void operator()(const Project& record) const { put(snapshot.projects, record); }
    void operator()(const Lead& record) const { put(snapshot.leads, record); }
    void operator()(SubsystemId id) const { drop(snapshot.subsystems, id); }
    void operator()(UserId id) const { drop(snapshot.users, id); }
    void operator()(CompanyId id) const { drop(snapshot.companies, id); }
    void operator()(ContactId id) const { drop(snapshot.contacts, id); }
    void operator()(ProjectId id) const { drop(snapshot.projects, id); }
    void operator()(LeadId id) const { drop(snapshot.leads, id); }
};

inline void apply(Snapshot& snapshot, const RecordChange& change) {
    std::visit(Apply{snapshot}, change);
}

template <class RecordId>
void keep_known(const Snapshot& snapshot, std::vector<RecordId>& ids) {
    std::erase_if(ids, [&](RecordId id) { return find(snapshot, id) == nullptr; });
}

template <class RecordId>
void keep_known(const Snapshot& snapshot, std::optional<RecordId>& id) {
    if (id && find(snapshot, *id) == nullptr) id.reset();
}

inline void drop_dangling(Snapshot& snapshot) {
    for (auto& company : snapshot.companies) {
        keep_known(snapshot, company.responsible_users);
        keep_known(snapshot, company.subsystems);
    }
    for (auto& contact : snapshot.contacts)
        keep_known(snapshot, contact.company);
    for (auto& project : snapshot.projects) {
        keep_known(snapshot, project.members);
        keep_known(snapshot, project.contact_persons);
    }
    for (auto& lead : snapshot.leads) {
        keep_known(snapshot, lead.responsible_user);
        keep_known(snapshot, lead.contact_persons);
    }
}

/// A random directory with all kinds of records and no dangling reference.
inline Snapshot whole_directory(Dice& dice) {
    auto snapshot = random_directory(dice, Sizes{});
    snapshot.subsystems = {{SubsystemId(1), "Köln", true, ""}, {SubsystemId(2), "Bonn", false, ""}};
    drop_dangling(snapshot);
    return snapshot;
}

constexpr int edit_kinds = 12;

/// Kinds below six add a record or change one, the others remove one: one for each entity set.
/// Ids reach beyond the directory's first ones, so that records also come, go and come back.
inline Snapshot edited(Snapshot snapshot, Dice& dice, int kind) {
    const Sizes sizes{.users = 8, .companies = 10, .contacts = 30, .projects = 9, .leads = 8};
    const auto user = 1 + dice.below(sizes.users);
    const auto company = 100 + dice.below(sizes.companies);
    const auto contact = 1000 + dice.below(sizes.contacts);
    const auto project = 300 + dice.below(sizes.projects);
    const auto lead = 700 + dice.below(sizes.leads);
    const auto subsystem = 1 + dice.below(3);
    switch (kind) {
        case 0: put(snapshot.users, random_user(dice, user)); break;
        case 1: put(snapshot.companies, random_company(dice, sizes, company)); break;
        case 2: put(snapshot.contacts, random_contact(dice, sizes, contact)); break;
        case 3: put(snapshot.projects, random_project(dice, sizes, project)); break;
        case 4: put(snapshot.leads, random_lead(dice, sizes, lead)); break;
        case 5:
            put(snapshot.subsystems,
                Subsystem{SubsystemId(subsystem), std::to_string(dice.next()), false, ""});
            break;
        case 6: drop(snapshot.users, UserId(user)); break;
        case 7: drop(snapshot.companies, CompanyId(company)); break;
        case 8: drop(snapshot.contacts, ContactId(contact)); break;
        case 9: drop(snapshot.projects, ProjectId(project)); break;
        case 10: drop(snapshot.leads, LeadId(lead)); break;
        default: drop(snapshot.subsystems, SubsystemId(subsystem)); break;
    }
    drop_dangling(snapshot);
    return snapshot;
}

}  // namespace hqsync::test
