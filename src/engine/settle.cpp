// Settles open intents: a write whose answer never came is looked up by our mark, never repeated
// blindly (Graph and EWS: creating an item is not idempotent).
#include <algorithm>
#include <utility>

#include "contact/canonical.hpp"
#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

using reconcile::Observed;
using reconcile::Shadow;

/// The item that the write made, if it did: in the target folder, and not the source of a move.
const Observed* made_by(const Intent& intent, const std::vector<Observed>& found) {
    const auto is_made = [&](const Observed& item) { return item.item != intent.source; };
    const auto in_target = std::ranges::find_if(
        found, [&](const Observed& item) { return is_made(item) && item.folder == intent.folder; });
    if (in_target != found.end()) return &*in_target;
    // A created item that its reader has already moved to the other folder is still ours.
    const auto anywhere = std::ranges::find_if(found, is_made);
    if (intent.kind == Intent::Kind::create && anywhere != found.end()) return &*anywhere;
    return nullptr;
}

/// Times of a service are whole seconds: an item that shows what we sent and was not saved in a
/// later second is taken for untouched.
bool is_as_sent(const Intent& intent, const Observed& made) {
    return differing_fields(intent.card, made.card).empty();
}

/// The item as the write made it. A service drops addresses that are none; any other difference is
/// an edit.
Shadow shadow_of(const Intent& intent, const Observed& made) {
    Shadow shadow{made.item,     made.change_key, made.folder,
                  intent.synced, made.card,       made.modified_on};
    if (made.created_on != made.modified_on || made.created_on.empty()) return shadow;
    auto differing = differing_fields(intent.card, made.card);
    for (const auto field : {Field::email1, Field::email2, Field::email3}) {
        const auto& shown = made.card[field];
        const bool is_address = shown.find('@') != std::string::npos;
        if (intent.card[field].empty() || is_address) continue;
        shadow.kept.push_back({field, shown});
        std::erase(differing, field);
    }
    // A copy may hold what somebody had added to its source.
    const bool is_untouched = intent.kind == Intent::Kind::create && differing.empty();
    if (is_untouched) shadow.touched_on.clear();
    return shadow;
}

Task<Result<Written>> finish_move(Pass& pass, const Intent& intent, const Observed& copy) {
    std::vector<Write> writes;
    writes.emplace_back(
        FinishMove{*intent.source, intent.copied_from, copy.item, copy.change_key,
                   copy.created_on == copy.modified_on && is_as_sent(intent, copy)});
    pass.wrote = true;
    auto results = co_await pass.mailbox->apply(std::move(writes));
    co_return std::move(results.front());
}

/// The shadow with those texts of the update that the item shows: they are ours, no edit. What it
/// does not show was not written, or its reader typed over it.
Shadow with_written(Shadow shadow, const Intent& intent, const ContactCard& shown) {
    for (const auto field : differing_fields(shadow.seen, intent.card)) {
        if (!same(field, shown[field], intent.card[field])) continue;
        shadow.seen[field] = intent.card[field];
        shadow.synced[field] = intent.synced[field];
    }
    return shadow;
}

Task<Result<void>> settle_update(Pass& pass, const Intent& intent) {
    Receipt receipt;
    receipt.closed_intents.push_back(intent.id);
    const auto known = pass.shadows.find(intent.contact);
    const bool is_known = known != pass.shadows.end() && known->second.item == *intent.source;
    if (is_known) {
        const auto found = co_await pass.mailbox->read({*intent.source}, pass.folders);
        if (!found) co_return fail(found.error());
        if (!found->empty()) {
            known->second = with_written(known->second, intent, found->front().card);
            receipt.shadows.emplace(intent.contact, known->second);
        }
    }
    co_return co_await pass.run.ports.state.close(pass.address, std::move(receipt));
}

Task<Result<void>> settle_one(Pass& pass, const Intent& intent) {
    if (intent.kind == Intent::Kind::update) co_return co_await settle_update(pass, intent);
    auto found = co_await pass.mailbox->find_marked(mark_of(pass, intent.contact), pass.folders);
    if (!found) co_return fail(found.error());
    Receipt receipt;
    const auto* made = made_by(intent, *found);
    if (made == nullptr) {
        receipt.abandoned_intents.push_back(intent.id);
    } else {
        receipt.closed_intents.push_back(intent.id);
        auto shadow = shadow_of(intent, *made);
        if (intent.source) {
            const auto moved = co_await finish_move(pass, intent, *made);
            if (!moved && moved.error().reach != Reach::item) co_return fail(moved.error());
            // The source was edited since: it is what we know, and the copy is gone or its
            // editor's.
            if (!moved && moved.error().code == "conflict") {
                receipt.closed_intents.clear();
                receipt.abandoned_intents.push_back(intent.id);
                co_return co_await pass.run.ports.state.close(pass.address, std::move(receipt));
            }
            // The source stays beside the copy: the intent stays open and is tried again.
            if (!moved) {
                pass.unsettled.insert(intent.contact);
                co_return Result<void>{};
            }
            shadow.change_key = moved->change_key;
        }
        pass.shadows.insert_or_assign(intent.contact, shadow);
        receipt.shadows.emplace(intent.contact, std::move(shadow));
    }
    co_return co_await pass.run.ports.state.close(pass.address, std::move(receipt));
}

}  // namespace

Task<Result<void>> settle(Pass& pass) {
    pass.unsettled.clear();
    auto intents = co_await pass.run.ports.state.open_intents(pass.address);
    if (!intents) co_return fail(intents.error());
    const auto now = pass.run.ports.clock.now();
    for (const auto& intent : *intents) {
        const bool is_young = now - intent.opened < pass.run.options.settle_after;
        if (is_young || pass.run.options.dry_run) {
            pass.unsettled.insert(intent.contact);
            continue;
        }
        const auto settled = co_await settle_one(pass, intent);
        if (!settled) co_return fail(settled.error());
    }
    co_return Result<void>{};
}

}  // namespace hqsync::engine
