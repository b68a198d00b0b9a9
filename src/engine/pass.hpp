// The state of one pass of one mailbox, shared by its steps: settle, observe, take in, pull,
// execute.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/run_context.hpp"

namespace hqsync::engine {

using Shadows = std::map<ContactId, reconcile::Shadow>;

/// Filled step by step by `sync_mailbox`; nobody else keeps it.
struct Pass {
    RunContext& run;
    MailboxAddress address;
    UserId user;
    std::unique_ptr<Mailbox> mailbox;
    MailboxReport report;

    MailboxState memory = {};          ///< what the last pass left, and what this one will leave
    std::vector<Folder> folders = {};  ///< ours, in the mailbox
    Shadows shadows = {};              ///< kept in step with the store
    std::map<ContactId, ItemError> errors = {};  ///< of earlier passes
    std::set<ContactId> unsettled = {};  ///< open intents too young to be settled: left alone
    Memories memories = {};              ///< proposals, deletions to remember, quarrels
    std::map<FolderRole, std::optional<SyncState>> began_at = {};  ///< before this pass listed
    std::set<FolderRole> renewed = {};   ///< folders that were not there last time
    std::set<ContactId> vanished = {};   ///< whose item was gone: a create brings it back
    std::set<ContactId> waiting = {};    ///< need another pass: linked but not where they belong
    std::set<ContactId> failed = {};     ///< whose write failed in this pass
    bool lists_again = false;            ///< the next pass has to see the same changes once more
    bool wrote = false;                  ///< a write was sent: its echo will come
    bool folders_are_confirmed = false;  ///< seen in this pass, not only remembered
};

ContactMark mark_of(const Pass& pass, ContactId contact);
const Folder* folder_with(const Pass& pass, FolderRole role);

/// What the folders' change listings say, without our own echoes once shadows are known.
struct Changes {
    bool survey = false;  ///< a folder has no history: read both whole
    std::map<FolderRole, FolderChanges> folders;

    [[nodiscard]] bool is_silent() const;
};

/// What the mailbox says, as far as a plan needs it.
struct Observation {
    std::vector<reconcile::Observed> observed;
    std::vector<ItemId> gone;
    bool complete = false;
};

// owner.cpp
/// Fault (configuration) "hq.shared_address": the server said that the mailbox is another user's.
Task<Result<void>> check_owner(Pass& pass);

// settle.cpp: finds out what became of writes whose answer never came, and closes their intents.
Task<Result<void>> settle(Pass& pass);

// observe.cpp
/// Asks each folder for its changes; takes the new sync states into `pass.memory`.
Task<Result<Changes>> list_changes(Pass& pass);
/// Reads what changed, or everything when there is no history.
Task<Result<Observation>> look(Pass& pass, Changes changes);
/// Reads past the echoes of this pass's own writes, so that the next pass finds silence.
Task<Result<void>> drain(Pass& pass);

// take_in.cpp: makes the observation true in the store before anything is written on top of it.
Task<Result<void>> take_in(Pass& pass, const reconcile::Plan& plan, const reconcile::Trees& trees);

// pull.cpp: edits in the mailbox to HQ. What HQ took becomes the base, in the store and in the
// plan.
Task<Result<void>> pull(Pass& pass, reconcile::Plan& plan);

// propose.cpp
/// Finds out what became of acceptances that were cut off: one that HQ has is linked, not doubled.
Task<Result<void>> settle_acceptances(Pass& pass);
/// Contacts that the user made become contacts of HQ, where the settings say so.
Task<Result<void>> create_in_hq(Pass& pass, const reconcile::Plan& plan);

// execute.cpp: carries out operations in batches; intent, call, receipt.
// A fault here is one that stops the mailbox; those of single items are in the report.
Task<Result<void>> execute(Pass& pass, const reconcile::Plan& plan);

/// Notes an error of a record: in the report, in the receipt, and in what the pass knows.
void note_error(Pass& pass, ItemError error, Receipt& receipt);

}  // namespace hqsync::engine
