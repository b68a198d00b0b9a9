// Carries out a plan's operations in batches: the intent is written down, the call is made, the
// receipt makes what it did true in one transaction.
#include <algorithm>
#include <span>
#include <utility>

#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

using namespace reconcile;
using Wishes = std::map<ContactId, Desired>;

/// One operation on its way.
struct Step {
    Operation operation;
    Write write;
    std::optional<Intent> intent;  ///< of creates and moves
};

ContactId contact_of(const Operation& operation) {
    return std::visit([](const auto& any) { return any.contact; }, operation);
}

const FolderId& folder_id(const Pass& pass, FolderRole role) {
    return folder_with(pass, role)->id;
}

/// Turns an operation into the write that carries it out. One that only takes note has none.
struct Writer {
    const Pass& pass;

    std::optional<Write> operator()(const Create& create) const {
        return CreateItem{folder_id(pass, create.folder), mark_of(pass, create.contact),
                          create.card};
    }
    std::optional<Write> operator()(const Update& update) const {
        return UpdateItem{update.item, update.change_key, update.changes,
                          pass.shadows.at(update.contact).seen};
    }
    std::optional<Write> operator()(const reconcile::Move& move) const {
        return MoveItem{move.item, move.change_key, folder_id(pass, move.to),
                        mark_of(pass, move.contact), move.changes};
    }
    std::optional<Write> operator()(const Remove& remove) const {
        return RemoveItem{remove.item, remove.change_key};
    }
    std::optional<Write> operator()(const Adopt&) const { return std::nullopt; }
    std::optional<Write> operator()(const Unmark& unmark) const {
        return UnmarkItem{unmark.item, unmark.change_key};
    }
    std::optional<Write> operator()(const RemoveDouble& remove) const {
        return RemoveItem{remove.item, remove.change_key};
    }
};

/// Creates and moves are not idempotent: what they will have made is written down first.
std::optional<Intent> intent_of(const Pass& pass, const Operation& operation,
                                const Wishes& desired) {
    Intent intent;
    intent.contact = contact_of(operation);
    intent.opened = pass.run.ports.clock.now();
    if (const auto* create = std::get_if<Create>(&operation)) {
        intent.kind = Intent::Kind::create;
        intent.folder = create->folder;
        intent.card = create->card;
        intent.synced = create->card;
        return intent;
    }
    if (const auto* move = std::get_if<reconcile::Move>(&operation)) {
        intent.kind = Intent::Kind::move;
        intent.folder = move->to;
        intent.source = move->item;
        intent.card = with(pass.shadows.at(move->contact).seen, move->changes);
        intent.synced = desired.at(move->contact).card;
        return intent;
    }
    return std::nullopt;
}

void count(PassCounts& counts, const Operation& operation) {
    if (std::holds_alternative<Create>(operation)) ++counts.created;
    if (std::holds_alternative<Update>(operation)) ++counts.updated;
    if (std::holds_alternative<reconcile::Move>(operation)) ++counts.moved;
    if (std::holds_alternative<Remove>(operation)) ++counts.deleted;
    if (std::holds_alternative<Adopt>(operation)) ++counts.adopted;
}

/// The shadow that a carried-out operation leaves; nullopt: none. What we sent is what we remember
/// as seen: servers reformat, and a comparison with their form would write for ever.
std::optional<Shadow> shadow_after(const Pass& pass, const Step& step, const Written& written,
                                   const Wishes& desired) {
    if (step.intent) {
        return Shadow{written.item, written.change_key, step.intent->folder, step.intent->synced,
                      step.intent->card};
    }
    if (const auto* update = std::get_if<Update>(&step.operation)) {
        auto shadow = pass.shadows.at(update->contact);
        shadow.change_key = written.change_key;
        shadow.synced = desired.at(update->contact).card;
        shadow.seen = with(std::move(shadow.seen), update->changes);
        return shadow;
    }
    return std::nullopt;
}

/// Unmarked and removed doubles were never ours to remember; all others change what we know.
bool touches_shadow(const Operation& operation) {
    return !std::holds_alternative<Unmark>(operation) &&
           !std::holds_alternative<RemoveDouble>(operation);
}

