// Compares the three trees contact by contact and says what has to be done.
#include <algorithm>

#include "contact/canonical.hpp"
#include "contact/date.hpp"
#include "reconcile/plan.hpp"
#include "reconcile/rows.hpp"
#include "reconcile/same_person.hpp"

namespace hqsync::reconcile {

namespace {

/// The order of execution.
struct Order {
    int operator()(const Adopt&) const { return 0; }
    int operator()(const Pull&) const { return 1; }
    int operator()(const Link&) const { return 2; }
    int operator()(const Move&) const { return 3; }
    int operator()(const Update&) const { return 4; }
    int operator()(const Create&) const { return 5; }
    int operator()(const Unmark&) const { return 6; }
    int operator()(const RemoveDouble&) const { return 7; }
    int operator()(const Remove&) const { return 8; }
};

/// When somebody else last saved the item that we know as `before`; unchanged by our own saves.
std::string touched_on(const Shadow* before, const Observed& item) {
    const bool is_as_we_left_it =
        before != nullptr && before->item == item.item && before->change_key == item.change_key;
    if (is_as_we_left_it) return before->touched_on;
    return item.modified_on.empty() ? "unknown" : item.modified_on;
}

/// Whose record was saved later; HQ's where one of the times is not known.
Side newer(const Desired& desired, const Shadow& shadow) {
    const auto hq = time_of(desired.updated_on);
    const auto mailbox = time_of(shadow.touched_on);
    return hq && mailbox && *mailbox > *hq ? Side::exchange : Side::hq;
}

Disposal disposal_of(const Shadow& shadow) {
    return shadow.touched_on.empty() ? Disposal::forever : Disposal::deleted_items;
}

class Planner {
public:
    explicit Planner(const Trees& trees)
        : trees_(trees), strangers_(strangers_of(trees)), links_(links_of(trees, strangers_)) {}

    Plan plan() {
        for (const auto& [contact, row] : rows_of(trees_))
            settle(contact, row);
        report_strangers();
        // Kinds in the order of the variant's execution; within a kind by contact.
        std::ranges::sort(plan_.operations, {}, [](const Operation& operation) {
            const auto contact = std::visit([](const auto& any) { return any.contact; }, operation);
            return std::pair(std::visit(Order{}, operation), contact);
        });
        return std::move(plan_);
    }

private:
    /// The shadow once observation is taken in; nullopt: there is no item of ours.
    std::optional<Shadow> current(ContactId contact, const Row& row) {
        if (const auto* ours = ours_among(row)) {
            Shadow shadow{ours->item, ours->change_key, ours->folder,
                          {},         ours->card,       touched_on(row.shadow, *ours)};
            if (row.shadow != nullptr) {
                shadow.synced = row.shadow->synced;
                shadow.kept = row.shadow->kept;
            } else {
                plan_.operations.emplace_back(Adopt{contact, ours->item});
            }
            if (row.shadow == nullptr || *row.shadow != shadow) {
                plan_.observed_shadows[contact] = shadow;
            }
            return shadow;
        }
        const bool is_there = row.shadow != nullptr && !row.is_gone && !trees_.complete;
        if (is_there) return *row.shadow;
        // Our item is gone, but another one bears its mark: that one is ours now.
        if (!row.items.empty()) {
            const auto* other = chosen(row);
            const auto synced = row.shadow == nullptr ? ContactCard{} : row.shadow->synced;
            Shadow shadow{other->item, other->change_key, other->folder,
                          synced,      other->card,       touched_on(nullptr, *other)};
            plan_.operations.emplace_back(Adopt{contact, other->item});
            plan_.observed_shadows[contact] = shadow;
            return shadow;
        }
        if (row.shadow != nullptr) plan_.observed_shadows[contact] = std::nullopt;
        return std::nullopt;
    }

    void settle(ContactId contact, const Row& row) {
        const auto undesired = trees_.undesired.find(contact);
        const bool is_erased = row.desired == nullptr && undesired != trees_.undesired.end() &&
                               undesired->second == Cause::erasure;
        if (is_erased) return eradicate(contact, row);
        const auto shadow = current(contact, row);
        if (shadow) ++plan_.managed;
        if (shadow) settle_doubles(contact, row, *shadow);
        if (row.desired != nullptr && shadow && is_decided(contact)) {
            return give_way(contact, *shadow);
        }
        const bool is_away = !shadow && stays_away(contact, row);
        if (!is_away && trees_.kept_away.contains(contact)) plan_.kept_away[contact] = std::nullopt;
        if (row.desired != nullptr && shadow) {
            keep(contact, row, *shadow);
        } else if (row.desired != nullptr && !is_away) {
            bring(contact, *row.desired);
        } else if (row.desired == nullptr && shadow) {
            remove(contact, *shadow);
        }
    }

