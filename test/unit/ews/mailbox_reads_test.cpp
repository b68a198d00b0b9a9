// What the mailbox makes of the server's answers when it reads.
#include "unit/ews/scripted_exchange.hpp"

namespace hqsync::ews {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using Script = ScriptedExchange;

class EwsReads : public ScriptedMailbox {
protected:
    /// Items "i0" to "i<count - 1>" in the mailbox; answers their ids.
    std::vector<ItemId> fill(int count) {
        std::vector<ItemId> ids;
        for (int i = 0; i < count; ++i) {
            const auto id = fmt::format("i{}", i);
            server_.items[id].mark = fmt::format("hq:{}", i);
            ids.emplace_back(id);
        }
        return ids;
    }
    Result<std::vector<reconcile::Observed>> read(std::vector<ItemId> items) {
        return run(mailbox_->read(std::move(items), {mine_, global_}));
    }

    static std::string page(const std::string& state, bool is_last, const std::string& changes) {
        return Script::shown(
            "SyncFolderItems",
            fmt::format("<m:SyncState>{}</m:SyncState><m:IncludesLastItemInRange>{}"
                        "</m:IncludesLastItemInRange><m:Changes>{}</m:Changes>",
                        state, is_last, changes));
    }
    static std::string entry(const std::string& kind, const std::string& item,
                             const std::string& key) {
        const auto id = fmt::format(R"(<t:ItemId Id="{}" ChangeKey="{}"/>)", item, key);
        if (kind == "Delete") return "<t:Delete>" + id + "</t:Delete>";
        if (kind == "ReadFlagChange") {
            return "<t:ReadFlagChange>" + id + "<t:IsRead>true</t:IsRead></t:ReadFlagChange>";
        }
        return fmt::format("<t:{0}><t:Contact>{1}</t:Contact></t:{0}>", kind, id);
    }
    void sync(std::vector<std::string> messages) {
        server_.answer("SyncFolderItems", std::move(messages));
    }
};

TEST_F(EwsReads, FiftyItemsAtATime) {
    const auto found = read(fill(120));
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_THAT(*found, SizeIs(120));
    EXPECT_THAT(server_.sizes("GetItem"), UnorderedElementsAre(50U, 50U, 20U));
    EXPECT_EQ(mailbox_->requests(), 120U);
    EXPECT_EQ(mailbox_->writes(), 0U);
}

TEST_F(EwsReads, LeaveOutWhatIsGoneOrInAnotherFolder) {
    auto ids = fill(3);
    server_.items["i1"].folder = "folder-of-somebody";
    server_.items.erase("i2");
    const auto found = read(ids);
    ASSERT_TRUE(found);
    ASSERT_THAT(*found, SizeIs(1));
    EXPECT_EQ(found->front().item, ItemId("i0"));
    EXPECT_EQ(found->front().mark, mark(0));
    EXPECT_EQ(found->front().folder, FolderRole::mine);
}

TEST_F(EwsReads, RefuseAnswersThatAreOutOfOrder) {
    const auto ids = fill(2);
    server_.answer("GetItem", {server_.get_message("i1"), server_.get_message("i0")});
    const auto found = read(ids);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, "ews.mismatch");
    EXPECT_EQ(found.error().reach, Reach::mailbox);
}

TEST_F(EwsReads, RefuseAnAnswerWithAMessageTooFew) {
    const auto ids = fill(2);
    server_.answer("GetItem", {server_.get_message("i0")});
    const auto found = read(ids);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, "ews.unreadable");
}

TEST_F(EwsReads, AskAgainForTheBusyOnesInSmallerBatchesAfterThePause) {
    const auto ids = fill(4);
    server_.answer("GetItem", {server_.get_message("i0"), Script::busy("GetItem", 7000),
                               Script::stopped("GetItem"), Script::stopped("GetItem")});
    const auto found = read(ids);
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_THAT(*found, SizeIs(4));
    EXPECT_THAT(server_.sizes("GetItem"), ElementsAre(4U, 2U, 1U));
    EXPECT_THAT(clock_.pauses, ElementsAre(Milliseconds(7000)));
}

