// Looking records up in a snapshot, and the way from one snapshot to the next.
#include "directory/snapshot.hpp"

#include <algorithm>

namespace hqsync {

namespace {

template <class Record, class RecordId>
const Record* find_in(const std::vector<Record>& records, RecordId id) {
    const auto found = std::ranges::lower_bound(records, id, {}, &Record::id);
    return found != records.end() && found->id == id ? &*found : nullptr;
}

template <class Record>
void add_changed(const std::vector<Record>& before, const std::vector<Record>& after,
                 std::vector<RecordChange>& changes) {
    for (const auto& record : after) {
        const auto* old = find_in(before, record.id);
        if (old == nullptr || *old != record) changes.emplace_back(record);
    }
}

template <class Record>
void add_gone(const std::vector<Record>& before, const std::vector<Record>& after,
              std::vector<RecordChange>& changes) {
    for (const auto& record : before) {
        if (find_in(after, record.id) == nullptr) changes.emplace_back(record.id);
    }
}

}  // namespace

const Subsystem* find(const Snapshot& snapshot, SubsystemId id) {
    return find_in(snapshot.subsystems, id);
}
const User* find(const Snapshot& snapshot, UserId id) {
    return find_in(snapshot.users, id);
}
const Company* find(const Snapshot& snapshot, CompanyId id) {
    return find_in(snapshot.companies, id);
}
const ContactPerson* find(const Snapshot& snapshot, ContactId id) {
    return find_in(snapshot.contacts, id);
}
const Project* find(const Snapshot& snapshot, ProjectId id) {
    return find_in(snapshot.projects, id);
}
const Lead* find(const Snapshot& snapshot, LeadId id) {
    return find_in(snapshot.leads, id);
}

std::vector<RecordChange> difference(const Snapshot& before, const Snapshot& after) {
    std::vector<RecordChange> changes;
    add_changed(before.subsystems, after.subsystems, changes);
    add_changed(before.users, after.users, changes);
    add_changed(before.companies, after.companies, changes);
    add_changed(before.contacts, after.contacts, changes);
    add_changed(before.projects, after.projects, changes);
    add_changed(before.leads, after.leads, changes);
    add_gone(before.leads, after.leads, changes);
    add_gone(before.projects, after.projects, changes);
    add_gone(before.contacts, after.contacts, changes);
    add_gone(before.companies, after.companies, changes);
    add_gone(before.users, after.users, changes);
    add_gone(before.subsystems, after.subsystems, changes);
    return changes;
}

}  // namespace hqsync
