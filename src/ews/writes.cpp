// Writing into a mailbox: each kind of write in batches of its own.
#include <algorithm>
#include <map>

#include "ews/applying.hpp"
#include "ews/faults.hpp"
#include "ews/messages.hpp"

namespace hqsync::ews {

namespace {

/// No room for more is no reason not to take something away.
bool stops_all(const Fault& fault) {
    const bool is_full = fault.code == "ErrorQuotaExceeded" ||
                         fault.code == "ErrorMessagePerFolderCountReceiveQuotaExceeded";
    return fault.reach != Reach::item && !is_full;
}

}  // namespace

EwsMailbox::Applying::Applying(std::vector<Write> given)
    : writes(std::move(given)),
      results(writes.size(), fail({Reach::mailbox, "ews.not_sent", "the write was not sent"})) {}

void EwsMailbox::Applying::answer(std::size_t place, Result<Written> result) {
    if (!result && !stop && stops_all(result.error())) {
        stop = result.error();
        stop->outcome_unknown = false;
    }
    results[place] = std::move(result);
}

Result<Written> written_as(const Result<ItemReference>& reference) {
    if (!reference) return fail(reference.error());
    if (reference->item.value().empty() || reference->change_key.value().empty()) {
        auto fault = unreadable("shows a written item without id or change key");
        fault.outcome_unknown = true;
        return fail(std::move(fault));
    }
    return Written{reference->item, reference->change_key, {}};
}

Result<Written> EwsMailbox::answer_of(const Tried& tried) {
    if (tried.refused) return fail(*tried.refused);
    return written_as(tried.result);
}

Task<std::vector<Result<Written>>> EwsMailbox::apply(std::vector<Write> writes) {
    Applying applying(std::move(writes));
    co_await create_all(applying);
    co_await update_all(applying);
    co_await unmark_all(applying);
    co_await move_all(applying);
    co_await finish_all(applying);
    co_await remove_all(applying);
    co_return std::move(applying.results);
}

Task<void> EwsMailbox::create_all(Applying& applying) {
    std::map<FolderId, std::vector<std::size_t>> by_folder;
    for (const auto place : applying.places<CreateItem>())
        by_folder[applying.write<CreateItem>(place).folder].push_back(place);
    for (const auto& [folder, places] : by_folder) {
        std::vector<CreateItem> creates;
        for (const auto place : places)
            creates.push_back(applying.write<CreateItem>(place));
        const auto created = co_await create(folder, std::move(creates));
        for (std::size_t i = 0; i < places.size(); ++i)
            applying.answer(places[i], answer_of(created[i]));
    }
}

Task<void> EwsMailbox::update_all(Applying& applying) {
    std::vector<std::size_t> places;
    std::vector<UpdateItem> updates;
    for (const auto place : applying.places<UpdateItem>()) {
        const auto& update = applying.write<UpdateItem>(place);
        if (has_effect(update)) {
            places.push_back(place);
            updates.push_back(update);
        } else {
            applying.answer(place, Written{update.item, update.change_key, {}});
        }
    }
    const auto updated = co_await update(std::move(updates));
    for (std::size_t i = 0; i < places.size(); ++i)
        applying.answer(places[i], answer_of(updated[i]));
}

Task<void> EwsMailbox::unmark_all(Applying& applying) {
    for (const auto place : applying.places<UnmarkItem>()) {
        if (applying.stop) {
            applying.answer(place, fail(*applying.stop));
            continue;
        }
        const auto& unmark = applying.write<UnmarkItem>(place);
        // NeverOverwrite: the change key makes it conditional.
        auto unmarked = co_await ask_one<ItemReference>(
            service_, unmark_item(unmark.item, unmark.change_key), Effect::write, read_written);
        // A mark that is gone is off, whoever took it.
        if (!unmarked && is_gone(unmarked.error())) {
            applying.answer(place, Written{unmark.item, unmark.change_key, {}});
        } else {
            applying.answer(place, written_as(unmarked));
        }
    }
}

}  // namespace hqsync::ews
