// One pass of one mailbox: recall, open, settle, observe, plan, guard, take in, pull, execute.
#include "engine/sync_mailbox.hpp"

#include <algorithm>
#include <utility>

#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

bool shows_global(const RunContext& run, UserId user) {
    const auto& rules = run.settings.rules;
    const auto own = rules.global_folder_of.find(user);
    const bool shown = own == rules.global_folder_of.end() ? rules.global_folder : own->second;
    return shown && !rules.only_my_contacts;
}

/// A dry run makes no folder.
std::vector<FolderRole> wanted_folders(const Pass& pass) {
    if (pass.run.options.dry_run) return {};
    if (shows_global(pass.run, pass.user)) return {FolderRole::mine, FolderRole::global};
    return {FolderRole::mine};
}

std::vector<Folder> known_folders(const MailboxState& memory) {
    std::vector<Folder> known;
    for (const auto& [role, folder] : memory.folders)
        known.push_back({role, folder.id});
    return known;
}

/// Takes folders over; one that is new, or another than last time, has no history.
void take_folders(Pass& pass, std::vector<Folder> found) {
    std::map<FolderRole, FolderState> folders;
    for (const auto& folder : found) {
        const auto before = pass.memory.folders.find(folder.role);
        const bool is_same = before != pass.memory.folders.end() && before->second.id == folder.id;
        folders.emplace(folder.role, is_same ? before->second : FolderState{folder.id, {}});
        if (!is_same) pass.renewed.insert(folder.role);
    }
    pass.memory.folders = std::move(folders);
    pass.folders = std::move(found);
}

/// Ids of another server mean nothing here: both folders are looked for and read whole. Shadows
/// stay, our marks tell which items they are.
/// Open intents name items by such ids as well: what became of them is told by the marks alone. All
/// of it is stored at once: a pass that is cut off leaves ids of two servers, and whichever comes
/// next has to know that.
Task<Result<void>> forget_other_server(Pass& pass) {
    const auto server = pass.run.ports.exchange.server();
    const bool is_new = pass.memory.server.empty() && pass.memory.folders.empty();
    if (pass.memory.server == server) co_return Result<void>{};
    pass.memory.folders.clear();
    pass.memory.desired_fingerprint = 0;
    pass.memory.server = server;
    if (is_new || pass.run.options.dry_run) co_return Result<void>{};
    auto& state = pass.run.ports.state;
    const auto intents = co_await state.open_intents(pass.address);
    if (!intents) co_return fail(intents.error());
    Receipt receipt;
    for (const auto& intent : *intents)
        receipt.abandoned_intents.push_back(intent.id);
    if (!receipt.empty()) {
        const auto closed = co_await state.close(pass.address, std::move(receipt));
        if (!closed) co_return fail(closed.error());
    }
    co_return co_await state.finish(pass.address, pass.memory);
}

Task<Result<void>> recall(Pass& pass) {
    auto memory = co_await pass.run.ports.state.mailbox(pass.address);
    if (!memory) co_return fail(memory.error());
    pass.memory = *std::move(memory);
    const auto forgotten = co_await forget_other_server(pass);
    if (!forgotten) co_return fail(forgotten.error());
    auto known = known_folders(pass.memory);
    pass.folders_are_confirmed = known.empty() || pass.run.options.survey;
    const auto trust = pass.run.options.survey ? Mailbox::Trust::nothing : Mailbox::Trust::known;
    auto found = co_await pass.mailbox->open_folders(std::move(known), wanted_folders(pass), trust);
    if (!found) co_return fail(found.error());
    const auto owned = co_await check_owner(pass);
    if (!owned) co_return fail(owned.error());
    take_folders(pass, *std::move(found));
    co_return Result<void>{};
}

