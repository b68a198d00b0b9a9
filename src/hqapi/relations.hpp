// From a record to the records that it leads to.
#pragma once

#include <optional>
#include <vector>

#include "hqapi/model.hpp"

namespace hqsync::hqapi::relations {

template <auto member>
std::vector<Row> all(const Directory& directory) {
    std::vector<Row> rows;
    const auto& records = (*directory.snapshot).*member;
    rows.reserve(records.size());
    for (const auto& record : records)
        rows.emplace_back(&record);
    return rows;
}
std::vector<Row> all_types_of_companies(const Directory& directory);
std::vector<Row> all_named_types(const Directory& directory);

template <class RecordId>
std::vector<Row> found(const Directory& directory, const std::vector<RecordId>& ids) {
    std::vector<Row> rows;
    for (const auto id : ids) {
        if (const auto* const record = find(*directory.snapshot, id)) rows.emplace_back(record);
    }
    return rows;
}
template <class RecordId>
std::vector<Row> found(const Directory& directory, const std::optional<RecordId>& id) {
    return id ? found(directory, std::vector<RecordId>{*id}) : std::vector<Row>{};
}

template <class Record>
std::vector<Row> company(const Directory& directory, const Row& row) {
    return found(directory, std::get<const Record*>(row)->company);
}
template <class Record>
std::vector<Row> contacts(const Directory& directory, const Row& row) {
    return found(directory, std::get<const Record*>(row)->contact_persons);
}
template <class Record>
std::vector<Row> subsystems(const Directory& directory, const Row& row) {
    return found(directory, std::get<const Record*>(row)->subsystems);
}
std::vector<Row> users_of_company(const Directory& directory, const Row& row);
std::vector<Row> types_of_company(const Directory& directory, const Row& row);
std::vector<Row> address_of_company(const Directory& directory, const Row& row);
std::vector<Row> address_of_contact(const Directory& directory, const Row& row);
std::vector<Row> addresses_of_contact(const Directory& directory, const Row& row);
std::vector<Row> members_of_project(const Directory& directory, const Row& row);
std::vector<Row> members_of_user(const Directory& directory, const Row& row);
std::vector<Row> project_of_member(const Directory& directory, const Row& row);
std::vector<Row> user_of_member(const Directory& directory, const Row& row);
std::vector<Row> user_of_lead(const Directory& directory, const Row& row);

}  // namespace hqsync::hqapi::relations
