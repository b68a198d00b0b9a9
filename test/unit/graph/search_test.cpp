// A person looked for in the whole mailbox, wherever its user put the items.
#include "unit/graph/simulated_mailbox.hpp"

namespace hqsync::graph {
namespace {

class GraphSearch : public SimulatedMailbox {
protected:
    std::vector<FoundItem> found(ContactMark wanted) {
        auto items = run(mailbox_->find_everywhere(std::move(wanted))).value();
        std::ranges::sort(items, {}, &FoundItem::item);
        return items;
    }
    FolderId folder_below(const std::string& path, const std::string& name) {
        return FolderId(user("POST", path, R"({"displayName":")" + name + R"("})").texts.at("id"));
    }
    FolderId folder_below(const FolderId& parent, const std::string& name) {
        return folder_below(path_of(parent) + "/childFolders", name);
    }
    static std::string path_of(const FolderId& folder) {
        return "/contactFolders/" + folder.value();
    }
    /// As it lies there after its user moved it: mark and all.
    FoundItem put(const std::string& folder, std::string_view text) {
        const auto made =
            user("POST", folder + "/contacts",
                 fmt::format(R"({{"givenName":"Ute","singleValueExtendedProperties":[)"
                             R"({{"id":"{}","value":"{}"}}]}})",
                             contact_mark_id, text));
        return {ItemId(made.texts.at("id")), ChangeKey(made.texts.at("changeKey")),
                FolderId(made.texts.at("parentFolderId"))};
    }
    FoundItem put(const FolderId& folder, std::string_view text) {
        return put(path_of(folder), text);
    }

    std::vector<Folder> folders_ = open();
};

TEST_F(GraphSearch, FindsTheItemsOfAMarkInEveryFolderAtAnyDepth) {
    const auto ours = create(folders_[0], 7, full_card());
    const auto other = folder_below("/contactFolders", "Freunde");
    const auto deep = folder_below(folder_below(other, "Enge"), "Engste");
    const auto below_ours = folder_below(folders_[1].id, "Archiv");
    std::vector<FoundItem> expected = {
        {ours.item, ours.change_key, folders_[0].id},
        put("", "hq:7"),  // the Contacts folder itself
        put(other, "hq:7"),
        put(deep, "hq:7"),
        put(below_ours, "hq:7"),
    };
    put(deep, "hq:77");
    put(deep, "HQ:7");
    put(deep, "hq:07");
    user("POST", path_of(deep) + "/contacts", R"({"givenName":"Eigener"})");
    std::ranges::sort(expected, {}, &FoundItem::item);
    EXPECT_EQ(found(mark(7)), expected);
    EXPECT_TRUE(found(mark(8)).empty());
    EXPECT_EQ(found(mark(77)).size(), 1U);
    put(deep, "o'neill:7");
    EXPECT_EQ(found({"o'neill", ContactId(7)}).size(), 1U);
}

TEST_F(GraphSearch, FindsNothingInDeletedItems) {
    const auto item = create(folders_[0], 7, full_card());
    const auto folder = folder_below("/contactFolders", "Weg");
    put(folder, "hq:7");
    user("DELETE", contact_path(item.item));
    user("DELETE", path_of(folder));
    EXPECT_TRUE(found(mark(7)).empty());
}

TEST_F(GraphSearch, ReadsEveryPageOfFoldersAndItems) {
    const auto parent = folder_below("/contactFolders", "Viele");
    FolderId last;
    for (int i = 0; i < 120; ++i)
        last = folder_below(parent, fmt::format("Ordner {}", i));
    std::vector<FoundItem> expected;
    for (int i = 0; i < 25; ++i)
        expected.push_back(put(last, "hq:7"));
    std::ranges::sort(expected, {}, &FoundItem::item);
    EXPECT_EQ(found(mark(7)), expected);
}

TEST_F(GraphSearch, AsksInBatches) {
    for (int i = 0; i < 8; ++i)
        folder_below("/contactFolders", fmt::format("Ordner {}", i));
    sim("POST", "/counters/reset");
    EXPECT_TRUE(found(mark(7)).empty());
    // The folders, what is below each of the ten, and the contacts of these and of Contacts.
    EXPECT_EQ(counted("requests"), 22U);
    EXPECT_EQ(counted("batches"), 3U);
}

TEST_F(GraphSearch, FailsRatherThanOverlookAFolder) {
    create(folders_[0], 7, full_card());
    for (const std::string path : {"childFolders", "filter"}) {
        misbehave(R"({"kind":"504_after_work","scope":"batch_item","path":")" + path + "\"}");
        const auto failed = run(mailbox_->find_everywhere(mark(7)));
        ASSERT_FALSE(failed) << path;
        EXPECT_EQ(failed.error().reach, Reach::mailbox);
        sim("DELETE", "/faults");
    }
    EXPECT_EQ(found(mark(7)).size(), 1U);
}

}  // namespace
}  // namespace hqsync::graph