/// Items whose contact their user could not see: once he may, his own item is that contact.
void link_what_is_visible_now(Pass& pass) {
    for (const auto& [item, proposal] : pass.memories.proposals) {
        if (proposal.state != Proposal::State::dismissed || !proposal.contact) continue;
        const bool is_visible =
            pass.run.placements.place(pass.user, *proposal.contact) != placement::Place::absent;
        if (is_visible && !pass.shadows.contains(*proposal.contact)) {
            pass.memories.links.emplace(item, *proposal.contact);
        }
    }
}

/// Shadows and errors of earlier passes; writes of unknown outcome are settled.
Task<Result<void>> recall_items(Pass& pass) {
    auto shadows = co_await pass.run.ports.state.shadows(pass.address);
    if (!shadows) co_return fail(shadows.error());
    pass.shadows = *std::move(shadows);
    auto errors = co_await pass.run.ports.state.item_errors(pass.address);
    if (!errors) co_return fail(errors.error());
    pass.errors.clear();
    for (auto& error : *errors)
        pass.errors.emplace(error.contact, std::move(error));
    const auto now = pass.run.ports.clock.now();
    auto memories = co_await pass.run.ports.state.memories(pass.address, now);
    if (!memories) co_return fail(memories.error());
    pass.memories = *std::move(memories);
    const auto accepted = co_await settle_acceptances(pass);
    if (!accepted) co_return fail(accepted.error());
    link_what_is_visible_now(pass);
    co_return co_await settle(pass);
}

/// The rules that the mailbox last went through; without a memory of them those that nobody ever
/// changed, so that what a changed setting does counts as confirmed.
placement::Rules applied_rules(const Pass& pass) {
    auto applied = settings::rules_from_text(pass.memory.applied_rules);
    return applied ? *std::move(applied) : placement::Rules{};
}

/// Contacts whose intent is still open take no part: not wanted, not known, not seen.
void leave_unsettled(const Pass& pass, reconcile::Trees& trees) {
    for (const auto contact : pass.unsettled) {
        trees.desired.erase(contact);
        trees.shadows.erase(contact);
        trees.kept_away.erase(contact);
    }
    std::erase_if(trees.observed, [&](const reconcile::Observed& item) {
        return item.mark && pass.unsettled.contains(item.mark->contact);
    });
}

reconcile::Trees trees_of(const Pass& pass, Observation observation) {
    reconcile::Trees trees;
    trees.system = pass.run.system;
    trees.desired = desired_of(pass.user, pass.run.placements, pass.run.shelf);
    trees.shadows = pass.shadows;
    trees.observed = std::move(observation.observed);
    trees.gone = std::move(observation.gone);
    trees.complete = observation.complete;
    trees.policies = pass.run.settings.policies;
    trees.kept_away = pass.memories.kept_away;
    trees.links = pass.memories.links;
    trees.doubtful = pass.memories.doubtful;
    trees.renewed = pass.renewed;
    for (const auto& [contact, times] : pass.memories.quarrels) {
        if (times >= trees.policies.loop_writes_max) trees.in_peace.insert(contact);
    }
    leave_unsettled(pass, trees);

    const auto applied = applied_rules(pass);
    const auto name_cause = [&](ContactId contact) {
        if (trees.desired.contains(contact) || trees.undesired.contains(contact)) return;
        const auto placed = pass.run.placements.explain(pass.user, contact);
        if (!placed.absence) return;
        trees.undesired.emplace(contact, cause_of(*placed.absence, pass.user, applied));
    };
    for (const auto& [contact, shadow] : trees.shadows)
        name_cause(contact);
    for (const auto& item : trees.observed) {
        if (item.mark && item.mark->system == trees.system) name_cause(item.mark->contact);
    }
    return trees;
}

