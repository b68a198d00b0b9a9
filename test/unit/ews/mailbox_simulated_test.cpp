// The mailbox through EWS against the simulator, and seen there through Graph.
#include <gmock/gmock.h>

#include "async/await.hpp"
#include "ews/exchange.hpp"
#include "graph/exchange.hpp"
#include "http/client.hpp"
#include "sim/server.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::ews {
namespace {

using reconcile::Disposal;
using reconcile::Observed;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class EwsSimulated : public testing::Test {
protected:
    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }
    std::vector<Folder> open(Mailbox& mailbox) {
        auto folders = run(mailbox.open_folders({}, {FolderRole::mine, FolderRole::global},
                                                Mailbox::Trust::nothing));
        EXPECT_TRUE(folders) << to_text(folders.error());
        return folders.value_or(std::vector<Folder>{});
    }
    std::vector<Result<Written>> apply(std::vector<Write> writes) {
        return run(mailbox_->apply(std::move(writes)));
    }
    Result<Written> apply_one(Write write) {
        std::vector<Write> writes;
        writes.push_back(std::move(write));
        return apply(std::move(writes)).at(0);
    }
    Written create(const Folder& folder, std::int64_t contact, const ContactCard& card) {
        auto made = apply_one(CreateItem{folder.id, mark(contact), card});
        EXPECT_TRUE(made) << to_text(made.error());
        return made.value_or(Written{});
    }
    std::vector<Observed> survey(const Folder& folder) {
        auto items = run(mailbox_->survey(folder));
        EXPECT_TRUE(items) << to_text(items.error());
        return items.value_or(std::vector<Observed>{});
    }
    static ContactMark mark(std::int64_t contact) { return {"hq", ContactId(contact)}; }
    static ContactCard named(const std::string& given_name) {
        ContactCard card;
        card[Field::given_name] = given_name;
        card[Field::display_name] = given_name;
        return card;
    }
    static ContactCard full_card() {
        ContactCard card;
        card[Field::given_name] = "Jörg";
        card[Field::surname] = "O'Neill-Weiß";
        card[Field::display_name] = "Jörg O'Neill-Weiß";
        card[Field::file_as] = "O'Neill-Weiß, Jörg";
        card[Field::title] = "Dr.";
        card[Field::position] = "Leitung \"Einkauf\" <Nord>";
        card[Field::company] = "Bäckerei & Söhne";
        card[Field::business_phone] = "+49 30 555010";
        card[Field::mobile_phone] = "+49 171 5550101";
        card[Field::business_fax] = "+49 30 555019";
        card[Field::email1] = "joerg@kunde.example";
        card[Field::email2] = "j.oneill@kunde.example";
        card[Field::email3] = "info@kunde.example";
        card[Field::street] = "Gänsemarkt 1\nHinterhaus";
        card[Field::city] = "Köln";
        card[Field::postal_code] = "50667";
        card[Field::country] = "Deutschland";
        card[Field::web_page] = "https://kunde.example/";
        card[Field::birthday] = "1959-09-04";
        card[Field::notes] = "Erste Zeile\nZweite Zeile";
        card[Field::categories] = "Berlin\nHamburg";
        return card;
    }

    asio::io_context context_;
    http::Client client_{context_, {}};
    test::TestClock clock_;
    std::unique_ptr<sim::Server> server_ = sim::Server::start({.port = 0}).value();
    const MailboxAddress address_{"a@agentur.example"};
    std::unique_ptr<Exchange> exchange_ = connect({.ews_url = server_->url() + "/EWS/Exchange.asmx",
                                                   .authentication = Authentication::basic,
                                                   .user = "hqsync",
                                                   .password = "simulator"},
                                                  client_, clock_)
                                              .value();
    std::unique_ptr<Exchange> graph_ = graph::connect({.graph_url = server_->url(),
                                                       .login_url = server_->url(),
                                                       .tenant = "demo",
                                                       .client_id = "hqsync",
                                                       .client_secret = "simulator"},
                                                      client_, clock_)
                                           .value();
    std::unique_ptr<Mailbox> mailbox_ = exchange_->mailbox(address_);
    const std::vector<Folder> folders_ = open(*mailbox_);
    const Folder mine_ = folders_.at(0);
    const Folder global_ = folders_.at(1);
};

