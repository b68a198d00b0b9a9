// The contract of a state store, method by method.
#include "unit/state/store_contract.hpp"

namespace hqsync::test {
namespace {

using reconcile::Shadow;
using Shadows = std::map<ContactId, Shadow>;

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StateStoreContract);

TEST_P(StateStoreContract, KnowsNothingOfANewMailbox) {
    EXPECT_EQ(done(store->mailbox(jule)), MailboxState{});
    EXPECT_EQ(done(store->shadows(jule)), Shadows{});
    EXPECT_TRUE(done(store->open_intents(jule)).empty());
    EXPECT_TRUE(done(store->item_errors(jule)).empty());
    EXPECT_TRUE(done(store->held()).empty());
    EXPECT_TRUE(done(store->settings()).empty());
    EXPECT_TRUE(done(store->setting_history(10)).empty());
    EXPECT_TRUE(done(store->last_passes()).empty());
    EXPECT_TRUE(done(store->all_item_errors()).empty());
    EXPECT_EQ(done(store->source_counts()), reconcile::SourceCounts{});
    EXPECT_EQ(done(store->memories(jule, at(0))), Memories{});
    EXPECT_TRUE(done(store->conflicts(10)).empty());
    EXPECT_TRUE(done(store->proposals()).empty());
    EXPECT_TRUE(done(store->kept_away()).empty());
    EXPECT_TRUE(done(store->runs(10)).empty());
    EXPECT_TRUE(done(store->backups({})).empty());
    EXPECT_TRUE(done(store->blocked()).empty());
}

TEST_P(StateStoreContract, KeepsAMailboxWithSyncStatesOfAnyLength) {
    MailboxState state;
    state.folders[FolderRole::mine] = {FolderId("folder 1"), SyncState(std::string(300'000, 'x'))};
    state.folders[FolderRole::global] = {FolderId("folder 2"), std::nullopt};
    state.desired_fingerprint = 0xFFFF'FFFF'0000'0001U;
    state.applied_rules = "global_folder=on";
    state.server = "graph";
    done(store->finish(jule, state));
    reopen();
    EXPECT_EQ(done(store->mailbox(jule)), state);
    EXPECT_EQ(done(store->mailbox(max)), MailboxState{});

    state.folders.erase(FolderRole::global);
    state.folders[FolderRole::mine].since.reset();
    done(store->finish(jule, state));
    EXPECT_EQ(done(store->mailbox(jule)), state);
}

TEST_P(StateStoreContract, KeepsForWhomAMailboxWithAliasesIsSynchronised) {
    const MailboxAddress primary("jule.ek@agentur.example");
    EXPECT_TRUE(done(store->aliases()).empty());
    done(store->set_alias(primary, jule));
    done(store->set_alias(max, max));
    done(store->set_alias(max, jule));
    reopen();
    const std::map<MailboxAddress, MailboxAddress> aliases = {{primary, jule}, {max, jule}};
    EXPECT_EQ(done(store->aliases()), aliases);
}

TEST_P(StateStoreContract, KeepsShadowsOfEachMailboxApart) {
    auto edited = shadow("item 2");
    edited.seen[Field::notes] = "of the reader";
    edited.touched_on = "2026-11-01T08:00:00Z";
    edited.kept = {{Field::email1, ""}, {Field::street, "Weg 1"}};
    auto emptied = shadow("item 3");
    emptied.seen = {};
    const Shadows first = {{ContactId(-1), shadow("item 1")}, {ContactId(2), edited}};
    const Shadows second = {{ContactId(2), emptied}};
    done(store->close(jule, {.shadows = {first.begin(), first.end()}}));
    done(store->close(max, {.shadows = {second.begin(), second.end()}}));
    reopen();
    EXPECT_EQ(done(store->shadows(jule)), first);
    EXPECT_EQ(done(store->shadows(max)), second);
    const std::map<MailboxAddress, std::size_t> counts = {{jule, 2}, {max, 1}};
    EXPECT_EQ(done(store->shadow_counts()), counts);
}

TEST_P(StateStoreContract, ReplacesAndDropsShadows) {
    done(store->close(jule,
                      {.shadows = {{ContactId(1), shadow("old")}, {ContactId(2), shadow("two")}}}));
    done(store->close(jule, {.shadows = {{ContactId(1), shadow("new")},
                                         {ContactId(2), std::nullopt},
                                         {ContactId(3), std::nullopt}}}));
    EXPECT_EQ(done(store->shadows(jule)), (Shadows{{ContactId(1), shadow("new")}}));
}

TEST_P(StateStoreContract, GivesIntentsIdsThatNeverComeAgain) {
    auto move = intent(8);
    move.kind = Intent::Kind::move;
    move.source = ItemId("source");
    move.copied_from = ChangeKey("as it was");
    auto update = intent(7);
    update.kind = Intent::Kind::update;
    update.source = ItemId("itself");
    const auto opened = done(store->open(jule, {update, move}, {}));
    ASSERT_EQ(opened.size(), 2U);
    EXPECT_NE(opened[0].id, opened[1].id);
    reopen();
    EXPECT_EQ(done(store->open_intents(jule)), opened);
    EXPECT_TRUE(done(store->open_intents(max)).empty());
    EXPECT_EQ(done(store->mailbox(jule)).open_work, 2U);

    done(store->close(jule, {.closed_intents = {opened[0].id, opened[1].id}}));
    EXPECT_TRUE(done(store->open_intents(jule)).empty());
    const auto later = done(store->open(jule, {intent(9)}, {}));
    EXPECT_GT(later[0].id, opened[1].id);
}

TEST_P(StateStoreContract, KeepsItemErrorsUntilTheyAreCleared) {
    const ItemError first{ContactId(1), "ErrorInvalidRequest", "birthday", at(10), 1};
    auto again = first;
    again.attempts = 2;
    const ItemError other{ContactId(2), "ErrorItemSave", "", at(20), 1};
    done(store->close(max, {.errors = {other}}));
    done(store->close(jule, {.errors = {first, other}}));
    done(store->close(jule, {.errors = {again}, .errors_cleared = {ContactId(2)}}));
    reopen();
    EXPECT_EQ(done(store->item_errors(jule)), std::vector{again});
    EXPECT_EQ(done(store->mailbox(jule)).open_work, 1U);
    const std::vector<std::pair<MailboxAddress, ItemError>> all = {{jule, again}, {max, other}};
    EXPECT_EQ(done(store->all_item_errors()), all);
}

TEST_P(StateStoreContract, ClosesAReceiptWholeOrNotAtAll) {
    const auto opened = done(store->open(jule, {intent(1), intent(5)}, {}));
    const ItemError old{ContactId(3), "old", "", at(1), 1};
    done(store->close(jule, {.shadows = {{ContactId(2), shadow("kept")}}, .errors = {old}}));
    harness->refuse_item_error_of(ContactId(4));
    const Receipt receipt{
        .shadows = {{ContactId(1), shadow("made")}, {ContactId(2), std::nullopt}},
        .closed_intents = {opened[0].id},
        .abandoned_intents = {opened[1].id},
        .errors = {ItemError{ContactId(4), "refused", "", at(2), 1}},
        .errors_cleared = {ContactId(3)},
        .conflicts = {conflict(1, "x")},
        .kept_away = {{ContactId(6), FolderRole::mine}},
        .proposals = {proposal("p")},
        .quarrels = {{ContactId(7), at(0)}},
    };
    const auto closed = await(store->close(jule, receipt));
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().reach, Reach::run);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(done(store->shadows(jule)), (Shadows{{ContactId(2), shadow("kept")}}));
        EXPECT_EQ(done(store->open_intents(jule)), opened);
        EXPECT_EQ(done(store->item_errors(jule)), std::vector{old});
        EXPECT_EQ(done(store->memories(jule, opened[1].opened)), Memories{});
        EXPECT_TRUE(done(store->conflicts(10)).empty());
        reopen();
    }
    auto allowed = receipt;
    allowed.errors.clear();
    done(store->close(jule, allowed));
    EXPECT_EQ(done(store->shadows(jule)), (Shadows{{ContactId(1), shadow("made")}}));
    EXPECT_TRUE(done(store->open_intents(jule)).empty());
}

TEST(Receipt, IsEmptyOnlyWithoutAnyPart) {
    EXPECT_TRUE(Receipt{}.empty());
    const std::vector<Receipt> receipts = {
        {.shadows = {{ContactId(1), std::nullopt}}},
        {.closed_intents = {1}},
        {.abandoned_intents = {1}},
        {.errors = {ItemError{}}},
        {.errors_cleared = {ContactId(1)}},
        {.conflicts = {Conflict{}}},
        {.kept_away = {{ContactId(1), std::nullopt}}},
        {.proposals = {Proposal{}}},
        {.proposals_ended = {ItemId("i")}},
        {.quarrels = {{ContactId(1), at(0)}}},
    };
    for (const auto& receipt : receipts)
        EXPECT_FALSE(receipt.empty());
}

TEST_P(StateStoreContract, ForgetsTheHistoryOfOneMailboxOnly) {
    MailboxState state;
    state.folders[FolderRole::mine] = {FolderId("f"), SyncState("s")};
    state.desired_fingerprint = 7;
    state.applied_rules = "r";
    for (const auto& mailbox : {jule, max}) {
        done(store->finish(mailbox, state));
        done(store->close(mailbox, {.shadows = {{ContactId(1), shadow("i")}}}));
    }
    const auto opened = done(store->open(jule, {intent(1)}, {}));
    done(store->forget(jule));
    MailboxState forgotten;
    forgotten.open_work = 1;  // what may have been created is still looked for
    EXPECT_EQ(done(store->mailbox(jule)), forgotten);
    EXPECT_EQ(done(store->shadows(jule)), Shadows{});
    EXPECT_EQ(done(store->open_intents(jule)), opened);
    EXPECT_EQ(done(store->mailbox(max)), state);
    EXPECT_EQ(done(store->shadows(max)).size(), 1U);
}

TEST_P(StateStoreContract, ApprovesExactlyTheHeldPlan) {
    done(store->hold(held(max, "bbbb")));
    done(store->hold(held(jule, "aaaa")));
    EXPECT_FALSE(done(store->approve("cccc")));
    EXPECT_TRUE(done(store->approve("aaaa")));
    reopen();
    auto approved = held(jule, "aaaa");
    approved.approved = true;
    EXPECT_EQ(done(store->held()), (std::vector{approved, held(max, "bbbb")}));
    EXPECT_EQ(done(store->mailbox(jule)).open_work, 1U);

    auto repeated = held(jule, "aaaa");
    repeated.since = at(99);
    done(store->hold(repeated));
    EXPECT_EQ(done(store->held()).front(), approved) << "the same plan stays approved";
    auto other = held(jule, "dddd");
    other.since = at(99);
    done(store->hold(other));
    EXPECT_EQ(done(store->held()).front(), other) << "another plan needs another approval";
    EXPECT_FALSE(done(store->approve("aaaa")));

    done(store->unhold(jule));
    done(store->unhold(jule));
    EXPECT_EQ(done(store->held()), std::vector{held(max, "bbbb")});
}

TEST_P(StateStoreContract, KeepsSettingsAndEveryChangeOfThem) {
    const SettingChange on{at(1), "admin", "sync.global_folder", "", "", "false"};
    const SettingChange user{at(2), "admin", "sync.global_folder", jule.value(), "", "true"};
    const SettingChange off{at(3), "other", "sync.global_folder", "", "false", ""};
    done(store->change_setting(on));
    done(store->change_setting(user));
    reopen();
    const std::map<std::string, std::string> both = {
        {"sync.global_folder", "false"}, {"sync.global_folder@" + jule.value(), "true"}};
    EXPECT_EQ(done(store->settings()), both);
    done(store->change_setting(off));
    EXPECT_EQ(done(store->settings()).size(), 1U);
    EXPECT_EQ(done(store->setting_history(10)), (std::vector{off, user, on}));
    EXPECT_EQ(done(store->setting_history(2)), (std::vector{off, user}));
}

TEST_P(StateStoreContract, AnswersTheLastPassOfEachMailbox) {
    const PassRecord first{jule, at(1), at(2), {1, 2, 3, 4, 5, 6, 7, 8, 9}, "failed", "throttled"};
    const PassRecord second{jule, at(3), at(4), {}, "done", ""};
    const PassRecord other{max, at(1), at(9), {}, "held", ""};
    done(store->record(other));
    done(store->record(first));
    EXPECT_EQ(done(store->last_passes()), (std::vector{first, other}));
    done(store->record(second));
    reopen();
    EXPECT_EQ(done(store->last_passes()), (std::vector{second, other}));
}

TEST_P(StateStoreContract, RemembersHowManyContactsTheSourceHad) {
    done(store->set_source_counts({20'000, 900, 80, 7, 30}));
    done(store->set_source_counts({19'999, 901, 81, 8, 31}));
    reopen();
    EXPECT_EQ(done(store->source_counts()), (reconcile::SourceCounts{19'999, 901, 81, 8, 31}));
}

}  // namespace
}  // namespace hqsync::test
