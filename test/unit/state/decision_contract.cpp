// The contract of a state store: conflicts, proposals, contacts kept away, doubts and quarrels.
#include "unit/state/store_contract.hpp"

namespace hqsync::test {
namespace {

using reconcile::Side;

constexpr std::int64_t hour = 3'600'000;

/// As a pass leaves it that has nothing more to do.
void settle(StateStore& store, const MailboxAddress& address) {
    auto state = done(store.mailbox(address));
    state.desired_fingerprint = 7;
    done(store.finish(address, state));
}

std::uint64_t fingerprint(StateStore& store, const MailboxAddress& address) {
    return done(store.mailbox(address)).desired_fingerprint;
}

TEST_P(StateStoreContract, ListsConflictsNewestFirst) {
    auto refused = conflict(2, std::string("a\0b", 3));
    refused.field = Field::birthday;
    refused.winner = Side::hq;
    refused.cause = "refused_by_hq";
    auto other = conflict(1, "");
    other.mailbox = max;
    done(store->close(jule, {.conflicts = {conflict(1, "Boss"), refused}}));
    done(store->close(max, {.conflicts = {other}}));
    reopen();
    const auto all = done(store->conflicts(10));
    auto expected = std::vector{other, refused, conflict(1, "Boss")};
    ASSERT_EQ(all.size(), expected.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        expected[i].id = all[i].id;
    EXPECT_EQ(all, expected);
    EXPECT_EQ(done(store->conflicts(1)), std::vector{expected[0]});
    EXPECT_EQ(done(store->conflict(all[1].id)), expected[1]);
    EXPECT_EQ(done(store->conflict(all[0].id + 1)), std::nullopt);

    done(store->take(all[1].id, Side::exchange));
    done(store->take(all[0].id + 1, Side::exchange));
    expected[1].taken = Side::exchange;
    reopen();
    EXPECT_EQ(done(store->conflicts(10)), expected);
}

TEST_P(StateStoreContract, StoresAConflictOnceUntilItChangesOrIsDecided) {
    const auto close = [&](const Conflict& conflict) {
        done(store->close(jule, {.conflicts = {conflict, conflict}}));
        return done(store->conflicts(10)).size();
    };
    auto refused = conflict(1, "Boss");
    refused.cause = "refused_by_hq";
    auto field = conflict(1, "Boss");
    field.field = Field::title;
    auto hq = conflict(1, "Boss");
    hq.hq = "Chief";
    EXPECT_EQ(close(conflict(1, "Boss")), 1U);
    EXPECT_EQ(close(refused), 2U);
    EXPECT_EQ(close(conflict(1, "Boss")), 2U) << "taken and refused in turn, pass after pass";
    EXPECT_EQ(close(conflict(2, "Boss")), 3U);
    EXPECT_EQ(close(field), 4U);
    EXPECT_EQ(close(hq), 5U);
    EXPECT_EQ(close(conflict(1, "Boss")), 6U) << "there was another one between";
    done(store->take(done(store->conflicts(1))[0].id, Side::hq));
    EXPECT_EQ(close(conflict(1, "Boss")), 7U) << "somebody has to decide again";
    done(store->close(max, {.conflicts = {conflict(1, "Boss")}}));
    EXPECT_EQ(done(store->conflicts(10)).size(), 8U);
}

TEST_P(StateStoreContract, KeepsWhatBecameOfAProposalWhenItIsFoundAgain) {
    auto first = proposal("item 1");
    first.candidates = {ContactId(4), ContactId(-5)};
    auto other = proposal("item 1");
    other.mailbox = max;
    done(store->close(jule, {.proposals = {first, proposal("item 2")}}));
    done(store->close(max, {.proposals = {other}}));
    reopen();
    auto expected = std::vector{first, proposal("item 2"), other};
    const auto all = done(store->proposals());
    ASSERT_EQ(all.size(), 3U);
    for (std::size_t i = 0; i < all.size(); ++i)
        expected[i].id = all[i].id;
    EXPECT_EQ(all, expected);
    EXPECT_LT(all[0].id, all[1].id);

    EXPECT_TRUE(done(store->set_proposal(all[0].id, Proposal::State::dismissed, std::nullopt)));
    EXPECT_FALSE(done(store->set_proposal(999, Proposal::State::dismissed, std::nullopt)));
    auto again = proposal("item 1");
    again.card = full_card("again");
    again.candidates = {ContactId(6)};
    again.since = at(1);
    done(store->close(jule, {.proposals = {again}}));
    expected[0].card = again.card;
    expected[0].state = Proposal::State::dismissed;
    EXPECT_EQ(done(store->proposals()), expected);
    EXPECT_EQ(done(store->proposal(all[0].id)), expected[0]);
    EXPECT_EQ(done(store->proposal(999)), std::nullopt);
    Memories memories;
    memories.proposals = {{ItemId("item 1"), expected[0]}, {ItemId("item 2"), expected[1]}};
    EXPECT_EQ(done(store->memories(jule, at(0))), memories);

    done(store->close(jule, {.proposals_ended = {ItemId("item 1"), ItemId("never seen")}}));
    EXPECT_EQ(done(store->proposals()), (std::vector{expected[1], expected[2]}));
    done(store->close(jule, {.proposals = {first}}));
    EXPECT_GT(done(store->proposals()).back().id, expected[2].id) << "ids never come again";
}

TEST_P(StateStoreContract, HasThePassLinkAnAcceptedProposal) {
    done(store->close(jule, {.proposals = {proposal("item")}}));
    settle(*store, jule);
    settle(*store, max);
    auto expected = done(store->proposals())[0];
    EXPECT_TRUE(done(store->set_proposal(expected.id, Proposal::State::accepting, ContactId(3))));
    EXPECT_EQ(done(store->mailbox(jule)).open_work, 0U);
    EXPECT_EQ(fingerprint(*store, jule), 7U);

    const auto without =
        await(store->set_proposal(expected.id, Proposal::State::accepted, std::nullopt));
    ASSERT_FALSE(without) << "nobody could be linked";
    EXPECT_EQ(without.error().code, "database.failed");
    expected.state = Proposal::State::accepting;
    expected.contact = ContactId(3);
    EXPECT_EQ(done(store->proposal(expected.id)), expected);

    EXPECT_TRUE(done(store->set_proposal(expected.id, Proposal::State::accepted, ContactId(9))));
    reopen();
    expected.state = Proposal::State::accepted;
    expected.contact = ContactId(9);
    Memories memories;
    memories.links = {{ItemId("item"), ContactId(9)}};
    memories.proposals = {{ItemId("item"), expected}};
    EXPECT_EQ(done(store->memories(jule, at(0))), memories);
    EXPECT_EQ(done(store->memories(max, at(0))), Memories{});
    MailboxState state;
    state.open_work = 1;
    EXPECT_EQ(done(store->mailbox(jule)), state);
    EXPECT_EQ(fingerprint(*store, max), 7U);

    settle(*store, jule);
    EXPECT_EQ(done(store->mailbox(jule)).open_work, 1U) << "until the item has its mark";
    done(store->close(jule, {.proposals_ended = {ItemId("item")}}));
    EXPECT_EQ(done(store->mailbox(jule)).open_work, 0U);
}

TEST_P(StateStoreContract, KeepsContactsAwayUntilTheyAreBroughtBack) {
    done(store->close(jule, {.kept_away = {{ContactId(1), FolderRole::mine},
                                           {ContactId(2), FolderRole::mine},
                                           {ContactId(3), std::nullopt}}}));
    done(store->close(max, {.kept_away = {{ContactId(1), FolderRole::mine}}}));
    done(store->close(
        jule, {.kept_away = {{ContactId(1), FolderRole::global}, {ContactId(2), std::nullopt}}}));
    settle(*store, jule);
    settle(*store, max);
    reopen();
    using All = std::map<MailboxAddress, std::map<ContactId, FolderRole>>;
    const std::map<ContactId, FolderRole> of_jule = {{ContactId(1), FolderRole::global}};
    const std::map<ContactId, FolderRole> of_max = {{ContactId(1), FolderRole::mine}};
    EXPECT_EQ(done(store->kept_away()), (All{{jule, of_jule}, {max, of_max}}));
    EXPECT_EQ(done(store->memories(jule, at(0))).kept_away, of_jule);

    EXPECT_FALSE(done(store->bring_back(jule, ContactId(2))));
    EXPECT_FALSE(done(store->bring_back(MailboxAddress("nobody@x.example"), ContactId(1))));
    EXPECT_EQ(fingerprint(*store, jule), 7U);
    EXPECT_TRUE(done(store->bring_back(jule, ContactId(1))));
    EXPECT_EQ(done(store->kept_away()), (All{{max, of_max}}));
    EXPECT_EQ(fingerprint(*store, jule), 0U);
    EXPECT_EQ(fingerprint(*store, max), 7U);
    EXPECT_FALSE(done(store->bring_back(jule, ContactId(1))));
}

TEST_P(StateStoreContract, HearsWhoBringsAContactBackDuringAPass) {
    done(store->close(jule, {.kept_away = {{ContactId(1), FolderRole::mine}}}));
    auto state = done(store->mailbox(jule));
    const auto beside = harness->open();
    EXPECT_TRUE(done(beside->bring_back(jule, ContactId(1))));
    state.desired_fingerprint = 7;
    done(store->finish(jule, state));
    EXPECT_EQ(fingerprint(*beside, jule), 0U);
    settle(*store, jule);
    EXPECT_EQ(fingerprint(*beside, jule), 7U);
}

TEST_P(StateStoreContract, DoubtsAbandonedIntentsForADay) {
    auto move = intent(2);
    move.kind = Intent::Kind::move;
    move.source = ItemId("source");
    auto later = intent(1);
    later.opened += Milliseconds(hour);
    const auto opened = done(store->open(jule, {intent(1), move, intent(3), later}, {}));
    done(store->close(jule, {.closed_intents = {opened[2].id},
                             .abandoned_intents = {opened[3].id, opened[0].id, opened[1].id}}));
    reopen();
    EXPECT_TRUE(done(store->open_intents(jule)).empty());
    const auto doubtful = [&](const MailboxAddress& address, std::int64_t after) {
        return done(store->memories(address, intent(1).opened + Milliseconds(after))).doubtful;
    };
    using Contacts = std::set<ContactId>;
    EXPECT_EQ(doubtful(jule, 0), (Contacts{ContactId(1), ContactId(2)}));
    EXPECT_EQ(doubtful(max, 0), Contacts{});
    EXPECT_EQ(doubtful(jule, 24 * hour), (Contacts{ContactId(1), ContactId(2)}));
    EXPECT_EQ(doubtful(jule, 24 * hour + 1), (Contacts{ContactId(1)}));
    EXPECT_EQ(doubtful(jule, 25 * hour + 1), Contacts{});

    auto much_later = intent(4);
    much_later.opened += Milliseconds(25 * hour);
    const auto again = done(store->open(jule, {much_later}, {}));
    done(store->close(jule, {.abandoned_intents = {again[0].id}}));
    EXPECT_EQ(doubtful(jule, 0), (Contacts{ContactId(1), ContactId(4)})) << "2 is too old to keep";
}

TEST_P(StateStoreContract, CountsQuarrelsOfTheLastHour) {
    done(store->close(jule, {.quarrels = {{ContactId(1), at(0)},
                                          {ContactId(1), at(0)},
                                          {ContactId(1), at(10)},
                                          {ContactId(2), at(20)}}}));
    done(store->close(max, {.quarrels = {{ContactId(1), at(0)}}}));
    reopen();
    const auto quarrels = [&](std::int64_t now) {
        return done(store->memories(jule, at(now))).quarrels;
    };
    using Counts = std::map<ContactId, std::size_t>;
    EXPECT_EQ(quarrels(hour), (Counts{{ContactId(1), 3}, {ContactId(2), 1}}));
    EXPECT_EQ(quarrels(hour + 1), (Counts{{ContactId(1), 1}, {ContactId(2), 1}}));
    EXPECT_EQ(quarrels(hour + 21), Counts{});

    done(store->close(jule, {.quarrels = {{ContactId(3), at(hour + 10)}}}));
    EXPECT_EQ(quarrels(0), (Counts{{ContactId(1), 1}, {ContactId(2), 1}, {ContactId(3), 1}}))
        << "two of the first contact are too old to keep";
    EXPECT_EQ(done(store->memories(max, at(0))).quarrels, (Counts{{ContactId(1), 1}}));
}

}  // namespace
}  // namespace hqsync::test
