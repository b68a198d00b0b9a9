// Restoring: the oldest backup of each field since the run is what stood there before it.
#include "engine/restore.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "contact/canonical.hpp"

namespace hqsync::engine {

namespace {

using reconcile::Shadow;
using Way = Restored::Way;

/// How a contact stood before the run.
struct Former {
    std::map<Field, std::string> texts;
    bool was_removed = false;
    FolderRole folder = FolderRole::mine;
    std::vector<std::int64_t> backups;
};

std::map<ContactId, Former> formers_of(const std::vector<Backup>& backups) {
    std::map<ContactId, Former> formers;
    for (const auto& backup : backups) {
        if (backup.restored) continue;
        auto& former = formers[backup.contact];
        if (former.backups.empty()) former.folder = backup.folder;
        former.backups.push_back(backup.id);
        for (const auto& change : backup.before)
            former.texts.emplace(change.field, change.text);
        if (backup.kind == Backup::Kind::removed) former.was_removed = true;
    }
    return formers;
}

/// What the steps of one restoration share.
struct Work {
    Ports ports;
    const RestoreRequest& request;
    std::unique_ptr<Mailbox> mailbox;
    std::vector<Folder> folders;
    std::map<ContactId, Shadow> shadows;
    std::map<ItemId, Proposal> proposals;
    std::int64_t run = 0;  ///< of what is overwritten now; 0: not begun yet
};

/// What stands there now can be put back as well.
Task<Result<void>> keep(Work& work, const reconcile::Observed& item, ContactId contact,
                        const std::vector<FieldChange>& changes) {
    const auto now = work.ports.clock.now();
    if (work.run == 0) {
        const auto begun = co_await work.ports.state.begin_run(now);
        if (!begun) co_return fail(begun.error());
        work.run = *begun;
    }
    Backup backup{.run = work.run,
                  .mailbox = work.request.mailbox,
                  .contact = contact,
                  .folder = item.folder,
                  .before = {},
                  .at = now,
                  .restored = {}};
    for (const auto& change : changes)
        backup.before.push_back({change.field, item.card[change.field]});
    const auto kept = co_await work.ports.state.open(work.request.mailbox, {}, {backup});
    if (!kept) co_return fail(kept.error());
    co_return Result<void>{};
}

/// Of items that another server named nobody can tell which they are: they would be made twice.
Task<Result<void>> check_server(Ports ports, MailboxAddress address) {
    const auto memory = co_await ports.state.mailbox(std::move(address));
    if (!memory) co_return fail(memory.error());
    if (memory->server.empty() || memory->server == ports.exchange.server()) {
        co_return Result<void>{};
    }
    co_return fail(
        {Reach::configuration, "restore.other_server",
         "the mailbox was last synchronised through another api: run hqsync sync first"});
}

/// Backups of an address are put back where its passes wrote, and nowhere else.
Task<Result<void>> check_owner(const Work& work) {
    const auto primary = work.mailbox->primary_address();
    if (primary == work.request.mailbox) co_return Result<void>{};
    const auto aliases = co_await work.ports.state.aliases();
    if (!aliases) co_return fail(aliases.error());
    const auto known = aliases->find(primary);
    if (known != aliases->end() && known->second == work.request.mailbox) co_return Result<void>{};
    co_return fail({Reach::configuration, "hq.shared_address",
                    "this address is an alias of a mailbox that is not synchronised for it"});
}

/// The item of an earlier try whose end was not written down.
Task<Result<std::optional<reconcile::Observed>>> tried_before(Work& work, ContactId contact) {
    for (const auto& [item, proposal] : work.proposals) {
        if (proposal.contact != contact || proposal.state != Proposal::State::dismissed) continue;
        auto found = co_await work.mailbox->read({item}, work.folders);
        if (!found) co_return fail(found.error());
        if (!found->empty()) co_return std::move(found->front());
    }
    const ContactMark mark{std::string(restored_system), contact};
    auto marked = co_await work.mailbox->find_marked(mark, work.folders);
    if (!marked) co_return fail(marked.error());
    if (marked->empty()) co_return std::optional<reconcile::Observed>{};
    co_return std::move(marked->front());
}

std::vector<FieldChange> changes_to(const Former& former, const ContactCard& shown) {
    std::vector<FieldChange> changes;
    for (const auto& [field, text] : former.texts) {
        if (!same(field, text, shown[field])) changes.push_back({field, text});
    }
    return changes;
}

void name_fields(Restored& result, const std::vector<FieldChange>& changes) {
    for (const auto& change : changes)
        result.fields.push_back(change.field);
}

Task<Result<Written>> apply_one(Mailbox& mailbox, Write write) {
    std::vector<Write> writes;
    writes.push_back(std::move(write));
    auto results = co_await mailbox.apply(std::move(writes));
    co_return std::move(results.front());
}

/// Writes the old texts into the item that is there.
Task<Result<void>> edit(Work& work, const Former& former, const Shadow& shadow, Restored& result) {
    const auto found = co_await work.mailbox->read({shadow.item}, work.folders);
    if (!found) co_return fail(found.error());
    if (found->empty()) {
        result.way = Way::awaited;
        co_return Result<void>{};
    }
    const auto& item = found->front();
    auto changes = changes_to(former, item.card);
    result.folder = item.folder;
    if (changes.empty()) co_return Result<void>{};
    result.way = Way::edited;
    name_fields(result, changes);
    if (work.request.dry_run) co_return Result<void>{};
    const auto kept = co_await keep(work, item, result.contact, changes);
    if (!kept) co_return fail(kept.error());
    auto written = co_await apply_one(
        *work.mailbox,
        UpdateItem{item.item, item.change_key, std::move(changes), item.card, std::nullopt});
    if (!written) co_return fail(written.error());
    co_return Result<void>{};
}

/// Makes the contact anew as the user's own. Its mark of the meantime, and then the note of its
/// item, find a try that was cut off.
Task<Result<void>> recreate(Work& work, const Former& former, Restored& result) {
    result.way = Way::recreated;
    for (const auto& [field, text] : former.texts) {
        if (!text.empty()) result.fields.push_back(field);
    }
    const auto folder = std::ranges::find(work.folders, former.folder, &Folder::role);
    if (folder == work.folders.end()) {
        co_return fail({Reach::item, "restore.no_folder",
                        "the folder that it was in is not there; run hqsync sync first"});
    }
    if (work.request.dry_run) co_return Result<void>{};
    const ContactMark mark{std::string(restored_system), result.contact};
    const auto before = co_await tried_before(work, result.contact);
    if (!before) co_return fail(before.error());
    if (*before && !(*before)->mark) co_return Result<void>{};
    UnmarkItem unmark;
    ContactCard card;
    for (const auto& [field, text] : former.texts)
        card[field] = text;
    if (!*before) {
        const auto made = co_await apply_one(*work.mailbox, CreateItem{folder->id, mark, card});
        if (!made) co_return fail(made.error());
        unmark = {made->item, made->change_key};
    } else {
        unmark = {(*before)->item, (*before)->change_key};
    }
    // HQ has let him go: he is no proposal, unless somebody wants that; but who he was is noted.
    Receipt receipt;
    receipt.proposals.push_back({.mailbox = work.request.mailbox,
                                 .item = unmark.item,
                                 .card = card,
                                 .candidates = {},
                                 .state = Proposal::State::dismissed,
                                 .contact = result.contact,
                                 .since = work.ports.clock.now()});
    const auto dismissed =
        co_await work.ports.state.close(work.request.mailbox, std::move(receipt));
    if (!dismissed) co_return fail(dismissed.error());
    const auto done = co_await apply_one(*work.mailbox, unmark);
    if (!done) co_return fail(done.error());
    co_return Result<void>{};
}

Task<Result<void>> put_back(Work& work, const Former& former, Restored& result) {
    const auto shadow = work.shadows.find(result.contact);
    if (shadow != work.shadows.end()) {
        co_return co_await edit(work, former, shadow->second, result);
    }
    if (work.request.wanted.contains(result.contact)) {
        result.way = Way::awaited;
        co_return Result<void>{};
    }
    if (former.was_removed) co_return co_await recreate(work, former, result);
    co_return Result<void>{};
}

}  // namespace

Task<Result<std::vector<Restored>>> restore(Ports ports, RestoreRequest request) {
    const auto backups =
        co_await ports.state.backups({request.mailbox, request.before_run, request.contact});
    if (!backups) co_return fail(backups.error());
    std::vector<Restored> results;
    const auto formers = formers_of(*backups);
    if (formers.empty()) co_return results;
    const auto known = co_await check_server(ports, request.mailbox);
    if (!known) co_return fail(known.error());

    Work work{ports, request, ports.exchange.mailbox(request.mailbox), {}, {}, {}};
    auto folders = co_await work.mailbox->open_folders({}, {}, Mailbox::Trust::nothing);
    if (!folders) co_return fail(folders.error());
    const auto owned = co_await check_owner(work);
    if (!owned) co_return fail(owned.error());
    work.folders = *std::move(folders);
    auto shadows = co_await ports.state.shadows(request.mailbox);
    if (!shadows) co_return fail(shadows.error());
    work.shadows = *std::move(shadows);
    auto memories = co_await ports.state.memories(request.mailbox, ports.clock.now());
    if (!memories) co_return fail(memories.error());
    work.proposals = std::move(memories->proposals);

    for (const auto& [contact, former] : formers) {
        Restored result{.contact = contact, .folder = former.folder, .fields = {}, .fault = {}};
        const auto done = co_await put_back(work, former, result);
        if (!done && done.error().reach != Reach::item) co_return fail(done.error());
        if (!done) result.fault = done.error();
        const bool is_done = done && !request.dry_run && result.way != Way::awaited;
        if (is_done) {
            const auto noted = co_await ports.state.restored(former.backups, ports.clock.now());
            if (!noted) co_return fail(noted.error());
        }
        results.push_back(std::move(result));
    }
    co_return results;
}

}  // namespace hqsync::engine
