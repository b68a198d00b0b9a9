// Writing into a mailbox: batches of creates, updates and removals; moves in their two halves.
#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>

#include "graph/codec.hpp"
#include "graph/mailbox.hpp"
#include "graph/names.hpp"
#include "graph/query.hpp"
#include "graph/written.hpp"

namespace hqsync::graph {

namespace {

using reconcile::Disposal;

/// The fax number that a write leaves; no answer shows it.
std::string fax_after(const Write& write) {
    if (const auto* create = std::get_if<CreateItem>(&write)) {
        return create->card[Field::business_fax];
    }
    const auto* update = std::get_if<UpdateItem>(&write);
    if (update == nullptr) return {};
    return reconcile::with(update->seen, update->changes)[Field::business_fax];
}

/// The card that an answer shows; nullopt where the service keeps the content to itself.
std::optional<ContactCard> shown_card(simdjson::dom::object item, const Write& write) {
    simdjson::dom::element value;
    for (const auto* name : {"givenName", "primaryEmailAddress", "businessAddress"}) {
        if (item[name].get(value) != simdjson::SUCCESS) return std::nullopt;
    }
    auto card = read_card(item);
    if (!card) return std::nullopt;
    (*card)[Field::business_fax] = fax_after(write);
    return *std::move(card);
}

/// With the card as the service keeps it.
Result<Written> written_as(const Write& write, const Result<Answer>& answer) {
    auto result = written(answer);
    simdjson::dom::parser parser;
    simdjson::dom::object item;
    if (!result || parser.parse(answer->body).get(item) != simdjson::SUCCESS) return result;
    result->card = shown_card(item, write);
    return result;
}

/// What the item was before a write that needs to know; nothing for writes that do not.
struct Before {
    bool is_gone = false;
    ChangeKey change_key;
    std::string body = "{}";
};

const ItemId* item_read_before(const Write& write) {
    if (const auto* update = std::get_if<UpdateItem>(&write)) {
        return needs_current(update->changes) ? &update->item : nullptr;
    }
    // permanentDelete takes no If-Match.
    const auto* remove = std::get_if<RemoveItem>(&write);
    const bool is_for_good = remove != nullptr && remove->disposal == Disposal::forever;
    return is_for_good ? &remove->item : nullptr;
}

Result<Before> before_of(const Result<Answer>& answer) {
    Before before;
    if (!answer && answer.error().code == "gone") {
        before.is_gone = true;
        return before;
    }
    if (!answer) return fail(answer.error());
    simdjson::dom::parser parser;
    simdjson::dom::object item;
    if (parser.parse(answer->body).get(item) != simdjson::SUCCESS) return fail(unreadable());
    before.change_key = ChangeKey(read_text(item, "changeKey"));
    before.body = answer->body;
    return before;
}

Call patch(std::string path, const UpdateItem& update, const Before& before) {
    simdjson::dom::parser parser;
    simdjson::dom::object current;
    static_cast<void>(parser.parse(before.body).get(current));
    return {.method = "PATCH",
            .path = std::move(path),
            .headers = {{"If-Match", etag_of(update.change_key)}},
            .body = json_object(change_members(update.changes, update.seen, current, update.mark))};
}

/// To Deleted Items.
Call plain_delete(std::string path, const ChangeKey& change_key) {
    return {.method = "DELETE",
            .path = std::move(path),
            .headers = {{"If-Match", etag_of(change_key)}}};
}

}  // namespace

/// A write on its way through the steps of `apply`.
struct GraphMailbox::Job {
    std::size_t place;
    Before before;
};

Task<std::vector<Result<Answer>>> GraphMailbox::read_before(const std::vector<Write>& writes) {
    std::vector<Call> calls;
    for (const auto& write : writes) {
        const auto* item = item_read_before(write);
        if (item == nullptr) continue;
        calls.push_back(
            {.path = contact_path(*item) + "?$select=id,changeKey,businessPhones,businessAddress"});
    }
    if (calls.empty()) co_return std::vector<Result<Answer>>{};
    co_return co_await service_.send_batch(std::move(calls));
}

Task<std::vector<Result<Written>>> GraphMailbox::apply(std::vector<Write> writes) {
    std::vector<Result<Written>> results(writes.size());
    const auto read = co_await read_before(writes);
    auto next_read = read.begin();

    std::vector<Job> jobs;
    std::vector<Call> calls;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        auto& write = writes[i];
        Job job{i, {}};
        if (item_read_before(write) != nullptr) {
            auto before = before_of(*next_read++);
            if (!before) {
                results[i] = fail(before.error());
                continue;
            }
            job.before = *std::move(before);
        }
        if (const auto* create = std::get_if<CreateItem>(&write)) {
            calls.push_back({.method = "POST",
                             .path = folder_path(create->folder) + "/contacts",
                             .headers = {},
                             .body = json_object(create_members(create->card, create->mark)),
                             .repeat = Repeat::never});
            jobs.push_back(std::move(job));
        } else if (const auto* update = std::get_if<UpdateItem>(&write)) {
            calls.push_back(patch(contact_path(update->item), *update, job.before));
            jobs.push_back(std::move(job));
        } else if (const auto* unmark = std::get_if<UnmarkItem>(&write)) {
            calls.push_back({.method = "DELETE",
                             .path = contact_path(unmark->item) +
                                     "/singleValueExtendedProperties/" +
                                     url_encoded(contact_property)});
            jobs.push_back(std::move(job));
        } else if (const auto* removal = std::get_if<RemoveItem>(&write)) {
            // What somebody changed since we looked is not deleted unseen.
            const bool is_changed = job.before.change_key != removal->change_key;
            if (removal->disposal == Disposal::deleted_items) {
                calls.push_back(plain_delete(contact_path(removal->item), removal->change_key));
                jobs.push_back(std::move(job));
            } else if (job.before.is_gone) {
                results[i] = Written{removal->item, removal->change_key, {}};
            } else if (is_changed) {
                results[i] = fail(conflict());
            } else if (offers_permanent_delete_) {
                calls.push_back(
                    {.method = "POST", .path = contact_path(removal->item) + "/permanentDelete"});
                jobs.push_back(std::move(job));
            } else {
                auto deleted = co_await delete_plainly(removal->item, removal->change_key);
                results[i] = std::move(deleted);
            }
        } else if (auto* moving = std::get_if<MoveItem>(&write)) {
            auto moved = co_await move(std::move(*moving));
            results[i] = std::move(moved);
        } else if (auto* finishing = std::get_if<FinishMove>(&write)) {
            auto finished = co_await finish_move(std::move(*finishing));
            results[i] = std::move(finished);
        }
    }
    if (calls.empty()) co_return results;

