// The real state store on a file, each call of which may be the last; and a copy of open intents.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "port/state_store.hpp"
#include "simulation/mortal.hpp"

namespace hqsync::simulation {

/// What is written down of writes under way; outlives the process.
struct OpenIntents {
    std::map<std::int64_t, std::pair<std::string, ContactId>> by_id;
    /// Texts of mailboxes that conflicts listed: mailbox, contact, text.
    std::set<std::tuple<std::string, ContactId, std::string>> listed;

    [[nodiscard]] bool contains(const std::string& address, ContactId contact) const;
};

class CrashingStore final : public StateStore {
public:
    CrashingStore(std::unique_ptr<StateStore> store, Mortal& mortal, OpenIntents& intents)
        : store_(std::move(store)), mortal_(mortal), intents_(intents) {}

    Task<Result<MailboxState>> mailbox(MailboxAddress address) override;
    Task<Result<std::map<ContactId, reconcile::Shadow>>> shadows(MailboxAddress address) override;
    Task<Result<std::vector<Intent>>> open_intents(MailboxAddress address) override;
    Task<Result<std::vector<ItemError>>> item_errors(MailboxAddress address) override;
    Task<Result<std::vector<Intent>>> open(MailboxAddress address, std::vector<Intent> intents,
                                           std::vector<Backup> backups) override;
    Task<Result<Memories>> memories(MailboxAddress address, Instant now) override;
    Task<Result<void>> close(MailboxAddress address, Receipt receipt) override;
    Task<Result<void>> finish(MailboxAddress address, MailboxState state) override;
    Task<Result<void>> forget(MailboxAddress address) override;
    Task<Result<std::map<MailboxAddress, MailboxAddress>>> aliases() override;
    Task<Result<void>> set_alias(MailboxAddress primary, MailboxAddress address) override;
    Task<Result<void>> hold(Held held) override;
    Task<Result<std::vector<Held>>> held() override;
    Task<Result<bool>> approve(std::string plan_hash) override;
    Task<Result<void>> unhold(MailboxAddress address) override;
    Task<Result<std::vector<Conflict>>> conflicts(std::size_t limit) override;
    Task<Result<std::optional<Conflict>>> conflict(std::int64_t id) override;
    Task<Result<void>> take(std::int64_t conflict, reconcile::Side side) override;
    Task<Result<std::vector<Proposal>>> proposals() override;
    Task<Result<std::optional<Proposal>>> proposal(std::int64_t id) override;
    Task<Result<bool>> set_proposal(std::int64_t id, Proposal::State state,
                                    std::optional<ContactId> contact) override;
    Task<Result<bool>> bring_back(MailboxAddress address, ContactId contact) override;
    Task<Result<std::map<MailboxAddress, std::map<ContactId, FolderRole>>>> kept_away() override;
    Task<Result<std::int64_t>> begin_run(Instant now) override;
    Task<Result<std::vector<RunRecord>>> runs(std::size_t limit) override;
    Task<Result<std::vector<Backup>>> backups(BackupQuery query) override;
    Task<Result<void>> restored(std::vector<std::int64_t> backups, Instant now) override;
    Task<Result<void>> drop_backups_before(Instant limit) override;
    Task<Result<void>> block(ContactId contact) override;
    Task<Result<std::set<ContactId>>> blocked() override;
    Task<Result<Erased>> erase(ContactId contact) override;
    Task<Result<reconcile::SourceCounts>> source_counts() override;
    Task<Result<void>> set_source_counts(reconcile::SourceCounts counts) override;
    Task<Result<std::map<std::string, std::string>>> settings() override;
    Task<Result<void>> change_setting(SettingChange change) override;
    Task<Result<std::vector<SettingChange>>> setting_history(std::size_t limit) override;
    Task<Result<void>> record(PassRecord pass) override;
    Task<Result<std::vector<PassRecord>>> last_passes() override;
    Task<Result<std::vector<std::pair<MailboxAddress, ItemError>>>> all_item_errors() override;
    Task<Result<std::map<MailboxAddress, std::size_t>>> shadow_counts() override;

private:
    template <class T>
    Task<Result<T>> mortally(std::string_view what, Task<Result<T>> call) {
        co_await mortal_.step(what);
        auto answer = co_await std::move(call);
        co_await mortal_.step(what);
        co_return answer;
    }

    std::unique_ptr<StateStore> store_;
    Mortal& mortal_;
    OpenIntents& intents_;
};

}  // namespace hqsync::simulation
