// Creates and updates, each tried once more without a field that the server refuses by name.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "ews/applying.hpp"
#include "ews/refused.hpp"

namespace hqsync::ews {

namespace {

bool is_refused_value(const Fault& fault) {
    const bool is_state = fault.code == "gone" || fault.code == "conflict";
    return fault.reach == Reach::item && !fault.transient && !fault.outcome_unknown && !is_state;
}

/// Nothing that belongs to an e-mail of its own is written without it: the slots stay as they are.
void leave_out(std::vector<FieldChange>& changes, Field field) {
    std::erase_if(changes, [&](const FieldChange& change) { return change.field == field; });
}

}  // namespace

Work noting_refusals(Work work, Refusals& refusals) {
    auto take = std::move(work.take);
    work.take = [take = std::move(take), &refusals](Places places, std::string answer) {
        const auto fields = refused_fields(answer, places.size());
        auto faults = take(places, std::move(answer));
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (!faults[i] || !fields[i] || !is_refused_value(*faults[i])) continue;
            faults[i]->detail += fmt::format("; it is written without {}", name(*fields[i]));
            refusals.emplace(places[i], *fields[i]);
        }
        return faults;
    };
    return work;
}

Task<Each<ItemReference>> EwsMailbox::send_creates(FolderId folder, std::vector<CreateItem> creates,
                                                   Refusals* refusals) {
    Each<ItemReference> results(creates.size());
    const auto request = [&](Places places) {
        std::vector<const CreateItem*> picked;
        for (const auto place : places)
            picked.push_back(&creates[place]);
        return create_items(folder, picked);
    };
    auto work = work_into(results, Effect::write, request, read_written, AnyShown{});
    co_await carry_out(service_, writing_, noting_refusals(std::move(work), *refusals));
    co_return results;
}

Task<std::vector<EwsMailbox::Tried>> EwsMailbox::create(FolderId folder,
                                                        std::vector<CreateItem> creates) {
    Refusals refusals;
    const auto first = co_await send_creates(folder, creates, &refusals);
    std::vector<Tried> tried(creates.size());
    for (std::size_t i = 0; i < creates.size(); ++i)
        tried[i].result = first[i];
    std::vector<CreateItem> again;
    for (const auto& [place, field] : refusals) {
        tried[place].refused = first[place].error();
        again.push_back(creates[place]);
        again.back().card[field].clear();
    }
    if (again.empty()) co_return tried;
    // The second answer changes nothing in what is told: the next pass finds by its mark what it
    // made, and without history it takes no empty field for its reader's wish.
    Refusals ignored;
    co_await send_creates(std::move(folder), std::move(again), &ignored);
    co_return tried;
}

Task<Each<ItemReference>> EwsMailbox::send_updates(std::vector<UpdateItem> updates,
                                                   Refusals* refusals) {
    Each<ItemReference> results(updates.size());
    const auto request = [&](Places places) { return update_items(pick(updates, places)); };
    const auto is_asked = [&](std::size_t place, const ItemReference& shown) {
        return shown.item == updates[place].item;
    };
    auto work = work_into(results, Effect::write, request, read_written, is_asked);
    co_await carry_out(service_, writing_, noting_refusals(std::move(work), *refusals));
    co_return results;
}

Task<std::vector<EwsMailbox::Tried>> EwsMailbox::update(std::vector<UpdateItem> updates) {
    Refusals refusals;
    const auto first = co_await send_updates(updates, &refusals);
    std::vector<Tried> tried(updates.size());
    for (std::size_t i = 0; i < updates.size(); ++i)
        tried[i].result = first[i];
    std::vector<std::size_t> places;
    std::vector<UpdateItem> again;
    for (const auto& [place, field] : refusals) {
        auto update = updates[place];
        leave_out(update.changes, field);
        tried[place].refused = first[place].error();
        if (has_effect(update)) {
            places.push_back(place);
            again.push_back(std::move(update));
        } else {
            tried[place].result = ItemReference{update.item, update.change_key, {}, {}};
        }
    }
    if (again.empty()) co_return tried;
    Refusals ignored;
    const auto second = co_await send_updates(std::move(again), &ignored);
    for (std::size_t i = 0; i < places.size(); ++i)
        tried[places[i]].result = second[i];
    co_return tried;
}

}  // namespace hqsync::ews
