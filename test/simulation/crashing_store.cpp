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
                                                      std::vector<Intent> intents) {
    co_await mortal_.step("before intents are opened");
    auto opened = co_await store_->open(address, std::move(intents));
    if (opened) {
        for (const auto& intent : *opened)
            intents_.by_id.emplace(intent.id, std::pair(address.value(), intent.contact));
    }
    co_await mortal_.step("after intents were opened");
    co_return opened;
}

Task<Result<void>> CrashingStore::close(MailboxAddress address, Receipt receipt) {
    co_await mortal_.step("before a receipt");
    const auto ids = receipt.closed_intents;
    auto closed = co_await store_->close(std::move(address), std::move(receipt));
    if (closed) {
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

Task<Result<std::size_t>> CrashingStore::source_contacts() {
    return mortally("at source_contacts", store_->source_contacts());
}

Task<Result<void>> CrashingStore::set_source_contacts(std::size_t count) {
    return mortally("at set_source_contacts", store_->set_source_contacts(count));
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
