// The rules over relations held in both directions, with one bitmap of contacts per user.
#include "placement/placement.hpp"

#include <algorithm>
#include <cassert>
#include <set>
#include <unordered_map>

#include <roaring/roaring.hh>

#include "contact/text.hpp"

namespace hqsync::placement {

namespace {

/// Ids of HQ are int32 (API v1), so they go into 32-bit bitmaps as they are.
std::uint32_t bit(ContactId contact) {
    assert(contact.value() >= 0 && contact.value() <= UINT32_MAX);
    return static_cast<std::uint32_t>(contact.value());
}

ContactId contact_at(std::uint32_t bit) {
    return ContactId(bit);
}

template <class T>
bool contains(const std::vector<T>& values, const T& value) {
    return std::ranges::find(values, value) != values.end();
}

template <class T>
void add_once(std::vector<T>& values, const T& value) {
    if (!contains(values, value)) values.push_back(value);
}

template <class T>
std::vector<T> united(const std::vector<T>& left, const std::vector<T>& right) {
    std::set<T> both(left.begin(), left.end());
    both.insert(right.begin(), right.end());
    return {both.begin(), both.end()};
}

std::vector<ContactId> contacts_in(const Roaring& bitmap) {
    std::vector<ContactId> contacts;
    contacts.reserve(bitmap.cardinality());
    for (const auto bit : bitmap)
        contacts.push_back(contact_at(bit));
    return contacts;
}

struct UserNode {
    bool is_synced = false;
    Roaring mine;  ///< by the rules, excluded ones included: exclusion is subtracted when asked
};

struct ContactNode {
    std::optional<CompanyId> company;
    std::vector<ProjectId> projects;
    std::vector<LeadId> leads;
};

struct CompanyNode {
    std::vector<UserId> responsible;
    std::vector<ContactId> contacts;
    std::optional<std::string> excluding_type;
};

/// A project or a lead: users on one side, contacts on the other.
struct TeamNode {
    std::vector<UserId> users;
    std::vector<ContactId> contacts;
};

using Pairs = std::set<std::pair<UserId, ContactId>>;

}  // namespace

struct Placements::Index {
    Rules rules;
    std::set<std::string> excluded_types;  ///< folded
    std::string today;
    std::map<UserId, UserNode> users;
    std::unordered_map<ContactId, ContactNode> contacts;
    std::unordered_map<CompanyId, CompanyNode> companies;
    std::unordered_map<ProjectId, TeamNode> projects;
    std::unordered_map<LeadId, TeamNode> leads;
    Roaring all;
    Roaring excluded;

    Index(Rules given, std::string date) : rules(std::move(given)), today(std::move(date)) {
        for (const auto& type : rules.excluded_company_types) {
            excluded_types.insert(folded(trimmed(type)));
        }
    }

    // --- answers

    [[nodiscard]] bool shows_global(UserId user) const {
        if (rules.only_my_contacts) return false;
        const auto own = rules.global_folder_of.find(user);
        return own == rules.global_folder_of.end() ? rules.global_folder : own->second;
    }

    [[nodiscard]] const UserNode* synced(UserId user) const {
        const auto node = users.find(user);
        return node != users.end() && node->second.is_synced ? &node->second : nullptr;
    }

    [[nodiscard]] Place place(UserId user, ContactId contact) const {
        const auto* node = synced(user);
        const bool is_known = contact.value() >= 0 && contact.value() <= UINT32_MAX;
        if (node == nullptr || !is_known) return Place::absent;
        if (!all.contains(bit(contact)) || excluded.contains(bit(contact))) return Place::absent;
        if (node->mine.contains(bit(contact))) return Place::mine;
        return shows_global(user) ? Place::global : Place::absent;
    }

    [[nodiscard]] std::vector<Reason> reasons(UserId user, ContactId contact) const {
        std::vector<Reason> found;
        const auto node = contacts.find(contact);
        if (node == contacts.end()) return found;
        if (node->second.company) {
            const auto company = companies.find(*node->second.company);
            if (company != companies.end() && contains(company->second.responsible, user)) {
                found.push_back({Rule::company_responsible, company->first.value()});
            }
        }
        for (const auto project : node->second.projects) {
            if (contains(projects.at(project).users, user)) {
                found.push_back({Rule::project_member, project.value()});
            }
        }
        for (const auto lead : node->second.leads) {
            if (contains(leads.at(lead).users, user)) {
                found.push_back({Rule::lead_responsible, lead.value()});
            }
        }
        std::ranges::sort(found);
        return found;
    }

