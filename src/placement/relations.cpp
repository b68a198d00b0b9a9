// Companies, projects and leads as circles of users and contacts, and each contact's way back.
#include "placement/relations.hpp"

#include <algorithm>
#include <utility>

#include "contact/text.hpp"
#include "placement/bitmap.hpp"
#include "placement/sorted.hpp"

namespace hqsync::placement {

namespace {

const Circle no_circle;

template <class Circles, class RecordId>
const Circle& known_circle(const Circles& circles, RecordId id) {
    const auto known = circles.find(id);
    return known == circles.end() ? no_circle : known->second;
}

template <class T>
std::size_t bytes_of(const std::vector<T>& values) {
    return values.capacity() * sizeof(T);
}

std::size_t bytes_of(const Circle& circle) {
    return bytes_of(circle.users) + bytes_of(circle.contacts);
}

}  // namespace

Circle circle_of(const Project& project) {
    return {sorted(project.members), sorted(project.contact_persons)};
}

Circle circle_of(const Lead& lead) {
    Circle circle{{}, sorted(lead.contact_persons)};
    if (lead.responsible_user) circle.users.push_back(*lead.responsible_user);
    return circle;
}

Relations::Relations(const std::vector<std::string>& excluded_types, std::set<ContactId> erased)
    : erased_(std::move(erased)) {
    for (const auto& type : excluded_types)
        excluded_types_.insert(folded(trimmed(type)));
}

// --- taking records over

void Relations::take(const Company& company) {
    auto& node = companies_[company.id];
    node.circle.users = sorted(company.responsible_users);
    node.excluding_type = excluding_type(company);
    for (const auto contact : node.circle.contacts)
        mark_excluded(contact);
}

void Relations::take(const ContactPerson& contact) {
    all_.add(bit(contact.id));
    auto& node = contacts_[contact.id];
    if (node.company != contact.company) {
        if (node.company) leave_company(contact.id, *node.company);
        node.company = contact.company;
        if (node.company) insert(companies_[*node.company].circle.contacts, contact.id);
    }
    mark_excluded(contact.id);
}

void Relations::take(const Project& project) {
    auto& circle = projects_[project.id];
    for (const auto contact : circle.contacts)
        std::erase(contacts_[contact].projects, project.id);
    circle = circle_of(project);
    for (const auto contact : circle.contacts)
        contacts_[contact].projects.push_back(project.id);
}

void Relations::take(const Lead& lead) {
    auto& circle = leads_[lead.id];
    for (const auto contact : circle.contacts)
        std::erase(contacts_[contact].leads, lead.id);
    circle = circle_of(lead);
    for (const auto contact : circle.contacts)
        contacts_[contact].leads.push_back(lead.id);
}

void Relations::remove(CompanyId company) {
    const auto node = companies_.find(company);
    if (node == companies_.end()) return;
    for (const auto contact : node->second.circle.contacts) {
        contacts_[contact].company.reset();
        excluded_.remove(bit(contact));
    }
    companies_.erase(node);
}

void Relations::remove(ContactId contact) {
    const auto node = contacts_.find(contact);
    if (node == contacts_.end()) return;
    if (node->second.company) leave_company(contact, *node->second.company);
    for (const auto project : node->second.projects)
        std::erase(projects_[project].contacts, contact);
    for (const auto lead : node->second.leads)
        std::erase(leads_[lead].contacts, contact);
    contacts_.erase(node);
    all_.remove(bit(contact));
    excluded_.remove(bit(contact));
}

void Relations::remove(ProjectId project) {
    Project empty;
    empty.id = project;
    take(empty);
    projects_.erase(project);
}

void Relations::remove(LeadId lead) {
    Lead empty;
    empty.id = lead;
    take(empty);
    leads_.erase(lead);
}

void Relations::leave_company(ContactId contact, CompanyId company) {
    const auto node = companies_.find(company);
    if (node != companies_.end()) std::erase(node->second.circle.contacts, contact);
}

void Relations::mark_excluded(ContactId contact) {
    const auto company = company_of(contact);
    if (erased_.contains(contact) || (company && excluding_type(*company))) {
        excluded_.add(bit(contact));
    } else {
        excluded_.remove(bit(contact));
    }
}

// --- answers

bool Relations::knows(ContactId contact) const {
    return has_bit(contact) && all_.contains(bit(contact));
}

std::optional<CompanyId> Relations::company_of(ContactId contact) const {
    const auto node = contacts_.find(contact);
    return node == contacts_.end() ? std::nullopt : node->second.company;
}

std::optional<std::string> Relations::excluding_type(const Company& company) const {
    for (const auto& type : company.types) {
        if (excluded_types_.contains(folded(trimmed(type.name)))) return type.name;
    }
    return std::nullopt;
}

std::optional<std::string> Relations::excluding_type(CompanyId company) const {
    const auto node = companies_.find(company);
    return node == companies_.end() ? std::nullopt : node->second.excluding_type;
}

bool Relations::is_mine(UserId user, ContactId contact) const {
    const auto node = contacts_.find(contact);
    if (node == contacts_.end()) return false;
    const auto holds_user = [&](auto record) { return contains(circle(record).users, user); };
    return (node->second.company && holds_user(*node->second.company)) ||
           std::ranges::any_of(node->second.projects, holds_user) ||
           std::ranges::any_of(node->second.leads, holds_user);
}

std::vector<Reason> Relations::reasons(UserId user, ContactId contact) const {
    std::vector<Reason> found;
    const auto node = contacts_.find(contact);
    if (node == contacts_.end()) return found;
    const auto look = [&](Rule rule, auto record) {
        if (contains(circle(record).users, user)) found.push_back({rule, record.value()});
    };
    if (node->second.company) look(Rule::company_responsible, *node->second.company);
    for (const auto project : node->second.projects)
        look(Rule::project_member, project);
    for (const auto lead : node->second.leads)
        look(Rule::lead_responsible, lead);
    std::ranges::sort(found);
    return found;
}

std::vector<UserId> Relations::users_of(ContactId contact) const {
    std::vector<UserId> users;
    const auto node = contacts_.find(contact);
    if (node == contacts_.end()) return users;
    const auto look = [&](auto record) {
        const auto& people = circle(record).users;
        users.insert(users.end(), people.begin(), people.end());
    };
    if (node->second.company) look(*node->second.company);
    std::ranges::for_each(node->second.projects, look);
    std::ranges::for_each(node->second.leads, look);
    return sorted(std::move(users));
}

const Circle& Relations::circle(CompanyId company) const {
    const auto node = companies_.find(company);
    return node == companies_.end() ? no_circle : node->second.circle;
}

const Circle& Relations::circle(ProjectId project) const {
    return known_circle(projects_, project);
}

const Circle& Relations::circle(LeadId lead) const {
    return known_circle(leads_, lead);
}

std::vector<const Circle*> Relations::circles() const {
    std::vector<const Circle*> circles;
    circles.reserve(companies_.size() + projects_.size() + leads_.size());
    for (const auto& [id, company] : companies_)
        circles.push_back(&company.circle);
    for (const auto& [id, circle] : projects_)
        circles.push_back(&circle);
    for (const auto& [id, circle] : leads_)
        circles.push_back(&circle);
    return circles;
}

std::size_t Relations::bytes() const {
    std::size_t sum = all_.getSizeInBytes() + excluded_.getSizeInBytes();
    for (const auto& [id, node] : contacts_)
        sum += sizeof(id) + sizeof(node) + bytes_of(node.projects) + bytes_of(node.leads);
    for (const auto& [id, node] : companies_)
        sum += sizeof(id) + sizeof(node) + bytes_of(node.circle);
    for (const auto& [id, circle] : projects_)
        sum += sizeof(id) + sizeof(circle) + bytes_of(circle);
    for (const auto& [id, circle] : leads_)
        sum += sizeof(id) + sizeof(circle) + bytes_of(circle);
    return sum;
}

}  // namespace hqsync::placement
