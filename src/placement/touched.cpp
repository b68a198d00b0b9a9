// For each kind of record, the users and contacts that a change of it reaches.
#include "placement/touched.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "placement/bitmap.hpp"
#include "placement/sorted.hpp"

namespace hqsync::placement {

namespace {

/// Users for whom a rule may fire otherwise, and nobody else.
Touched only(std::vector<UserId> rewired, std::vector<ContactId> contacts) {
    return {rewired, rewired, std::move(contacts)};
}

class Reach {
public:
    Reach(const Relations& relations, const People& people)
        : relations_(relations), people_(people) {}

    // Categories are the only thing that subsystems give.
    Touched operator()(const Subsystem&) const { return {}; }
    Touched operator()(SubsystemId) const { return {}; }

    Touched operator()(const Project& project) const {
        return between(relations_.circle(project.id), circle_of(project));
    }
    Touched operator()(ProjectId project) const { return between(relations_.circle(project), {}); }
    Touched operator()(const Lead& lead) const {
        return between(relations_.circle(lead.id), circle_of(lead));
    }
    Touched operator()(LeadId lead) const { return between(relations_.circle(lead), {}); }

    Touched operator()(const Company& company) const {
        const auto& circle = relations_.circle(company.id);
        const bool was_excluded = relations_.excluding_type(company.id).has_value();
        const bool is_excluded = relations_.excluding_type(company).has_value();
        auto rewired = changed(circle.users, sorted(company.responsible_users));
        if (was_excluded == is_excluded) return only(std::move(rewired), circle.contacts);
        return seen_by_all(std::move(rewired), circle.contacts);
    }
    Touched operator()(CompanyId company) const {
        const auto& circle = relations_.circle(company);
        if (!relations_.excluding_type(company)) return only(circle.users, circle.contacts);
        return seen_by_all(circle.users, circle.contacts);
    }

    Touched operator()(const ContactPerson& contact) const {
        const auto before = relations_.company_of(contact.id);
        auto rewired = united(responsible(before), responsible(contact.company));
        if (!relations_.knows(contact.id)) return seen_by_all(std::move(rewired), {contact.id});
        if (before == contact.company) return {};
        if (excludes(before) == excludes(contact.company)) {
            return only(std::move(rewired), {contact.id});
        }
        return seen_by_all(std::move(rewired), {contact.id});
    }
    Touched operator()(ContactId contact) const {
        if (!relations_.knows(contact)) return {};
        return seen_by_all(relations_.users_of(contact), {contact});
    }

    Touched operator()(const User& user) const {
        return people_.changes_sync(user) ? whole_mailbox(user.id) : Touched{};
    }
    Touched operator()(UserId user) const {
        return people_.is_synced(user) ? whole_mailbox(user) : Touched{};
    }

private:
    static Touched between(const Circle& before, const Circle& after) {
        return only(united(before.users, after.users), united(before.contacts, after.contacts));
    }

    static std::vector<UserId> changed(const std::vector<UserId>& before,
                                       const std::vector<UserId>& after) {
        std::vector<UserId> ids;
        std::ranges::set_symmetric_difference(before, after, std::back_inserter(ids));
        return ids;
    }

    /// The contacts come or go altogether: for who has them as his own, and who reads the others.
    [[nodiscard]] Touched seen_by_all(std::vector<UserId> rewired,
                                      std::vector<ContactId> contacts) const {
        auto owners = rewired;
        for (const auto contact : contacts) {
            const auto own = relations_.users_of(contact);
            owners.insert(owners.end(), own.begin(), own.end());
        }
        auto users = united(sorted(std::move(owners)), people_.global_readers());
        return {std::move(users), std::move(rewired), std::move(contacts)};
    }

    [[nodiscard]] Touched whole_mailbox(UserId user) const {
        const bool has_global = people_.shows_global(user);
        return {{user}, {}, contacts_in(has_global ? relations_.all() : people_.mine(user))};
    }

    [[nodiscard]] std::vector<UserId> responsible(const std::optional<CompanyId>& company) const {
        return company ? relations_.circle(*company).users : std::vector<UserId>{};
    }
    [[nodiscard]] bool excludes(const std::optional<CompanyId>& company) const {
        return company && relations_.excluding_type(*company);
    }

    const Relations& relations_;
    const People& people_;
};

}  // namespace

Touched touched_by(const RecordChange& change, const Relations& relations, const People& people) {
    return std::visit(Reach(relations, people), change);
}

}  // namespace hqsync::placement