void take_success(Pass& pass, const Step& step, const Written& written, const Wishes& desired,
                  Receipt& receipt) {
    const auto contact = contact_of(step.operation);
    count(pass.report.counts, step.operation);
    if (step.intent) receipt.closed_intents.push_back(step.intent->id);
    if (pass.errors.erase(contact) > 0) receipt.errors_cleared.push_back(contact);
    if (!touches_shadow(step.operation)) return;
    auto shadow = shadow_after(pass, step, written, desired);
    if (shadow) {
        pass.shadows.insert_or_assign(contact, *shadow);
    } else {
        pass.shadows.erase(contact);
    }
    receipt.shadows.insert_or_assign(contact, std::move(shadow));
}

void take_failure(Pass& pass, const Step& step, const Fault& fault, Receipt& receipt) {
    const auto contact = contact_of(step.operation);
    // An unknown outcome keeps its intent open: the next pass looks the item up.
    if (step.intent && !fault.outcome_unknown) receipt.closed_intents.push_back(step.intent->id);
    if (fault.reach != Reach::item && !fault.outcome_unknown) return;
    if (fault.code == "conflict") ++pass.report.counts.conflicts;
    const auto known = pass.errors.find(contact);
    ItemError error{contact, fault.code, fault.detail, pass.run.ports.clock.now(), 1};
    if (known != pass.errors.end()) {
        error.since = known->second.since;
        error.attempts = known->second.attempts + 1;
    }
    pass.errors.insert_or_assign(contact, error);
    pass.report.item_errors.push_back(error);
    receipt.errors.push_back(std::move(error));
}

/// Makes one batch of steps true. Answers the fault that stops the mailbox, if there was one.
Task<Result<void>> carry_out(Pass& pass, std::vector<Step> steps, const Wishes& desired) {
    std::vector<Intent> intents;
    for (const auto& step : steps) {
        if (step.intent) intents.push_back(*step.intent);
    }
    if (!intents.empty()) {
        auto opened = co_await pass.run.ports.state.open(pass.address, std::move(intents));
        if (!opened) co_return fail(opened.error());
        auto next = opened->begin();
        for (auto& step : steps) {
            if (step.intent) step.intent = *next++;
        }
    }

    std::vector<Write> writes;
    writes.reserve(steps.size());
    for (auto& step : steps)
        writes.push_back(std::move(step.write));
    pass.wrote = true;
    const auto results = co_await pass.mailbox->apply(std::move(writes));

    Receipt receipt;
    std::optional<Fault> stop;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (results[i]) {
            take_success(pass, steps[i], *results[i], desired, receipt);
            continue;
        }
        take_failure(pass, steps[i], results[i].error(), receipt);
        if (results[i].error().reach != Reach::item && !stop) stop = results[i].error();
    }
    const auto closed = co_await pass.run.ports.state.close(pass.address, std::move(receipt));
    if (!closed) co_return fail(closed.error());
    if (stop) co_return fail(*stop);
    co_return Result<void>{};
}

}  // namespace

Task<Result<void>> execute(Pass& pass, std::vector<Operation> operations, const Wishes& desired) {
    const auto batch_size = pass.mailbox->batch_size();
    std::vector<Step> steps;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        const auto& operation = operations[i];
        auto write = std::visit(Writer{pass}, operation);
        if (write) {
            auto intent = intent_of(pass, operation, desired);
            steps.push_back({operation, *std::move(write), std::move(intent)});
        } else {
            count(pass.report.counts, operation);
        }
        const bool is_last = i + 1 == operations.size();
        if (steps.empty() || (steps.size() < batch_size && !is_last)) continue;
        const auto size = steps.size();
        const auto done = co_await carry_out(pass, std::exchange(steps, {}), desired);
        if (!done) co_return fail(done.error());
        if (pass.run.progress) pass.run.progress->advanced(pass.address, size);
    }
    co_return Result<void>{};
}

}  // namespace hqsync::engine
