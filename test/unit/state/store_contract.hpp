// What every state store keeps, as tests: a store joins by a StoreHarness of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "async/await.hpp"
#include "port/state_store.hpp"

namespace hqsync::test {

/// One empty database for the time of a test.
class StoreHarness {
public:
    virtual ~StoreHarness() = default;
    /// Opened again, it shows what was written before.
    virtual std::unique_ptr<StateStore> open() = 0;
    /// From now on the database itself refuses to store an item error of this contact.
    virtual void refuse_item_error_of(ContactId contact) = 0;
};

struct StoreMaker {
    std::string name;
    std::function<std::unique_ptr<StoreHarness>()> make;
};

class StateStoreContract : public testing::TestWithParam<StoreMaker> {
protected:
    void reopen() {
        store.reset();
        store = harness->open();
    }

    std::unique_ptr<StoreHarness> harness = GetParam().make();
    std::unique_ptr<StateStore> store = harness->open();
};

/// The value of a call that must not fail.
template <class T>
T done(Task<Result<T>> call) {
    auto answer = await(std::move(call));
    if (!answer) ADD_FAILURE() << to_text(answer.error());
    if constexpr (!std::is_void_v<T>) return std::move(answer).value();
}

inline const MailboxAddress jule("jule@agentur.example");
inline const MailboxAddress max("max@agentur.example");

inline Instant at(std::int64_t milliseconds) {
    return Instant(Milliseconds(milliseconds));
}

/// Every field filled, with what is hard to keep: quotes, line ends, other scripts, U+0000.
inline ContactCard full_card(const std::string& tail) {
    ContactCard card;
    for (const auto field : all_fields()) {
        card[field] = std::string(name(field)) + " \"ä\\ş\" \n" + tail;
    }
    card[Field::notes] += std::string("\0x", 2);
    return card;
}

inline reconcile::Shadow shadow(const std::string& item) {
    const auto synced = full_card("synced");
    return {ItemId(item),
            ChangeKey("key of " + item),
            FolderRole::global,
            synced,
            synced,
            "2026-11-0" + std::to_string(item.size() % 10) + "T08:00:00Z"};
}

inline Conflict conflict(std::int64_t contact, const std::string& exchange) {
    Conflict conflict;
    conflict.mailbox = jule;
    conflict.contact = ContactId(contact);
    conflict.field = Field::position;
    conflict.hq = "Head of \"Ä\"";
    conflict.exchange = exchange;
    conflict.winner = reconcile::Side::exchange;
    conflict.cause = "both_edited";
    conflict.at = at(1'700'000'000'456);
    return conflict;
}

inline Proposal proposal(const std::string& item) {
    Proposal proposal;
    proposal.mailbox = jule;
    proposal.item = ItemId(item);
    proposal.card = full_card(item);
    proposal.since = at(1'700'000'000'789);
    return proposal;
}

inline Backup backup(std::int64_t run, std::int64_t contact) {
    Backup backup;
    backup.run = run;
    backup.mailbox = jule;
    backup.contact = ContactId(contact);
    backup.folder = FolderRole::global;
    backup.before = {{Field::notes, "before \"ä\" \n"}, {Field::city, ""}};
    backup.at = at(1'700'000'000'321);
    return backup;
}

inline Intent intent(std::int64_t contact) {
    Intent intent;
    intent.contact = ContactId(contact);
    intent.folder = FolderRole::global;
    intent.card = full_card("card");
    intent.synced = full_card("base");
    intent.opened = at(1'700'000'000'123);
    return intent;
}

inline Held held(const MailboxAddress& mailbox, const std::string& hash) {
    return {mailbox, {hash, 30, 40, 10, 20, true}, at(5), false};
}

}  // namespace hqsync::test
