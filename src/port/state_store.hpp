// What hqsync remembers: shadows, sync states, intents, item errors, holds, settings and runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "contact/card.hpp"
#include "port/exchange.hpp"
#include "reconcile/guard.hpp"
#include "reconcile/plan.hpp"

namespace hqsync {

/// What the last passes left of a folder.
struct FolderState {
    FolderId id;
    std::optional<SyncState> since;  ///< none: the folder has to be surveyed
    bool operator==(const FolderState&) const = default;
};

/// A mailbox between two passes, without its shadows: small, so that a pass with nothing to do
/// reads only this.
struct MailboxState {
    std::map<FolderRole, FolderState> folders;
    std::uint64_t desired_fingerprint =
        0;                      ///< of the placements and cards last fully applied; 0: none
    std::string applied_rules;  ///< the settings last fully applied, as text; empty: none
    std::size_t open_work = 0;  ///< open intents + item errors + held: a pass has work to do
    bool operator==(const MailboxState&) const = default;
};

/// Written down before a call that must not be repeated blindly (create, move).
struct Intent {
    enum class Kind : std::uint8_t { create, move };
    std::int64_t id = 0;  ///< given by the store
    Kind kind = Kind::create;
    ContactId contact;
    FolderRole folder = FolderRole::mine;  ///< the target
    std::optional<ItemId> source;          ///< of a move
    ContactCard card;                      ///< what the item shows when the write was done
    ContactCard synced;                    ///< the base to remember then
    Instant opened;
    bool operator==(const Intent&) const = default;
};

/// A record that failed and is tried again alone; ids only, no contents.
struct ItemError {
    ContactId contact;
    std::string code;
    std::string detail;
    Instant since;
    std::uint32_t attempts = 0;
    bool operator==(const ItemError&) const = default;
};

/// What one step of a pass observed, made true in one transaction.
struct Receipt {
    std::map<ContactId, std::optional<reconcile::Shadow>> shadows;  ///< nullopt: dropped
    std::vector<std::int64_t> closed_intents;
    std::vector<ItemError> errors;  ///< new or repeated
    std::vector<ContactId> errors_cleared;
};

struct Held {
    MailboxAddress mailbox;
    reconcile::Hold hold;
    Instant since;
    bool approved = false;
    bool operator==(const Held&) const = default;
};

struct SettingChange {
    Instant when;
    std::string who;
    std::string key;
    std::string user;  ///< mailbox address of a per-user setting, else empty
    std::string from;  ///< JSON text; empty: default
    std::string to;    ///< JSON text; empty: back to the default
    bool operator==(const SettingChange&) const = default;
};

/// Counts of one mailbox in one pass.
struct PassCounts {
    std::size_t created = 0;
    std::size_t updated = 0;
    std::size_t moved = 0;
    std::size_t deleted = 0;
    std::size_t adopted = 0;
    std::size_t conflicts = 0;
    std::size_t failed = 0;
    std::uint64_t requests = 0;
    bool operator==(const PassCounts&) const = default;
};

struct PassRecord {
    MailboxAddress mailbox;
    Instant started;
    Instant ended;
    PassCounts counts;
    std::string outcome;  ///< "done", "item_errors", "held", "failed"
    std::string fault;    ///< code of the fault that ended it, else empty
    bool operator==(const PassRecord&) const = default;
};

/// Faults have reach run: without its memory the engine does nothing.
class StateStore {
public:
    virtual ~StateStore() = default;

    // --- one mailbox
    virtual Task<Result<MailboxState>> mailbox(MailboxAddress address) = 0;
    virtual Task<Result<std::map<ContactId, reconcile::Shadow>>> shadows(
        MailboxAddress address) = 0;
    virtual Task<Result<std::vector<Intent>>> open_intents(MailboxAddress address) = 0;
    virtual Task<Result<std::vector<ItemError>>> item_errors(MailboxAddress address) = 0;
    /// Durable when it returns. Answers the intents with their ids.
    virtual Task<Result<std::vector<Intent>>> open(MailboxAddress address,
                                                   std::vector<Intent> intents) = 0;
    /// One transaction: all of the receipt or nothing.
    virtual Task<Result<void>> close(MailboxAddress address, Receipt receipt) = 0;
    /// Folders, fingerprint and applied rules at the end of a pass (`open_work` is ignored:
    /// derived).
    virtual Task<Result<void>> finish(MailboxAddress address, MailboxState state) = 0;
    /// Forgets shadows, folders and sync states of a mailbox: "no history", never "deleted".
    virtual Task<Result<void>> forget(MailboxAddress address) = 0;

    // --- guard
    virtual Task<Result<void>> hold(Held held) = 0;
    virtual Task<Result<std::vector<Held>>> held() = 0;
    /// False: no plan with this hash is held.
    virtual Task<Result<bool>> approve(std::string plan_hash) = 0;
    /// The plan was carried out or is no longer what would be done.
    virtual Task<Result<void>> unhold(MailboxAddress address) = 0;

    // --- source
    /// Contacts that the source had when a run last went through; 0: never.
    virtual Task<Result<std::size_t>> source_contacts() = 0;
    virtual Task<Result<void>> set_source_contacts(std::size_t count) = 0;

    // --- settings: key -> JSON text; a per-user setting is "key@mailbox"
    virtual Task<Result<std::map<std::string, std::string>>> settings() = 0;
    virtual Task<Result<void>> change_setting(SettingChange change) = 0;
    /// Newest first.
    virtual Task<Result<std::vector<SettingChange>>> setting_history(std::size_t limit) = 0;

    // --- history
    virtual Task<Result<void>> record(PassRecord pass) = 0;
    /// The last pass of each mailbox, by address.
    virtual Task<Result<std::vector<PassRecord>>> last_passes() = 0;
    virtual Task<Result<std::vector<std::pair<MailboxAddress, ItemError>>>> all_item_errors() = 0;
    virtual Task<Result<std::map<MailboxAddress, std::size_t>>> shadow_counts() = 0;
};

}  // namespace hqsync
