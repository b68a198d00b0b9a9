// Contacts with a value that the server refuses, and moves that were begun through Graph.
#include "ews/refused.hpp"
#include "unit/ews/scripted_exchange.hpp"

namespace hqsync::ews {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

using Script = ScriptedExchange;

class EwsRefusals : public ScriptedMailbox {
protected:
    static std::string refused_birthday(const std::string& operation) {
        return Script::refused(operation, "ErrorItemSavePropertyError",
                               R"(<t:FieldURI FieldURI="contacts:Birthday"/>)");
    }
};

TEST_F(EwsRefusals, FindTheFieldOfEveryPath) {
    EXPECT_EQ(field_of("contacts:Birthday"), Field::birthday);
    EXPECT_EQ(field_of("contacts:EmailAddress/EmailAddress2"), Field::email2);
    EXPECT_EQ(field_of("32912"), Field::email2);
    EXPECT_EQ(field_of("contacts:PhoneNumber/MobilePhone"), Field::mobile_phone);
    EXPECT_EQ(field_of("contacts:PhysicalAddress:City/Business"), Field::city);
    EXPECT_EQ(field_of("item:Body"), Field::notes);
    EXPECT_EQ(field_of("0x3a45"), Field::title);
    EXPECT_EQ(field_of("contacts:SpouseName"), std::nullopt);
    EXPECT_EQ(field_of(""), std::nullopt);
}

TEST_F(EwsRefusals, CreateWithoutTheRefusedFieldAndTellIt) {
    auto create = a_create(1);
    create.card[Field::birthday] = "1601-01-01";
    server_.answer("CreateItem", {refused_birthday("CreateItem")});
    server_.answer("CreateItem", {made("c1")});
    const auto result = apply_one(create);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "ErrorItemSavePropertyError");
    EXPECT_EQ(result.error().reach, Reach::item);
    EXPECT_FALSE(result.error().outcome_unknown) << "settled, its empty field would be an edit";
    EXPECT_THAT(result.error().detail, HasSubstr("without birthday"));
    EXPECT_THAT(result.error().detail, Not(HasSubstr("1601")));
    ASSERT_THAT(server_.bodies, SizeIs(2));
    EXPECT_THAT(server_.bodies[0], HasSubstr("<t:Birthday>"));
    EXPECT_THAT(server_.bodies[1], Not(HasSubstr("<t:Birthday>")));
}

