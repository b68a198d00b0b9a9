// Moving a contact between our folders, which Graph cannot: copy, photo, then the source goes.
#include "unit/graph/simulated_mailbox.hpp"

namespace hqsync::graph {
namespace {

using testing::HasSubstr;
using testing::Not;

class GraphMoves : public SimulatedMailbox {
protected:
    GraphMoves() {
        const auto made = create(folders_[0], 7, full_card());
        user("PATCH", contact_path(made.item),
             R"({"personalNotes":"Hund heißt Bello","categories":["Berlin","Golf"],
                 "homePhones":["+49 40 1","+49 40 2"],
                 "businessPhones":["+49 30 555010","+49 30 2"],"imAddresses":["jo@chat.example"],
                 "homeAddress":{"city":"Kiel"},"nickName":"Jo","children":["Anna","Ben"],
                 "spouseName":"Kim","singleValueExtendedProperties":[
                   {"id":"String 0x3A21","value":"Pager 5"},
                   {"id":"String 0x3A25","value":"+49 40 9"},
                   {"id":"String {00062004-0000-0000-C000-000000000046} Id 0x8052","value":"Feld 4"}
                 ]})");
        user("PUT", contact_path(made.item) + "/photo/$value", photo_, "image/jpeg");
        source_ = survey(folders_[0]).at(0);
    }

    Result<Written> move(std::vector<FieldChange> changes = {}) {
        return apply_one(MoveItem{source_.item, source_.change_key, folders_[1].id, mark(7),
                                  std::move(changes)});
    }
    /// The item with all that Graph shows of it, without what belongs to the place.
    std::string everything_of(const ItemId& item) {
        const auto body =
            user("GET", contact_path(item) +
                            "?$expand=singleValueExtendedProperties($filter=id%20eq%20'String%"
                            "200x3A21'%20or%20id%20eq%20'String%200x3A25'%20or%20id%20eq%20'String%"
                            "200x3A24'%20or%20id%20eq%20'String%20%7B00062004-0000-0000-C000-"
                            "000000000046%7D%20Id%200x8052')")
                .body;
        simdjson::dom::parser parser;
        simdjson::dom::object object;
        std::string all;
        if (parser.parse(body).get(object) != simdjson::SUCCESS) return body;
        for (const auto [name, value] : object) {
            const std::string_view placed[] = {"@odata.etag",     "id",
                                               "changeKey",       "parentFolderId",
                                               "createdDateTime", "lastModifiedDateTime"};
            if (std::ranges::find(placed, name) == std::end(placed))
                all += fmt::format("{}={}\n", name, std::string(simdjson::minify(value)));
        }
        return all;
    }
    std::string photo_of(const ItemId& item) {
        return user("GET", contact_path(item) + "/photo/$value").body;
    }

