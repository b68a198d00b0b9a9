// Two cards are one person by an address, or by name and company; a contradiction says no.
#include "reconcile/same_person.hpp"

#include <algorithm>
#include <array>

#include "contact/canonical.hpp"

namespace hqsync::reconcile {

namespace {

constexpr std::array email_slots = {Field::email1, Field::email2, Field::email3};

/// Real addresses in canonical form.
std::set<std::string> emails_of(const ContactCard& card, const Policies& policies) {
    std::set<std::string> emails;
    for (const auto slot : email_slots) {
        if (card[slot].empty() || is_placeholder(policies, card[slot])) continue;
        emails.insert(canonical(slot, card[slot]));
    }
    return emails;
}

/// Name and company in one text; empty without a surname or a company: too little to tell.
std::string name_of(const ContactCard& card) {
    if (card[Field::surname].empty() || card[Field::company].empty()) return {};
    std::string text;
    for (const auto field : {Field::given_name, Field::surname, Field::company}) {
        text += canonical(field, card[field]);
        text += '\n';
    }
    return text;
}

bool contradict(Field field, const ContactCard& left, const ContactCard& right) {
    return !left[field].empty() && !right[field].empty() && !same(field, left[field], right[field]);
}

bool do_names_contradict(const ContactCard& left, const ContactCard& right) {
    return contradict(Field::given_name, left, right) || contradict(Field::surname, left, right);
}

/// Fields that one person has once. Notes, categories and what is made of other fields say nothing.
bool do_facts_contradict(const ContactCard& left, const ContactCard& right,
                         const Policies& policies) {
    constexpr std::array facts = {Field::position, Field::business_phone, Field::mobile_phone,
                                  Field::street,   Field::city,           Field::postal_code,
                                  Field::country,  Field::birthday};
    const auto differs = [&](Field field) { return contradict(field, left, right); };
    if (std::ranges::any_of(facts, differs)) return true;
    const auto emails = emails_of(left, policies);
    const auto others = emails_of(right, policies);
    const auto is_shared = [&](const std::string& email) { return others.contains(email); };
    return !emails.empty() && !others.empty() && std::ranges::none_of(emails, is_shared);
}

}  // namespace

Persons::Persons(const std::map<ContactId, Desired>& desired, const Policies& policies)
    : desired_(desired), policies_(policies) {
    for (const auto& [contact, wish] : desired) {
        for (const auto& email : emails_of(wish.card, policies))
            by_email_[email].insert(contact);
        if (auto text = name_of(wish.card); !text.empty())
            by_name_[std::move(text)].insert(contact);
    }
}

std::vector<ContactId> Persons::same_as(const ContactCard& card) const {
    std::set<ContactId> found;
    for (const auto& email : emails_of(card, policies_)) {
        const auto sharing = by_email_.find(email);
        if (sharing == by_email_.end()) continue;
        std::ranges::copy_if(sharing->second, std::inserter(found, found.end()),
                             [&](ContactId contact) {
                                 return !do_names_contradict(desired_.at(contact).card, card);
                             });
    }
    const auto named = by_name_.find(name_of(card));
    if (named != by_name_.end()) {
        std::ranges::copy_if(
            named->second, std::inserter(found, found.end()), [&](ContactId contact) {
                return !do_facts_contradict(desired_.at(contact).card, card, policies_);
            });
    }
    return {found.begin(), found.end()};
}

bool is_blank(const ContactCard& card) {
    return std::ranges::all_of(
        std::array{Field::given_name, Field::surname, Field::display_name, Field::company,
                   Field::email1, Field::email2, Field::email3},
        [&](Field field) { return card[field].empty(); });
}

std::vector<Stranger> strangers_of(const Trees& trees) {
    std::vector<Stranger> strangers;
    for (const auto& item : trees.observed) {
        if (!item.mark) strangers.push_back({&item, {}});
    }
    if (strangers.empty()) return strangers;
    const Persons persons(trees.desired, trees.policies);
    for (auto& stranger : strangers)
        stranger.candidates = persons.same_as(stranger.item->card);
    return strangers;
}

std::map<ContactId, const Observed*> links_of(const Trees& trees,
                                              const std::vector<Stranger>& strangers) {
    std::map<ContactId, const Observed*> links;
    for (const auto& stranger : strangers) {
        const auto accepted = trees.links.find(stranger.item->item);
        if (accepted != trees.links.end()) links.emplace(accepted->second, stranger.item);
    }
    if (!trees.policies.adopt_unmarked || !trees.complete) return links;
    std::map<ContactId, std::size_t> fitting;
    for (const auto& stranger : strangers) {
        for (const auto contact : stranger.candidates)
            ++fitting[contact];
    }
    for (const auto& stranger : strangers) {
        if (stranger.candidates.size() != 1 || trees.links.contains(stranger.item->item)) continue;
        const auto contact = stranger.candidates.front();
        if (fitting.at(contact) == 1) links.emplace(contact, stranger.item);
    }
    return links;
}

}  // namespace hqsync::reconcile