    [[nodiscard]] Absence absence(UserId user, ContactId contact) const {
        if (synced(user) == nullptr) return {AbsenceRule::user_not_synced, 0, {}};
        const auto node = contacts.find(contact);
        if (node == contacts.end()) return {AbsenceRule::not_in_hq, 0, {}};
        if (node->second.company) {
            const auto company = companies.find(*node->second.company);
            if (company != companies.end() && company->second.excluding_type) {
                return {AbsenceRule::excluded_company_type, company->first.value(),
                        *company->second.excluding_type};
            }
        }
        if (rules.only_my_contacts) return {AbsenceRule::only_my_contacts, 0, {}};
        return {AbsenceRule::global_folder_off, 0, {}};
    }

    // --- relations; every setter leaves the bitmaps of exclusion right, `mine` is set apart

    [[nodiscard]] std::optional<std::string> excluding_type(const Company& company) const {
        for (const auto& type : company.types) {
            if (excluded_types.contains(folded(trimmed(type.name)))) return type.name;
        }
        return std::nullopt;
    }

    void mark_excluded(ContactId contact) {
        const auto node = contacts.find(contact);
        excluded.remove(bit(contact));
        if (node == contacts.end() || !node->second.company) return;
        if (companies[*node->second.company].excluding_type) excluded.add(bit(contact));
    }

    void set(const Company& company) {
        auto& node = companies[company.id];
        node.responsible = company.responsible_users;
        node.excluding_type = excluding_type(company);
        for (const auto contact : node.contacts)
            mark_excluded(contact);
    }

    void set(const ContactPerson& contact) {
        auto& node = contacts[contact.id];
        if (node.company != contact.company) {
            if (node.company) std::erase(companies[*node.company].contacts, contact.id);
            node.company = contact.company;
            if (node.company) companies[*node.company].contacts.push_back(contact.id);
        }
        all.add(bit(contact.id));
        mark_excluded(contact.id);
    }

    void remove(ContactId contact) {
        const auto node = contacts.find(contact);
        if (node == contacts.end()) return;
        if (node->second.company) std::erase(companies[*node->second.company].contacts, contact);
        for (const auto project : node->second.projects) {
            std::erase(projects[project].contacts, contact);
        }
        for (const auto lead : node->second.leads)
            std::erase(leads[lead].contacts, contact);
        contacts.erase(node);
        all.remove(bit(contact));
        excluded.remove(bit(contact));
    }

    void remove(CompanyId company) {
        const auto node = companies.find(company);
        if (node == companies.end()) return;
        for (const auto contact : node->second.contacts) {
            contacts[contact].company.reset();
            excluded.remove(bit(contact));
        }
        companies.erase(node);
    }

    static std::vector<ProjectId>& teams_of(ContactNode& node, ProjectId) { return node.projects; }
    static std::vector<LeadId>& teams_of(ContactNode& node, LeadId) { return node.leads; }
    std::unordered_map<ProjectId, TeamNode>& teams(ProjectId) { return projects; }
    std::unordered_map<LeadId, TeamNode>& teams(LeadId) { return leads; }

    template <class TeamId>
    void set_team(TeamId id, TeamNode team) {
        auto& node = teams(id)[id];
        for (const auto contact : node.contacts)
            std::erase(teams_of(contacts[contact], id), id);
        for (const auto contact : team.contacts)
            add_once(teams_of(contacts[contact], id), id);
        node = std::move(team);
    }

    template <class TeamId>
    void remove_team(TeamId id) {
        set_team(id, TeamNode{});
        teams(id).erase(id);
    }

    static TeamNode team_of(const Project& project) {
        return {project.members, project.contact_persons};
    }
    static TeamNode team_of(const Lead& lead) {
        TeamNode team{{}, lead.contact_persons};
        if (lead.responsible_user) team.users.push_back(*lead.responsible_user);
        return team;
    }

    // --- the bitmap of a user, from the relations

