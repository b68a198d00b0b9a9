// Hands every call on to the store, between two chances to die.
#include "simulation/crashing_store.hpp"

#include <algorithm>
#include <vector>

namespace hqsync::simulation {

bool OpenIntents::contains(const std::string& address, ContactId contact) const {
    return std::ranges::any_of(
        by_id, [&](const auto& entry) { return entry.second == std::pair(address, contact); });
}

Task<Result<std::vector<Intent>>> CrashingStore::open(MailboxAddress address,
                                                      std::vector<Intent> intents,
                                                      std::vector<Backup> backups) {
    co_await mortal_.step("before intents are opened");
    auto opened = co_await store_->open(address, std::move(intents), std::move(backups));
    if (opened) {
        for (const auto& intent : *opened) {
            if (intent.kind == Intent::Kind::update) continue;  // makes no item
            intents_.by_id.emplace(intent.id, std::pair(address.value(), intent.contact));
        }
    }
    co_await mortal_.step("after intents were opened");
    co_return opened;
}

Task<Result<void>> CrashingStore::close(MailboxAddress address, Receipt receipt) {
    co_await mortal_.step("before a receipt");
    auto ids = receipt.closed_intents;
    std::ranges::copy(receipt.abandoned_intents, std::back_inserter(ids));
    const auto conflicts = receipt.conflicts;
    auto closed = co_await store_->close(address, std::move(receipt));
    if (closed) {
        for (const auto& conflict : conflicts)
            intents_.listed.emplace(address.value(), conflict.contact, conflict.exchange);
        for (const auto id : ids)
            intents_.by_id.erase(id);
    }
    co_await mortal_.step("after a receipt");
    co_return closed;
}

Task<Result<MailboxState>> CrashingStore::mailbox(MailboxAddress address) {
    return mortally("at mailbox", store_->mailbox(std::move(address)));
}

Task<Result<std::map<ContactId, reconcile::Shadow>>> CrashingStore::shadows(
    MailboxAddress address) {
    return mortally("at shadows", store_->shadows(std::move(address)));
}

Task<Result<std::vector<Intent>>> CrashingStore::open_intents(MailboxAddress address) {
    return mortally("at open_intents", store_->open_intents(std::move(address)));
}

Task<Result<std::vector<ItemError>>> CrashingStore::item_errors(MailboxAddress address) {
    return mortally("at item_errors", store_->item_errors(std::move(address)));
}

Task<Result<void>> CrashingStore::finish(MailboxAddress address, MailboxState state) {
    return mortally("at finish", store_->finish(std::move(address), std::move(state)));
}

Task<Result<void>> CrashingStore::forget(MailboxAddress address) {
    return mortally("at forget", store_->forget(std::move(address)));
}

Task<Result<std::map<MailboxAddress, MailboxAddress>>> CrashingStore::aliases() {
    return mortally("at aliases", store_->aliases());
}

Task<Result<void>> CrashingStore::set_alias(MailboxAddress primary, MailboxAddress address) {
    return mortally("at set_alias", store_->set_alias(std::move(primary), std::move(address)));
}

Task<Result<void>> CrashingStore::hold(Held held) {
    return mortally("at hold", store_->hold(std::move(held)));
}

Task<Result<std::vector<Held>>> CrashingStore::held() {
    return mortally("at held", store_->held());
}

Task<Result<bool>> CrashingStore::approve(std::string plan_hash) {
    return mortally("at approve", store_->approve(std::move(plan_hash)));
}

Task<Result<void>> CrashingStore::unhold(MailboxAddress address) {
    return mortally("at unhold", store_->unhold(std::move(address)));
}

Task<Result<Memories>> CrashingStore::memories(MailboxAddress address, Instant now) {
    return mortally("at memories", store_->memories(std::move(address), now));
}

Task<Result<std::vector<Conflict>>> CrashingStore::conflicts(std::size_t limit) {
    return mortally("at conflicts", store_->conflicts(limit));
}

Task<Result<std::optional<Conflict>>> CrashingStore::conflict(std::int64_t id) {
    return mortally("at conflict", store_->conflict(id));
}

Task<Result<void>> CrashingStore::take(std::int64_t conflict, reconcile::Side side) {
    return mortally("at take", store_->take(conflict, side));
}

Task<Result<std::vector<Proposal>>> CrashingStore::proposals() {
    return mortally("at proposals", store_->proposals());
}

Task<Result<std::optional<Proposal>>> CrashingStore::proposal(std::int64_t id) {
    return mortally("at proposal", store_->proposal(id));
}

Task<Result<bool>> CrashingStore::set_proposal(std::int64_t id, Proposal::State state,
                                               std::optional<ContactId> contact) {
    return mortally("at set_proposal", store_->set_proposal(id, state, contact));
}

Task<Result<bool>> CrashingStore::bring_back(MailboxAddress address, ContactId contact) {
    return mortally("at bring_back", store_->bring_back(std::move(address), contact));
}

Task<Result<std::map<MailboxAddress, std::map<ContactId, FolderRole>>>> CrashingStore::kept_away() {
    return mortally("at kept_away", store_->kept_away());
}

Task<Result<std::int64_t>> CrashingStore::begin_run(Instant now) {
    return mortally("at begin_run", store_->begin_run(now));
}

Task<Result<std::vector<RunRecord>>> CrashingStore::runs(std::size_t limit) {
    return mortally("at runs", store_->runs(limit));
}

Task<Result<std::vector<Backup>>> CrashingStore::backups(BackupQuery query) {
    return mortally("at backups", store_->backups(std::move(query)));
}

Task<Result<void>> CrashingStore::restored(std::vector<std::int64_t> backups, Instant now) {
    return mortally("at restored", store_->restored(std::move(backups), now));
}

Task<Result<void>> CrashingStore::drop_backups_before(Instant limit) {
    return mortally("at drop_backups_before", store_->drop_backups_before(limit));
}

Task<Result<void>> CrashingStore::block(ContactId contact) {
    return mortally("at block", store_->block(contact));
}

Task<Result<std::set<ContactId>>> CrashingStore::blocked() {
    return mortally("at blocked", store_->blocked());
}

Task<Result<Erased>> CrashingStore::erase(ContactId contact) {
    return mortally("at erase", store_->erase(contact));
}

Task<Result<reconcile::SourceCounts>> CrashingStore::source_counts() {
    return mortally("at source_counts", store_->source_counts());
}

Task<Result<void>> CrashingStore::set_source_counts(reconcile::SourceCounts counts) {
    return mortally("at set_source_counts", store_->set_source_counts(counts));
}

Task<Result<std::map<std::string, std::string>>> CrashingStore::settings() {
    return mortally("at settings", store_->settings());
}

Task<Result<void>> CrashingStore::change_setting(SettingChange change) {
    return mortally("at change_setting", store_->change_setting(std::move(change)));
}

Task<Result<std::vector<SettingChange>>> CrashingStore::setting_history(std::size_t limit) {
    return mortally("at setting_history", store_->setting_history(limit));
}

Task<Result<void>> CrashingStore::record(PassRecord pass) {
    return mortally("at record", store_->record(std::move(pass)));
}

Task<Result<std::vector<PassRecord>>> CrashingStore::last_passes() {
    return mortally("at last_passes", store_->last_passes());
}

Task<Result<std::vector<std::pair<MailboxAddress, ItemError>>>> CrashingStore::all_item_errors() {
    return mortally("at all_item_errors", store_->all_item_errors());
}

Task<Result<std::map<MailboxAddress, std::size_t>>> CrashingStore::shadow_counts() {
    return mortally("at shadow_counts", store_->shadow_counts());
}

}  // namespace hqsync::simulation
