// The directory as it was read last, record by record, with what is needed to read on from there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "async/clock.hpp"
#include "directory/snapshot.hpp"

namespace hqsync::hellohq {

template <class Record>
struct Table {
    std::map<std::int64_t, Record> rows;  ///< by id
    std::string latest;  ///< the greatest UpdatedOn that came, as HQ wrote it; empty: none did

    bool operator==(const Table&) const = default;
};

/// References are kept as they came, also to records that are not there (any more).
struct Tables {
    Table<Lead> leads;
    Table<Project> projects;
    Table<ContactPerson> contacts;
    Table<Company> companies;
    Table<User> users;
    Table<Subsystem> subsystems;
    std::optional<Instant> read_whole;  ///< when; nullopt: never
    /// How long the last reading took: what was saved in its course may be missing by that much.
    Milliseconds took{0};

    bool operator==(const Tables&) const = default;
};

/// Calls `visit` with each table, and with the same table of `other`.
template <class First, class Second, class Visit>
void each_table(First& tables, Second& other, Visit visit) {
    visit(tables.leads, other.leads);
    visit(tables.projects, other.projects);
    visit(tables.contacts, other.contacts);
    visit(tables.companies, other.companies);
    visit(tables.users, other.users);
    visit(tables.subsystems, other.subsystems);
}

/// Without references that lead nowhere: the sets are read one after the other, those that refer
/// before those that are referred to, so what is missing is gone, or hidden from this login
/// (deactivated users).
Snapshot joined(const Tables& tables);
ContactPerson joined(ContactPerson person, const Tables& tables);

/// Whether another record has the same default address: an address of v1 belongs to the company,
/// and an edit of a shared one would show at all who share it.
bool shares_address(const ContactPerson& person, const Tables& tables);

/// Whether anybody but this contact person has the address, as the default one or beside it.
bool others_have(const Address& address, ContactId person, const Tables& tables);

/// The later of two times as HQ writes them; texts that are no times are older than all.
std::string later(const std::string& one, const std::string& other);

}  // namespace hqsync::hellohq
