// The state of one pass of one mailbox, shared by its steps: settle, observe, execute.
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

// settle.cpp: finds out what became of writes whose answer never came, and closes their intents.
Task<Result<void>> settle(Pass& pass);

// observe.cpp
/// Asks each folder for its changes; takes the new sync states into `pass.memory`.
Task<Result<Changes>> list_changes(Pass& pass);
/// Reads what changed, or everything when there is no history.
Task<Result<Observation>> look(Pass& pass, Changes changes);
/// Reads past the echoes of this pass's own writes, so that the next pass finds silence.
Task<Result<void>> drain(Pass& pass);

// execute.cpp: carries out operations in batches; intent, call, receipt.
// A fault here is one that stops the mailbox; those of single items are in the report.
Task<Result<void>> execute(Pass& pass, std::vector<reconcile::Operation> operations,
                           const std::map<ContactId, reconcile::Desired>& desired);

}  // namespace hqsync::engine
