// All SQL of the state store, synchronous; a pool of threads can be put between this and the port.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
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
    std::vector<Intent> open(const MailboxAddress& address, std::vector<Intent> intents);
    void close(const MailboxAddress& address, const Receipt& receipt);
    void finish(const MailboxAddress& address, const MailboxState& state);
    void forget(const MailboxAddress& address);
    void hold(const Held& held);
    std::vector<Held> held();
    bool approve(const std::string& plan_hash);
    void unhold(const MailboxAddress& address);
    std::size_t source_contacts();
    void set_source_contacts(std::size_t count);
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
    void put_shadow(std::int64_t mailbox, ContactId contact, const reconcile::Shadow& shadow);

    std::unique_ptr<sqlite::Database> database_;
};

}  // namespace hqsync::state
