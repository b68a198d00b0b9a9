// Ends moves that were begun while the mailbox was synchronised through Graph, which has no move:
// a copy stands beside its source. Here it is MoveItem that moves (ews/moves.cpp).
#include <algorithm>

#include "contact/canonical.hpp"
#include "ews/applying.hpp"
#include "ews/faults.hpp"

namespace hqsync::ews {

namespace {

bool show_the_same(const ItemShown& left, const ItemShown& right) {
    return left.mark == right.mark && differing_fields(left.card, right.card).empty();
}

}  // namespace

/// Brings the photo over and answers the copy's change key. A photo that the copy has already is
/// ours or a later one, and stays. What somebody else saved in the copy meanwhile must be noticed
/// by the next pass: then the key is the one from before it.
Task<Result<ChangeKey>> EwsMailbox::complete_copy(FinishMove finish, ItemShown source,
                                                  ItemShown copy) {
    if (source.photos.empty() || !copy.photos.empty()) co_return finish.copy_key;
    const auto photo = co_await ask_one<PhotoShown>(service_, get_attachment(source.photos.front()),
                                                    Effect::none, read_photo);
    if (!photo) co_return fail(photo.error());
    // Twice would be two photos: the next try sees whether the copy has one.
    const auto put = co_await ask_one<PhotoShown>(
        service_, create_photo(copy.item, copy.change_key, photo->content), Effect::write,
        read_photo);
    if (!put) co_return fail(put.error());
    const auto after = co_await get({copy.item});
    if (!after.front()) co_return fail(after.front().error());
    const bool is_ours_alone =
        copy.change_key == finish.copy_key && show_the_same(copy, *after.front());
    co_return is_ours_alone ? after.front()->change_key : finish.copy_key;
}

/// A source that somebody has changed since it was copied stays, and the copy goes: the next pass
/// moves it as it is then.
Task<Result<Written>> EwsMailbox::finish_move(FinishMove finish) {
    const auto both = co_await get({finish.source, finish.copy});
    const auto& source = both[0];
    const auto& copy = both[1];
    if (!source && is_gone(source.error())) co_return Written{finish.copy, finish.copy_key, {}};
    if (!source) co_return fail(source.error());
    // Without its copy the source is all there is.
    if (!copy) co_return fail(copy.error());
    const auto copied_from = finish.copied_from.value_or(source->change_key);
    auto copy_key = finish.copy_key;
    std::vector<Result<void>> removed = {fail(conflict())};
    if (source->change_key == copied_from) {
        const auto completed = co_await complete_copy(finish, *source, *copy);
        if (!completed) co_return fail(completed.error());
        copy_key = *completed;
        removed = co_await remove({{finish.source, copied_from}});
    }
    if (removed.front()) co_return Written{finish.copy, copy_key, {}};
    if (removed.front().error().code == "conflict" && finish.is_copy_ours_alone) {
        // A copy that somebody saved meanwhile stays beside the source: it is his. Times are whole
        // seconds: to Deleted Items, where an edit of the same second can still be found.
        const auto undone =
            co_await remove({{finish.copy, copy_key, reconcile::Disposal::deleted_items}});
        if (!undone.front()) co_return fail(undone.front().error());
    }
    co_return fail(removed.front().error());
}

Task<void> EwsMailbox::finish_all(Applying& applying) {
    for (const auto place : applying.places<FinishMove>()) {
        if (applying.stop) {
            applying.answer(place, fail(*applying.stop));
            continue;
        }
        auto finished = co_await finish_move(applying.write<FinishMove>(place));
        applying.answer(place, std::move(finished));
    }
}

}  // namespace hqsync::ews