    /// Whether somebody said which item is this contact's.
    bool is_decided(ContactId contact) const {
        const auto link = links_.find(contact);
        return link != links_.end() && trees_.links.contains(link->second->item);
    }

    /// A contact that its user deleted and that is not to come back. Writes the memory of it down.
    bool stays_away(ContactId contact, const Row& row) {
        if (row.desired == nullptr || is_decided(contact)) return false;
        const auto known = trees_.kept_away.find(contact);
        if (known != trees_.kept_away.end()) return known->second == row.desired->folder;
        const bool was_deleted = row.shadow != nullptr && !row.has_lost_mark &&
                                 !trees_.renewed.contains(row.shadow->folder);
        if (!was_deleted || trees_.policies.user_deletion != UserDeletion::remember) return false;
        plan_.kept_away[contact] = row.desired->folder;
        return true;
    }

    void keep(ContactId contact, const Row& row, const Shadow& shadow) {
        const auto& desired = *row.desired;
        // What was edited before our item changed its folder was edited in the old one.
        const auto folder = row.shadow == nullptr ? shadow.folder : row.shadow->folder;
        auto merged =
            merge({desired.card, shadow.synced, edited(shadow), folder, newer(desired, shadow)},
                  trees_.policies);
        const bool is_elsewhere = desired.folder != shadow.folder;
        const bool is_in_step = !is_elsewhere && merged.push.empty() && merged.pull.empty();
        if (trees_.in_peace.contains(contact) && !is_in_step) {
            plan_.in_peace.push_back(contact);
            plan_.bases[contact] = shadow.synced;
            return;
        }
        if (folder != desired.folder && has_more_to_send(contact, desired, shadow, merged)) {
            plan_.again.push_back(contact);
        }
        plan_.bases[contact] = std::move(merged.base);
        if (!merged.conflicts.empty()) plan_.conflicts[contact] = std::move(merged.conflicts);
        if (!merged.pull.empty()) {
            plan_.operations.emplace_back(Pull{contact, shadow.item, std::move(merged.pull)});
        }
        if (is_elsewhere) {
            plan_.operations.emplace_back(Move{contact, shadow.item, shadow.change_key,
                                               shadow.folder, desired.folder,
                                               std::move(merged.push)});
        } else if (!merged.push.empty()) {
            plan_.operations.emplace_back(
                Update{contact, shadow.item, shadow.change_key, std::move(merged.push)});
        }
    }

    /// Whether in its new folder more of the item goes to HQ than did in the old one.
    bool has_more_to_send(ContactId contact, const Desired& desired, const Shadow& shadow,
                          const Merge& merged) const {
        const auto card = with(edited(shadow), merged.push);
        const auto next =
            merge({desired.card, merged.base, card, desired.folder, newer(desired, shadow)},
                  trees_.policies);
        return next.pull.size() > merged.pull.size() && !trees_.in_peace.contains(contact);
    }

    /// Brings a contact that has no item: by the item that is it, else by a new one.
    void bring(ContactId contact, const Desired& desired) {
        if (trees_.in_peace.contains(contact)) {
            plan_.in_peace.push_back(contact);
            return;
        }
        plan_.bases[contact] = desired.card;
        const auto link = links_.find(contact);
        if (link == links_.end()) {
            plan_.operations.emplace_back(Create{contact, desired.folder, desired.card});
            return;
        }
        const auto& item = *link->second;
        auto merged = merge({desired.card, {}, item.card, item.folder, Side::hq}, trees_.policies);
        plan_.bases[contact] = std::move(merged.base);
        if (!merged.conflicts.empty()) plan_.conflicts[contact] = std::move(merged.conflicts);
        plan_.operations.emplace_back(Link{contact, item.item, item.change_key, item.folder,
                                           std::move(merged.push), item.card});
    }

    /// Everything of an erased person goes for good, and no shadow of it is written down.
    void eradicate(ContactId contact, const Row& row) {
        for (const auto* item : row.items) {
            plan_.operations.emplace_back(Remove{contact, item->item, item->change_key,
                                                 item->folder, Cause::erasure, Disposal::forever});
        }
        if (row.shadow == nullptr || ours_among(row) != nullptr) return;
        if (row.is_gone || trees_.complete) {
            plan_.observed_shadows[contact] = std::nullopt;
        } else {
            plan_.operations.emplace_back(Remove{contact, row.shadow->item, row.shadow->change_key,
                                                 row.shadow->folder, Cause::erasure,
                                                 Disposal::forever});
        }
    }

