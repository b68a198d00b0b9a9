// The contract of a state store: runs, backups, erasure.
#include "unit/state/store_contract.hpp"

namespace hqsync::test {
namespace {

Backup removal(std::int64_t run, std::int64_t contact) {
    auto removed = backup(run, contact);
    removed.kind = Backup::Kind::removed;
    removed.folder = FolderRole::mine;
    return removed;
}

TEST_P(StateStoreContract, ListsRunsNewestFirstWithWhatTheyBackedUp) {
    const auto first = done(store->begin_run(at(100)));
    const auto second = done(store->begin_run(at(200)));
    const auto third = done(store->begin_run(at(300)));
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    done(store->open(jule, {}, {backup(first, 1), removal(first, 2), removal(first, 3)}));
    done(store->open(max, {}, {backup(first, 4), backup(third, 4)}));
    reopen();
    const std::vector<RunRecord> runs = {
        {third, at(300), 0, 1}, {second, at(200), 0, 0}, {first, at(100), 2, 2}};
    EXPECT_EQ(done(store->runs(10)), runs);
    EXPECT_EQ(done(store->runs(1)), std::vector{runs[0]});
}

TEST_P(StateStoreContract, AnswersBackupsAsTheyWereOldestFirst) {
    auto without = removal(2, 1);
    without.before = {};
    done(store->open(jule, {intent(1)}, {backup(1, 1), removal(1, 2)}));
    done(store->open(max, {}, {without}));  // stored for max, whatever it names
    reopen();
    without.mailbox = max;
    auto expected = std::vector{backup(1, 1), removal(1, 2), without};
    const auto all = done(store->backups({}));
    ASSERT_EQ(all.size(), 3U);
    for (std::size_t i = 0; i < all.size(); ++i)
        expected[i].id = all[i].id;
    EXPECT_EQ(all, expected);
    EXPECT_LT(all[0].id, all[1].id);

    EXPECT_EQ(done(store->backups({.mailbox = jule})), (std::vector{expected[0], expected[1]}));
    EXPECT_EQ(done(store->backups({.from_run = 2})), std::vector{expected[2]});
    EXPECT_EQ(done(store->backups({.contact = ContactId(1)})),
              (std::vector{expected[0], expected[2]}));
    EXPECT_EQ(done(store->backups({.mailbox = jule, .from_run = 1, .contact = ContactId(2)})),
              std::vector{expected[1]});
    EXPECT_TRUE(done(store->backups({.mailbox = jule, .from_run = 2})).empty());

    done(store->restored({all[0].id, all[2].id}, at(77)));
    expected[0].restored = expected[2].restored = at(77);
    EXPECT_EQ(done(store->backups({})), expected);
    EXPECT_EQ(done(store->open_intents(jule)).size(), 1U);
}

TEST_P(StateStoreContract, DropsBackupsConflictsAndRunsThatAreTooOld) {
    const auto old = done(store->begin_run(at(100)));
    const auto used = done(store->begin_run(at(110)));
    const auto current = done(store->begin_run(at(500)));
    auto older = backup(old, 1);
    older.at = at(199);
    auto newer = backup(used, 1);
    newer.at = at(200);
    auto older_conflict = conflict(1, "old");
    older_conflict.at = at(199);
    auto newer_conflict = conflict(1, "new");
    newer_conflict.at = at(200);
    done(store->open(jule, {}, {older, newer}));
    done(store->close(jule, {.conflicts = {older_conflict, newer_conflict}}));

    done(store->drop_backups_before(at(200)));
    const std::vector<RunRecord> runs = {{current, at(500), 0, 0}, {used, at(110), 0, 1}};
    EXPECT_EQ(done(store->runs(10)), runs);
    newer.id = done(store->backups({})).at(0).id;
    EXPECT_EQ(done(store->backups({})), std::vector{newer});
    const auto conflicts = done(store->conflicts(10));
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_EQ(conflicts[0].exchange, "new");

    done(store->drop_backups_before(at(10'000'000'000'000)));
    EXPECT_TRUE(done(store->runs(10)).empty());
    EXPECT_GT(done(store->begin_run(at(600))), current) << "ids never come again";
}

TEST_P(StateStoreContract, BlocksContactsForGood) {
    done(store->block(ContactId(5)));
    done(store->block(ContactId(-1)));
    done(store->block(ContactId(5)));
    reopen();
    EXPECT_EQ(done(store->blocked()), (std::set{ContactId(-1), ContactId(5)}));
}

/// The contact in every place that a mailbox has.
void fill(StateStore& store, const MailboxAddress& address, std::int64_t contact) {
    const auto tail = std::to_string(contact);
    auto linked = proposal("linked " + tail);
    linked.state = Proposal::State::accepted;
    linked.contact = ContactId(contact);
    auto candidate = proposal("candidate " + tail);
    candidate.candidates = {ContactId(contact + 100), ContactId(contact)};
    const auto opened =
        done(store.open(address, {intent(contact), intent(contact)},
                        {backup(1, contact), removal(2, contact), removal(3, contact)}));
    done(store.close(address, {.shadows = {{ContactId(contact), shadow("item " + tail)}},
                               .abandoned_intents = {opened[1].id},
                               .errors = {ItemError{ContactId(contact), "code", "", at(1), 1}},
                               .conflicts = {conflict(contact, "a"), conflict(contact, "b")},
                               .kept_away = {{ContactId(contact), FolderRole::mine}},
                               .proposals = {linked, candidate},
                               .quarrels = {{ContactId(contact), at(1)}}}));
    auto state = done(store.mailbox(address));
    state.desired_fingerprint = 7;
    done(store.finish(address, state));
}

struct Everything {
    MailboxState mailbox;
    std::map<ContactId, reconcile::Shadow> shadows;
    std::vector<Intent> intents;
    std::vector<ItemError> errors;
    Memories memories;
    std::vector<Backup> backups;
    bool operator==(const Everything&) const = default;
};

Everything everything(StateStore& store, const MailboxAddress& address) {
    return {done(store.mailbox(address)),         done(store.shadows(address)),
            done(store.open_intents(address)),    done(store.item_errors(address)),
            done(store.memories(address, at(1))), done(store.backups({.mailbox = address}))};
}

/// Takes the two proposals of contact 2 out, of which only the item may be left.
void take_erased(Memories& memories) {
    for (const auto* item : {"linked 2", "candidate 2"}) {
        const auto found = memories.proposals.find(ItemId(item));
        ASSERT_NE(found, memories.proposals.end());
        EXPECT_EQ(found->second.state, Proposal::State::erased);
        EXPECT_EQ(found->second.card, ContactCard{});
        EXPECT_TRUE(found->second.candidates.empty());
        EXPECT_FALSE(found->second.contact);
        memories.proposals.erase(found);
    }
}

TEST_P(StateStoreContract, ErasesAContactFromEveryPlaceAndNothingElse) {
    fill(*store, jule, 1);
    const auto before = everything(*store, jule);
    const auto conflicts = done(store->conflicts(10));
    fill(*store, jule, 2);
    fill(*store, max, 2);
    const MailboxAddress other("other@agentur.example");
    fill(*store, other, 3);
    const auto untouched = everything(*store, other);
    const auto others_conflicts = done(store->conflicts(2));
    done(store->block(ContactId(2)));

    const Erased erased{.shadows = 2,
                        .intents = 2,
                        .backups = 6,
                        .conflicts = 4,
                        .proposals = 4,
                        .errors = 2,
                        .others = 6};
    EXPECT_EQ(done(store->erase(ContactId(2))), erased);
    reopen();
    auto after = before;
    after.mailbox.desired_fingerprint = 0;
    auto now = everything(*store, jule);
    take_erased(now.memories);
    EXPECT_EQ(now, after);
    now = everything(*store, max);
    take_erased(now.memories);
    EXPECT_EQ(now, Everything{});
    EXPECT_EQ(everything(*store, other), untouched);
    auto left = others_conflicts;
    left.insert(left.end(), conflicts.begin(), conflicts.end());
    EXPECT_EQ(done(store->conflicts(10)), left);
    EXPECT_EQ(done(store->blocked()), std::set{ContactId(2)});
    EXPECT_EQ(done(store->erase(ContactId(2))), Erased{});
}

}  // namespace
}  // namespace hqsync::test
