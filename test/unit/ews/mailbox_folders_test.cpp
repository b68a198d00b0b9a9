// Finding, adopting and making our folders, and looking for items anywhere.
#include "unit/ews/scripted_exchange.hpp"

namespace hqsync::ews {
namespace {

using testing::ElementsAre;

using Script = ScriptedExchange;

class EwsFolders : public ScriptedMailbox {
protected:
    struct Shown {
        std::string id;
        std::string name = "HQ Meine Kontakte";
        std::string role = {};
        std::string parent = "contacts";
        std::string kind = "IPF.Contact";
    };
    static std::string folder(const Shown& shown) {
        const auto mark =
            shown.role.empty()
                ? std::string()
                : fmt::format(
                      R"(<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8" PropertyName="HqFolder" PropertyType="String"/><t:Value>{}</t:Value></t:ExtendedProperty>)",
                      shown.role);
        return fmt::format(
            R"(<t:ContactsFolder><t:FolderId Id="{}" ChangeKey="f"/><t:ParentFolderId Id="{}" ChangeKey="f"/><t:FolderClass>{}</t:FolderClass><t:DisplayName>{}</t:DisplayName>{}</t:ContactsFolder>)",
            shown.id, shown.parent, shown.kind, shown.name, mark);
    }
    static std::string page(const std::vector<Shown>& folders) {
        std::string text;
        for (const auto& shown : folders)
            text += folder(shown);
        return Script::shown(
            "FindFolder",
            fmt::format(
                R"(<m:RootFolder IndexedPagingOffset="{0}" TotalItemsInView="{0}" IncludesLastItemInRange="true"><t:Folders>{1}</t:Folders></m:RootFolder>)",
                folders.size(), text));
    }
    void list(const std::vector<Shown>& everywhere, const std::vector<Shown>& deleted = {}) {
        server_.answer("FindFolder", {page(everywhere), page(deleted)});
    }
    void contacts_are(const std::string& id) {
        server_.answer("GetFolder", {Script::shown("GetFolder", "<m:Folders>" + folder({.id = id}) +
                                                                    "</m:Folders>")});
    }
    /// Deleted Items is "trash"; the known folder lies in `parent`.
    void places_are(const std::string& parent) {
        const auto message = [](const Shown& shown) {
            return Script::shown("GetFolder", "<m:Folders>" + folder(shown) + "</m:Folders>");
        };
        server_.answer("GetFolder",
                       {message({.id = "trash", .parent = "root"}),
                        message({.id = mine_.id.value(), .role = "mine", .parent = parent})});
    }
    Result<std::vector<Folder>> open(std::vector<Folder> known = {},
                                     Mailbox::Trust trust = Mailbox::Trust::nothing) {
        return run(mailbox_->open_folders(std::move(known), {FolderRole::mine}, trust));
    }
    /// Ids of the opened folders, or the fault's code.
    std::vector<std::string> opened(std::vector<Folder> known = {}) {
        const auto folders = open(std::move(known));
        if (!folders) return {folders.error().code};
        std::vector<std::string> ids;
        for (const auto& each : *folders)
            ids.push_back(each.id.value());
        return ids;
    }
    void create_answers(const std::string& message) { server_.answer("CreateFolder", {message}); }
};

TEST_F(EwsFolders, KnownFoldersCostOneRequest) {
    places_are("contacts");
    EXPECT_EQ(open({mine_}, Mailbox::Trust::known), (std::vector<Folder>{mine_}));
    EXPECT_THAT(server_.operations, ElementsAre("GetFolder"));
}

TEST_F(EwsFolders, AKnownOneThatItsReaderDeletedIsMadeAnew) {
    places_are("trash");
    const Shown deleted{.id = mine_.id.value(), .role = "mine", .parent = "trash"};
    list({deleted}, {deleted});
    create_answers(
        Script::shown("CreateFolder", "<m:Folders>" + folder({.id = "f2"}) + "</m:Folders>"));
    EXPECT_EQ(open({mine_}, Mailbox::Trust::known),
              (std::vector<Folder>{{FolderRole::mine, FolderId("f2")}}));
}

TEST_F(EwsFolders, AreFoundByMarkUnderAnyNameAndAnywhere) {
    list({{.id = "f1", .name = "Kunden", .role = "mine", .parent = "archive"}});
    EXPECT_THAT(opened(), ElementsAre("f1"));
}

TEST_F(EwsFolders, AreGoneWhenTheyLieInDeletedItems) {
    const Shown deleted{.id = "f1", .role = "mine", .parent = "trash"};
    list({deleted}, {deleted});
    create_answers(
        Script::shown("CreateFolder", "<m:Folders>" + folder({.id = "f2"}) + "</m:Folders>"));
    EXPECT_THAT(opened(), ElementsAre("f2"));
}

TEST_F(EwsFolders, TheKnownOneOfTwoIsTaken) {
    list({{.id = "f1", .role = "mine"}, {.id = "f2", .role = "mine"}});
    EXPECT_THAT(opened({{FolderRole::mine, FolderId("f2")}}), ElementsAre("f2"));
    list({{.id = "f2", .role = "mine"}, {.id = "f1", .role = "mine"}});
    EXPECT_THAT(opened(), ElementsAre("f1"));
}

TEST_F(EwsFolders, OneOfOurNameUnderContactsIsMarkedAndAdopted) {
    list({{.id = "other", .parent = "elsewhere"}, {.id = "f1", .name = "hq meine KONTAKTE"}});
    contacts_are("contacts");
    server_.answer("UpdateFolder", {Script::shown("UpdateFolder", "")});
    EXPECT_THAT(opened(), ElementsAre("f1"));
    EXPECT_EQ(server_.times("CreateFolder"), 0U);
}

TEST_F(EwsFolders, OneOfOurNameElsewhereIsNotOurs) {
    list({{.id = "other", .parent = "elsewhere"}});
    contacts_are("contacts");
    create_answers(
        Script::shown("CreateFolder", "<m:Folders>" + folder({.id = "f2"}) + "</m:Folders>"));
    EXPECT_THAT(opened(), ElementsAre("f2"));
}

TEST_F(EwsFolders, AMailFolderOfOurNameStopsTheMailboxWithAWord) {
    list({{.id = "mail", .kind = "IPF.Note"}});
    contacts_are("contacts");
    const auto folders = open();
    ASSERT_FALSE(folders);
    EXPECT_EQ(folders.error().code, "folder_exists");
    EXPECT_EQ(folders.error().reach, Reach::mailbox);
    EXPECT_THAT(folders.error().detail, testing::HasSubstr("no contact folder"));
}

TEST_F(EwsFolders, OneMadeMeanwhileIsAdopted) {
    list({});
    create_answers(Script::refused("CreateFolder", "ErrorFolderExists"));
    list({{.id = "f1", .role = "mine"}});
    EXPECT_THAT(opened(), ElementsAre("f1"));
    EXPECT_EQ(server_.times("CreateFolder"), 1U);
}

TEST_F(EwsFolders, ALostAnswerDoesNotMakeASecondOne) {
    list({});
    server_.lose("CreateFolder");
    list({{.id = "f1", .role = "mine"}});
    EXPECT_THAT(opened(), ElementsAre("f1"));
    list({});
    server_.lose("CreateFolder");
    list({});
    EXPECT_THAT(opened(), ElementsAre("http.timeout"));
    EXPECT_EQ(server_.times("CreateFolder"), 2U);
}

TEST_F(EwsFolders, RolesThatAreNotWantedAreAnsweredWhenTheyExist) {
    list({{.id = "f1", .role = "mine"}, {.id = "g1", .role = "global"}});
    EXPECT_THAT(opened(), ElementsAre("f1", "g1"));
}

}  // namespace
}  // namespace hqsync::ews
