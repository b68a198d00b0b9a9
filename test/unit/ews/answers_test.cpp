// Answers as the samples show them, and what must not be taken for one.
#include "ews/answers.hpp"

#include <gmock/gmock.h>

#include "unit/ews/answers_samples.hpp"

namespace hqsync::ews {
namespace {

using test::answer_of;
using test::done;
using test::our_sample;
using test::refused;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

template <class Shown>
std::string fault_of(const Result<Each<Shown>>& each, std::size_t at = 0) {
    if (!each) return to_text(each.error());
    return (*each)[at] ? "read" : (*each)[at].error().code;
}

TEST(Answers, ShowFoldersWithParentNameClassAndRole) {
    HQSYNC_NEEDS_REFERENCE();
    const auto pages = read_folders(our_sample("02-FindFolder-response.xml"), 1);
    ASSERT_TRUE(pages && pages->front()) << fault_of(pages);
    const auto& page = *pages->front();
    EXPECT_TRUE(page.is_last);
    ASSERT_EQ(page.folders.size(), 2U);
    EXPECT_EQ(page.folders[0].id.value(), "AAMkAGZvbGRlci1ocS1nbG9iYWw=");
    EXPECT_EQ(page.folders[0].parent.value(), "AAMkAGNvbnRhY3Rz");
    EXPECT_EQ(page.folders[0].display_name, "HQ Globale Kontakte");
    EXPECT_EQ(page.folders[0].folder_class, "IPF.Contact");
    EXPECT_EQ(page.folders[0].role, FolderRole::global);
    EXPECT_EQ(page.folders[1].role, FolderRole::mine);
}

TEST(Answers, ShowEachFolderThatWasCreatedOrItsFault) {
    HQSYNC_NEEDS_REFERENCE();
    const auto pages = read_folders(our_sample("01-CreateFolder-response.xml"), 2);
    ASSERT_TRUE(pages && pages->front()) << fault_of(pages);
    EXPECT_EQ(pages->front()->folders.front().id.value(), "AAMkAGZvbGRlci1ocS1nbG9iYWw=");
    EXPECT_EQ(fault_of(pages, 1), "folder_exists");
}

TEST(Answers, ShowChangesOfContactsOnly) {
    HQSYNC_NEEDS_REFERENCE();
    const auto pages = read_sync_page(our_sample("09-SyncFolderItems-response.xml"));
    ASSERT_TRUE(pages && pages->front()) << fault_of(pages);
    const auto& page = *pages->front();
    EXPECT_THAT(
        page.changed,
        ElementsAre(
            ChangedItem{ItemId("AAMkAGl0ZW0tdXNlcg=="), ChangeKey("EQAAABYAAABjaGFuZ2VrZXkx")},
            ChangedItem{ItemId("AAMkAGl0ZW0tMDAwMQ=="), ChangeKey("EQAAABYAAABjaGFuZ2VrZXky")}));
    EXPECT_THAT(page.left, ElementsAre(ItemId("AAMkAGl0ZW0tMDAwMw==")));
    EXPECT_EQ(page.next.value(), "H4sIAAAAAAAEAGNgGAUDDQEAAA==");
    EXPECT_FALSE(page.is_last);
    EXPECT_EQ(fault_of(read_sync_page(our_sample("09b-SyncFolderItems-invalidstate-response.xml"))),
              "sync_state_lost");
}

TEST(Answers, WithoutAStateToGoOnFromAreNotBelieved) {
    const auto page = [](const std::string& content) {
        return fault_of(
            read_sync_page(answer_of("SyncFolderItems", done("SyncFolderItems", content))));
    };
    const std::string last = "<IncludesLastItemInRange>true</IncludesLastItemInRange>";
    EXPECT_EQ(page("<SyncState>H4=</SyncState>" + last), "read");
    EXPECT_EQ(page("<SyncState/>" + last), "ews.unreadable");
    EXPECT_EQ(page("<SyncState>H4=</SyncState>"), "ews.unreadable");
    EXPECT_EQ(page("<SyncState>H4=</SyncState>" + last +
                   "<Changes><t:Delete><t:ItemId/></t:Delete></Changes>"),
              "ews.unreadable");
}

TEST(Answers, ShowWhatWasFoundAndWhereToGoOn) {
    HQSYNC_NEEDS_REFERENCE();
    const auto pages = read_found(our_sample("10-FindItem-by-extprop-response.xml"), 1);
    ASSERT_TRUE(pages && pages->front()) << fault_of(pages);
    const auto& item = pages->front()->items.front();
    EXPECT_EQ(item.item.value(), "AAMkAGl0ZW0tMDAwMQ==");
    EXPECT_EQ(item.mark, (ContactMark{"hq", ContactId(4711)}));
    EXPECT_TRUE(pages->front()->is_last);

    const auto more = read_found(answer_of("FindItem", done("FindItem",
                                                            "<RootFolder IndexedPagingOffset='250'"
                                                            " IncludesLastItemInRange='false'/>")),
                                 1);
    EXPECT_EQ(more->front()->next, 250U);
    EXPECT_FALSE(more->front()->is_last);
    EXPECT_EQ(fault_of(read_found(answer_of("FindItem", done("FindItem", "<RootFolder/>")), 1)),
              "ews.unreadable");
    EXPECT_EQ(fault_of(read_found(answer_of("FindItem", done("FindItem",
                                                             "<RootFolder"
                                                             " IncludesLastItemInRange='false'/>")),
                                  1)),
              "ews.unreadable");
}

TEST(Answers, ShowItemsWithContentMarkTimesAndPhotos) {
    HQSYNC_NEEDS_REFERENCE();
    const auto items = read_items(our_sample("05-GetItem-response.xml"), 2);
    ASSERT_TRUE(items && items->front()) << fault_of(items);
    const auto& item = *items->front();
    EXPECT_EQ(item.item.value(), "AAMkAGl0ZW0tMDAwMQ==");
    EXPECT_EQ(item.change_key.value(), "EQAAABYAAABjaGFuZ2VrZXkx");
    EXPECT_EQ(item.folder.value(), "AAMkAGZvbGRlci1ocS1nbG9iYWw=");
    EXPECT_EQ(item.mark, (ContactMark{"hq", ContactId(4711)}));
    EXPECT_EQ(item.modified_on, "2026-03-01T08:00:01Z");
    EXPECT_THAT(item.photos, ElementsAre("AAMkAGF0dDE="));
    EXPECT_EQ(test::listing(item.card),
              "given_name=Erika\nsurname=Mustermann\ndisplay_name=Dr. Erika Mustermann\n"
              "file_as=Mustermann, Erika\ntitle=Dr.\nposition=Leiterin\ncompany=Muster GmbH\n"
              "business_phone=+49 30 123402\nmobile_phone=+49 170 1\nemail1=erika@example.com\n"
              "street=Hauptstra\u00DFe 1\ncity=Berlin\npostal_code=10111\ncountry=Deutschland\n"
              "birthday=1980-02-29\nnotes=Notiz aus HQ\ncategories=HQ\n");
    EXPECT_EQ(fault_of(items, 1), "gone");
}

TEST(Answers, TakeWhatIsNoContactForGone) {
    EXPECT_EQ(fault_of(read_items(answer_of("GetItem", done("GetItem", "<Items/>")), 1)), "gone");
    EXPECT_EQ(fault_of(read_items(
                  answer_of("GetItem", done("GetItem",
                                            "<Items><t:DistributionList>"
                                            "<t:ItemId Id='I'/></t:DistributionList></Items>")),
                  1)),
              "gone");
}

TEST(Answers, ShowTheIdsAndKeysOfWhatWasWritten) {
    HQSYNC_NEEDS_REFERENCE();
    const auto updated = read_written(our_sample("06-UpdateItem-response.xml"), 2);
    ASSERT_TRUE(updated && updated->front()) << fault_of(updated);
    EXPECT_EQ(updated->front()->change_key.value(), "EQAAABYAAABjaGFuZ2VrZXky");
    EXPECT_EQ(fault_of(updated, 1), "conflict");
    const auto moved = read_written(our_sample("07-MoveItem-response.xml"), 1);
    ASSERT_TRUE(moved && moved->front()) << fault_of(moved);
    EXPECT_EQ(moved->front()->item.value(), "AAMkAGl0ZW0tMDAwMS1tb3ZlZA==");
}

TEST(Answers, SayWhatABatchThatStoppedDidNotReach) {
    HQSYNC_NEEDS_REFERENCE();
    const auto created = read_written(our_sample("04-CreateItem-batch-partial-response.xml"), 3);
    ASSERT_TRUE(created && created->front()) << fault_of(created);
    EXPECT_EQ(fault_of(created, 1), "ErrorQuotaExceeded");
    EXPECT_EQ(fault_of(created, 2), "ErrorBatchProcessingStopped");
    const auto alone = read_written(
        answer_of("CreateItem", refused("CreateItem", "ErrorBatchProcessingStopped", "Warning")),
        1);
    EXPECT_EQ(fault_of(alone), "ErrorBatchProcessingStopped");
    EXPECT_FALSE(alone->front().error().outcome_unknown);
}

TEST(Answers, ThatAreOnlyWarnedAboutStand) {
    const auto written =
        read_written(answer_of("UpdateItem",
                               "<UpdateItemResponseMessage ResponseClass='Warning'><ResponseCode>"
                               "ErrorSomething</ResponseCode><Items><t:Contact><t:ItemId Id='I' "
                               "ChangeKey='K'/></t:Contact></Items></UpdateItemResponseMessage>"),
                     1);
    EXPECT_EQ(fault_of(written), "read");
}

TEST(Answers, ToWritesThatCannotBeReadLeaveTheOutcomeUnknown) {
    EXPECT_TRUE(read_written("<html>", 1).error().outcome_unknown);
    EXPECT_FALSE(read_items("<html>", 1).error().outcome_unknown);
    const auto empty = read_written(answer_of("CreateItem", done("CreateItem", "<Items/>")), 1);
    EXPECT_EQ(fault_of(empty), "ews.unreadable");
    EXPECT_TRUE(empty->front().error().outcome_unknown);
    EXPECT_EQ(empty->front().error().reach, Reach::item);
}

TEST(Answers, OfDeletionsSayWhatIsDone) {
    HQSYNC_NEEDS_REFERENCE();
    const auto deleted = read_done(our_sample("08-DeleteItem-response.xml"), 2);
    EXPECT_EQ(fault_of(deleted, 0), "read");
    EXPECT_EQ(fault_of(deleted, 1), "gone");
    EXPECT_EQ(fault_of(read_done(our_sample("14-Unsubscribe-response.xml"), 1)),
              "ErrorSubscriptionNotFound");
}

TEST(Answers, ShowPhotosAndTheKeyThatTheItemHasNow) {
    HQSYNC_NEEDS_REFERENCE();
    const auto created = read_photo(our_sample("11-CreateAttachment-photo-response.xml"), 1);
    ASSERT_TRUE(created && created->front()) << fault_of(created);
    EXPECT_EQ(created->front()->attachment, "AAMkAGF0dDE=");
    EXPECT_EQ(created->front()->change_key.value(), "EQAAABYAAABjaGFuZ2VrZXky");
    const auto photo = [](const std::string& content) {
        return read_photo(
            answer_of("GetAttachment",
                      done("GetAttachment",
                           "<Attachments><t:FileAttachment><t:AttachmentId Id='F'/><t:Content>" +
                               content + "</t:Content></t:FileAttachment></Attachments>")),
            1);
    };
    EXPECT_EQ(photo("/9j/\r\n 4A==")->front()->content, "\xFF\xD8\xFF\xE0");
    EXPECT_EQ(fault_of(photo("/9j/4A=")), "ews.unreadable");
    EXPECT_EQ(fault_of(photo("/9j!")), "ews.unreadable");
    const auto deleted = read_photo(
        answer_of("DeleteAttachment",
                  done("DeleteAttachment", "<RootItemId RootItemId='I' RootItemChangeKey='K2'/>")),
        1);
    EXPECT_EQ(deleted->front()->change_key.value(), "K2");
}

TEST(Answers, NameTheSubscription) {
    HQSYNC_NEEDS_REFERENCE();
    EXPECT_EQ(*read_subscription(our_sample("12-Subscribe-streaming-response.xml")),
              "JwBleGNoMDEuZXhhbXBsZS5jb20QAAAA");
    EXPECT_EQ(read_subscription(answer_of("Subscribe", done("Subscribe", ""))).error().code,
              "ews.unreadable");
}

TEST(Answers, OfAnotherOperationOrOfAnotherNumberAreRefused) {
    const auto answer = answer_of("GetItem", done("GetItem", "<Items/>"));
    EXPECT_THAT(fault_of(read_items(answer, 2)), HasSubstr("has 1 response messages instead of 2"));
    EXPECT_THAT(fault_of(read_written(answer, 1)), HasSubstr("belongs to another operation"));
    EXPECT_THAT(fault_of(read_items("<a/>", 1)), StartsWith("ews.unreadable"));
    EXPECT_THAT(fault_of(read_items("no XML", 1)), HasSubstr("xml.malformed"));
    EXPECT_THAT(fault_of(read_items(answer_of("GetItem", refused("GetItem", "NoError")), 1)),
                HasSubstr("neither success nor error"));
    EXPECT_EQ(read_items("", 1).error().reach, Reach::mailbox);
}

}  // namespace
}  // namespace hqsync::ews