TEST_F(EwsSimulated, FoldersAreMadeOnce) {
    EXPECT_EQ(open(*mailbox_), folders_);
    EXPECT_EQ(open(*exchange_->mailbox(address_)), folders_);
}

TEST_F(EwsSimulated, ACardComesBackAsItWasWritten) {
    const auto made = create(mine_, 1, full_card());
    const auto items = survey(mine_);
    ASSERT_THAT(items, SizeIs(1));
    EXPECT_EQ(items[0].item, made.item);
    EXPECT_EQ(items[0].change_key, made.change_key);
    EXPECT_EQ(items[0].mark, mark(1));
    EXPECT_EQ(items[0].card, full_card());
    EXPECT_FALSE(items[0].created_on.empty());
}

TEST_F(EwsSimulated, GraphShowsWhatEwsWrote) {
    create(mine_, 1, full_card());
    const auto other = graph_->mailbox(address_);
    const auto folders = open(*other);
    const auto items = run(other->survey(folders.at(0)));
    ASSERT_TRUE(items) << to_text(items.error());
    ASSERT_THAT(*items, SizeIs(1));
    EXPECT_EQ(items->front().mark, mark(1));
    EXPECT_EQ(items->front().card, full_card());
}

TEST_F(EwsSimulated, OwnWritesAreListedWithTheKeyTheyAnswered) {
    const auto begun = run(mailbox_->changes_since(mine_, std::nullopt));
    ASSERT_TRUE(begun) << to_text(begun.error());
    const auto made = create(mine_, 1, named("Ute"));
    const auto removed = create(mine_, 2, named("Jan"));
    const auto updated = apply_one(
        UpdateItem{made.item, made.change_key, {{Field::position, "Leitung"}}, named("Ute")});
    ASSERT_TRUE(updated) << to_text(updated.error());
    const auto changes = run(mailbox_->changes_since(mine_, begun->next));
    ASSERT_TRUE(changes) << to_text(changes.error());
    EXPECT_THAT(changes->changed,
                testing::UnorderedElementsAre(ChangedItem{made.item, updated->change_key},
                                              ChangedItem{removed.item, removed.change_key}));
    ASSERT_TRUE(apply_one(RemoveItem{removed.item, removed.change_key}));
    const auto later = run(mailbox_->changes_since(mine_, changes->next));
    ASSERT_TRUE(later) << to_text(later.error());
    EXPECT_THAT(later->left, ElementsAre(removed.item));
}

TEST_F(EwsSimulated, AStaleKeyIsAConflictForEveryWrite) {
    const auto made = create(mine_, 1, named("Ute"));
    const UpdateItem update{
        made.item, made.change_key, {{Field::position, "Leitung"}}, named("Ute")};
    ASSERT_TRUE(apply_one(update));
    const std::vector<Write> stale = {
        update,
        RemoveItem{made.item, made.change_key},
        UnmarkItem{made.item, made.change_key},
        MoveItem{made.item, made.change_key, global_.id, mark(1), {}},
    };
    for (const auto& write : stale) {
        const auto result = apply_one(write);
        ASSERT_FALSE(result) << write.index();
        EXPECT_EQ(result.error().code, "conflict") << write.index();
    }
    EXPECT_THAT(survey(mine_), SizeIs(1));
}