TEST_F(EwsReads, GiveUpOnAnItemThatStaysBusy) {
    const auto ids = fill(1);
    for (int i = 0; i < 4; ++i)
        server_.answer("GetItem", {Script::busy("GetItem", 1000)});
    const auto found = read(ids);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().reach, Reach::mailbox);
    EXPECT_TRUE(found.error().transient);
    EXPECT_EQ(server_.times("GetItem"), 4U);
}

TEST_F(EwsReads, NeverTakeAnItemThatCannotBeReadForGone) {
    const auto ids = fill(2);
    server_.answer("GetItem",
                   {server_.get_message("i0"), Script::refused("GetItem", "ErrorItemCorrupt")});
    const auto found = read(ids);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().reach, Reach::mailbox);
}

TEST_F(EwsReads, PassOverABrokenItemOfTheReadersOwn) {
    const auto ids = fill(2);
    server_.items.at("i1").mark.clear();
    server_.answer("GetItem",
                   {server_.get_message("i0"), Script::refused("GetItem", "ErrorItemCorrupt")});
    const auto found = read(ids);
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_THAT(*found, SizeIs(1));
    server_.items.erase("i1");
    server_.answer("GetItem",
                   {server_.get_message("i0"), Script::refused("GetItem", "ErrorItemCorrupt")});
    EXPECT_TRUE(read(ids));
}

TEST_F(EwsReads, TheLastWordOfSeveralPagesCounts) {
    sync({page("s1", false, entry("Create", "a", "k1") + entry("Update", "b", "k1"))});
    sync({page("s2", true,
               entry("Delete", "a", "k1") + entry("Update", "b", "k2") +
                   entry("ReadFlagChange", "c", "k1"))});
    const auto changes = run(mailbox_->changes_since(mine_, SyncState("s0")));
    ASSERT_TRUE(changes) << to_text(changes.error());
    EXPECT_EQ(changes->next, SyncState("s2"));
    EXPECT_THAT(changes->changed, ElementsAre(ChangedItem{ItemId("b"), ChangeKey("k2")}));
    EXPECT_THAT(changes->left, ElementsAre(ItemId("a")));
    EXPECT_THAT(server_.bodies[1], testing::HasSubstr("<m:SyncState>s1</m:SyncState>"));
}

TEST_F(EwsReads, AWorthlessSyncStateIsAFaultOfTheFolder) {
    sync({Script::refused("SyncFolderItems", "ErrorInvalidSyncStateData")});
    const auto changes = run(mailbox_->changes_since(mine_, SyncState("s0")));
    ASSERT_FALSE(changes);
    EXPECT_EQ(changes.error().code, "sync_state_lost");
    EXPECT_EQ(changes.error().reach, Reach::folder);
}

TEST_F(EwsReads, AFolderThatIsGoneIsAFaultOfTheFolder) {
    for (const auto* code : {"ErrorFolderNotFound", "ErrorSyncFolderNotFound", "ErrorItemNotFound",
                             "ErrorInvalidIdMalformed"}) {
        sync({Script::refused("SyncFolderItems", code)});
        const auto changes = run(mailbox_->changes_since(mine_, std::nullopt));
        ASSERT_FALSE(changes);
        EXPECT_EQ(changes.error().code, "folder_gone") << code;
        EXPECT_EQ(changes.error().reach, Reach::folder) << code;
    }
}

TEST_F(EwsReads, EndAListingThatStandsStill) {
    for (int i = 0; i < 3; ++i)
        sync({page("s1", false, "")});
    const auto changes = run(mailbox_->changes_since(mine_, SyncState("s0")));
    ASSERT_FALSE(changes);
    EXPECT_EQ(changes.error().code, "ews.endless");
    EXPECT_EQ(server_.times("SyncFolderItems"), 2U);
}

TEST_F(EwsReads, ASurveyReadsEveryListedItem) {
    fill(2);
    sync({page("s1", true,
               entry("Create", "i0", "k1") + entry("Create", "i1", "k1") +
                   entry("Create", "gone-again", "k1"))});
    const auto found = run(mailbox_->survey(mine_));
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_THAT(*found, SizeIs(2));
}

}  // namespace
}  // namespace hqsync::ews
