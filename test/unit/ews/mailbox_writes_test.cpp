// What the mailbox makes of the server's answers when it writes.
#include "unit/ews/scripted_exchange.hpp"

namespace hqsync::ews {
namespace {

using reconcile::Disposal;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

using Script = ScriptedExchange;

class EwsWrites : public ScriptedMailbox {
protected:
    static std::vector<Write> creates(int count) {
        std::vector<Write> writes;
        for (int i = 1; i <= count; ++i)
            writes.emplace_back(a_create(i));
        return writes;
    }
    static UpdateItem an_update(const std::string& item,
                                std::vector<FieldChange> changes = {{Field::position, "Leitung"}}) {
        return {ItemId(item), ChangeKey("k1"), std::move(changes), {}};
    }
    static RemoveItem a_removal(const std::string& item, Disposal disposal = Disposal::forever) {
        return {ItemId(item), ChangeKey("k1"), disposal};
    }
    MoveItem a_move(const std::string& item, std::vector<FieldChange> changes = {}) {
        return {ItemId(item), ChangeKey("k1"), global_.id, mark(1), std::move(changes)};
    }
};

TEST_F(EwsWrites, AnswerEachWriteInItsPlace) {
    server_.items["u"] = {};
    server_.items["d"] = {};
    server_.answer("CreateItem", {made("c1")});
    server_.answer("CreateItem", {made("c2")});
    auto other = a_create(2);
    other.folder = global_.id;
    std::vector<Write> writes;
    writes.emplace_back(a_removal("d"));
    writes.emplace_back(other);
    writes.emplace_back(an_update("u"));
    writes.emplace_back(a_create(1));
    // Folders in the order of their ids: global first.
    EXPECT_THAT(told(apply(std::move(writes))), ElementsAre("d k1", "c1 k1", "u k1+", "c2 k1"));
    EXPECT_FALSE(server_.items.contains("d"));
    EXPECT_EQ(mailbox_->writes(), 4U);
}

TEST_F(EwsWrites, SendOnlyTheRefusedOfABusyBatchAgain) {
    server_.answer("CreateItem", {made("c1"), Script::busy("CreateItem", 3000),
                                  Script::stopped("CreateItem"), Script::stopped("CreateItem")});
    server_.answer("CreateItem", {made("c2"), made("c3")});
    server_.answer("CreateItem", {made("c4")});
    EXPECT_THAT(told(apply(creates(4))), ElementsAre("c1 k1", "c2 k1", "c3 k1", "c4 k1"));
    EXPECT_THAT(clock_.pauses, ElementsAre(Milliseconds(3000)));
    EXPECT_THAT(server_.bodies[1], Not(HasSubstr("hq:1<")));
    EXPECT_THAT(server_.bodies[1], HasSubstr("hq:2<"));
    EXPECT_THAT(server_.bodies[2], HasSubstr("hq:4<"));
}

TEST_F(EwsWrites, LetTheOthersGoOnBehindAContactWithADataError) {
    server_.answer("CreateItem",
                   {made("c1"), Script::refused("CreateItem", "ErrorItemSavePropertyError"),
                    Script::stopped("CreateItem")});
    server_.answer("CreateItem", {made("c3")});
    const auto results = apply(creates(3));
    EXPECT_THAT(told(results), ElementsAre("c1 k1", "ErrorItemSavePropertyError", "c3 k1"));
    EXPECT_EQ(results[1].error().reach, Reach::item);
}

TEST_F(EwsWrites, StopWhenTheMailboxIsFullButStillRemove) {
    server_.items["d"] = {};
    server_.answer("CreateItem", {made("c1"), Script::refused("CreateItem", "ErrorQuotaExceeded"),
                                  Script::stopped("CreateItem")});
    auto writes = creates(3);
    writes.emplace_back(a_removal("d"));
    const auto results = apply(std::move(writes));
    EXPECT_THAT(told(results),
                ElementsAre("c1 k1", "ErrorQuotaExceeded", "ErrorQuotaExceeded", "d k1"));
    EXPECT_EQ(results[2].error().reach, Reach::mailbox);
    EXPECT_EQ(server_.times("CreateItem"), 1U);
}

TEST_F(EwsWrites, SendNothingMoreToAMailboxThatTakesNoWrites) {
    server_.items["u"] = {};
    server_.answer("CreateItem", {Script::refused("CreateItem", "ErrorAccessDenied")});
    auto writes = creates(1);
    writes.emplace_back(an_update("u"));
    EXPECT_THAT(told(apply(std::move(writes))),
                ElementsAre("ErrorAccessDenied", "ErrorAccessDenied"));
    EXPECT_EQ(server_.times("UpdateItem"), 0U);
}

TEST_F(EwsWrites, NeverSendACreateAgainWhoseAnswerWasLost) {
    server_.lose("CreateItem");
    const auto results = apply(creates(2));
    EXPECT_THAT(told(results), ElementsAre("http.timeout?", "http.timeout?"));
    EXPECT_EQ(results[0].error().reach, Reach::item);
    EXPECT_EQ(server_.times("CreateItem"), 1U);
}

TEST_F(EwsWrites, NeverSendACreateAgainAtWhichTheServerFailed) {
    server_.answer("CreateItem",
                   {made("c1"), Script::refused("CreateItem", "ErrorInternalServerError")});
    EXPECT_THAT(told(apply(creates(2))), ElementsAre("c1 k1", "ErrorInternalServerError?"));
    EXPECT_EQ(server_.times("CreateItem"), 1U);
}

TEST_F(EwsWrites, AnswersThatCannotBeToldApartLeaveTheOutcomeUnknown) {
    server_.answer("CreateItem", {made("c1")});
    EXPECT_THAT(told(apply(creates(2))), ElementsAre("ews.unreadable?", "ews.unreadable?"));
}

TEST_F(EwsWrites, AnUpdateAnsweredForAnotherItemLeavesTheOutcomeUnknown) {
    server_.items["u"] = {};
    server_.answer("UpdateItem", {Script::shown("UpdateItem", item_reference("other", "k2"))});
    EXPECT_THAT(told({apply_one(an_update("u"))}), ElementsAre("ews.mismatch?"));
}

TEST_F(EwsWrites, AStaleUpdateIsAConflict) {
    server_.items["u"] = {};
    server_.answer("UpdateItem", {Script::refused("UpdateItem", "ErrorIrresolvableConflict")});
    const auto result = apply_one(an_update("u"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "conflict");
    EXPECT_EQ(result.error().reach, Reach::item);
    EXPECT_FALSE(result.error().outcome_unknown);
}

TEST_F(EwsWrites, AnUpdateWithoutEffectIsNotSent) {
    EXPECT_THAT(told({apply_one(an_update("u", {}))}), ElementsAre("u k1"));
    EXPECT_THAT(server_.operations, SizeIs(0));
}

TEST_F(EwsWrites, RemoveOnlyWhatIsAsItWasSeen) {
    server_.items["changed"].key = "k2";
    server_.items["same"] = {};
    std::vector<Write> writes;
    writes.emplace_back(a_removal("changed"));
    writes.emplace_back(a_removal("gone"));
    writes.emplace_back(a_removal("same"));
    EXPECT_THAT(told(apply(std::move(writes))), ElementsAre("conflict", "gone k1", "same k1"));
    EXPECT_TRUE(server_.items.contains("changed"));
    EXPECT_FALSE(server_.items.contains("same"));
    EXPECT_THAT(server_.sizes("DeleteItem"), ElementsAre(1U));
}

TEST_F(EwsWrites, RemoveForGoodOrToDeletedItems) {
    server_.items["ours"] = {};
    server_.items["edited"] = {};
    std::vector<Write> writes;
    writes.emplace_back(a_removal("edited", Disposal::deleted_items));
    writes.emplace_back(a_removal("ours"));
    EXPECT_THAT(told(apply(std::move(writes))), ElementsAre("edited k1", "ours k1"));
    ASSERT_THAT(server_.operations, ElementsAre("GetItem", "DeleteItem", "DeleteItem"));
    EXPECT_THAT(server_.bodies[1], HasSubstr("HardDelete"));
    EXPECT_THAT(Script::ids_in(server_.bodies[1]), ElementsAre("ours"));
    EXPECT_THAT(server_.bodies[2], HasSubstr("MoveToDeletedItems"));
}

TEST_F(EwsWrites, LookAgainBeforeRepeatingARemovalWhoseAnswerWasLost) {
    server_.items["d"] = {};
    server_.next("DeleteItem", [this](const std::string&) -> Result<http::Response> {
        server_.items["d"].key = "k2";  // its reader saves it meanwhile
        return fail({.reach = Reach::mailbox,
                     .code = "http.timeout",
                     .outcome_unknown = true,
                     .transient = true});
    });
    EXPECT_THAT(told({apply_one(a_removal("d"))}), ElementsAre("conflict"));
    EXPECT_TRUE(server_.items.contains("d"));
}

TEST_F(EwsWrites, ARemovalWhoseAnswerWasLostMayHaveBeenDone) {
    server_.items["d"] = {};
    server_.next("DeleteItem", [this](const std::string&) -> Result<http::Response> {
        server_.items.erase("d");
        return fail({.reach = Reach::mailbox,
                     .code = "http.timeout",
                     .outcome_unknown = true,
                     .transient = true});
    });
    EXPECT_THAT(told({apply_one(a_removal("d"))}), ElementsAre("d k1"));
    EXPECT_EQ(server_.times("DeleteItem"), 1U);
}

TEST_F(EwsWrites, AMarkThatIsGoneIsOff) {
    server_.answer("UpdateItem", {Script::refused("UpdateItem", "ErrorItemNotFound")});
    EXPECT_THAT(told({apply_one(UnmarkItem{ItemId("m"), ChangeKey("k1")})}), ElementsAre("m k1"));
}

TEST_F(EwsWrites, AMoveWritesItsChangesFirstAndAnswersTheNewId) {
    server_.items["m"] = {};
    server_.next("UpdateItem", [this](const std::string&) {
        server_.items["m"].key = "k2";
        server_.items["m"].given_name = "Uta";
        return Script::respond("UpdateItem",
                               {Script::shown("UpdateItem", item_reference("m", "k2"))});
    });
    EXPECT_THAT(told({apply_one(a_move("m", {{Field::given_name, "Uta"}}))}),
                ElementsAre("m-moved k2"));
    EXPECT_THAT(server_.operations, ElementsAre("GetItem", "UpdateItem", "MoveItem", "GetItem"));
    EXPECT_EQ(server_.items.at("m-moved").folder, "folder-global");
}

TEST_F(EwsWrites, AMoveOfAChangedItemIsAConflict) {
    server_.items["m"].key = "k2";
    EXPECT_THAT(told({apply_one(a_move("m"))}), ElementsAre("conflict"));
    EXPECT_THAT(server_.operations, ElementsAre("GetItem"));
}

TEST_F(EwsWrites, AMoveWhoseChangesAreRefusedLeavesTheItemWhereItIs) {
    server_.items["m"] = {};
    server_.answer("UpdateItem", {Script::refused("UpdateItem", "ErrorIrresolvableConflict")});
    EXPECT_THAT(told({apply_one(a_move("m", {{Field::given_name, "Uta"}}))}),
                ElementsAre("conflict"));
    EXPECT_EQ(server_.times("MoveItem"), 0U);
}

TEST_F(EwsWrites, AMoveWhoseAnswerWasLostIsNotRepeated) {
    server_.items["m"] = {};
    server_.lose("MoveItem");
    EXPECT_THAT(told({apply_one(a_move("m"))}), ElementsAre("http.timeout?"));
    EXPECT_EQ(server_.times("MoveItem"), 1U);
}

TEST_F(EwsWrites, AnEditDuringAMoveIsLeftForTheNextPassToSee) {
    server_.items["m"] = {};
    server_.next("MoveItem", [this](const std::string&) {
        server_.items["m-moved"] = {.key = "k9", .folder = "folder-global", .given_name = "Utz"};
        server_.items.erase("m");
        return Script::respond("MoveItem",
                               {Script::shown("MoveItem", item_reference("m-moved", "k9"))});
    });
    EXPECT_THAT(told({apply_one(a_move("m"))}), ElementsAre("m-moved k1"));
}

TEST_F(EwsWrites, PutTheMarkBackOnAMovedItemThatLostIt) {
    server_.items["m"].mark = "hq:99";
    EXPECT_THAT(told({apply_one(a_move("m"))}), ElementsAre("m-moved k1+"));
    EXPECT_THAT(server_.bodies[1], HasSubstr("hq:1<"));
}

}  // namespace
}  // namespace hqsync::ews