TEST_F(EwsRefusals, UpdateWithoutTheRefusedFieldAndTellIt) {
    server_.items["u"] = {};
    server_.answer("UpdateItem", {refused_birthday("UpdateItem")});
    const auto result =
        apply_one(UpdateItem{ItemId("u"),
                             ChangeKey("k1"),
                             {{Field::birthday, "1601-01-01"}, {Field::company, "AG"}},
                             {}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "ErrorItemSavePropertyError");
    ASSERT_THAT(server_.bodies, SizeIs(2));
    EXPECT_THAT(server_.bodies[1], Not(HasSubstr("Birthday")));
    EXPECT_THAT(server_.bodies[1], HasSubstr("AG"));
}

TEST_F(EwsRefusals, SendNoUpdateOfWhichNothingIsLeft) {
    server_.items["u"] = {};
    server_.answer("UpdateItem", {refused_birthday("UpdateItem")});
    EXPECT_FALSE(
        apply_one(UpdateItem{ItemId("u"), ChangeKey("k1"), {{Field::birthday, "1601-01-01"}}, {}}));
    EXPECT_EQ(server_.times("UpdateItem"), 1U);
}

TEST_F(EwsRefusals, MoveAContactAllTheSame) {
    server_.items["m"] = {};
    server_.answer("UpdateItem", {refused_birthday("UpdateItem")});
    const auto result = apply_one(MoveItem{
        ItemId("m"), ChangeKey("k1"), global_.id, mark(1), {{Field::birthday, "1601-01-01"}}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "ErrorItemSavePropertyError");
    EXPECT_TRUE(server_.items.contains("m-moved"));
}

class EwsCopies : public ScriptedMailbox {
protected:
    EwsCopies() {
        server_.items["source"] = {.has_photo = true};
        server_.items["copy"] = {.folder = "folder-global"};
    }
    Result<Written> finish(bool is_copy_ours_alone = true) {
        return apply_one(FinishMove{ItemId("source"), ChangeKey("k1"), ItemId("copy"),
                                    ChangeKey("k1"), is_copy_ours_alone});
    }
    void photo_answers() {
        server_.answer(
            "GetAttachment",
            {Script::shown(
                "GetAttachment",
                R"(<m:Attachments><t:FileAttachment><t:AttachmentId Id="photo-source"/><t:Content>/9j/4AAQ</t:Content></t:FileAttachment></m:Attachments>)")});
        server_.next("CreateAttachment", [this](const std::string&) {
            server_.items["copy"].has_photo = true;
            server_.items["copy"].key = "k2";
            return Script::respond(
                "CreateAttachment",
                {Script::shown(
                    "CreateAttachment",
                    R"(<m:Attachments><t:FileAttachment><t:AttachmentId Id="photo-copy" RootItemId="copy" RootItemChangeKey="k2"/></t:FileAttachment></m:Attachments>)")});
        });
    }
};

TEST_F(EwsCopies, GetThePhotoBeforeTheSourceGoes) {
    photo_answers();
    EXPECT_THAT(told({finish()}), ElementsAre("copy k2"));
    EXPECT_FALSE(server_.items.contains("source"));
    EXPECT_TRUE(server_.items.at("copy").has_photo);
    EXPECT_THAT(server_.bodies[2], HasSubstr("/9j/4AAQ"));
}

TEST_F(EwsCopies, KeepThePhotoTheyHave) {
    server_.items["copy"].has_photo = true;
    EXPECT_THAT(told({finish()}), ElementsAre("copy k1"));
    EXPECT_FALSE(server_.items.contains("source"));
    EXPECT_EQ(server_.times("CreateAttachment"), 0U);
}

TEST_F(EwsCopies, ShowAnEditOfTheCopyToTheNextPass) {
    photo_answers();
    server_.items["copy"].key = "k1b";  // saved by its reader since it was read
    EXPECT_THAT(told({finish(false)}), ElementsAre("copy k1"));
}

TEST_F(EwsCopies, AreAllThereIsWhenTheSourceIsGone) {
    server_.items.erase("source");
    EXPECT_THAT(told({finish()}), ElementsAre("copy k1"));
    EXPECT_THAT(server_.operations, ElementsAre("GetItem"));
}

TEST_F(EwsCopies, GoWhenTheSourceWasEditedMeanwhile) {
    server_.items["source"].key = "k2";
    EXPECT_THAT(told({finish()}), ElementsAre("conflict"));
    EXPECT_TRUE(server_.items.contains("source"));
    EXPECT_FALSE(server_.items.contains("copy"));
    EXPECT_THAT(server_.bodies.back(), HasSubstr("MoveToDeletedItems"));
}

TEST_F(EwsCopies, StayBesideAnEditedSourceWhenSomebodySavedThemToo) {
    server_.items["source"].key = "k2";
    EXPECT_THAT(told({finish(false)}), ElementsAre("conflict"));
    EXPECT_TRUE(server_.items.contains("source"));
    EXPECT_TRUE(server_.items.contains("copy"));
}

TEST_F(EwsCopies, KeepTheSourceWhileItsPhotoCannotBeRead) {
    server_.answer("GetAttachment", {Script::refused("GetAttachment", "ErrorItemCorrupt")});
    const auto result = finish();
    ASSERT_FALSE(result);
    EXPECT_TRUE(server_.items.contains("source"));
    EXPECT_TRUE(server_.items.contains("copy"));
}

class EwsSearch : public ScriptedMailbox {
protected:
    static std::string page(const std::vector<std::string>& ids, int next = 0) {
        std::string items;
        for (const auto& id : ids)
            items +=
                fmt::format(R"(<t:Contact><t:ItemId Id="{}" ChangeKey="k1"/></t:Contact>)", id);
        return Script::shown(
            "FindItem",
            fmt::format(
                R"(<m:RootFolder IndexedPagingOffset="{}" TotalItemsInView="9" IncludesLastItemInRange="{}"><t:Items>{}</t:Items></m:RootFolder>)",
                next, next == 0, items));
    }
    static std::string folders(const std::string& operation, const std::vector<std::string>& ids) {
        std::string text;
        for (const auto& id : ids) {
            text += fmt::format(
                R"(<t:ContactsFolder><t:FolderId Id="{}" ChangeKey="f"/></t:ContactsFolder>)", id);
        }
        if (operation == "GetFolder") {
            return Script::shown(operation, "<m:Folders>" + text + "</m:Folders>");
        }
        return Script::shown(
            operation,
            R"(<m:RootFolder IndexedPagingOffset="1" TotalItemsInView="1" IncludesLastItemInRange="true"><t:Folders>)" +
                text + "</t:Folders></m:RootFolder>");
    }
};

TEST_F(EwsSearch, CompareTheMarkExactlyAndReadAllPages) {
    server_.items["a"].mark = "hq:1";
    server_.items["b"].mark = "HQ:1";
    server_.items["c"] = {.folder = "folder-global"};
    server_.answer("FindItem", {page({"b"}, 1), page({"c"})});
    server_.answer("FindItem", {page({"a"})});
    const auto found = run(mailbox_->find_marked(mark(1), {mine_, global_}));
    ASSERT_TRUE(found) << to_text(found.error());
    ASSERT_THAT(*found, SizeIs(2));
    EXPECT_EQ((*found)[0].item, ItemId("a"));
    EXPECT_EQ((*found)[1].item, ItemId("c"));
    EXPECT_EQ((*found)[1].folder, FolderRole::global);
    EXPECT_THAT(server_.bodies[1], HasSubstr(R"(Offset="1")"));
}

TEST_F(EwsSearch, AFolderOfOursThatIsGoneIsToldBySearchingIt) {
    server_.answer("FindItem", {Script::refused("FindItem", "ErrorFolderNotFound"), page({})});
    const auto found = run(mailbox_->find_marked(mark(1), {mine_, global_}));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, "folder_gone");
}

TEST_F(EwsSearch, LookInEveryContactFolderAndInDeletedItems) {
    server_.items["a"] = {.folder = "private"};
    server_.items["b"] = {.folder = "trash"};
    server_.answer("FindFolder", {folders("FindFolder", {"private", "just-gone"})});
    server_.answer("GetFolder", {folders("GetFolder", {"contacts"})});
    server_.answer("GetFolder", {folders("GetFolder", {"trash"})});
    // In the order of their ids: contacts, just-gone, private, trash.
    server_.answer("FindItem", {page({}), Script::refused("FindItem", "ErrorFolderNotFound"),
                                page({"a"}), page({"b"})});
    const auto found = run(mailbox_->find_everywhere(mark(1)));
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_THAT(*found, ElementsAre(FoundItem{ItemId("a"), ChangeKey("k1"), FolderId("private")},
                                    FoundItem{ItemId("b"), ChangeKey("k1"), FolderId("trash")}));
}

}  // namespace
}  // namespace hqsync::ews
