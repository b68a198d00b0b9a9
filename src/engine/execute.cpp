// Carries out a plan's operations in batches: the intent is written down, the call is made, the
// receipt makes what it did true in one transaction.
#include <algorithm>
#include <span>
#include <utility>

#include "contact/date.hpp"
#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

using namespace reconcile;
using Bases = std::map<ContactId, ContactCard>;

/// One operation on its way.
struct Step {
    Operation operation;
    Write write;
    std::optional<Intent> intent;  ///< of creates, moves and updates
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
        return RemoveItem{remove.item, remove.change_key, remove.disposal};
    }
    std::optional<Write> operator()(const Adopt&) const { return std::nullopt; }
    std::optional<Write> operator()(const Pull&) const { return std::nullopt; }
    std::optional<Write> operator()(const Link& link) const {
        return UpdateItem{link.item, link.change_key, link.changes, link.seen,
                          mark_of(pass, link.contact)};
    }
    std::optional<Write> operator()(const Unmark& unmark) const {
        return UnmarkItem{unmark.item, unmark.change_key};
    }
    std::optional<Write> operator()(const RemoveDouble& remove) const {
        return RemoveItem{remove.item, remove.change_key, Disposal::deleted_items};
    }
};

/// What a write will have made is written down first: creates and moves are not idempotent, and
/// what an update wrote must not be taken for its reader's edit.
std::optional<Intent> intent_of(const Pass& pass, const Operation& operation, const Bases& bases) {
    Intent intent;
    intent.contact = contact_of(operation);
    intent.opened = pass.run.ports.clock.now();
    if (const auto* create = std::get_if<Create>(&operation)) {
        intent.kind = Intent::Kind::create;
        intent.folder = create->folder;
        intent.card = create->card;
        intent.synced = bases.at(create->contact);
        return intent;
    }
    if (const auto* move = std::get_if<reconcile::Move>(&operation)) {
        intent.kind = Intent::Kind::move;
        intent.folder = move->to;
        intent.source = move->item;
        intent.copied_from = move->change_key;
        intent.card = with(pass.shadows.at(move->contact).seen, move->changes);
        intent.synced = bases.at(move->contact);
        return intent;
    }
    if (const auto* update = std::get_if<Update>(&operation)) {
        const auto& known = pass.shadows.at(update->contact);
        intent.kind = Intent::Kind::update;
        intent.folder = known.folder;
        intent.source = update->item;
        intent.card = with(known.seen, update->changes);
        intent.synced = bases.at(update->contact);
        return intent;
    }
    return std::nullopt;
}

/// The fields that an operation writes, with their texts.
std::vector<FieldChange> written_fields(const Operation& operation) {
    std::vector<FieldChange> fields;
    if (const auto* create = std::get_if<Create>(&operation)) {
        for (const auto field : all_fields())
            fields.push_back({field, create->card[field]});
    }
    if (const auto* update = std::get_if<Update>(&operation)) fields = update->changes;
    if (const auto* move = std::get_if<reconcile::Move>(&operation)) fields = move->changes;
    if (const auto* link = std::get_if<Link>(&operation)) fields = link->changes;
    return fields;
}

/// What the server keeps otherwise: of the fields just written as it answered, of others as known.
std::vector<FieldChange> kept_after(std::vector<FieldChange> known, const Operation& operation,
                                    const Written& written) {
    const auto fields = written_fields(operation);
    std::erase_if(known, [&](const FieldChange& kept) {
        return std::ranges::find(fields, kept.field, &FieldChange::field) != fields.end();
    });
    if (!written.card) return known;
    std::ranges::move(kept_otherwise(fields, *written.card), std::back_inserter(known));
    std::ranges::sort(known, {}, &FieldChange::field);
    return known;
}

void count(PassCounts& counts, const Operation& operation) {
    if (std::holds_alternative<Create>(operation)) ++counts.created;
    if (std::holds_alternative<Update>(operation)) ++counts.updated;
    if (std::holds_alternative<reconcile::Move>(operation)) ++counts.moved;
    if (std::holds_alternative<Remove>(operation)) ++counts.deleted;
    if (std::holds_alternative<Adopt>(operation)) ++counts.adopted;
    if (std::holds_alternative<Link>(operation)) ++counts.adopted;
}

