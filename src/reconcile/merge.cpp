// Merges one card field by field; the e-mail addresses are one set, of which HQ owns the first.
#include "reconcile/merge.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "contact/canonical.hpp"

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

bool is_address(std::string_view email) {
    return email.find('@') != std::string_view::npos;
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
ContactCard merged_emails(const Views& views, const Policies& policies) {
    const auto desired = without_gaps(views.desired);
    const auto synced = without_gaps(views.synced);
    const auto& seen = views.seen;
    // A reader's address in his third slot stays there: no write without need.
    if (is_settled(desired, synced, seen)) return seen;
    std::vector<std::string> addresses;
    for (const auto slot : email_slots) {
        if (!desired[slot].empty()) addresses.push_back(desired[slot]);
    }
    for (const auto slot : email_slots) {
        const auto& shown = seen[slot];
        if (shown.empty() || holds(synced, shown) || holds(desired, shown)) continue;
        // Typed over an address of HQ: that slot is HQ's, its address is put back. What was typed
        // over a placeholder is an addition: HQ had nothing there.
        const bool was_of_hq = !synced[slot].empty() && !is_placeholder(policies, synced[slot]);
        if (was_of_hq && !desired[slot].empty() && !holds(seen, synced[slot])) continue;
        // What is left of an address of HQ that is none, of which a lost state knows nothing.
        const bool is_left_of_it =
            !desired[slot].empty() && !is_address(desired[slot]) && !is_address(shown);
        if (is_left_of_it) continue;
        // A placeholder of a former name, of which a lost state knows nothing.
        if (is_placeholder(policies, shown)) continue;
        addresses.push_back(shown);
    }
    ContactCard merged;
    for (std::size_t i = 0; i < email_slots.size() && i < addresses.size(); ++i) {
        merged[email_slots[i]] = addresses[i];
    }
    return merged;
}

/// What one field adds to the merge.
struct Decision {
    std::optional<std::string> push = {};
    std::optional<std::string> pull = {};
    std::optional<Side> winner = {};  ///< of a conflict
};

Side winner_of(const Views& views, const Policies& policies, Field field) {
    switch (preference_of(policies, field)) {
        case Preference::hq: return Side::hq;
        case Preference::exchange: return Side::exchange;
        case Preference::newest: return views.newer;
    }
    return Side::hq;
}

/// Both changed it: the winner's text goes to the other side.
Decision conflicting(const Views& views, const Policies& policies, Field field, std::string hq,
                     std::string exchange) {
    const auto winner = winner_of(views, policies, field);
    if (winner == Side::hq) return {.push = std::move(hq), .winner = winner};
    return {.pull = std::move(exchange), .winner = winner};
}

Decision decide_two_way(const Views& views, const Policies& policies, Field field) {
    const auto& hq = views.desired[field];
    const auto& shown = views.seen[field];
    if (same(field, hq, shown)) return {};
    const bool hq_changed = !same(field, hq, views.synced[field]);
    const bool mailbox_changed = !same(field, shown, views.synced[field]);
    if (!mailbox_changed) return {.push = hq};
    if (!hq_changed) return {.pull = shown};
    return conflicting(views, policies, field, hq, shown);
}

/// HQ's text wins where HQ has one; what HQ emptied is cleared only where nobody had edited it.
Decision decide_for_hq(const Views& views, Field field) {
    const auto& hq = views.desired[field];
    const auto& shown = views.seen[field];
    if (field == Field::categories) {
        auto merged = merged_categories(hq, views.synced[field], shown);
        if (same(field, merged, shown)) return {};
        return {.push = std::move(merged)};
    }
    const bool was_edited = !same(field, shown, views.synced[field]);
    if (same(field, hq, shown) || (hq.empty() && was_edited)) return {};
    return {.push = hq};
}

Decision decide_for_reader(const Views& views, Field field) {
    const bool was_edited = !same(field, views.seen[field], views.synced[field]);
    if (was_edited || same(field, views.desired[field], views.seen[field])) return {};
    return {.push = views.desired[field]};
}

Decision decide(const Views& views, const Policies& policies, Field field) {
    switch (direction_of(policies, views.folder, field)) {
        case Direction::two_way: return decide_two_way(views, policies, field);
        case Direction::hq_to_exchange: return decide_for_hq(views, field);
        case Direction::exchange_only: return decide_for_reader(views, field);
    }
    return {};
}

/// Takes a decision over. What is to be pulled keeps its old base until HQ has it.
void take(const Views& views, Field field, Decision decision, Merge& merge) {
    if (decision.winner) {
        merge.conflicts.push_back(
            {field, views.desired[field], views.seen[field], *decision.winner});
    }
    if (decision.push) merge.push.push_back({field, *std::move(decision.push)});
    if (decision.pull) {
        merge.base[field] = views.synced[field];
        merge.pull.push_back({field, *std::move(decision.pull)});
    }
}

/// An address that somebody typed into the first slot: neither HQ's nor made up by us.
std::string typed_first(const Views& views, const Policies& policies) {
    const auto& first = views.seen[Field::email1];
    const bool is_known = holds(views.synced, first) || holds(views.desired, first);
    return first.empty() || is_known || is_placeholder(policies, first) ? std::string{} : first;
}

/// The first address of any slot that neither HQ gave nor we made up.
std::string typed_anywhere(const Views& views, const Policies& policies) {
    for (const auto slot : email_slots) {
        const auto& shown = views.seen[slot];
        if (shown.empty() || holds(views.synced, shown) || holds(views.desired, shown)) continue;
        if (!is_placeholder(policies, shown)) return shown;
    }
    return {};
}

/// What becomes of HQ's own address. A placeholder never counts as one.
Decision decide_own_email(const Views& views, const Policies& policies) {
    const auto& hq = views.desired[Field::email1];
    const auto& base = views.synced[Field::email1];
    const bool hq_has_none = hq.empty() || is_placeholder(policies, hq);
    if (base.empty() || is_placeholder(policies, base)) {
        auto typed = typed_anywhere(views, policies);
        if (typed.empty() || !hq_has_none) return {};
        return {.pull = std::move(typed)};
    }
    const bool is_there = holds(views.seen, base) || (!hq.empty() && holds(views.seen, hq));
    if (is_there) return {};
    auto typed = typed_first(views, policies);
    // Something was typed that must not go to HQ: its address is put back.
    const bool is_made_up = is_placeholder(policies, views.seen[Field::email1]);
    if (is_made_up || (typed.empty() && hq_has_none)) return {};
    if (same(Field::email1, hq, base)) return {.pull = std::move(typed)};
    return conflicting(views, policies, Field::email1, hq, std::move(typed));
}

void merge_emails(const Views& views, const Policies& policies, Merge& merge) {
    const auto direction = direction_of(policies, views.folder, Field::email1);
    Decision own;
    if (direction == Direction::two_way) own = decide_own_email(views, policies);
    if (own.pull) {
        // The other slots wait until HQ has the address: their places depend on it.
        for (const auto slot : email_slots)
            merge.base[slot] = views.synced[slot];
    }
    const bool was_edited = std::ranges::any_of(
        email_slots, [&](Field slot) { return !same(slot, views.seen[slot], views.synced[slot]); });
    const bool is_left = own.pull || (direction == Direction::exchange_only && was_edited);
    own.push.reset();
    take(views, Field::email1, std::move(own), merge);
    if (is_left) return;
    const auto emails = merged_emails(views, policies);
    for (const auto slot : email_slots) {
        if (!same(slot, emails[slot], views.seen[slot])) merge.push.push_back({slot, emails[slot]});
    }
}

/// Display name and file-as are made of the names: they wait until HQ has the new ones.
void let_derived_names_wait(const Views& views, Merge& merge) {
    const bool is_renamed = std::ranges::any_of(merge.pull, [](const FieldChange& change) {
        return change.field == Field::given_name || change.field == Field::surname;
    });
    if (!is_renamed) return;
    const auto is_derived = [](const FieldChange& change) {
        return change.field == Field::display_name || change.field == Field::file_as;
    };
    std::erase_if(merge.push, is_derived);
    merge.base[Field::display_name] = views.synced[Field::display_name];
    merge.base[Field::file_as] = views.synced[Field::file_as];
}

}  // namespace

Merge merge(const Views& views, const Policies& policies) {
    Merge merge;
    merge.base = views.desired;
    for (const auto field : all_fields()) {
        if (!is_email(field)) {
            take(views, field, decide(views, policies, field), merge);
        } else if (field == Field::email1) {
            merge_emails(views, policies, merge);
        }
    }
    let_derived_names_wait(views, merge);
    return merge;
}

}  // namespace hqsync::reconcile