    const std::string photo_ = std::string("\xFF\xD8\xFF\xE0\0JFIF\r\n\xFF\xD9", 13);
    std::vector<Folder> folders_ = open();
    reconcile::Observed source_;
};

TEST_F(GraphMoves, KeepEverythingThatTheUserAdded) {
    const auto before = everything_of(source_.item);
    ASSERT_THAT(before, HasSubstr("Pager 5"));
    ASSERT_THAT(before, HasSubstr("Feld 4"));
    const auto moved = move();
    ASSERT_TRUE(moved) << to_text(moved.error());
    EXPECT_EQ(everything_of(moved->item), before);
    EXPECT_EQ(photo_of(moved->item), photo_);
    EXPECT_TRUE(survey(folders_[0]).empty());
    const auto target = survey(folders_[1]);
    ASSERT_EQ(target.size(), 1U);
    EXPECT_EQ(target[0].item, moved->item);
    EXPECT_EQ(target[0].change_key, moved->change_key) << "no change of a stranger, but our photo";
    EXPECT_EQ(target[0].mark, mark(7));
}

TEST_F(GraphMoves, WriteChangesOnTheWay) {
    const auto moved = move({{Field::business_phone, "+49 30 9"},
                             {Field::business_fax, ""},
                             {Field::city, "Bonn"},
                             {Field::email2, ""},
                             {Field::birthday, "1960-01-01"}});
    ASSERT_TRUE(moved);
    auto expected = source_.card;
    expected[Field::business_phone] = "+49 30 9";
    expected[Field::business_fax] = "";
    expected[Field::city] = "Bonn";
    expected[Field::email2] = "";
    expected[Field::birthday] = "1960-01-01";
    EXPECT_EQ(survey(folders_[1]).at(0).card, expected);
    EXPECT_THAT(everything_of(moved->item), HasSubstr(R"(businessPhones=["+49 30 9","+49 30 2"])"));
}

TEST_F(GraphMoves, NeedNoPhoto) {
    const auto bare = create(folders_[0], 8, named_card("Ute"));
    const auto moved = apply_one(MoveItem{bare.item, bare.change_key, folders_[1].id, mark(8), {}});
    ASSERT_TRUE(moved);
    EXPECT_EQ(user("GET", contact_path(moved->item) + "/photo").status, 404);
}

TEST_F(GraphMoves, AreRefusedWhenTheReaderChangedTheItemMeanwhile) {
    user("PATCH", contact_path(source_.item), R"({"title":"Prof."})");
    EXPECT_EQ(move().error().code, "conflict");
    EXPECT_EQ(survey(folders_[0]).size(), 1U);
    EXPECT_TRUE(survey(folders_[1]).empty());
}

TEST_F(GraphMoves, KeepTheSourceWhileItsPhotoCannotBeRead) {
    misbehave(R"({"kind":"status","status":500,"path":"photo","method":"GET"})");
    const auto stuck = move();
    ASSERT_FALSE(stuck);
    EXPECT_TRUE(stuck.error().outcome_unknown);
    EXPECT_EQ(survey(folders_[0]).size(), 1U);
    sim("DELETE", "/faults");
    const auto copy = survey(folders_[1]).at(0);
    const auto finished =
        apply_one(FinishMove{source_.item, source_.change_key, copy.item, copy.change_key});
    ASSERT_TRUE(finished);
    EXPECT_EQ(photo_of(copy.item), photo_);
    EXPECT_TRUE(survey(folders_[0]).empty());
}

TEST_F(GraphMoves, WhoseCopyWasMadeButNotAnsweredAreFinishedLater) {
    misbehave(R"({"kind":"504_after_work","method":"POST","path":"/contacts","count":1})");
    const auto lost = move();
    ASSERT_FALSE(lost);
    EXPECT_TRUE(lost.error().outcome_unknown);
    EXPECT_EQ(lost.error().reach, Reach::item);
    const auto found = run(mailbox_->find_marked(mark(7), folders_)).value();
    ASSERT_EQ(found.size(), 2U) << "the source and one copy, never two";
    const FinishMove second_half{source_.item, source_.change_key, found[1].item,
                                 found[1].change_key};
    const auto finished = apply_one(second_half);
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->item, found[1].item);
    EXPECT_EQ(photo_of(finished->item), photo_);
    EXPECT_TRUE(survey(folders_[0]).empty());
    const auto again = apply_one(second_half);
    ASSERT_TRUE(again) << "a source that is gone is success";
    EXPECT_EQ(again->item, finished->item);
}

TEST_F(GraphMoves, DoNotRemoveTheSourceOfACopyThatIsNotThere) {
    const auto copy = create(folders_[1], 7, named_card("Kopie"));
    user("POST", contact_path(copy.item) + "/permanentDelete");
    EXPECT_FALSE(apply_one(FinishMove{source_.item, {}, copy.item, copy.change_key}));
    const auto bare = create(folders_[0], 8, named_card("ohne Bild"));
    EXPECT_FALSE(apply_one(FinishMove{bare.item, {}, copy.item, copy.change_key}));
    EXPECT_EQ(survey(folders_[0]).size(), 2U);
}

TEST_F(GraphMoves, CutOffAreTakenBackWhenTheReaderEditsTheSource) {
    misbehave(R"({"kind":"504_after_work","method":"POST","path":"/contacts","count":1})");
    ASSERT_FALSE(move());
    user("PATCH", contact_path(source_.item), R"({"title":"Prof."})");
    const auto copy = survey(folders_[1]).at(0);
    const auto finished =
        apply_one(FinishMove{source_.item, source_.change_key, copy.item, copy.change_key, true});
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, "conflict");
    EXPECT_EQ(survey(folders_[0]).at(0).card[Field::title], "Prof.");
    EXPECT_TRUE(survey(folders_[1]).empty());
}

TEST_F(GraphMoves, AnswerAnOldKeyForACopyThatItsReaderEditedMeanwhile) {
    misbehave(R"({"kind":"504_after_work","method":"POST","path":"/contacts","count":1})");
    ASSERT_FALSE(move());
    const auto copy = survey(folders_[1]).at(0);
    user("PATCH", contact_path(copy.item), R"({"title":"Prof."})");
    const auto finished =
        apply_one(FinishMove{source_.item, source_.change_key, copy.item, copy.change_key});
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->change_key, copy.change_key) << "the next pass has to see the edit";
    EXPECT_EQ(survey(folders_[1]).at(0).card[Field::title], "Prof.");
    EXPECT_EQ(photo_of(copy.item), photo_);
}

}  // namespace
}  // namespace hqsync::graph