    auto answers = co_await service_.send_batch(std::move(calls));
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto place = jobs[i].place;
        const auto& answer = answers[i];
        if (const auto* removal = std::get_if<RemoveItem>(&writes[place])) {
            const bool is_plain = removal->disposal == Disposal::deleted_items;
            if (answer || (is_plain && answer.error().code == "gone")) {
                results[place] = Written{removal->item, removal->change_key, {}};
            } else if (is_plain || answer.error().transient || answer.error().code == "conflict") {
                results[place] = fail(answer.error());
            } else {
                // Also when it is "gone": where the action does not exist, that may be said with
                // 404.
                auto deleted = co_await delete_plainly(removal->item, removal->change_key);
                if (deleted) offers_permanent_delete_ = false;
                results[place] = std::move(deleted);
            }
        } else if (const auto* unmark = std::get_if<UnmarkItem>(&writes[place])) {
            // A mark that is gone is off, whoever took it.
            if (answer || answer.error().code == "gone") {
                results[place] = Written{unmark->item, unmark->change_key, {}};
            } else {
                results[place] = fail(answer.error());
            }
        } else {
            results[place] = written_as(writes[place], answer);
        }
    }
    co_return results;
}

/// To Deleted Items: what somebody may look for there, and everything where permanentDelete is not
/// offered (national clouds, graph.md §2).
Task<Result<Written>> GraphMailbox::delete_plainly(ItemId item, ChangeKey change_key) {
    const auto answer = co_await service_.send(plain_delete(contact_path(item), change_key));
    if (!answer && answer.error().code != "gone") co_return fail(answer.error());
    co_return Written{std::move(item), std::move(change_key), {}};
}

Task<Result<void>> GraphMailbox::remove(ItemId item, ChangeKey change_key) {
    const RemoveItem removal{std::move(item), std::move(change_key)};
    std::vector<Write> writes;
    writes.emplace_back(removal);
    auto removed = co_await apply(std::move(writes));
    if (!removed.front()) co_return fail(removed.front().error());
    co_return Result<void>{};
}

Task<Result<ChangeKey>> GraphMailbox::change_key_of(ItemId item) {
    auto answer = co_await service_.send({.path = contact_path(item) + "?$select=id,changeKey"});
    const auto shown = written(answer);
    if (!shown) co_return fail(shown.error());
    co_return shown->change_key;
}

}  // namespace hqsync::graph
