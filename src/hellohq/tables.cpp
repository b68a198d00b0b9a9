// Sets that were read apart become one directory.
#include "hellohq/tables.hpp"

#include <algorithm>

#include "contact/date.hpp"

namespace hqsync::hellohq {

namespace {

template <class Record>
std::vector<Record> values_of(const Table<Record>& table) {
    std::vector<Record> records;
    records.reserve(table.rows.size());
    for (const auto& [id, record] : table.rows)
        records.push_back(record);
    return records;
}

template <class RecordId, class Record>
void keep_known(std::vector<RecordId>& ids, const Table<Record>& table) {
    std::erase_if(ids, [&](RecordId id) { return !table.rows.contains(id.value()); });
}

template <class RecordId, class Record>
void keep_known(std::optional<RecordId>& id, const Table<Record>& table) {
    if (id && !table.rows.contains(id->value())) id.reset();
}

}  // namespace

bool shares_address(const ContactPerson& person, const Tables& tables) {
    if (!person.default_address || !person.default_address->id) return false;
    const auto has_it = [&](const auto& record) {
        return record.default_address && record.default_address->id == person.default_address->id;
    };
    const bool is_of_company = std::ranges::any_of(
        tables.companies.rows, [&](const auto& row) { return has_it(row.second); });
    return is_of_company || std::ranges::any_of(tables.contacts.rows, [&](const auto& row) {
               return row.second.id != person.id && has_it(row.second);
           });
}

bool others_have(const Address& address, ContactId person, const Tables& tables) {
    const auto has_it = [&](const auto& record) {
        return record.default_address && record.default_address->id == address.id;
    };
    const bool is_of_company = std::ranges::any_of(
        tables.companies.rows, [&](const auto& row) { return has_it(row.second); });
    return is_of_company || std::ranges::any_of(tables.contacts.rows, [&](const auto& row) {
               const auto& other = row.second;
               const auto& beside = other.addresses;
               return other.id != person &&
                      (has_it(other) ||
                       std::ranges::find(beside, address.id, &Address::id) != beside.end());
           });
}

ContactPerson joined(ContactPerson person, const Tables& tables) {
    keep_known(person.company, tables.companies);
    return person;
}

Snapshot joined(const Tables& tables) {
    Snapshot all{.subsystems = values_of(tables.subsystems),
                 .users = values_of(tables.users),
                 .companies = values_of(tables.companies),
                 .contacts = values_of(tables.contacts),
                 .projects = values_of(tables.projects),
                 .leads = values_of(tables.leads)};
    for (auto& company : all.companies) {
        keep_known(company.responsible_users, tables.users);
        keep_known(company.subsystems, tables.subsystems);
    }
    for (auto& contact : all.contacts)
        keep_known(contact.company, tables.companies);
    for (auto& project : all.projects) {
        keep_known(project.company, tables.companies);
        keep_known(project.members, tables.users);
        keep_known(project.contact_persons, tables.contacts);
        keep_known(project.subsystems, tables.subsystems);
    }
    for (auto& lead : all.leads) {
        keep_known(lead.company, tables.companies);
        keep_known(lead.responsible_user, tables.users);
        keep_known(lead.contact_persons, tables.contacts);
        keep_known(lead.subsystems, tables.subsystems);
    }
    return all;
}

std::string later(const std::string& one, const std::string& other) {
    const auto first = time_of(one);
    const auto second = time_of(other);
    if (!second) return one;
    return !first || *first < *second ? other : one;
}

}  // namespace hqsync::hellohq
