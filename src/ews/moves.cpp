// Moves between our folders. The changes are written first, in place, then the item goes: a move
// that ends half-way leaves the item where it was, with texts that HQ has too. The other way round
// it would leave the old texts in the new place, and they would look like its reader's edits.
#include <algorithm>
#include <map>

#include "contact/canonical.hpp"
#include "ews/applying.hpp"
#include "ews/faults.hpp"
#include "reconcile/plan.hpp"

namespace hqsync::ews {

namespace {

template <class Moves>
std::vector<ItemId> items_of(const Moves& all) {
    std::vector<ItemId> items;
    for (const auto& each : all)
        items.push_back(each.moved ? *each.moved : each.move.item);
    return items;
}

/// What the move writes, if anything: also the mark, where a reader's program took it off.
template <class Moving>
std::optional<UpdateItem> update_of(const Moving& moving) {
    const auto& move = moving.move;
    UpdateItem update{move.item, move.change_key, move.changes, moving.before.card};
    if (moving.before.mark != move.mark) update.mark = move.mark;
    if (update.changes.empty() && !update.mark) return std::nullopt;
    return update;
}

/// The key that the move answers. One that is older than what somebody saved meanwhile makes the
/// next pass read the item.
template <class Moving>
ChangeKey key_after(const Moving& moving, const Result<ItemShown>& after) {
    if (!after) return moving.before.change_key;
    const auto expected = reconcile::with(moving.before.card, moving.move.changes);
    const bool is_as_left = after->mark == moving.move.mark && after->folder == moving.move.to &&
                            differing_fields(expected, after->card).empty();
    return is_as_left ? after->change_key : moving.before.change_key;
}

}  // namespace

/// The items as they stand, if they are what the moves are about.
Task<std::vector<EwsMailbox::Moving>> EwsMailbox::begin_moves(Applying& applying) {
    std::vector<Moving> all;
    for (const auto place : applying.places<MoveItem>())
        all.push_back({place, applying.write<MoveItem>(place)});
    auto shown = co_await get(items_of(all));
    std::vector<Moving> ready;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!shown[i]) {
            applying.answer(all[i].place, fail(shown[i].error()));
        } else if (shown[i]->change_key != all[i].move.change_key) {
            applying.answer(all[i].place, fail(conflict()));
        } else {
            all[i].before = *std::move(shown[i]);
            ready.push_back(std::move(all[i]));
        }
    }
    co_return ready;
}

Task<std::vector<EwsMailbox::Moving>> EwsMailbox::update_before_moving(Applying& applying,
                                                                       std::vector<Moving> all) {
    std::vector<Moving> ready;
    std::vector<Moving> changing;
    std::vector<UpdateItem> updates;
    for (auto& moving : all) {
        auto update = update_of(moving);
        auto& list = update ? changing : ready;
        if (update) updates.push_back(*std::move(update));
        list.push_back(std::move(moving));
    }
    const auto updated = co_await update(std::move(updates));
    for (std::size_t i = 0; i < changing.size(); ++i) {
        const auto written = written_as(updated[i].result);
        if (!written) {
            applying.answer(changing[i].place, fail(written.error()));
            continue;
        }
        changing[i].refused = updated[i].refused;
        changing[i].before.change_key = written->change_key;
        ready.push_back(std::move(changing[i]));
    }
    co_return ready;
}

/// All into one folder. The new ids are in the answer (ews.md §0.4).
Task<std::vector<EwsMailbox::Moving>> EwsMailbox::move_into(Applying& applying, FolderId to,
                                                            std::vector<Moving> all) {
    const auto items = items_of(all);
    Each<ItemReference> results(items.size());
    const auto request = [&](Places places) { return move_items(to, pick(items, places)); };
    auto work = work_into(results, Effect::write, request, read_written, AnyShown{});
    co_await carry_out(service_, writing_, std::move(work));
    std::vector<Moving> moved;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto written = written_as(results[i]);
        if (!written) {
            applying.answer(all[i].place, fail(written.error()));
            continue;
        }
        all[i].moved = written->item;
        moved.push_back(std::move(all[i]));
    }
    co_return moved;
}

Task<void> EwsMailbox::move_all(Applying& applying) {
    auto begun = co_await begin_moves(applying);
    const auto ready = co_await update_before_moving(applying, std::move(begun));
    std::map<FolderId, std::vector<Moving>> by_folder;
    for (const auto& moving : ready)
        by_folder[moving.move.to].push_back(moving);
    for (const auto& [folder, moves] : by_folder) {
        const auto moved = co_await move_into(applying, folder, moves);
        const auto after = co_await get(items_of(moved));
        for (std::size_t i = 0; i < moved.size(); ++i) {
            if (moved[i].refused) {
                applying.answer(moved[i].place, fail(*moved[i].refused));
                continue;
            }
            auto key = key_after(moved[i], after[i]);
            applying.answer(moved[i].place, Written{*moved[i].moved, std::move(key), {}});
        }
    }
}

}  // namespace hqsync::ews