/// The shadow that a carried-out operation leaves; nullopt: none. What we sent is what we remember
/// as seen: servers reformat, and a comparison with their form would write for ever.
std::optional<Shadow> shadow_after(const Pass& pass, const Step& step, const Written& written,
                                   const Bases& bases) {
    const auto contact = contact_of(step.operation);
    const auto known = pass.shadows.find(contact);
    Shadow shadow;
    if (known != pass.shadows.end()) shadow = known->second;
    shadow.kept = kept_after(std::move(shadow.kept), step.operation, written);
    shadow.item = written.item;
    shadow.change_key = written.change_key;
    if (step.intent) {
        shadow.folder = step.intent->folder;
        shadow.synced = step.intent->synced;
        shadow.seen = step.intent->card;
        return shadow;
    }
    if (const auto* link = std::get_if<Link>(&step.operation)) {
        shadow.folder = link->folder;
        shadow.synced = bases.at(contact);
        shadow.seen = with(link->seen, link->changes);
        // Somebody else made it: it may hold more than we see.
        shadow.touched_on = "unknown";
        return shadow;
    }
    return std::nullopt;
}

/// Whether it is done to the item that we remember; copies never were ours to remember.
bool touches_shadow(const Pass& pass, const Operation& operation) {
    if (std::holds_alternative<Unmark>(operation)) return false;
    const auto known = pass.shadows.find(contact_of(operation));
    const auto is_known = [&](const ItemId& item) {
        return known != pass.shadows.end() && known->second.item == item;
    };
    if (const auto* remove = std::get_if<Remove>(&operation)) return is_known(remove->item);
    if (const auto* remove = std::get_if<RemoveDouble>(&operation)) return is_known(remove->item);
    return true;
}

/// A write that answers somebody else's save of the same hour, or his deletion: perhaps he is a
/// program that will answer in its turn.
bool is_quarrel(const Pass& pass, const Operation& operation) {
    const auto contact = contact_of(operation);
    if (std::holds_alternative<Create>(operation)) return pass.vanished.contains(contact);
    const bool is_write = std::holds_alternative<Update>(operation) ||
                          std::holds_alternative<reconcile::Move>(operation);
    const auto shadow = pass.shadows.find(contact);
    if (!is_write || shadow == pass.shadows.end()) return false;
    const auto touched = time_of(shadow->second.touched_on);
    return touched && pass.run.ports.clock.now() - *touched < std::chrono::hours(1);
}

/// What a write is about to overwrite or remove; nullopt: nothing.
std::optional<Backup> backup_of(const Pass& pass, const Operation& operation) {
    const auto contact = contact_of(operation);
    const auto* link = std::get_if<Link>(&operation);
    const auto shadow = pass.shadows.find(contact);
    const auto* remove = std::get_if<Remove>(&operation);
    if (remove != nullptr && remove->cause == Cause::erasure) return std::nullopt;
    if (!touches_shadow(pass, operation)) return std::nullopt;
    if (link == nullptr && shadow == pass.shadows.end()) return std::nullopt;
    Backup backup{.run = pass.run.run_id,
                  .mailbox = pass.address,
                  .contact = contact,
                  .folder = link != nullptr ? link->folder : shadow->second.folder,
                  .before = {},
                  .at = pass.run.ports.clock.now(),
                  .restored = {}};
    const auto& seen = link != nullptr ? link->seen : shadow->second.seen;
    if (!std::holds_alternative<Create>(operation)) {
        for (const auto& change : written_fields(operation))
            backup.before.push_back({change.field, seen[change.field]});
    }
    if (std::holds_alternative<Remove>(operation) ||
        std::holds_alternative<RemoveDouble>(operation)) {
        backup.kind = Backup::Kind::removed;
        for (const auto field : all_fields()) {
            if (!seen[field].empty()) backup.before.push_back({field, seen[field]});
        }
    }
    if (backup.before.empty()) return std::nullopt;
    return backup;
}

void take_success(Pass& pass, const Step& step, const Written& written, const Bases& bases,
                  Receipt& receipt) {
    const auto contact = contact_of(step.operation);
    count(pass.report.counts, step.operation);
    if (step.intent) receipt.closed_intents.push_back(step.intent->id);
    const bool is_ours = touches_shadow(pass, step.operation);
    if (is_ours && pass.errors.erase(contact) > 0) receipt.errors_cleared.push_back(contact);
    if (is_quarrel(pass, step.operation)) {
        receipt.quarrels.emplace_back(contact, pass.run.ports.clock.now());
    }
    if (const auto* unmark = std::get_if<Unmark>(&step.operation)) {
        // A copy of a contact is no new person; who wants it in HQ can still accept it.
        receipt.proposals.push_back({.mailbox = pass.address,
                                     .item = unmark->item,
                                     .card = unmark->seen,
                                     .candidates = {contact},
                                     .state = Proposal::State::dismissed,
                                     .contact = {},
                                     .since = pass.run.ports.clock.now()});
    }
    if (const auto* link = std::get_if<Link>(&step.operation)) {
        receipt.proposals_ended.push_back(link->item);
        pass.waiting.insert(contact);
    }
    if (!is_ours) return;
    auto shadow = shadow_after(pass, step, written, bases);
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
    pass.failed.insert(contact);
    // An item that no shadow remembers is met again only where it is listed again.
    if (!touches_shadow(pass, step.operation)) pass.lists_again = true;
    note_error(pass, {contact, fault.code, fault.detail, pass.run.ports.clock.now(), 1}, receipt);
}

