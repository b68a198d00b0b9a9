// What hqsync remembers: shadows, sync states, intents, item errors, holds, settings, runs, and
// what people have to decide or may want back: conflicts, proposals, backups.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
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
    std::string server;  ///< whose ids and sync states `folders` and the shadows hold; empty: none
    /// Open intents + item errors + held + accepted proposals: a pass has work to do.
    std::size_t open_work = 0;
    bool operator==(const MailboxState&) const = default;
};

/// Written down before a call that must not be repeated blindly (create, move), or whose texts must
/// not be taken for an edit should its answer get lost (update).
struct Intent {
    enum class Kind : std::uint8_t { create, move, update };
    std::int64_t id = 0;  ///< given by the store
    Kind kind = Kind::create;
    ContactId contact;
    FolderRole folder = FolderRole::mine;  ///< the target
    std::optional<ItemId> source;          ///< of a move; of an update the item itself
    std::optional<ChangeKey> copied_from;  ///< of the source, when the move began
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

/// A field that both sides had changed, as it was decided. Holds contents: never logged.
struct Conflict {
    std::int64_t id = 0;  ///< given by the store
    MailboxAddress mailbox;
    ContactId contact;
    Field field = Field::given_name;
    std::string hq;
    std::string exchange;
    reconcile::Side winner = reconcile::Side::hq;
    std::string cause;  ///< "both_edited", "refused_by_hq", "deleted_in_hq", "left_mailbox"
    Instant at;
    std::optional<reconcile::Side> taken;  ///< what somebody took afterwards
    bool operator==(const Conflict&) const = default;
};

/// A contact that a user made in our folder. Holds contents: never logged.
struct Proposal {
    enum class State : std::uint8_t {
        open,
        dismissed,
        accepting,  ///< being created in HQ; one that stays so was cut off
        accepted,   ///< `contact` is known, the item gets its mark with the next pass
        erased,     ///< of an erased person: nothing of it is kept, and it is never proposed again
    };
    std::int64_t id = 0;  ///< given by the store; one for each mailbox and item
    MailboxAddress mailbox;
    ItemId item;
    ContactCard card;
    std::vector<ContactId> candidates;  ///< contacts that it may be already
    State state = State::open;
    std::optional<ContactId> contact;
    Instant since;
    bool operator==(const Proposal&) const = default;
};

/// What a pass is about to remove or overwrite. Holds contents: never logged.
struct Backup {
    enum class Kind : std::uint8_t { overwritten, removed };
    std::int64_t id = 0;  ///< given by the store
    std::int64_t run = 0;
    MailboxAddress mailbox;
    ContactId contact;
    Kind kind = Kind::overwritten;
    FolderRole folder = FolderRole::mine;
    /// The fields as they were: the changed ones (also those that were empty), or all of a removed
    /// item.
    std::vector<FieldChange> before;
    Instant at;
    std::optional<Instant> restored;
    bool operator==(const Backup&) const = default;
};

/// Which backups: all of the mailbox from `from_run` on (inclusive), of one contact when given.
struct BackupQuery {
    std::optional<MailboxAddress> mailbox;
    std::int64_t from_run = 0;
    std::optional<ContactId> contact;
};

/// A run with what its backups hold.
struct RunRecord {
    std::int64_t id = 0;
    Instant started;
    std::size_t removed = 0;
    std::size_t overwritten = 0;
    bool operator==(const RunRecord&) const = default;
};

/// What of one contact an erasure took out of the store.
struct Erased {
    std::size_t shadows = 0, intents = 0, backups = 0, conflicts = 0, proposals = 0, errors = 0,
                others = 0;
    bool operator==(const Erased&) const = default;
};

/// What a pass has to know besides shadows, intents and errors.
struct Memories {
    std::map<ContactId, FolderRole> kept_away;
    std::map<ItemId, ContactId> links;     ///< of accepted proposals
    std::map<ItemId, Proposal> proposals;  ///< all of the mailbox, in any state
    /// Contacts of creates and moves that were given up, opened within the last day (`opened` of
    /// the intent: what was sent then may still be carried out late).
    std::set<ContactId> doubtful;
    /// Writes against another program, and touches without difference, not older than an hour.
    std::map<ContactId, std::size_t> quarrels;
    bool operator==(const Memories&) const = default;
};

/// What one step of a pass observed, made true in one transaction.
struct Receipt {
    std::map<ContactId, std::optional<reconcile::Shadow>> shadows;  ///< nullopt: dropped
    std::vector<std::int64_t> closed_intents;
    /// Closed as not done; their contacts are doubtful (`Memories::doubtful`). Notes on doubtful
    /// contacts and quarrels that are too old to count are dropped whenever new ones come.
    std::vector<std::int64_t> abandoned_intents;
    std::vector<ItemError> errors;  ///< new or repeated
    std::vector<ContactId> errors_cleared;
    /// New. Not stored twice: one with the texts of the latest one of its contact, field and cause,
    /// unless somebody took a side of that. Stored for the mailbox that is closed, like proposals.
    std::vector<Conflict> conflicts;
    std::map<ContactId, std::optional<FolderRole>> kept_away;  ///< nullopt: no more
    /// New, or the card and candidates of known items; state, contact and since of these stay, and
    /// the candidates of dismissed ones: they tell whose copy it is.
    std::vector<Proposal> proposals;
    std::vector<ItemId> proposals_ended;  ///< the item is gone, marked, or somebody's now
    std::vector<std::pair<ContactId, Instant>> quarrels;