/// Asks the guard. A held plan loses its guarded deletions; what the admin confirmed stays.
Task<Result<void>> pass_guard(Pass& pass, reconcile::Plan& plan) {
    const auto held = pass.run.held.find(pass.address);
    auto hold =
        reconcile::check(plan, pass.address, pass.run.settings.guard, pass.run.source_shrunk);
    const bool is_approved = hold && held != pass.run.held.end() && held->second.approved &&
                             held->second.hold.plan_hash == hold->plan_hash;
    if (!hold || is_approved) {
        if (held == pass.run.held.end() || pass.run.options.dry_run || is_approved) {
            co_return Result<void>{};
        }
        co_return co_await pass.run.ports.state.unhold(pass.address);
    }
    pass.report.hold = hold;
    if (pass.run.options.dry_run) co_return Result<void>{};
    std::erase_if(plan.operations, [&](const reconcile::Operation& operation) {
        const auto* remove = std::get_if<reconcile::Remove>(&operation);
        const bool is_held =
            remove != nullptr && reconcile::is_guarded(*remove, pass.run.source_shrunk);
        if (is_held) plan.conflicts.erase(remove->contact);  // nothing is decided yet
        return is_held;
    });
    co_return co_await pass.run.ports.state.hold(
        {pass.address, *std::move(hold), pass.run.ports.clock.now(), false});
}

bool needs_request(const reconcile::Operation& operation) {
    return !std::holds_alternative<reconcile::Adopt>(operation) &&
           !std::holds_alternative<reconcile::Pull>(operation);
}

/// Folders known from memory may have been thrown away meanwhile: Graph answers for a folder in
/// Deleted Items, so look before writing into one.
Task<Result<void>> confirm_folders(Pass& pass) {
    if (pass.folders_are_confirmed) co_return Result<void>{};
    auto found = co_await pass.mailbox->open_folders(pass.folders, wanted_folders(pass),
                                                     Mailbox::Trust::nothing);
    if (!found) co_return fail(found.error());
    for (const auto& folder : *found) {
        const auto* known = folder_with(pass, folder.role);
        if (known == nullptr || known->id == folder.id) continue;
        co_return fail(
            {Reach::folder, "folder_gone", "a folder of ours was replaced", {}, false, true});
    }
    co_return Result<void>{};
}

Task<Result<void>> finish(Pass& pass, bool is_settled) {
    auto memory = pass.memory;
    memory.desired_fingerprint = 0;
    // What was seen of a contact that took no part has to be seen again.
    if (!pass.unsettled.empty() || pass.lists_again) {
        for (const auto& [role, since] : pass.began_at)
            memory.folders.at(role).since = since;
    }
    if (is_settled) {
        memory.desired_fingerprint =
            desired_fingerprint(pass.user, pass.run.placements, pass.run.shelf);
        memory.applied_rules = pass.run.rules_text;
    }
    co_return co_await pass.run.ports.state.finish(pass.address, std::move(memory));
}

bool is_up_to_date(const Pass& pass) {
    return pass.memory.open_work == 0 && pass.memory.applied_rules == pass.run.rules_text &&
           pass.memory.desired_fingerprint ==
               desired_fingerprint(pass.user, pass.run.placements, pass.run.shelf);
}

/// Nothing to do: only the sync states moved on, if at all.
Task<Result<void>> rest(Pass& pass) {
    if (!pass.run.options.dry_run) co_return co_await finish(pass, true);
    pass.report.plan.emplace();
    co_return Result<void>{};
}

