// What the adapter writes into a simulated mailbox, and what it leaves alone.
#include "unit/graph/simulated_mailbox.hpp"

namespace hqsync::graph {
namespace {

using reconcile::Disposal;
using testing::HasSubstr;
using testing::Not;

class GraphWrites : public SimulatedMailbox {
protected:
    std::string shown(const ItemId& item) { return user("GET", contact_path(item)).body; }

    Result<Written> update(const Written& item, const ContactCard& seen,
                           std::vector<FieldChange> changes) {
        return apply_one(UpdateItem{item.item, item.change_key, std::move(changes), seen});
    }

    std::vector<Folder> folders_ = open();
};

TEST_F(GraphWrites, CreateTheWholeCardInOneRequest) {
    sim("POST", "/counters/reset");
    create(folders_[0], 7, full_card());
    EXPECT_EQ(counted("requests"), 1U);
    EXPECT_EQ(counted("writes"), 1U);
    const auto items = survey(folders_[0]);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].card, full_card());
    EXPECT_EQ(items[0].mark, mark(7));
}

TEST_F(GraphWrites, CreateACardWithAlmostNothing) {
    const auto card = named_card("Kontakt 7");
    create(folders_[0], 7, card);
    EXPECT_EQ(survey(folders_[0]).at(0).card, card);
}

TEST_F(GraphWrites, UpdateOnlyWhatChangedAndKeepWhatTheUserAdded) {
    const auto item = create(folders_[0], 7, full_card());
    user("PATCH", contact_path(item.item),
         R"({"homePhones":["+49 40 1"],"businessPhones":["+49 30 555010","+49 30 2"],
             "homeAddress":{"city":"Kiel"},"nickName":"Jo",
             "businessAddress":{"street":"Gänsemarkt 1","city":"Köln","state":"NRW",
                                "postalCode":"50667","countryOrRegion":"Deutschland"}})");
    const auto before = survey(folders_[0]).at(0);
    const auto done = update({before.item, before.change_key, {}}, before.card,
                             {{Field::business_phone, "+49 30 9"}, {Field::city, "Bonn"}});
    ASSERT_TRUE(done) << to_text(done.error());
    EXPECT_NE(done->change_key, before.change_key);
    auto expected = before.card;
    expected[Field::business_phone] = "+49 30 9";
    expected[Field::city] = "Bonn";
    const auto after = survey(folders_[0]).at(0);
    EXPECT_EQ(after.card, expected);
    EXPECT_EQ(after.change_key, done->change_key);
    const auto item_now = shown(item.item);
    EXPECT_THAT(item_now, HasSubstr(R"("businessPhones":["+49 30 9","+49 30 2"])"));
    EXPECT_THAT(item_now, HasSubstr(R"("state":"NRW")"));
    EXPECT_THAT(item_now, HasSubstr(R"("nickName":"Jo")"));
    EXPECT_THAT(item_now, HasSubstr(R"("homePhones":["+49 40 1"])"));
    EXPECT_THAT(item_now, HasSubstr("Kiel"));
}

TEST_F(GraphWrites, ClearEveryFieldThatIsToBeEmpty) {
    const auto item = create(folders_[0], 7, full_card());
    std::vector<FieldChange> changes;
    for (const auto field : all_fields()) {
        if (field != Field::display_name) changes.push_back({field, ""});
    }
    const auto done = update(item, full_card(), changes);
    ASSERT_TRUE(done) << to_text(done.error());
    ContactCard bare;
    bare[Field::display_name] = full_card()[Field::display_name];
    EXPECT_EQ(survey(folders_[0]).at(0).card, bare);
}

TEST_F(GraphWrites, ChangeEachFieldAlone) {
    const auto item = create(folders_[0], 7, full_card());
    auto expected = full_card();
    auto state = item;
    for (const auto field : all_fields()) {
        const std::string text = field == Field::birthday     ? "2000-02-29"
                                 : field == Field::categories ? "Köln\nWien"
                                 : name(field).starts_with("email")
                                     ? fmt::format("neu@{}.example", name(field))
                                     : fmt::format("neu {}", name(field));
        const auto done = update(state, expected, {{field, text}});
        ASSERT_TRUE(done) << name(field) << ' ' << to_text(done.error());
        expected[field] = text;
        state.change_key = done->change_key;
        EXPECT_EQ(survey(folders_[0]).at(0).card, expected) << name(field);
    }
}

