// What the adapter sees of a simulated mailbox: change listings, surveys, items by id and by mark.
#include "contact/date.hpp"
#include "unit/graph/simulated_mailbox.hpp"

namespace hqsync::graph {
namespace {

class GraphChanges : public SimulatedMailbox {
protected:
    Result<FolderChanges> changes(const Folder& folder, std::optional<SyncState> since) {
        return run(mailbox_->changes_since(folder, std::move(since)));
    }
    std::vector<Folder> folders_ = open();
};

TEST_F(GraphChanges, BeginWithEverythingAndGoOnFromThere) {
    const auto item = create(folders_[0], 7, named_card("Ute"));
    const auto first = changes(folders_[0], std::nullopt);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->changed, (std::vector<ChangedItem>{{item.item, item.change_key}}));
    EXPECT_TRUE(first->left.empty());
    const auto second = changes(folders_[0], first->next);
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->changed.empty());
    EXPECT_TRUE(second->left.empty());
}

TEST_F(GraphChanges, BringOurOwnWriteBackWithTheChangeKeyOfItsAnswer) {
    const auto start = changes(folders_[0], std::nullopt)->next;
    const auto item = create(folders_[0], 7, full_card());
    EXPECT_EQ(changes(folders_[0], start)->changed,
              (std::vector<ChangedItem>{{item.item, item.change_key}}));
}

TEST_F(GraphChanges, TellWhatItsReaderEditedAndWhatLeft) {
    const auto edited = create(folders_[0], 7, named_card("Ute"));
    const auto deleted = create(folders_[0], 8, named_card("Jan"));
    const auto start = changes(folders_[0], std::nullopt)->next;
    user("PATCH", contact_path(edited.item), R"({"personalNotes":"Hund heißt Bello"})");
    user("DELETE", contact_path(deleted.item));
    const auto seen = changes(folders_[0], start);
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->changed.size(), 1U);
    EXPECT_EQ(seen->changed[0].item, edited.item);
    EXPECT_NE(seen->changed[0].change_key, edited.change_key);
    EXPECT_EQ(seen->left, std::vector{deleted.item});
}

TEST_F(GraphChanges, CostOneRequestWhenNothingHappened) {
    const auto start = changes(folders_[0], std::nullopt)->next;
    sim("POST", "/counters/reset");
    const auto before = mailbox_->requests();
    ASSERT_TRUE(changes(folders_[0], start));
    EXPECT_EQ(counted("delta_requests"), 1U);
    EXPECT_EQ(counted("requests"), 1U);
    EXPECT_EQ(mailbox_->requests() - before, 1U);
}

TEST_F(GraphChanges, AreReadPageByPage) {
    std::vector<Write> writes;
    for (int i = 0; i < 20; ++i)
        writes.emplace_back(CreateItem{folders_[0].id, mark(i + 1), named_card("Ute")});
    for (int batch = 0; batch < 26; ++batch) {
        auto copy = writes;
        ASSERT_TRUE(run(mailbox_->apply(std::move(copy))).front());
    }
    sim("POST", "/counters/reset");
    EXPECT_EQ(changes(folders_[0], std::nullopt)->changed.size(), 520U);
    EXPECT_EQ(counted("delta_requests"), 2U);
    EXPECT_EQ(survey(folders_[0]).size(), 520U);
}

TEST_F(GraphChanges, OfAnExpiredTokenAskForAFreshStart) {
    const auto item = create(folders_[0], 7, named_card("Ute"));
    const auto start = changes(folders_[0], std::nullopt)->next;
    sim("POST", "/faults", R"({"kind":"expire_deltas"})");
    const auto expired = changes(folders_[0], start);
    ASSERT_FALSE(expired);
    EXPECT_EQ(expired.error().code, "sync_state_lost");
    EXPECT_EQ(expired.error().reach, Reach::folder);
    const auto fresh = changes(folders_[0], std::nullopt);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(fresh->changed, (std::vector<ChangedItem>{{item.item, item.change_key}}));
}

TEST_F(GraphChanges, OfAnotherServiceAskForAFreshStartAndDoNotGoThere) {
    const auto lost =
        changes(folders_[0], SyncState("https://graph.elsewhere.example/v1.0/users/a/delta"));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, "sync_state_lost");
    EXPECT_EQ(lost.error().reach, Reach::folder);
}

TEST_F(GraphChanges, OfAFolderThatIsErasedSayThatItIsGone) {
    const auto start = changes(folders_[0], std::nullopt)->next;
    user("POST", "/contactFolders/" + folders_[0].id.value() + "/permanentDelete");
    for (const auto& since : {std::optional(start), std::optional<SyncState>()}) {
        const auto gone = changes(folders_[0], since);
        ASSERT_FALSE(gone);
        EXPECT_EQ(gone.error().code, "folder_gone");
        EXPECT_EQ(gone.error().reach, Reach::folder);
    }
    EXPECT_EQ(run(mailbox_->survey(folders_[0])).error().code, "folder_gone");
}

TEST_F(GraphChanges, SurveyEveryItemWithMarkAndContent) {
    const auto item = create(folders_[1], 7, full_card());
    user("POST", "/contactFolders/" + folders_[1].id.value() + "/contacts",
         R"({"givenName":"Eigener"})");
    auto items = survey(folders_[1]);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].item, item.item);
    EXPECT_EQ(items[0].change_key, item.change_key);
    EXPECT_EQ(items[0].folder, FolderRole::global);
    EXPECT_EQ(items[0].mark, mark(7));
    EXPECT_EQ(items[0].card, full_card());
    EXPECT_TRUE(time_of(items[0].created_on));
    EXPECT_TRUE(time_of(items[0].modified_on));
    EXPECT_GE(time_of(items[0].modified_on), time_of(items[0].created_on));
    EXPECT_EQ(run(mailbox_->read({item.item}, folders_)).value(), std::vector{items[0]});
    EXPECT_EQ(items[1].mark, std::nullopt);
    EXPECT_EQ(items[1].card, named_card("Eigener"));
}

TEST_F(GraphChanges, ReadItemsWhereverInOurFoldersTheyAre) {
    std::vector<ItemId> items;
    for (unsigned i = 1; i <= 25; ++i)
        items.push_back(create(folders_[i % 2], i, named_card(fmt::format("N{}", i))).item);
    const auto erased = items.back();
    user("POST", contact_path(erased) + "/permanentDelete");
    const auto outside = user("POST", "/contacts", R"({"givenName":"Eigener"})").texts.at("id");
    items.emplace_back(outside);
    const auto found = run(mailbox_->read(items, folders_)).value();
    ASSERT_EQ(found.size(), 24U);
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].item, items[i]);
        EXPECT_EQ(found[i].mark, mark(static_cast<int>(i) + 1));
        EXPECT_EQ(found[i].folder, folders_[(i + 1) % 2].role);
    }
}

TEST_F(GraphChanges, FindMarkedItemsAndOnlyThose) {
    const auto first = create(folders_[0], 7, named_card("Ute"));
    const auto second = create(folders_[1], 7, named_card("Ute"));
    create(folders_[0], 77, named_card("Jan"));
    const auto found = run(mailbox_->find_marked(mark(7), folders_)).value();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].item, first.item);
    EXPECT_EQ(found[1].item, second.item);
    EXPECT_TRUE(run(mailbox_->find_marked(mark(8), folders_)).value().empty());
    // The service compares without case; another system's mark is not ours.
    EXPECT_TRUE(run(mailbox_->find_marked({"HQ", ContactId(7)}, folders_)).value().empty());
}

}  // namespace
}  // namespace hqsync::graph
