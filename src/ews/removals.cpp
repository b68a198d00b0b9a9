// Removing items that are still as they were last seen.
#include <algorithm>
#include <utility>

#include "ews/applying.hpp"
#include "ews/faults.hpp"

namespace hqsync::ews {

namespace {

using reconcile::Disposal;

constexpr int rounds_max = 3;

DeleteType type_of(Disposal disposal) {
    return disposal == Disposal::forever ? DeleteType::hard : DeleteType::to_deleted_items;
}

/// May the removal go on, with the item as it is shown now? Else what it comes to.
std::optional<Result<void>> end_of(const RemoveItem& removal, const Result<ItemShown>& shown) {
    if (!shown && is_gone(shown.error())) return Result<void>{};
    if (!shown) return Result<void>(fail(shown.error()));
    if (shown->change_key != removal.change_key) return Result<void>(fail(conflict()));
    return std::nullopt;
}

}  // namespace

/// DeleteItem ignores the change key (ews.md §3): what the items are is read just before, also
/// before a removal is tried again because its answer was lost.
Task<std::vector<Result<void>>> EwsMailbox::remove(std::vector<RemoveItem> removals) {
    std::vector<Result<void>> results(removals.size());
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < removals.size(); ++i)
        open.push_back(i);
    for (int round = 0; round < rounds_max && !open.empty(); ++round) {
        std::vector<ItemId> items;
        for (const auto place : open)
            items.push_back(removals[place].item);
        const auto shown = co_await get(std::move(items));
        std::vector<std::size_t> unknown;
        for (const auto disposal : {Disposal::forever, Disposal::deleted_items}) {
            std::vector<std::size_t> places;
            std::vector<ItemId> ready;
            for (std::size_t i = 0; i < open.size(); ++i) {
                const auto& removal = removals[open[i]];
                if (removal.disposal != disposal) continue;
                if (auto end = end_of(removal, shown[i])) {
                    results[open[i]] = *std::move(end);
                    continue;
                }
                places.push_back(open[i]);
                ready.push_back(removal.item);
            }
            Each<std::monostate> deleted(ready.size());
            const auto request = [&](Places part) {
                return delete_items(pick(ready, part), type_of(disposal));
            };
            auto work = work_into(deleted, Effect::write, request, read_done, AnyShown{});
            co_await carry_out(service_, writing_, std::move(work));
            for (std::size_t i = 0; i < places.size(); ++i) {
                const bool is_done = deleted[i] || is_gone(deleted[i].error());
                results[places[i]] = is_done ? Result<void>{} : fail(deleted[i].error());
                if (!is_done && deleted[i].error().outcome_unknown) unknown.push_back(places[i]);
            }
        }
        open = std::move(unknown);
    }
    co_return results;
}

Task<void> EwsMailbox::remove_all(Applying& applying) {
    const auto places = applying.places<RemoveItem>();
    std::vector<RemoveItem> removals;
    for (const auto place : places)
        removals.push_back(applying.write<RemoveItem>(place));
    const auto removed = co_await remove(removals);
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (removed[i]) {
            applying.answer(places[i], Written{removals[i].item, removals[i].change_key, {}});
        } else {
            applying.answer(places[i], fail(removed[i].error()));
        }
    }
}

}  // namespace hqsync::ews