TEST_F(GraphWrites, RefuseToUpdateWhatItsReaderChangedMeanwhile) {
    const auto item = create(folders_[0], 7, full_card());
    user("PATCH", contact_path(item.item), R"({"title":"Prof."})");
    const auto refused = update(item, full_card(), {{Field::title, "Dr. h.c."}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "conflict");
    EXPECT_EQ(refused.error().reach, Reach::item);
    EXPECT_FALSE(refused.error().outcome_unknown);
    EXPECT_EQ(survey(folders_[0]).at(0).card[Field::title], "Prof.");
}

TEST_F(GraphWrites, SayThatAnItemIsGone) {
    const auto item = create(folders_[0], 7, full_card());
    user("POST", contact_path(item.item) + "/permanentDelete");
    EXPECT_EQ(update(item, full_card(), {{Field::title, "x"}}).error().code, "gone");
    EXPECT_EQ(update(item, full_card(), {{Field::city, "x"}}).error().code, "gone");
    EXPECT_EQ(
        apply_one(MoveItem{item.item, item.change_key, folders_[1].id, mark(7), {}}).error().code,
        "gone");
}

TEST_F(GraphWrites, RemoveForGoodAndTakeGoneForDone) {
    const auto item = create(folders_[0], 7, full_card());
    ASSERT_TRUE(apply_one(RemoveItem{item.item, item.change_key}));
    EXPECT_TRUE(survey(folders_[0]).empty());
    EXPECT_THAT(sim("GET", "/mailboxes/" + address_).body, Not(HasSubstr(item.item.value())))
        << "not even in Deleted Items";
    EXPECT_TRUE(apply_one(RemoveItem{item.item, item.change_key}));
}

TEST_F(GraphWrites, RemoveToDeletedItemsWhatItsReaderMayWantBack) {
    std::vector<Write> writes;
    for (int i = 1; i <= 20; ++i) {
        const auto item = create(folders_[0], i, named_card("Ute"));
        writes.emplace_back(RemoveItem{item.item, item.change_key, Disposal::deleted_items});
    }
    auto again = writes;
    sim("POST", "/counters/reset");
    for (const auto& result : run(mailbox_->apply(std::move(writes))))
        EXPECT_TRUE(result);
    EXPECT_EQ(counted("requests"), 20U);
    EXPECT_EQ(counted("write_batches"), 1U);
    EXPECT_TRUE(survey(folders_[0]).empty());
    const auto first = std::get<RemoveItem>(again.front()).item.value();
    EXPECT_THAT(sim("GET", "/mailboxes/" + address_).body, HasSubstr(first));
    for (const auto& result : run(mailbox_->apply(std::move(again))))
        EXPECT_TRUE(result) << "gone is done";
    // The other way of removing is still known to be offered.
    const auto last = create(folders_[0], 7, named_card("Jan"));
    ASSERT_TRUE(apply_one(RemoveItem{last.item, last.change_key}));
    EXPECT_THAT(sim("GET", "/mailboxes/" + address_).body, Not(HasSubstr(last.item.value())));
}

TEST_F(GraphWrites, DoNotRemoveToDeletedItemsWhatItsReaderChangedMeanwhile) {
    const auto item = create(folders_[0], 7, full_card());
    user("PATCH", contact_path(item.item), R"({"personalNotes":"wichtig"})");
    const auto refused = apply_one(RemoveItem{item.item, item.change_key, Disposal::deleted_items});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "conflict");
    EXPECT_EQ(refused.error().reach, Reach::item);
    EXPECT_EQ(survey(folders_[0]).size(), 1U);
}

TEST_F(GraphWrites, PutTheMarkOnTheUsersOwnItemWithTheChangesInOneRequest) {
    const auto own = user("POST", "/contactFolders/" + folders_[0].id.value() + "/contacts",
                          R"({"givenName":"Ute","nickName":"Utchen"})");
    const auto seen = survey(folders_[0]).at(0);
    ASSERT_EQ(seen.mark, std::nullopt);
    sim("POST", "/counters/reset");
    const auto done = apply_one(UpdateItem{
        seen.item, seen.change_key, {{Field::business_fax, "+49 30 9"}}, seen.card, mark(7)});
    ASSERT_TRUE(done) << to_text(done.error());
    EXPECT_EQ(counted("requests"), 1U);
    const auto after = survey(folders_[0]).at(0);
    auto expected = seen.card;
    expected[Field::business_fax] = "+49 30 9";
    EXPECT_EQ(after.mark, mark(7));
    EXPECT_EQ(after.card, expected);
    EXPECT_EQ(after.change_key, done->change_key);
    EXPECT_THAT(shown(seen.item), HasSubstr(R"("nickName":"Utchen")"));
}

