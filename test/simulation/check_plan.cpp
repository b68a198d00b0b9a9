// The end of a case: every mailbox against the last view of HQ.
#include <algorithm>

#include "contact/canonical.hpp"
#include "simulation/ledger.hpp"

namespace hqsync::simulation {

namespace {

/// Names in a category text.
std::set<std::string> names_of(const std::string& text) {
    std::set<std::string> names;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        names.insert(canonical(Field::categories, rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return names;
}

std::set<std::string> emails_of(const ContactCard& card) {
    std::set<std::string> emails;
    for (const auto slot : {Field::email1, Field::email2, Field::email3}) {
        if (!card[slot].empty()) emails.insert(canonical(slot, card[slot]));
    }
    return emails;
}

/// Whether a field shows what HQ wants, as far as HQ leads it.
bool is_as_wanted(Field field, const ContactCard& wanted, const ContactCard& shown,
                  const World& world, const Ledger& ledger) {
    if (slotless(field) == Field::email1)
        return std::ranges::includes(emails_of(shown), emails_of(wanted));
    if (field == Field::categories)
        return std::ranges::includes(names_of(shown[field]), names_of(wanted[field]));
    if (same(field, wanted[field], shown[field])) return true;
    if (field == Field::notes) return ledger.has_typed(shown[field]);
    return wanted[field].empty() && (world.is_history_lost || ledger.has_typed(shown[field]));
}

}  // namespace

void check_plan(World& world, const Ledger& ledger, const std::string& address) {
    const auto& view = *world.view;
    if (!view.user_of(address)) return;
    auto& mailbox = world.mailbox(address);
    std::map<ContactId, FolderRole> there;
    for (const auto key : live_items(mailbox)) {
        const auto& item = mailbox.contact(key);
        const auto contact = contact_of(item);
        const auto role = role_of(mailbox, item.folder);
        if (!contact || !role) continue;
        const auto placed = view.placement(address, *contact);
        if (name(placed.place) != name(*role)) {
            world.complain("{}: at the end contact {} is in {}, HQ wants it {}", address,
                           contact->value(), name(*role), name(placed.place));
        }
        if (!there.emplace(*contact, *role).second) {
            world.complain("{}: at the end contact {} is there twice", address, contact->value());
        }
        const auto card = card_of(mailbox, item);
        const auto wanted = view.cards.find(*contact);
        if (wanted == view.cards.end()) continue;
        for (const auto field : all_fields()) {
            if (is_as_wanted(field, wanted->second, card, world, ledger)) continue;
            world.complain("{}: at the end {} of contact {} shows \"{}\", HQ wants \"{}\"", address,
                           name(field), contact->value(), card[field], wanted->second[field]);
        }
    }
    for (const auto& [contact, card] : view.cards) {
        const auto placed = view.placement(address, contact);
        if (placed.absence || there.contains(contact)) continue;
        world.complain("{}: at the end contact {} is missing in {}", address, contact.value(),
                       name(placed.place));
    }
}

}  // namespace hqsync::simulation
