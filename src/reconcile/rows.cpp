// Joins the trees and chooses between items of one mark.
#include "reconcile/rows.hpp"

#include <algorithm>
#include <tuple>

#include "contact/canonical.hpp"

namespace hqsync::reconcile {

Rows rows_of(const Trees& trees) {
    Rows rows;
    for (const auto& [contact, desired] : trees.desired)
        rows[contact].desired = &desired;
    for (const auto& [contact, folder] : trees.kept_away)
        rows[contact];
    std::map<ItemId, ContactId> contact_of_item;
    for (const auto& [contact, shadow] : trees.shadows) {
        rows[contact].shadow = &shadow;
        contact_of_item.emplace(shadow.item, contact);
    }
    const auto lose = [&](const ItemId& item) {
        const auto contact = contact_of_item.find(item);
        if (contact != contact_of_item.end()) rows[contact->second].is_gone = true;
    };
    const auto lose_mark = [&](const ItemId& item) {
        lose(item);
        const auto contact = contact_of_item.find(item);
        if (contact != contact_of_item.end()) rows[contact->second].has_lost_mark = true;
    };
    for (const auto& item : trees.observed) {
        // Whoever took our mark off took the item: what we knew of it is no right to touch it.
        if (!item.mark || item.mark->system != trees.system) {
            lose_mark(item.item);
            continue;
        }
        rows[item.mark->contact].items.push_back(&item);
        const auto known = contact_of_item.find(item.item);
        if (known != contact_of_item.end() && known->second != item.mark->contact) {
            lose_mark(item.item);
        }
    }
    for (const auto& item : trees.gone)
        lose(item);
    return rows;
}

const Observed* chosen(const Row& row) {
    const auto rank = [&](const Observed* item) {
        const bool is_elsewhere = row.desired != nullptr && item->folder != row.desired->folder;
        const auto differences =
            row.desired == nullptr ? 0 : differing_fields(row.desired->card, item->card).size();
        return std::tuple(is_elsewhere, differences, item->created_on, item->item);
    };
    return *std::ranges::min_element(row.items, {}, rank);
}

const Observed* ours_among(const Row& row) {
    if (row.items.empty()) return nullptr;
    if (row.shadow == nullptr) return chosen(row);
    const auto known = std::ranges::find_if(
        row.items, [&](const Observed* item) { return item->item == row.shadow->item; });
    if (known != row.items.end()) return *known;
    return nullptr;
}

}  // namespace hqsync::reconcile
