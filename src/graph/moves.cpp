// A move in its two halves: the full copy first, then the source goes (Graph has no move).
#include <set>

#include <simdjson.h>

#include "graph/codec.hpp"
#include "graph/mailbox.hpp"
#include "graph/names.hpp"
#include "graph/query.hpp"
#include "graph/written.hpp"

namespace hqsync::graph {

namespace {

/// The members of a contact that a save by itself changes.
bool is_fleeting(std::string_view name) {
    static const std::set<std::string_view> names = {"changeKey", "lastModifiedDateTime"};
    return names.contains(name) || name.starts_with("@odata.");
}

/// Whether both answers show the same contact, but for the save itself.
bool show_the_same(const Answer& left, const Answer& right) {
    const auto content_of = [](const Answer& answer) {
        std::map<std::string, std::string> content;
        simdjson::dom::parser parser;
        simdjson::dom::object item;
        if (parser.parse(answer.body).get(item) != simdjson::SUCCESS) return content;
        for (const auto [name, value] : item) {
            if (!is_fleeting(name)) content.emplace(name, simdjson::minify(value));
        }
        return content;
    };
    return content_of(left) == content_of(right);
}

}  // namespace

/// Everything of an item that tells who saved it last.
Task<Result<Answer>> GraphMailbox::content_of(ItemId item) {
    std::vector<std::string_view> properties = {contact_property, fax_property};
    properties.insert(properties.end(), carried_properties.begin(), carried_properties.end());
    co_return co_await service_.send({.path = contact_path(item) + "?" + expand_of(properties)});
}

/// Empty: none. A photo that cannot be read now is a fault, or the move would lose it.
Task<Result<std::string>> GraphMailbox::photo_of(ItemId item) {
    auto photo = co_await service_.send({.path = contact_path(item) + "/photo/$value"});
    if (!photo && photo.error().code == "gone") co_return std::string();
    if (!photo) co_return fail(photo.error());
    co_return std::move(photo->body);
}

Task<Result<void>> GraphMailbox::put_photo(ItemId item, std::string photo) {
    const auto put = co_await service_.send({.method = "PUT",
                                             .path = contact_path(item) + "/photo/$value",
                                             .headers = {{"Content-Type", "image/jpeg"}},
                                             .body = std::move(photo)});
    if (!put) co_return fail(put.error());
    co_return Result<void>{};
}

/// Brings the photo over and answers the copy's change key. A photo that the copy has already is
/// ours or a later one, and stays. What somebody else saved in the copy meanwhile must be noticed
/// by the next pass: then the key is the one from before it.
Task<Result<ChangeKey>> GraphMailbox::complete_copy(FinishMove finish) {
    auto photo = co_await photo_of(finish.source);
    if (!photo) co_return fail(photo.error());
    const auto before = co_await content_of(finish.copy);
    const auto shown = written(before);
    if (!shown) co_return fail(shown.error());
    if (photo->empty()) co_return finish.copy_key;
    if (!finish.is_copy_ours_alone) {
        const auto own = co_await photo_of(finish.copy);
        if (!own) co_return fail(own.error());
        if (!own->empty()) co_return finish.copy_key;
    }
    const auto put = co_await put_photo(finish.copy, *std::move(photo));
    if (!put) co_return fail(put.error());
    const auto after = co_await content_of(finish.copy);
    const auto completed = written(after);
    if (!completed) co_return fail(completed.error());
    const bool is_ours_alone =
        shown->change_key == finish.copy_key && show_the_same(*before, *after);
    co_return is_ours_alone ? completed->change_key : finish.copy_key;
}

Task<Result<Written>> GraphMailbox::move(MoveItem move) {
    const auto source = co_await content_of(move.item);
    if (!source) co_return fail(source.error());
    simdjson::dom::parser parser;
    simdjson::dom::object item;
    if (parser.parse(source->body).get(item) != simdjson::SUCCESS) co_return fail(unreadable());
    if (read_text(item, "changeKey") != move.change_key.value()) co_return fail(conflict());

    const auto seen = read_card(item);
    if (!seen) co_return fail(seen.error());

    const auto body = json_object(copy_members(item, *seen, move.changes, move.mark));
    auto posted = co_await service_.send({.method = "POST",
                                          .path = folder_path(move.to) + "/contacts",
                                          .headers = {{"Content-Type", "application/json"}},
                                          .body = body,
                                          .repeat = Repeat::never});
    const auto copy = written(posted);
    if (!copy) co_return fail(copy.error());
    auto finished =
        co_await finish_move({move.item, move.change_key, copy->item, copy->change_key, true});
    if (!finished && finished.error().code != "conflict") {
        // The copy is there: only the intent knows that it is no double.
        auto fault = finished.error();
        fault.outcome_unknown = true;
        co_return fail(std::move(fault));
    }
    co_return finished;
}

/// A source that somebody has changed since it was copied stays, and the copy goes: the next pass
/// moves it as it is then.
Task<Result<Written>> GraphMailbox::finish_move(FinishMove finish) {
    auto source_key = co_await change_key_of(finish.source);
    const bool is_gone = !source_key && source_key.error().code == "gone";
    if (is_gone) co_return Written{finish.copy, finish.copy_key, {}};
    if (!source_key) co_return fail(source_key.error());
    const auto copied_from = finish.copied_from.value_or(*source_key);
    auto copy_key = finish.copy_key;
    auto removed = Result<void>(fail(conflict()));
    if (*source_key == copied_from) {
        const auto completed = co_await complete_copy(finish);
        if (!completed) co_return fail(completed.error());
        copy_key = *completed;
        removed = co_await remove(finish.source, copied_from);
    }
    if (removed) co_return Written{finish.copy, copy_key, {}};
    if (removed.error().code == "conflict" && finish.is_copy_ours_alone) {
        // A copy that somebody saved meanwhile stays beside the source: it is his. Times are whole
        // seconds: to Deleted Items, where an edit of the same second can still be found.
        const auto undone = co_await delete_plainly(finish.copy, copy_key);
        if (!undone) co_return fail(undone.error());
    }
    co_return fail(removed.error());
}

}  // namespace hqsync::graph
