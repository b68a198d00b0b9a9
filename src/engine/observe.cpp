// Learns what changed in a mailbox: by change listings, or by reading both folders whole.
#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

using ItemKeys = std::unordered_map<ItemId, ChangeKey>;

ItemKeys known_keys(const Pass& pass) {
    ItemKeys keys;
    for (const auto& [contact, shadow] : pass.shadows)
        keys.emplace(shadow.item, shadow.change_key);
    return keys;
}

/// Our own write coming back: the item stands as we know it.
bool is_echo(const ChangedItem& changed, const ItemKeys& keys) {
    const auto known = keys.find(changed.item);
    return known != keys.end() && known->second == changed.change_key;
}

/// Items to read: changed by others, or left a folder although we know them (Graph: @removed is not
/// gone, the item may have moved; ask for the id before acting on it).
/// Accepted proposals are read as well, they are to be marked; and items whose last write failed,
/// perhaps because what we know of them is old.
std::vector<ItemId> items_to_read(const Pass& pass, const Changes& changes, const ItemKeys& keys) {
    std::set<ItemId> items;
    for (const auto& [item, contact] : pass.memories.links)
        items.insert(item);
    for (const auto& [contact, error] : pass.errors) {
        const auto shadow = pass.shadows.find(contact);
        if (shadow != pass.shadows.end()) items.insert(shadow->second.item);
    }
    for (const auto& [role, folder] : changes.folders) {
        for (const auto& changed : folder.changed) {
            if (!is_echo(changed, keys)) items.insert(changed.item);
        }
        for (const auto& item : folder.left) {
            const bool is_proposal = pass.memories.proposals.contains(item);
            if (keys.contains(item) || is_proposal) items.insert(item);
        }
    }
    return {items.begin(), items.end()};
}

/// The asked items that no folder of ours holds any more.
std::vector<ItemId> missing(const std::vector<ItemId>& asked,
                            const std::vector<reconcile::Observed>& found) {
    std::set<ItemId> there;
    for (const auto& item : found)
        there.insert(item.item);
    std::vector<ItemId> gone;
    std::ranges::copy_if(asked, std::back_inserter(gone),
                         [&](const ItemId& item) { return !there.contains(item); });
    return gone;
}

Task<Result<Observation>> read_changes(Pass& pass, const Changes& changes) {
    const auto keys = known_keys(pass);
    auto items = items_to_read(pass, changes, keys);
    Observation observation;
    if (items.empty()) co_return observation;
    auto found = co_await pass.mailbox->read(items, pass.folders);
    if (!found) co_return fail(found.error());
    observation.gone = missing(items, *found);
    observation.observed = *std::move(found);
    co_return observation;
}

/// The same item twice means that its reader moved it while we read: the later one holds.
void keep_latest(std::vector<reconcile::Observed>& items) {
    std::set<ItemId> seen;
    std::ranges::reverse(items);
    std::erase_if(items, [&](const auto& item) { return !seen.insert(item.item).second; });
    std::ranges::reverse(items);
}

/// Both folders whole. What we know and did not meet is asked for by id: it may have moved from the
/// folder read second to the one read first.
Task<Result<Observation>> survey(Pass& pass) {
    Observation observation{.observed = {}, .gone = {}, .complete = true};
    for (const auto& folder : pass.folders) {
        auto items = co_await pass.mailbox->survey(folder);
        if (!items) co_return fail(items.error());
        std::ranges::move(*items, std::back_inserter(observation.observed));
    }
    keep_latest(observation.observed);

    const auto keys = known_keys(pass);
    std::vector<ItemId> known;
    for (const auto& [item, key] : keys)
        known.push_back(item);
    std::ranges::sort(known);
    auto unmet = missing(known, observation.observed);
    if (unmet.empty() || pass.folders.empty()) co_return observation;
    auto found = co_await pass.mailbox->read(unmet, pass.folders);
    if (!found) co_return fail(found.error());
    std::ranges::move(*found, std::back_inserter(observation.observed));
    co_return observation;
}

/// A lost sync state means "no history" for this folder, a lost folder means more: the caller
/// knows.
bool is_lost_state(const Fault& fault) {
    return fault.code == "sync_state_lost";
}

}  // namespace

bool Changes::is_silent() const {
    return !survey && std::ranges::all_of(folders, [](const auto& entry) {
        return entry.second.changed.empty() && entry.second.left.empty();
    });
}

Task<Result<Changes>> list_changes(Pass& pass) {
    Changes changes;
    changes.survey = pass.run.options.survey;
    for (const auto& folder : pass.folders) {
        auto& state = pass.memory.folders.at(folder.role);
        pass.began_at[folder.role] = state.since;
        if (!state.since) changes.survey = true;
        auto listed = co_await pass.mailbox->changes_since(folder, state.since);
        if (!listed && state.since && is_lost_state(listed.error())) {
            changes.survey = true;
            listed = co_await pass.mailbox->changes_since(folder, std::nullopt);
        }
        if (!listed) co_return fail(listed.error());
        state.since = listed->next;
        changes.folders.emplace(folder.role, *std::move(listed));
    }
    // Without any folder there is nothing to know, and nothing of ours can be there.
    if (pass.folders.empty()) changes.survey = true;
    co_return changes;
}

Task<Result<Observation>> look(Pass& pass, Changes changes) {
    if (changes.survey) co_return co_await survey(pass);
    co_return co_await read_changes(pass, changes);
}

Task<Result<void>> drain(Pass& pass) {
    if (!pass.wrote) co_return Result<void>{};
    const auto keys = known_keys(pass);
    for (const auto& folder : pass.folders) {
        auto& state = pass.memory.folders.at(folder.role);
        auto listed = co_await pass.mailbox->changes_since(folder, state.since);
        // The pass is done; what cannot be drained now, the next pass sees.
        if (!listed) continue;
        const bool only_echoes =
            std::ranges::all_of(listed->changed,
                                [&](const auto& changed) { return is_echo(changed, keys); }) &&
            std::ranges::none_of(listed->left,
                                 [&](const auto& item) { return keys.contains(item); });
        if (only_echoes) state.since = listed->next;
    }
    co_return Result<void>{};
}

}  // namespace hqsync::engine
