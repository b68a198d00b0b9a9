// The relations of the directory, and the ids that it does not have.
#include "hqapi/relations.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace hqsync::hqapi {

namespace {

constexpr std::int64_t first_made_up = std::int64_t{1} << 30;

/// The same for the same numbers, in the upper half of the ids (int32) that HQ itself hands out
/// last.
std::int64_t made_up_id(std::uint64_t kind, std::int64_t owner, std::uint64_t index) {
    std::uint64_t mixed = kind * 0x9E3779B97F4A7C15ULL + static_cast<std::uint64_t>(owner);
    for (const std::uint64_t step : {index, std::uint64_t{0x2545F4914F6CDD1D}}) {
        mixed = (mixed ^ (mixed >> 31)) * 0xBF58476D1CE4E5B9ULL + step;
        mixed ^= mixed >> 27;
    }
    return first_made_up + static_cast<std::int64_t>(mixed % (first_made_up - 1));
}

constexpr std::uint64_t of_contact = 1;
constexpr std::uint64_t of_company = 2;
constexpr std::uint64_t of_type = 3;
constexpr std::uint64_t of_type_name = 4;
constexpr std::uint64_t of_member = 5;

std::uint64_t number_of(const std::string& text) {
    std::uint64_t number = 0xCBF29CE484222325ULL;
    for (const char letter : text)
        number = (number ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
    return number;
}

/// Whether the stored ids tell the connections of companies and types apart. Where they name the
/// type, as in files that were written by hand, they do not.
bool are_unique(const Snapshot& snapshot) {
    std::set<std::int64_t> seen;
    for (const auto& company : snapshot.companies) {
        for (const auto& type : company.types) {
            if (!type.id || !seen.insert(type.id->value()).second) return false;
        }
    }
    return true;
}

std::vector<NamedType> names_of_types(const Snapshot& snapshot) {
    std::map<std::string, const CompanyType*> by_name;
    std::map<std::string, std::set<std::int64_t>> ids;
    for (const auto& company : snapshot.companies) {
        for (const auto& type : company.types) {
            by_name.emplace(type.name, &type);
            ids[type.name].insert(type.id ? type.id->value() : 0);
        }
    }
    std::set<std::int64_t> taken;
    std::vector<NamedType> names;
    for (const auto& [name, type] : by_name) {
        const bool names_the_type = ids[name].size() == 1 && type->id;
        const auto id = names_the_type && !taken.contains(type->id->value())
                            ? type->id->value()
                            : made_up_id(of_type_name, 0, number_of(name));
        taken.insert(id);
        names.push_back({type, id});
    }
    std::ranges::sort(names, {}, &NamedType::id);
    return names;
}

}  // namespace

Directory directory_of(SnapshotPtr snapshot) {
    Directory directory{std::move(snapshot), {}, {}, {}};
    const bool has_ids = are_unique(*directory.snapshot);
    for (const auto& company : directory.snapshot->companies) {
        for (const auto& type : company.types) {
            const auto id = has_ids ? type.id->value()
                                    : made_up_id(of_type, company.id.value(), number_of(type.name));
            directory.types.push_back({&type, id, company.id.value()});
        }
    }
    std::ranges::sort(directory.types, {}, &TypeOfCompany::id);
    for (const auto& project : directory.snapshot->projects) {
        for (const auto user : project.members) {
            auto& projects = directory.projects_of[user];
            if (projects.empty() || projects.back() != &project) projects.push_back(&project);
        }
    }
    directory.type_names = names_of_types(*directory.snapshot);
    return directory;
}

std::int64_t default_address_id(const ContactPerson& contact) {
    const bool has_id = contact.default_address && contact.default_address->id;
    return has_id ? contact.default_address->id->value()
                  : made_up_id(of_contact, contact.id.value(), 0);
}

std::int64_t membership_id(ProjectId project, UserId user) {
    // Cantor's pairing: no two pairs share a number. Its results stay below the made-up ids.
    constexpr std::int64_t sum_max = 46'000;
    const auto sum = project.value() + user.value();
    if (sum <= sum_max) return sum * (sum + 1) / 2 + user.value();
    return made_up_id(of_member, project.value(), static_cast<std::uint64_t>(user.value()));
}

std::int64_t id_of(const Row& row) {
    return std::visit(
        [](const auto& record) -> std::int64_t {
            if constexpr (requires { record->id.value(); }) {
                return record->id.value();
            } else if constexpr (requires { record.user; }) {
                return membership_id(record.project->id, record.user);
            } else if constexpr (requires { record.id; }) {
                return record.id;
            } else {
                return 0;
            }
        },
        row);
}

namespace relations {

std::vector<Row> all_types_of_companies(const Directory& directory) {
    return {directory.types.begin(), directory.types.end()};
}

std::vector<Row> all_named_types(const Directory& directory) {
    return {directory.type_names.begin(), directory.type_names.end()};
}

std::vector<Row> users_of_company(const Directory& directory, const Row& row) {
    return found(directory, std::get<const Company*>(row)->responsible_users);
}

std::vector<Row> types_of_company(const Directory&, const Row& row) {
    const Company& company = *std::get<const Company*>(row);
    std::vector<Row> rows;
    for (const auto& type : company.types) {
        // The stored id, so that who reads the directory gets what was put into it.
        const auto id = type.id ? type.id->value()
                                : made_up_id(of_type, company.id.value(), number_of(type.name));
        rows.emplace_back(TypeOfCompany{&type, id, company.id.value()});
    }
    return rows;
}

std::vector<Row> address_of_company(const Directory&, const Row& row) {
    const Company& company = *std::get<const Company*>(row);
    if (!company.default_address) return {};
    const auto& address = *company.default_address;
    const auto id =
        address.id ? address.id->value() : made_up_id(of_company, company.id.value(), 0);
    return {AddressRow{&address, id, true, &company.updated_on}};
}

std::vector<Row> address_of_contact(const Directory&, const Row& row) {
    const ContactPerson& contact = *std::get<const ContactPerson*>(row);
    if (!contact.default_address) return {};
    return {AddressRow{&*contact.default_address, default_address_id(contact), true,
                       &contact.updated_on}};
}

std::vector<Row> addresses_of_contact(const Directory&, const Row& row) {
    const ContactPerson& contact = *std::get<const ContactPerson*>(row);
    std::vector<Row> rows;
    for (const auto& address : contact.addresses) {
        const bool is_default =
            contact.default_address && (address == *contact.default_address ||
                                        (address.id && address.id == contact.default_address->id));
        auto id = made_up_id(of_contact, contact.id.value(), rows.size() + 1);
        if (is_default) id = default_address_id(contact);
        if (address.id) id = address.id->value();
        rows.emplace_back(AddressRow{&address, id, is_default, &contact.updated_on});
    }
    return rows;
}

std::vector<Row> members_of_project(const Directory&, const Row& row) {
    const Project* const project = std::get<const Project*>(row);
    std::vector<Row> rows;
    for (const auto user : project->members)
        rows.emplace_back(Membership{project, user});
    return rows;
}

std::vector<Row> members_of_user(const Directory& directory, const Row& row) {
    const auto user = std::get<const User*>(row)->id;
    std::vector<Row> rows;
    const auto known = directory.projects_of.find(user);
    if (known == directory.projects_of.end()) return rows;
    for (const auto* const project : known->second)
        rows.emplace_back(Membership{project, user});
    return rows;
}

std::vector<Row> project_of_member(const Directory&, const Row& row) {
    return {std::get<Membership>(row).project};
}

std::vector<Row> user_of_member(const Directory& directory, const Row& row) {
    return found(directory, std::optional(std::get<Membership>(row).user));
}

std::vector<Row> user_of_lead(const Directory& directory, const Row& row) {
    return found(directory, std::get<const Lead*>(row)->responsible_user);
}

}  // namespace relations

}  // namespace hqsync::hqapi