TEST_F(EwsSimulated, AMoveKeepsTheItemAndWritesItsChanges) {
    const auto made = create(mine_, 1, full_card());
    auto card = full_card();
    card[Field::position].clear();
    card[Field::city] = "Bonn";
    const auto moved = apply_one(MoveItem{made.item,
                                          made.change_key,
                                          global_.id,
                                          mark(1),
                                          {{Field::position, ""}, {Field::city, "Bonn"}}});
    ASSERT_TRUE(moved) << to_text(moved.error());
    EXPECT_NE(moved->item, made.item);
    EXPECT_THAT(survey(mine_), IsEmpty());
    const auto items = survey(global_);
    ASSERT_THAT(items, SizeIs(1));
    EXPECT_EQ(items[0].item, moved->item);
    EXPECT_EQ(items[0].change_key, moved->change_key);
    EXPECT_EQ(items[0].card, card);
    const auto found = run(mailbox_->find_marked(mark(1), folders_));
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_THAT(*found, SizeIs(1));
}

TEST_F(EwsSimulated, AHundredAndTwentyWritesGoInThreeRequestsAndComeBack) {
    std::vector<Write> writes;
    for (int i = 1; i <= 120; ++i)
        writes.emplace_back(CreateItem{mine_.id, mark(i), named("Ute")});
    const auto results = apply(std::move(writes));
    for (const auto& result : results)
        ASSERT_TRUE(result) << to_text(result.error());
    EXPECT_EQ(mailbox_->writes(), 122U) << "two folders before";
    EXPECT_THAT(survey(mine_), SizeIs(120));
    std::vector<Write> removals;
    for (const auto& result : results)
        removals.emplace_back(RemoveItem{result->item, result->change_key});
    for (const auto& result : apply(std::move(removals)))
        ASSERT_TRUE(result) << to_text(result.error());
    EXPECT_THAT(survey(mine_), IsEmpty());
}

TEST_F(EwsSimulated, RemovedItemsAreGoneOrInDeletedItems) {
    const auto gone = create(mine_, 1, named("Ute"));
    const auto kept = create(mine_, 2, named("Jan"));
    ASSERT_TRUE(apply_one(RemoveItem{gone.item, gone.change_key}));
    ASSERT_TRUE(apply_one(RemoveItem{kept.item, kept.change_key, Disposal::deleted_items}));
    EXPECT_TRUE(apply_one(RemoveItem{gone.item, gone.change_key})) << "gone already";
    EXPECT_THAT(survey(mine_), IsEmpty());
    const auto forever = run(mailbox_->find_everywhere(mark(1)));
    ASSERT_TRUE(forever) << to_text(forever.error());
    EXPECT_THAT(*forever, IsEmpty());
    const auto thrown_away = run(mailbox_->find_everywhere(mark(2)));
    ASSERT_TRUE(thrown_away) << to_text(thrown_away.error());
    EXPECT_THAT(*thrown_away, SizeIs(1));
}

TEST_F(EwsSimulated, AnUnmarkedItemStaysWithItsReader) {
    const auto made = create(mine_, 1, named("Ute"));
    ASSERT_TRUE(apply_one(UnmarkItem{made.item, made.change_key}));
    const auto items = survey(mine_);
    ASSERT_THAT(items, SizeIs(1));
    EXPECT_EQ(items[0].mark, std::nullopt);
    const auto found = run(mailbox_->find_marked(mark(1), folders_));
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_THAT(*found, IsEmpty());
}

TEST_F(EwsSimulated, AWorthlessSyncStateIsToldAsSuch) {
    const auto changes = run(mailbox_->changes_since(mine_, SyncState("of another protocol")));
    ASSERT_FALSE(changes);
    EXPECT_EQ(changes.error().code, "sync_state_lost");
    EXPECT_EQ(changes.error().reach, Reach::folder);
}

TEST_F(EwsSimulated, AFinishedMoveLeavesTheCopyOnly) {
    const auto source = create(mine_, 1, named("Ute"));
    const auto copy = create(global_, 1, named("Ute"));
    const auto finished =
        apply_one(FinishMove{source.item, source.change_key, copy.item, copy.change_key, true});
    ASSERT_TRUE(finished) << to_text(finished.error());
    EXPECT_EQ(finished->item, copy.item);
    EXPECT_THAT(survey(mine_), IsEmpty());
    EXPECT_THAT(survey(global_), SizeIs(1));
}

}  // namespace
}  // namespace hqsync::ews