TEST_F(GraphWrites, PutTheMarkAloneAndOnlyOnWhatNobodyChangedMeanwhile) {
    user("POST", "/contactFolders/" + folders_[0].id.value() + "/contacts", R"({"surname":"Bär"})");
    const auto seen = survey(folders_[0]).at(0);
    user("PATCH", contact_path(seen.item), R"({"title":"Dr."})");
    const UpdateItem stale{seen.item, seen.change_key, {}, seen.card, mark(7)};
    EXPECT_EQ(apply_one(stale).error().code, "conflict");
    EXPECT_EQ(survey(folders_[0]).at(0).mark, std::nullopt);
    const auto now = survey(folders_[0]).at(0);
    ASSERT_TRUE(apply_one(UpdateItem{now.item, now.change_key, {}, now.card, mark(7)}));
    EXPECT_EQ(survey(folders_[0]).at(0).mark, mark(7));
    EXPECT_EQ(survey(folders_[0]).at(0).card, now.card);
}

TEST_F(GraphWrites, DoNotRemoveUnseenWhatItsReaderChanged) {
    const auto item = create(folders_[0], 7, full_card());
    user("PATCH", contact_path(item.item), R"({"personalNotes":"wichtig"})");
    EXPECT_EQ(apply_one(RemoveItem{item.item, item.change_key}).error().code, "conflict");
    EXPECT_EQ(survey(folders_[0]).size(), 1U);
}

TEST_F(GraphWrites, AnswerEachOfABatchInItsPlace) {
    const auto kept = create(folders_[0], 1, named_card("Eins"));
    const auto edited = create(folders_[0], 2, named_card("Zwei"));
    const auto removed = create(folders_[0], 3, named_card("Drei"));
    const auto moved = create(folders_[0], 4, named_card("Vier"));
    user("PATCH", contact_path(edited.item), R"({"title":"Dr."})");
    auto bad = named_card("Fünf");
    bad[Field::birthday] = "kein Tag";
    std::vector<Write> writes;
    writes.emplace_back(CreateItem{folders_[0].id, mark(5), bad});
    writes.emplace_back(UpdateItem{kept.item, kept.change_key, {{Field::city, "Kiel"}}, {}});
    writes.emplace_back(UpdateItem{edited.item, edited.change_key, {{Field::city, "Kiel"}}, {}});
    writes.emplace_back(RemoveItem{removed.item, removed.change_key});
    writes.emplace_back(MoveItem{moved.item, moved.change_key, folders_[1].id, mark(4), {}});
    writes.emplace_back(CreateItem{FolderId("unknown"), mark(6), named_card("Sechs")});
    writes.emplace_back(CreateItem{folders_[1].id, mark(7), named_card("Sieben")});
    const auto results = run(mailbox_->apply(std::move(writes)));
    std::vector<std::string> codes;
    for (const auto& result : results)
        codes.push_back(result ? "done" : result.error().code);
    EXPECT_EQ(codes, (std::vector<std::string>{"RequestBodyRead", "done", "conflict", "done",
                                               "done", "gone", "done"}));
    EXPECT_EQ(survey(folders_[0]).size(), 2U);
    EXPECT_EQ(survey(folders_[1]).size(), 2U);
}

TEST_F(GraphWrites, OfAFullBatchAreOneRoundTrip) {
    sim("POST", "/counters/reset");
    std::vector<Write> writes;
    for (int i = 1; i <= 20; ++i)
        writes.emplace_back(CreateItem{folders_[0].id, mark(i), named_card("Ute")});
    const auto before = mailbox_->writes();
    for (const auto& result : run(mailbox_->apply(std::move(writes))))
        EXPECT_TRUE(result);
    EXPECT_EQ(counted("write_batches"), 1U);
    EXPECT_EQ(counted("writes"), 20U);
    EXPECT_EQ(mailbox_->writes() - before, 20U);
    EXPECT_LE(counted("max_in_flight"), 4U);
    EXPECT_EQ(mailbox_->batch_size(), 20U);
}

}  // namespace
}  // namespace hqsync::graph