    /// Somebody linked an item of the user's own: ours goes, and the next plan links his.
    void give_way(ContactId contact, const Shadow& shadow) {
        plan_.operations.emplace_back(RemoveDouble{contact, shadow.item, shadow.change_key});
        plan_.again.push_back(contact);
        list_unsent(contact, shadow, trees_.desired.at(contact).card);
    }

    void remove(ContactId contact, const Shadow& shadow) {
        const auto known = trees_.undesired.find(contact);
        const auto cause = known == trees_.undesired.end() ? Cause::hq_deletion : known->second;
        plan_.operations.emplace_back(Remove{contact, shadow.item, shadow.change_key, shadow.folder,
                                             cause, disposal_of(shadow)});
        list_unsent(contact, shadow, cause == Cause::hq_deletion ? ContactCard{} : shadow.synced);
    }

    /// What its reader typed and HQ, which has `hq`, never got is not deleted unseen. Without
    /// history nobody knows what he typed: a backup keeps all.
    void list_unsent(ContactId contact, const Shadow& shadow, const ContactCard& hq) {
        if (shadow.synced == ContactCard{}) return;
        const auto unsent =
            merge({shadow.synced, shadow.synced, edited(shadow), shadow.folder}, trees_.policies);
        for (const auto& change : unsent.pull) {
            plan_.conflicts[contact].push_back(
                {change.field, hq[change.field], change.text, Side::hq});
        }
    }

    /// A copy that somebody made of an item that we know is his own, also one that is equal; only
    /// where a create of ours may have come true late, an equal one is ours.
    void settle_doubles(ContactId contact, const Row& row, const Shadow& ours) {
        const bool is_known = row.shadow != nullptr && row.shadow->item == ours.item;
        const bool may_be_ours = !is_known || trees_.doubtful.contains(contact);
        for (const auto* item : row.items) {
            if (item->item == ours.item) continue;
            if (may_be_ours && differing_fields(item->card, ours.seen).empty()) {
                plan_.operations.emplace_back(RemoveDouble{contact, item->item, item->change_key});
            } else {
                plan_.operations.emplace_back(
                    Unmark{contact, item->item, item->change_key, item->card});
            }
        }
    }

    void report_strangers() {
        std::set<ItemId> linked;
        for (const auto& operation : plan_.operations) {
            if (const auto* link = std::get_if<Link>(&operation)) linked.insert(link->item);
        }
        for (const auto& stranger : strangers_) {
            if (linked.contains(stranger.item->item)) continue;
            const bool is_new = stranger.candidates.empty() && !is_blank(stranger.item->card) &&
                                stranger.item->folder == FolderRole::mine &&
                                !trees_.links.contains(stranger.item->item) &&
                                trees_.policies.user_creation != UserCreation::ignore;
            const bool is_unclear =
                !stranger.candidates.empty() && trees_.complete && trees_.policies.adopt_unmarked;
            if (!is_new && !is_unclear) continue;
            plan_.findings.push_back(
                {stranger.item->item, stranger.item->card, stranger.candidates});
        }
    }

    const Trees& trees_;
    const std::vector<Stranger> strangers_;
    const std::map<ContactId, const Observed*> links_;
    Plan plan_;
};

}  // namespace

Plan make_plan(const Trees& trees) {
    return Planner(trees).plan();
}

std::vector<FieldChange> kept_otherwise(const std::vector<FieldChange>& written,
                                        const ContactCard& answer) {
    std::vector<FieldChange> kept;
    for (const auto& change : written) {
        const auto& text = answer[change.field];
        if (!same(change.field, change.text, text)) kept.push_back({change.field, text});
    }
    return kept;
}

ContactCard edited(const Shadow& shadow) {
    auto card = shadow.seen;
    for (const auto& kept : shadow.kept) {
        if (same(kept.field, card[kept.field], kept.text)) {
            card[kept.field] = shadow.synced[kept.field];
        }
    }
    return card;
}

ContactCard with(ContactCard card, const std::vector<FieldChange>& changes) {
    for (const auto& change : changes)
        card[change.field] = change.text;
    return card;
}

}  // namespace hqsync::reconcile
