// The three-way comparison of one card: HQ's wish, what was last synced, what the mailbox shows.
#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "contact/canonical.hpp"
#include "reconcile/plan.hpp"

namespace hqsync::reconcile {

namespace {

constexpr std::array email_slots = {Field::email1, Field::email2, Field::email3};

bool is_email(Field field) {
    return std::ranges::find(email_slots, field) != email_slots.end();
}

/// Names of a category text by their canonical form.
std::map<std::string, std::string> category_set(std::string_view text) {
    std::map<std::string, std::string> names;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto name = text.substr(0, end);
        auto key = canonical(Field::categories, name);
        if (!key.empty()) names.emplace(std::move(key), name);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return names;
}

/// HQ's categories beside those of the reader; HQ takes back only what it gave.
std::string merged_categories(const std::string& desired, const std::string& synced,
                              const std::string& seen) {
    auto names = category_set(seen);
    const auto wanted = category_set(desired);
    for (const auto& [key, name] : category_set(synced)) {
        if (!wanted.contains(key)) names.erase(key);
    }
    names.insert(wanted.begin(), wanted.end());
    std::string text;
    for (const auto& [key, name] : names) {
        if (!text.empty()) text += '\n';
        text += name;
    }
    return text;
}

bool holds(const ContactCard& card, const std::string& email) {
    return std::ranges::any_of(email_slots,
                               [&](Field slot) { return same(slot, card[slot], email); });
}

/// The addresses of a card from the first slot on.
ContactCard without_gaps(const ContactCard& card) {
    ContactCard compact;
    std::size_t count = 0;
    for (const auto slot : email_slots) {
        if (!card[slot].empty()) compact[email_slots[count++]] = card[slot];
    }
    return compact;
}

/// HQ's addresses stand in its slots, and nothing is in the others but what the reader added.
bool is_settled(const ContactCard& desired, const ContactCard& synced, const ContactCard& seen) {
    return std::ranges::all_of(email_slots, [&](Field slot) {
        if (!desired[slot].empty()) return same(slot, desired[slot], seen[slot]);
        return seen[slot].empty() || (!holds(synced, seen[slot]) && !holds(desired, seen[slot]));
    });
}

/// HQ's addresses first, then those that the reader added, as far as there are slots. An address
/// that HQ once gave and gives no more is not the reader's.
ContactCard merged_emails(const ContactCard& wanted, const ContactCard& given,
                          const ContactCard& seen) {
    const auto desired = without_gaps(wanted);
    const auto synced = without_gaps(given);
    // A reader's address in his third slot stays there: no write without need.
    if (is_settled(desired, synced, seen)) return seen;
    std::vector<std::string> addresses;
    for (const auto slot : email_slots) {
        if (!desired[slot].empty()) addresses.push_back(desired[slot]);
    }
    for (const auto slot : email_slots) {
        const auto& shown = seen[slot];
        if (shown.empty() || holds(synced, shown) || holds(desired, shown)) continue;
        // Typed over an address of HQ: that slot is HQ's, its address is put back.
        if (!synced[slot].empty() && !desired[slot].empty()) continue;
        addresses.push_back(shown);
    }
    ContactCard merged;
    for (std::size_t i = 0; i < email_slots.size() && i < addresses.size(); ++i) {
        merged[email_slots[i]] = addresses[i];
    }
    return merged;
}

/// The text that a field is to have.
std::string wish(Field field, const ContactCard& desired, const ContactCard& synced,
                 const ContactCard& seen) {
    const bool was_edited = !same(field, seen[field], synced[field]);
    if (field == Field::categories) {
        return merged_categories(desired[field], synced[field], seen[field]);
    }
    // Notes that the reader wrote into are his; an empty field was never written by anybody.
    if (field == Field::notes && was_edited && !seen[field].empty()) return seen[field];
    if (!desired[field].empty()) return desired[field];
    return was_edited ? seen[field] : std::string{};
}

}  // namespace

std::vector<FieldChange> field_changes(const ContactCard& desired, const ContactCard& synced,
                                       const ContactCard& seen) {
    const auto emails = merged_emails(desired, synced, seen);
    std::vector<FieldChange> changes;
    for (const auto field : all_fields()) {
        auto text = is_email(field) ? emails[field] : wish(field, desired, synced, seen);
        if (!same(field, text, seen[field])) changes.push_back({field, std::move(text)});
    }
    return changes;
}

ContactCard with(ContactCard card, const std::vector<FieldChange>& changes) {
    for (const auto& change : changes)
        card[change.field] = change.text;
    return card;
}

}  // namespace hqsync::reconcile