    [[nodiscard]] bool empty() const {
        return shadows.empty() && closed_intents.empty() && abandoned_intents.empty() &&
               errors.empty() && errors_cleared.empty() && conflicts.empty() && kept_away.empty() &&
               proposals.empty() && proposals_ended.empty() && quarrels.empty();
    }
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
    std::size_t pulled = 0;  ///< contacts whose edits went to HQ
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
    virtual Task<Result<Memories>> memories(MailboxAddress address, Instant now) = 0;
    /// One transaction, durable when it returns: the intents, and what the writes will overwrite or
    /// remove (of this mailbox, whichever they name). Answers the intents with their ids.
    virtual Task<Result<std::vector<Intent>>> open(MailboxAddress address,
                                                   std::vector<Intent> intents,
                                                   std::vector<Backup> backups) = 0;
    /// One transaction: all of the receipt or nothing.
    virtual Task<Result<void>> close(MailboxAddress address, Receipt receipt) = 0;
    /// Folders, fingerprint and applied rules at the end of a pass (`open_work` is ignored:
    /// derived). The fingerprint is kept as 0 when `bring_back`, `set_proposal` or `erase` came
    /// after this store had last answered `mailbox`: the next pass has to look.
    virtual Task<Result<void>> finish(MailboxAddress address, MailboxState state) = 0;
    /// Forgets shadows, folders and sync states of a mailbox: "no history", never "deleted". What
    /// people decided (kept away, proposals, conflicts) and backups stay.
    virtual Task<Result<void>> forget(MailboxAddress address) = 0;

    /// Primary address of a mailbox -> the address of HQ that it is synchronised for, where the two
    /// differ (an alias): a second alias of the mailbox is not synchronised.
    virtual Task<Result<std::map<MailboxAddress, MailboxAddress>>> aliases() = 0;
    virtual Task<Result<void>> set_alias(MailboxAddress primary, MailboxAddress address) = 0;

    // --- guard
    virtual Task<Result<void>> hold(Held held) = 0;
    virtual Task<Result<std::vector<Held>>> held() = 0;
    /// False: no plan with this hash is held.
    virtual Task<Result<bool>> approve(std::string plan_hash) = 0;
    /// The plan was carried out or is no longer what would be done.
    virtual Task<Result<void>> unhold(MailboxAddress address) = 0;

    // --- what people decide
    /// Newest first.
    virtual Task<Result<std::vector<Conflict>>> conflicts(std::size_t limit) = 0;
    virtual Task<Result<std::optional<Conflict>>> conflict(std::int64_t id) = 0;
    /// Nothing happens when there is no such conflict.
    virtual Task<Result<void>> take(std::int64_t conflict, reconcile::Side side) = 0;
    /// By id; dismissed ones too.
    virtual Task<Result<std::vector<Proposal>>> proposals() = 0;
    virtual Task<Result<std::optional<Proposal>>> proposal(std::int64_t id) = 0;
    /// `contact` is stored with it; `accepted` needs one (without: fault "database.failed"), and
    /// has the next pass work on the mailbox. False: no such proposal.
    virtual Task<Result<bool>> set_proposal(std::int64_t id, Proposal::State state,
                                            std::optional<ContactId> contact) = 0;
    /// Has the next pass work on the mailbox. False: the contact is not kept away from it.
    virtual Task<Result<bool>> bring_back(MailboxAddress address, ContactId contact) = 0;
    virtual Task<Result<std::map<MailboxAddress, std::map<ContactId, FolderRole>>>> kept_away() = 0;

    // --- backups
    virtual Task<Result<std::int64_t>> begin_run(Instant now) = 0;
    /// Newest first.
    virtual Task<Result<std::vector<RunRecord>>> runs(std::size_t limit) = 0;
    /// Oldest first.
    virtual Task<Result<std::vector<Backup>>> backups(BackupQuery query) = 0;
    virtual Task<Result<void>> restored(std::vector<std::int64_t> backups, Instant now) = 0;
    /// Drops backups and conflicts older than that, and older runs that have no backups left.
    virtual Task<Result<void>> drop_backups_before(Instant limit) = 0;

    // --- erasure
    /// Writes down that this contact is never synchronised again.
    virtual Task<Result<void>> block(ContactId contact) = 0;
    virtual Task<Result<std::set<ContactId>>> blocked() = 0;
    /// Everything of the contact in all mailboxes, free pages of the file included; the block
    /// stays. Proposals that became this contact or may be it keep only the id of their item. The
    /// next pass works on the mailboxes that had something. No run may be under way: it would write
    /// the contact down again. Fault "database.busy": the rows are gone, but another process kept
    /// the file from being cleaned; repeating it cleans.
    virtual Task<Result<Erased>> erase(ContactId contact) = 0;

    // --- source
    /// What the source had when a run last went through; all 0: never.
    virtual Task<Result<reconcile::SourceCounts>> source_counts() = 0;
    virtual Task<Result<void>> set_source_counts(reconcile::SourceCounts counts) = 0;

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
