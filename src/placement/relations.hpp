// The relations that placement reads, held from both ends, so that a changed record is cheap.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <roaring/roaring.hh>

#include "directory/directory.hpp"
#include "placement/placement.hpp"

namespace hqsync::placement {

/// What one company, project or lead ties together: the contacts are "mine" for each of the users.
/// Both sorted, each id once.
struct Circle {
    std::vector<UserId> users;
    std::vector<ContactId> contacts;
};

/// What changes with a record is taken over by `take` and `remove`; the readers are cheap.
/// Tolerates references to records that come later or went before.
class Relations {
public:
    Relations(const std::vector<std::string>& excluded_types, std::set<ContactId> erased);

    void take(const Company& company);
    void take(const ContactPerson& contact);
    void take(const Project& project);
    void take(const Lead& lead);
    void remove(CompanyId company);
    void remove(ContactId contact);
    void remove(ProjectId project);
    void remove(LeadId lead);

    [[nodiscard]] bool knows(ContactId contact) const;
    [[nodiscard]] const Roaring& all() const { return all_; }
    /// Contacts of companies with an excluded type, and erased ones.
    [[nodiscard]] const Roaring& excluded() const { return excluded_; }
    [[nodiscard]] std::optional<CompanyId> company_of(ContactId contact) const;
    /// The first excluded type of the company as HQ writes it.
    [[nodiscard]] std::optional<std::string> excluding_type(const Company& company) const;
    /// Of the company as it was taken last.
    [[nodiscard]] std::optional<std::string> excluding_type(CompanyId company) const;

    [[nodiscard]] bool is_mine(UserId user, ContactId contact) const;
    /// Sorted.
    [[nodiscard]] std::vector<Reason> reasons(UserId user, ContactId contact) const;
    /// Users for whom some rule makes the contact theirs; sorted, each once.
    [[nodiscard]] std::vector<UserId> users_of(ContactId contact) const;

    /// The circle of a record as it was taken last; empty when it is not known.
    [[nodiscard]] const Circle& circle(CompanyId company) const;
    [[nodiscard]] const Circle& circle(ProjectId project) const;
    [[nodiscard]] const Circle& circle(LeadId lead) const;
    /// All of them, in no order. The pointers live until the next change.
    [[nodiscard]] std::vector<const Circle*> circles() const;

    [[nodiscard]] std::size_t bytes() const;

private:
    struct ContactNode {
        std::optional<CompanyId> company;
        std::vector<ProjectId> projects;
        std::vector<LeadId> leads;
    };
    struct CompanyNode {
        Circle circle;
        std::optional<std::string> excluding_type;
    };

    void mark_excluded(ContactId contact);
    void leave_company(ContactId contact, CompanyId company);

    std::set<std::string> excluded_types_;  ///< folded
    std::set<ContactId> erased_;
    std::unordered_map<ContactId, ContactNode> contacts_;
    std::unordered_map<CompanyId, CompanyNode> companies_;
    std::unordered_map<ProjectId, Circle> projects_;
    std::unordered_map<LeadId, Circle> leads_;
    Roaring all_;
    Roaring excluded_;
};

/// The circles that these records are going to have.
Circle circle_of(const Project& project);
Circle circle_of(const Lead& lead);

}  // namespace hqsync::placement