/// The whole pass. A fault of reach folder means that history was worthless: begin again without.
Task<Result<void>> perform(Pass& pass) {
    const auto recalled = co_await recall(pass);
    if (!recalled) co_return fail(recalled.error());
    const bool is_quiet = is_up_to_date(pass) && !pass.run.options.survey;
    if (!is_quiet) {
        const auto prepared = co_await recall_items(pass);
        if (!prepared) co_return fail(prepared.error());
    }
    auto changes = co_await list_changes(pass);
    if (!changes) co_return fail(changes.error());
    const auto owned = co_await check_owner(pass);
    if (!owned) co_return fail(owned.error());
    if (is_quiet && changes->is_silent()) co_return co_await rest(pass);
    if (is_quiet) {
        const auto prepared = co_await recall_items(pass);
        if (!prepared) co_return fail(prepared.error());
    }
    auto observation = co_await look(pass, *std::move(changes));
    if (!observation) co_return fail(observation.error());

    const auto trees = trees_of(pass, *std::move(observation));
    auto plan = reconcile::make_plan(trees);
    const auto guarded = co_await pass_guard(pass, plan);
    if (!guarded) co_return fail(guarded.error());
    if (pass.run.options.dry_run) {
        pass.report.plan = std::move(plan);
        co_return Result<void>{};
    }
    if (std::ranges::any_of(plan.operations, needs_request)) {
        const auto confirmed = co_await confirm_folders(pass);
        if (!confirmed) co_return fail(confirmed.error());
    }
    const auto taken = co_await take_in(pass, plan, trees);
    if (!taken) co_return fail(taken.error());
    if (pass.run.progress) pass.run.progress->planned(pass.address, plan.operations.size());
    pass.waiting.insert(plan.again.begin(), plan.again.end());
    const auto pulled = co_await pull(pass, plan);
    if (!pulled) co_return fail(pulled.error());
    const auto created = co_await create_in_hq(pass, plan);
    if (!created) co_return fail(created.error());
    const auto done = co_await execute(pass, plan);
    if (!done) co_return fail(done.error());
    const auto drained = co_await drain(pass);
    if (!drained) co_return fail(drained.error());
    if (!pass.waiting.empty()) pass.report.needs_round = true;
    const bool is_settled = !pass.report.hold && pass.report.item_errors.empty() &&
                            pass.unsettled.empty() && !pass.report.needs_round;
    if (is_settled) {
        const auto freed = co_await pass.run.ports.state.unhold(pass.address);
        if (!freed) co_return fail(freed.error());
    }
    co_return co_await finish(pass, is_settled);
}

/// Folders and sync states are forgotten; shadows stay, they are confirmed by the survey.
Task<Result<void>> forget_history(Pass& pass) {
    pass.memory.folders.clear();
    pass.memory.desired_fingerprint = 0;
    pass.report.item_errors.clear();
    pass.failed.clear();
    co_return co_await pass.run.ports.state.finish(pass.address, pass.memory);
}

std::string outcome_of(const MailboxReport& report) {
    if (report.fault) return "failed";
    if (report.hold) return "held";
    return report.item_errors.empty() ? "done" : "item_errors";
}

}  // namespace

ContactMark mark_of(const Pass& pass, ContactId contact) {
    return {pass.run.system, contact};
}

const Folder* folder_with(const Pass& pass, FolderRole role) {
    const auto found = std::ranges::find(pass.folders, role, &Folder::role);
    return found == pass.folders.end() ? nullptr : &*found;
}

Task<MailboxReport> sync_mailbox(RunContext& run, MailboxAddress address, UserId user) {
    Pass pass{run, address, user, run.ports.exchange.mailbox(address), {}};
    pass.report.mailbox = address;
    pass.report.user = user;
    const auto started = run.ports.clock.now();

    auto done = co_await perform(pass);
    if (!done && done.error().reach == Reach::folder && !run.options.dry_run) {
        const auto forgotten = co_await forget_history(pass);
        if (forgotten) done = co_await perform(pass);
    }
    if (!done) pass.report.fault = done.error();
    pass.report.counts.failed = pass.report.item_errors.size();
    pass.report.counts.requests = pass.mailbox->requests();
    if (!run.options.dry_run) {
        const auto recorded = co_await run.ports.state.record(
            {address, started, run.ports.clock.now(), pass.report.counts, outcome_of(pass.report),
             pass.report.fault ? pass.report.fault->code : std::string{}});
        if (!recorded && !pass.report.fault) pass.report.fault = recorded.error();
    }
    if (run.progress) run.progress->ended(pass.report);
    co_return std::move(pass.report);
}

}  // namespace hqsync::engine
