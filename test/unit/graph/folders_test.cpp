// Our two folders in a simulated mailbox: made, adopted, found again, lost.
#include "unit/graph/simulated_mailbox.hpp"

namespace hqsync::graph {
namespace {

using testing::HasSubstr;

class GraphFolders : public SimulatedMailbox {
protected:
    std::vector<FolderRole> both_{FolderRole::mine, FolderRole::global};

    std::string make_folder(const std::string& name) {
        return user("POST", "/contactFolders", fmt::format(R"({{"displayName":"{}"}})", name))
            .texts.at("id");
    }
    std::size_t folder_count() {
        const auto body = user("GET", "/contactFolders?$top=50").body;
        simdjson::dom::parser parser;
        simdjson::dom::array list;
        if (parser.parse(body)["value"].get(list) != simdjson::SUCCESS) return 0;
        return list.size();
    }
};

TEST_F(GraphFolders, AreMadeWithNameAndMark) {
    const auto folders = open();
    ASSERT_EQ(folders.size(), 2U);
    EXPECT_EQ(folders[0].role, FolderRole::mine);
    EXPECT_EQ(folders[1].role, FolderRole::global);
    const auto list = user("GET", list_of_folders).body;
    EXPECT_THAT(list, HasSubstr(mine_name));
    EXPECT_THAT(list, HasSubstr(global_name));
    EXPECT_THAT(list, HasSubstr(R"("value":"mine")"));
    EXPECT_THAT(list, HasSubstr(R"("value":"global")"));
    EXPECT_EQ(folder_count(), 2U);
}

TEST_F(GraphFolders, AreFoundAgainAndNotDoubled) {
    const auto first = open();
    EXPECT_EQ(open(), first);
    EXPECT_EQ(folder_count(), 2U);
}

TEST_F(GraphFolders, OfTheNameAreAdoptedWithWhatTheyHold) {
    const auto id = make_folder("hq meine kontakte");
    user("POST", "/contactFolders/" + id + "/contacts", R"({"givenName":"Eigener"})");
    const auto folders = open();
    EXPECT_EQ(folders[0].id, FolderId(id));
    EXPECT_EQ(folder_count(), 2U);
    const auto items = survey(folders[0]);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].mark, std::nullopt);
    EXPECT_EQ(open(), folders) << "now by their marks";
}

TEST_F(GraphFolders, StayOursWhenTheirReaderRenamesThem) {
    const auto folders = open();
    user("PATCH", "/contactFolders/" + folders[0].id.value(), R"({"displayName":"Kunden"})");
    make_folder(mine_name);
    EXPECT_EQ(open(), folders);
}

TEST_F(GraphFolders, AreMadeAnewWhenTheyLieInDeletedItems) {
    const auto before = open();
    ASSERT_EQ(user("DELETE", "/contactFolders/" + before[0].id.value()).status, 204);
    const auto after = open();
    EXPECT_NE(after[0].id, before[0].id);
    EXPECT_EQ(after[1].id, before[1].id);
    EXPECT_EQ(folder_count(), 2U);
}

TEST_F(GraphFolders, ThatAreKnownCostNoRequest) {
    const auto folders = open();
    sim("POST", "/counters/reset");
    EXPECT_EQ(run(mailbox_->open_folders(folders, both_, Mailbox::Trust::known)).value(), folders);
    EXPECT_EQ(counted("requests"), 0U);
}

TEST_F(GraphFolders, ThatNobodyWantsAreOnlyAnsweredWhenTheyAreThere) {
    const auto only_mine =
        run(mailbox_->open_folders({}, {FolderRole::mine}, Mailbox::Trust::known)).value();
    ASSERT_EQ(only_mine.size(), 1U);
    EXPECT_EQ(only_mine[0].role, FolderRole::mine);
    EXPECT_EQ(folder_count(), 1U);
    open();
    EXPECT_EQ(
        run(mailbox_->open_folders({}, {FolderRole::mine}, Mailbox::Trust::known)).value().size(),
        2U);
    EXPECT_EQ(run(mailbox_->open_folders({}, {}, Mailbox::Trust::known)).value().size(), 2U)
        << "a dry run";
}

TEST_F(GraphFolders, AreFoundAmongManyOthers) {
    const auto folders = open();
    for (int i = 0; i < 120; ++i)
        make_folder(fmt::format("Ordner {}", i));
    EXPECT_EQ(open(), folders);
    EXPECT_EQ(folder_count(), 50U) << "one page of the user's own listing";
}

TEST_F(GraphFolders, AreNotDoubledWhenTheAnswerOfTheirMakingIsLost) {
    misbehave(R"({"kind":"drop_after_work","method":"POST","path":"/contactFolders","count":1})");
    EXPECT_EQ(open().size(), 2U);
    EXPECT_EQ(folder_count(), 2U);
}

TEST_F(GraphFolders, AreNotDoubledWhenTheirMakingTimesOutAfterTheWork) {
    misbehave(R"({"kind":"504_after_work","method":"POST","path":"/contactFolders","count":2})");
    EXPECT_EQ(open().size(), 2U);
    EXPECT_EQ(folder_count(), 2U);
}

}  // namespace
}  // namespace hqsync::graph