    void refresh(UserId user, ContactId contact) {
        if (reasons(user, contact).empty()) {
            users[user].mine.remove(bit(contact));
        } else {
            users[user].mine.add(bit(contact));
        }
    }

    void fill_mine() {
        for (const auto& [id, company] : companies)
            fill(company.responsible, company.contacts);
        for (const auto& [id, project] : projects)
            fill(project.users, project.contacts);
        for (const auto& [id, lead] : leads)
            fill(lead.users, lead.contacts);
    }

    void fill(const std::vector<UserId>& people, const std::vector<ContactId>& whom) {
        for (const auto user : people) {
            for (const auto contact : whom)
                users[user].mine.add(bit(contact));
        }
    }

    // --- which pairs a change can touch

    static void add_pairs(Pairs& pairs, const std::vector<UserId>& people,
                          const std::vector<ContactId>& whom) {
        for (const auto user : people) {
            for (const auto contact : whom)
                pairs.emplace(user, contact);
        }
    }

    [[nodiscard]] std::vector<UserId> all_users() const {
        std::vector<UserId> ids;
        for (const auto& [id, node] : users)
            ids.push_back(id);
        return ids;
    }

    template <class TeamId>
    Pairs touched_by_team(TeamId id, const TeamNode& after) {
        const auto known = teams(id).find(id);
        const auto before = known == teams(id).end() ? TeamNode{} : known->second;
        Pairs pairs;
        add_pairs(pairs, united(before.users, after.users),
                  united(before.contacts, after.contacts));
        return pairs;
    }

    Pairs touched_by(const Subsystem&) { return {}; }
    Pairs touched_by(SubsystemId) { return {}; }
    Pairs touched_by(const Project& project) {
        return touched_by_team(project.id, team_of(project));
    }
    Pairs touched_by(ProjectId id) { return touched_by_team(id, {}); }
    Pairs touched_by(const Lead& lead) { return touched_by_team(lead.id, team_of(lead)); }
    Pairs touched_by(LeadId id) { return touched_by_team(id, {}); }

    Pairs touched_by(const Company& company) {
        const auto& node = companies[company.id];
        const bool is_excluded = excluding_type(company).has_value();
        Pairs pairs;
        if (is_excluded != node.excluding_type.has_value()) {
            add_pairs(pairs, all_users(), node.contacts);
        } else {
            add_pairs(pairs, united(node.responsible, company.responsible_users), node.contacts);
        }
        return pairs;
    }
    Pairs touched_by(CompanyId id) {
        Pairs pairs;
        const auto node = companies.find(id);
        if (node != companies.end()) add_pairs(pairs, all_users(), node->second.contacts);
        return pairs;
    }

    Pairs touched_by(const ContactPerson& contact) {
        Pairs pairs;
        const auto node = contacts.find(contact.id);
        if (node == contacts.end() || !all.contains(bit(contact.id))) {
            add_pairs(pairs, all_users(), {contact.id});
            return pairs;
        }
        if (node->second.company == contact.company) return pairs;
        const auto excludes = [&](const std::optional<CompanyId>& company) {
            return company && companies[*company].excluding_type;
        };
        if (excludes(node->second.company) != excludes(contact.company)) {
            add_pairs(pairs, all_users(), {contact.id});
            return pairs;
        }
        for (const auto& company : {node->second.company, contact.company}) {
            if (company) add_pairs(pairs, companies[*company].responsible, {contact.id});
        }
        return pairs;
    }
    Pairs touched_by(ContactId id) {
        Pairs pairs;
        add_pairs(pairs, all_users(), {id});
        return pairs;
    }

    Pairs touched_by(const User& user) {
        Pairs pairs;
        const auto node = users.find(user.id);
        const bool was_synced = node != users.end() && node->second.is_synced;
        if (was_synced != is_synced(user, today)) add_pairs(pairs, {user.id}, contacts_in(all));
        return pairs;
    }
    Pairs touched_by(UserId id) {
        Pairs pairs;
        add_pairs(pairs, {id}, contacts_in(all));
        return pairs;
    }

    // --- taking a change over

