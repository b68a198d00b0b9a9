// All SQL of the state store, synchronous; a pool of threads can be put between this and the port.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "port/state_store.hpp"
#include "sqlite/database.hpp"

namespace hqsync::state {

/// Each function is one short transaction and throws sqlite::Error. What it means is told by the
/// function of the same name in port/state_store.hpp.
class Tables {
public:
    explicit Tables(std::unique_ptr<sqlite::Database> database) : database_(std::move(database)) {}

    MailboxState mailbox(const MailboxAddress& address);
    std::map<ContactId, reconcile::Shadow> shadows(const MailboxAddress& address);
    std::vector<Intent> open_intents(const MailboxAddress& address);
    std::vector<ItemError> item_errors(const MailboxAddress& address);
    Memories memories(const MailboxAddress& address, Instant now);
    std::vector<Intent> open(const MailboxAddress& address, std::vector<Intent> intents,
                             const std::vector<Backup>& backups);
    void close(const MailboxAddress& address, const Receipt& receipt);
    void finish(const MailboxAddress& address, const MailboxState& state);
    void forget(const MailboxAddress& address);
    std::map<MailboxAddress, MailboxAddress> aliases();
    void set_alias(const MailboxAddress& primary, const MailboxAddress& address);
    void hold(const Held& held);
    std::vector<Held> held();
    bool approve(const std::string& plan_hash);
    void unhold(const MailboxAddress& address);

    std::vector<Conflict> conflicts(std::size_t limit);
    std::optional<Conflict> conflict(std::int64_t id);
    void take(std::int64_t conflict, reconcile::Side side);
    std::vector<Proposal> proposals();
    std::optional<Proposal> proposal(std::int64_t id);
    bool set_proposal(std::int64_t id, Proposal::State state, std::optional<ContactId> contact);
    bool bring_back(const MailboxAddress& address, ContactId contact);
    std::map<MailboxAddress, std::map<ContactId, FolderRole>> kept_away();

    std::int64_t begin_run(Instant now);
    std::vector<RunRecord> runs(std::size_t limit);
    std::vector<Backup> backups(const BackupQuery& query);
    void restored(const std::vector<std::int64_t>& backups, Instant now);
    void drop_backups_before(Instant limit);

    void block(ContactId contact);
    std::set<ContactId> blocked();
    /// More than one transaction: the rows first, then what is left of them in the file.
    Erased erase(ContactId contact);

    reconcile::SourceCounts source_counts();
    void set_source_counts(const reconcile::SourceCounts& counts);
    std::map<std::string, std::string> settings();
    void change_setting(const SettingChange& change);
    std::vector<SettingChange> setting_history(std::size_t limit);
    void record(const PassRecord& pass);
    std::vector<PassRecord> last_passes();
    std::vector<std::pair<MailboxAddress, ItemError>> all_item_errors();
    std::map<MailboxAddress, std::size_t> shadow_counts();

private:
    /// Makes a row for a mailbox that has none.
    std::int64_t mailbox_id(const MailboxAddress& address);
    /// The next pass has work to do, also when one is under way.
    void ask(std::int64_t mailbox);
    void put_shadow(std::int64_t mailbox, ContactId contact, const reconcile::Shadow& shadow);
    void put_item_error(std::int64_t mailbox, const ItemError& error);
    void put_conflict(std::int64_t mailbox, const Conflict& conflict);
    void put_proposal(std::int64_t mailbox, const Proposal& proposal);
    void put_kept_away(std::int64_t mailbox, ContactId contact, std::optional<FolderRole> folder);
    void put_backup(std::int64_t mailbox, const Backup& backup);
    void put_quarrels(std::int64_t mailbox,
                      const std::vector<std::pair<ContactId, Instant>>& quarrels);
    /// Closes the intents and remembers their contacts as doubtful.
    void doubt(std::int64_t mailbox, const std::vector<std::int64_t>& intents);
    Erased erase_rows(ContactId contact);

    std::unique_ptr<sqlite::Database> database_;
    /// Of each mailbox, how often work had been asked for when it was read (`ask`).
    std::map<std::int64_t, std::int64_t> asked_;
};

}  // namespace hqsync::state