/// Whether it takes a second item of a contact away, which is right only while the first stands.
bool leans_on_another(const Operation& operation) {
    return std::holds_alternative<Unmark>(operation) ||
           std::holds_alternative<RemoveDouble>(operation);
}

bool is_among(const std::vector<Step>& steps, ContactId contact) {
    return std::ranges::any_of(
        steps, [&](const Step& step) { return contact_of(step.operation) == contact; });
}

/// Makes one batch of steps true. Answers the fault that stops the mailbox, if there was one.
Task<Result<void>> carry_out(Pass& pass, std::vector<Step> steps, const Bases& bases) {
    std::vector<Intent> intents;
    std::vector<Backup> backups;
    for (const auto& step : steps) {
        if (step.intent) intents.push_back(*step.intent);
        if (auto backup = backup_of(pass, step.operation)) backups.push_back(*std::move(backup));
    }
    if (!intents.empty() || !backups.empty()) {
        auto opened = co_await pass.run.ports.state.open(pass.address, std::move(intents),
                                                         std::move(backups));
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
            take_success(pass, steps[i], *results[i], bases, receipt);
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

/// As planned, but creates folder by folder: a request of EWS makes items in one folder.
std::vector<const Operation*> in_order(const Plan& plan) {
    std::vector<const Operation*> operations;
    operations.reserve(plan.operations.size());
    for (const auto& operation : plan.operations)
        operations.push_back(&operation);
    const auto is_create = [](const Operation* operation) {
        return std::holds_alternative<Create>(*operation);
    };
    const auto first = std::ranges::find_if(operations, is_create);
    const auto last = std::find_if_not(first, operations.end(), is_create);
    std::ranges::sort(first, last, {}, [](const Operation* operation) {
        const auto& create = std::get<Create>(*operation);
        return std::pair(create.folder, create.contact);
    });
    return operations;
}

/// A mailbox without room takes nothing more, but gives away what is to go.
bool is_full(const Fault& fault) {
    return fault.code == "ErrorQuotaExceeded" ||
           fault.code == "ErrorMessagePerFolderCountReceiveQuotaExceeded";
}

bool makes_room(const Operation& operation) {
    return std::holds_alternative<Remove>(operation) ||
           std::holds_alternative<RemoveDouble>(operation);
}

/// Carries out the steps gathered so far, if there are any.
Task<Result<void>> flush(Pass& pass, std::vector<Step> steps, const Bases& bases) {
    if (steps.empty()) co_return Result<void>{};
    const auto size = steps.size();
    const auto done = co_await carry_out(pass, std::move(steps), bases);
    if (done && pass.run.progress) pass.run.progress->advanced(pass.address, size);
    co_return done;
}

}  // namespace

void note_error(Pass& pass, ItemError error, Receipt& receipt) {
    const auto known = pass.errors.find(error.contact);
    if (known != pass.errors.end()) {
        error.since = known->second.since;
        error.attempts = known->second.attempts + 1;
    }
    pass.errors.insert_or_assign(error.contact, error);
    pass.report.item_errors.push_back(error);
    receipt.errors.push_back(std::move(error));
}

Task<Result<void>> execute(Pass& pass, const Plan& plan) {
    const auto batch_size = pass.mailbox->batch_size();
    std::vector<Step> steps;
    std::optional<Fault> full;
    for (const auto* const each : in_order(plan)) {
        const auto& operation = *each;
        if (full && !makes_room(operation)) continue;
        const auto contact = contact_of(operation);
        const bool has_to_wait = leans_on_another(operation) && is_among(steps, contact);
        if (has_to_wait || steps.size() >= batch_size) {
            const auto done = co_await flush(pass, std::exchange(steps, {}), plan.bases);
            if (!done && !is_full(done.error())) co_return fail(done.error());
            if (!done) full = done.error();
            if (full && !makes_room(operation)) continue;
        }
        if (leans_on_another(operation) && pass.failed.contains(contact)) {
            pass.lists_again = true;
            continue;
        }
        auto write = std::visit(Writer{pass}, operation);
        if (write) {
            auto intent = intent_of(pass, operation, plan.bases);
            steps.push_back({operation, *std::move(write), std::move(intent)});
        } else {
            count(pass.report.counts, operation);  // An adoption; pulls were counted before.
        }
    }
    const auto done = co_await flush(pass, std::move(steps), plan.bases);
    if (!done) co_return fail(done.error());
    if (full) co_return fail(*full);
    co_return Result<void>{};
}

}  // namespace hqsync::engine
