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
    // Of a past that is lost, notes that differ count as the user's (docs/plan-and-guard.md).
    if (field == Field::notes) return world.is_history_lost || ledger.has_typed(shown[field]);
    return wanted[field].empty() && (world.is_history_lost || ledger.has_typed(shown[field]));
}

/// Whether the user put this item beside another one of the same contact.
bool is_copy(const sim::Mailbox& mailbox, const Ledger& ledger, const std::string& address,
             const sim::Contact& item) {
    const auto& entries = ledger.entries(address);
    if (!entries.at(item.key).by_hand) return false;
    return std::ranges::any_of(entries, [&](const auto& other) {
        return other.first != item.key && contact_of(other.second.content) == contact_of(item) &&
               role_of(mailbox, other.second.content.folder);
    });
}

}  // namespace

namespace {

/// Compares one mailbox with the view, item by item.
class Comparison {
public:
    Comparison(World& world, const Ledger& ledger, const std::string& address)
        : world_(world),
          ledger_(ledger),
          address_(address),
          view_(*world.view),
          mailbox_(world.mailbox(address)) {}

    void compare() {
        for (const auto& [key, entry] : ledger_.entries(address_)) {
            const auto contact = contact_of(entry.content);
            const auto role = role_of(mailbox_, entry.content.folder);
            if (contact && role) compare(entry, *contact, *role);
        }
        for (const auto& [contact, card] : view_.cards) {
            const auto placed = view_.placement(address_, contact);
            if (placed.absence || there_.contains(contact)) continue;
            if (is_kept_away(contact) || world_.in_peace.contains({address_, contact})) continue;
            differ("contact {} is missing in {}", contact.value(), name(placed.place));
        }
    }

private:
    void compare(const Entry& entry, ContactId contact, FolderRole role) {
        if (world_.in_peace.contains({address_, contact})) return void(there_.insert(contact));
        const auto place = view_.placement(address_, contact).place;
        const bool is_left = entry.by_hand && name(place) != name(role);
        if (is_left || is_copy(mailbox_, ledger_, address_, entry.content)) {
            return world_.complain("{}: at the end a copy of contact {} is left", address_,
                                   contact.value());
        }
        const auto placed = view_.placement(address_, contact);
        if (name(placed.place) != name(role)) {
            differ("contact {} is in {}, HQ wants it {}", contact.value(), name(role),
                   name(placed.place));
        }
        if (!there_.insert(contact).second) differ("contact {} is there twice", contact.value());
        const auto wanted = view_.cards.find(contact);
        if (wanted == view_.cards.end()) return;
        const auto card = card_of(mailbox_, entry.content);
        for (const auto field : all_fields()) {
            const bool is_good = is_agreed(role, field)
                                     ? same(field, wanted->second[field], card[field])
                                     : is_as_wanted(field, wanted->second, card, world_, ledger_);
            // A second phone of the user's own becomes the first when HQ takes its one back.
            const bool is_second_phone = field == Field::business_phone &&
                                         wanted->second[field].empty() &&
                                         ledger_.has_typed(card[field]);
            if (is_good || is_second_phone) continue;
            const auto what =
                fmt::format("{} of contact {} shows \"{}\", HQ wants \"{}\"", name(field),
                            contact.value(), card[field], wanted->second[field]);
            differ("{}", what);
        }
    }

    [[nodiscard]] bool is_kept_away(ContactId contact) const {
        const auto kept = world_.kept_away.find(MailboxAddress(address_));
        return kept != world_.kept_away.end() && kept->second.contains(contact);
    }

    /// Where edits go both ways, both sides show the same at last.
    [[nodiscard]] bool is_agreed(FolderRole role, Field field) const {
        const auto direction = reconcile::direction_of(view_.settings.policies, role, field);
        return direction == reconcile::Direction::two_way && slotless(field) != Field::email1;
    }

    template <class... Parts>
    void differ(fmt::format_string<Parts...> format, Parts&&... parts) {
        const auto what = fmt::format(format, std::forward<Parts>(parts)...);
        world_.complain("{}: at the end {}", address_, what);
    }

    World& world_;
    const Ledger& ledger_;
    const std::string& address_;
    const RunView& view_;
    const sim::Mailbox& mailbox_;
    std::set<ContactId> there_;
};

}  // namespace

void check_plan(World& world, const Ledger& ledger, const std::string& address) {
    if (world.view->user_of(address)) Comparison(world, ledger, address).compare();
}

}  // namespace hqsync::simulation