    void take(const Subsystem&) {}
    void take(SubsystemId) {}
    void take(const Project& project) { set_team(project.id, team_of(project)); }
    void take(ProjectId id) { remove_team(id); }
    void take(const Lead& lead) { set_team(lead.id, team_of(lead)); }
    void take(LeadId id) { remove_team(id); }
    void take(const Company& company) { set(company); }
    void take(CompanyId id) { remove(id); }
    void take(const ContactPerson& contact) { set(contact); }
    void take(ContactId id) { remove(id); }
    void take(const User& user) { users[user.id].is_synced = is_synced(user, today); }
    void take(UserId id) { users[id].is_synced = false; }
};

Placements::Placements(const Snapshot& snapshot, Rules rules, std::string today)
    : index_(std::make_unique<Index>(std::move(rules), std::move(today))) {
    for (const auto& user : snapshot.users)
        index_->take(user);
    for (const auto& company : snapshot.companies)
        index_->take(company);
    for (const auto& contact : snapshot.contacts)
        index_->take(contact);
    for (const auto& project : snapshot.projects)
        index_->take(project);
    for (const auto& lead : snapshot.leads)
        index_->take(lead);
    index_->fill_mine();
}

Placements::~Placements() = default;
Placements::Placements(Placements&&) noexcept = default;
Placements& Placements::operator=(Placements&&) noexcept = default;

std::vector<Moved> Placements::update(const RecordChange& change) {
    const auto pairs =
        std::visit([&](const auto& record) { return index_->touched_by(record); }, change);
    std::vector<Place> before;
    before.reserve(pairs.size());
    for (const auto& [user, contact] : pairs)
        before.push_back(index_->place(user, contact));
    std::visit([&](const auto& record) { index_->take(record); }, change);

    std::vector<Moved> moved;
    auto old = before.begin();
    for (const auto& [user, contact] : pairs) {
        index_->refresh(user, contact);
        const auto now = index_->place(user, contact);
        if (*old != now) moved.push_back({user, contact, *old, now});
        ++old;
    }
    return moved;
}

std::vector<UserId> Placements::users() const {
    std::vector<UserId> ids;
    for (const auto& [id, node] : index_->users) {
        if (node.is_synced) ids.push_back(id);
    }
    return ids;
}

std::vector<ContactId> Placements::mine(UserId user) const {
    const auto* node = index_->synced(user);
    return node == nullptr ? std::vector<ContactId>{} : contacts_in(node->mine - index_->excluded);
}

std::vector<ContactId> Placements::global(UserId user) const {
    const auto* node = index_->synced(user);
    if (node == nullptr || !index_->shows_global(user)) return {};
    return contacts_in(index_->all - index_->excluded - node->mine);
}

std::vector<ContactId> Placements::absent(UserId user) const {
    const auto* node = index_->synced(user);
    if (node == nullptr) return contacts_in(index_->all);
    if (index_->shows_global(user)) return contacts_in(index_->excluded);
    return contacts_in(index_->all - (node->mine - index_->excluded));
}

Place Placements::place(UserId user, ContactId contact) const {
    return index_->place(user, contact);
}

Placement Placements::explain(UserId user, ContactId contact) const {
    Placement placement;
    placement.place = index_->place(user, contact);
    if (placement.place == Place::mine) placement.reasons = index_->reasons(user, contact);
    if (placement.place == Place::absent) placement.absence = index_->absence(user, contact);
    return placement;
}

std::size_t Placements::bytes() const {
    std::size_t sum = index_->all.getSizeInBytes() + index_->excluded.getSizeInBytes();
    for (const auto& [id, node] : index_->users) {
        sum += sizeof(UserNode) + node.mine.getSizeInBytes();
    }
    for (const auto& [id, node] : index_->contacts) {
        sum += sizeof(node) + (node.projects.capacity() + node.leads.capacity()) * 8;
    }
    for (const auto& [id, node] : index_->companies) {
        sum += sizeof(node) + (node.responsible.capacity() + node.contacts.capacity()) * 8;
    }
    const auto add_team = [&sum](const TeamNode& node) {
        sum += sizeof(node) + (node.users.capacity() + node.contacts.capacity()) * 8;
    };
    for (const auto& [id, node] : index_->projects)
        add_team(node);
    for (const auto& [id, node] : index_->leads)
        add_team(node);
    return sum;
}

}  // namespace hqsync::placement
