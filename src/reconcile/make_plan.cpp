// Compares the three trees contact by contact and says what has to be done.
#include <algorithm>
#include <tuple>

#include "contact/canonical.hpp"
#include "reconcile/plan.hpp"

namespace hqsync::reconcile {

namespace {

/// Everything known of one contact.
struct Row {
    const Desired* desired = nullptr;
    const Shadow* shadow = nullptr;
    std::vector<const Observed*> items;  ///< observed with its mark
    bool is_gone = false;                ///< the shadow's item is in neither folder any more, or
                                         ///< bears our mark no more
};

using Rows = std::map<ContactId, Row>;

Rows rows_of(const Trees& trees) {
    Rows rows;
    for (const auto& [contact, desired] : trees.desired)
        rows[contact].desired = &desired;
    std::map<ItemId, ContactId> contact_of_item;
    for (const auto& [contact, shadow] : trees.shadows) {
        rows[contact].shadow = &shadow;
        contact_of_item.emplace(shadow.item, contact);
    }
    const auto lose = [&](const ItemId& item) {
        const auto contact = contact_of_item.find(item);
        if (contact != contact_of_item.end()) rows[contact->second].is_gone = true;
    };
    for (const auto& item : trees.observed) {
        // Whoever took our mark off took the item: what we knew of it is no right to touch it.
        if (!item.mark || item.mark->system != trees.system) {
            lose(item.item);
            continue;
        }
        rows[item.mark->contact].items.push_back(&item);
        const auto known = contact_of_item.find(item.item);
        if (known != contact_of_item.end() && known->second != item.mark->contact) lose(item.item);
    }
    for (const auto& item : trees.gone)
        lose(item);
    return rows;
}

/// Which of several items of one mark is ours, when none is known: the one where it belongs, with
/// least to change, the oldest, the smallest id.
const Observed* chosen(const Row& row) {
    const auto rank = [&](const Observed* item) {
        const bool is_elsewhere = row.desired != nullptr && item->folder != row.desired->folder;
        const auto differences =
            row.desired == nullptr ? 0 : differing_fields(row.desired->card, item->card).size();
        return std::tuple(is_elsewhere, differences, item->created_on, item->item);
    };
    return *std::ranges::min_element(row.items, {}, rank);
}

/// The item of the mark that is ours among the observed ones; nullptr when there is none.
const Observed* ours_among(const Row& row) {
    if (row.items.empty()) return nullptr;
    if (row.shadow == nullptr) return chosen(row);
    const auto known = std::ranges::find_if(
        row.items, [&](const Observed* item) { return item->item == row.shadow->item; });
    if (known != row.items.end()) return *known;
    return nullptr;
}

class Planner {
public:
    explicit Planner(const Trees& trees) : trees_(trees) {}

    Plan plan() {
        for (const auto& [contact, row] : rows_of(trees_))
            settle(contact, row);
        // Kinds in the order of the variant's execution; within a kind by contact.
        std::ranges::sort(plan_.operations, {}, [](const Operation& operation) {
            const auto contact = std::visit([](const auto& any) { return any.contact; }, operation);
            return std::pair(order_of(operation), contact);
        });
        return std::move(plan_);
    }

private:
    static int order_of(const Operation& operation) {
        struct Order {
            int operator()(const Adopt&) const { return 0; }
            int operator()(const Move&) const { return 1; }
            int operator()(const Update&) const { return 2; }
            int operator()(const Create&) const { return 3; }
            int operator()(const Unmark&) const { return 4; }
            int operator()(const RemoveDouble&) const { return 5; }
            int operator()(const Remove&) const { return 6; }
        };
        return std::visit(Order{}, operation);
    }

    /// The shadow once observation is taken in; nullopt: there is no item of ours.
    std::optional<Shadow> current(ContactId contact, const Row& row) {
        if (const auto* ours = ours_among(row)) {
            Shadow shadow{ours->item, ours->change_key, ours->folder, {}, ours->card};
            if (row.shadow != nullptr) {
                shadow.synced = row.shadow->synced;
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
            Shadow shadow{other->item, other->change_key, other->folder, synced, other->card};
            plan_.operations.emplace_back(Adopt{contact, other->item});
            plan_.observed_shadows[contact] = shadow;
            return shadow;
        }
        if (row.shadow != nullptr) plan_.observed_shadows[contact] = std::nullopt;
        return std::nullopt;
    }

    void settle(ContactId contact, const Row& row) {
        const auto shadow = current(contact, row);
        if (shadow) ++plan_.managed;
        if (shadow) settle_doubles(contact, row, *shadow);
        if (row.desired != nullptr && shadow) {
            keep(contact, *row.desired, *shadow);
        } else if (row.desired != nullptr) {
            plan_.operations.emplace_back(Create{contact, row.desired->folder, row.desired->card});
        } else if (shadow) {
            const auto cause = trees_.undesired.find(contact);
            plan_.operations.emplace_back(
                Remove{contact, shadow->item, shadow->change_key, shadow->folder,
                       cause == trees_.undesired.end() ? Cause::hq_deletion : cause->second});
        }
    }

    void keep(ContactId contact, const Desired& desired, const Shadow& shadow) {
        auto changes = field_changes(desired.card, shadow.synced, shadow.seen);
        if (desired.folder != shadow.folder) {
            plan_.operations.emplace_back(Move{contact, shadow.item, shadow.change_key,
                                               shadow.folder, desired.folder, std::move(changes)});
        } else if (!changes.empty()) {
            plan_.operations.emplace_back(
                Update{contact, shadow.item, shadow.change_key, std::move(changes)});
        }
    }

    void settle_doubles(ContactId contact, const Row& row, const Shadow& ours) {
        for (const auto* item : row.items) {
            if (item->item == ours.item) continue;
            if (differing_fields(item->card, ours.seen).empty()) {
                plan_.operations.emplace_back(RemoveDouble{contact, item->item, item->change_key});
            } else {
                plan_.operations.emplace_back(Unmark{contact, item->item, item->change_key});
            }
        }
    }

    const Trees& trees_;
    Plan plan_;
};

}  // namespace

Plan make_plan(const Trees& trees) {
    return Planner(trees).plan();
}

}  // namespace hqsync::reconcile
