// One consistent state of the whole directory, immutable once built, and the change of one record.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "directory/directory.hpp"

namespace hqsync {

/// Every vector is sorted by id and holds each id once; every reference points to a record that is
/// here. `hq::` readers check that before they build one; all others rely on it.
struct Snapshot {
    std::vector<Subsystem> subsystems;
    std::vector<User> users;
    std::vector<Company> companies;
    std::vector<ContactPerson> contacts;
    std::vector<Project> projects;
    std::vector<Lead> leads;

    bool operator==(const Snapshot&) const = default;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// Binary search; nullptr when there is no such record. The pointer lives as long as the snapshot.
const Subsystem* find(const Snapshot& snapshot, SubsystemId id);
const User* find(const Snapshot& snapshot, UserId id);
const Company* find(const Snapshot& snapshot, CompanyId id);
const ContactPerson* find(const Snapshot& snapshot, ContactId id);
const Project* find(const Snapshot& snapshot, ProjectId id);
const Lead* find(const Snapshot& snapshot, LeadId id);

/// A record as it is now, or the id of a record that is gone.
using RecordChange = std::variant<Subsystem, User, Company, ContactPerson, Project, Lead,
                                  SubsystemId, UserId, CompanyId, ContactId, ProjectId, LeadId>;

/// What turns `before` into `after`, in an order that never refers to a missing record:
/// new and changed records first (subsystems, users, companies, contacts, projects, leads), then
/// the gone ones in the opposite order.
std::vector<RecordChange> difference(const Snapshot& before, const Snapshot& after);

}  // namespace hqsync
