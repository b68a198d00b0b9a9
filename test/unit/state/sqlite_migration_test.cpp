// How the state database grows: from every earlier version, with what is in it.
#include "unit/state/sqlite_files.hpp"
#include "unit/state/store_contract.hpp"

namespace hqsync::state {
namespace {

using reconcile::Shadow;
using sqlite::Database;
using namespace hqsync::test;

std::string schema_of(const std::string& path) {
    const auto database = raw(path);
    auto query = database->query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1");
    std::string text;
    while (query.step())
        text += query.text() + "\n";
    return text;
}

TEST(SqliteStore, MigratesFromEveryEarlierVersion) {
    const Folder fresh;
    opened(fresh.file());
    for (std::size_t version = 1; version <= sql::migrations.size(); ++version) {
        const Folder folder;
        const auto known = std::span(sql::migrations).first(version);
        ASSERT_TRUE(Database::open(folder.file(), {sql::application_id, known, "state database"}));
        const auto store = opened(folder.file());
        EXPECT_EQ(done(store->mailbox(jule)), MailboxState{}) << "from version " << version;
        EXPECT_EQ(schema_of(folder.file()), schema_of(fresh.file())) << "from version " << version;
    }
}

TEST(SqliteDatabase, GoesOnFromTheVersionThatItFinds) {
    const Folder folder;
    constexpr std::array<std::string_view, 3> versions = {
        "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)",
        "INSERT INTO t VALUES (3)"};
    const auto rows = [&](std::size_t count) {
        const auto database =
            Database::open(folder.file(), {7, std::span(versions).first(count), "test"});
        EXPECT_TRUE(database);
        auto query = (*database)->query("SELECT group_concat(n) FROM t");
        query.step();
        return query.text();
    };
    EXPECT_EQ(rows(1), "1");
    EXPECT_EQ(rows(3), "1,2,3");
    EXPECT_EQ(rows(3), "1,2,3");
}

/// What version 1 wrote, by its own statements.
constexpr std::string_view data_of_version_1 = R"(
INSERT INTO mailbox VALUES (3, 'jule@agentur.example', 77, 'global_folder=on');
INSERT INTO folder VALUES (3, 'mine', 'folder 1', 'state 1'), (3, 'global', 'folder 2', NULL);
INSERT INTO shadow VALUES
    (3, 7, 'item 7', 'key 7', 'mine', '{"surname":"Şahin"}', NULL),
    (3, 8, 'item 8', 'key 8', 'global', '{"surname":"Ek"}', '{"surname":"Ek","notes":"mine"}');
INSERT INTO intent VALUES (5, 3, 'move', 9, 'global', 'item 9', '{"city":"Ulm"}', '{}', 1000);
INSERT INTO item_error VALUES (3, 10, 'ErrorItemSave', 'birthday', 2000, 4);
INSERT INTO held VALUES (3, 'aaaa', 30, 40, 10, 20, 1, 3000, 1);
INSERT INTO setting VALUES ('sync.global_folder', 'false');
INSERT INTO setting_change VALUES (1, 4000, 'admin', 'sync.global_folder', '', '', 'false');
INSERT INTO pass VALUES (1, 3, 5000, 6000, 1, 2, 3, 4, 5, 6, 7, 8, 'held', 'throttled');
INSERT INTO source VALUES (1, 20000);
)";

ContactCard card(std::initializer_list<FieldChange> texts) {
    ContactCard card;
    for (const auto& [field, text] : texts)
        card[field] = text;
    return card;
}

TEST(SqliteStore, TakesOverWhatVersion1Wrote) {
    const Folder folder;
    const auto known = std::span(sql::migrations).first(1);
    {
        const auto first =
            Database::open(folder.file(), {sql::application_id, known, "state database"});
        ASSERT_TRUE(first);
        (*first)->execute(data_of_version_1);
    }
    const auto store = opened(folder.file());
    MailboxState mailbox;
    mailbox.folders[FolderRole::mine] = {FolderId("folder 1"), SyncState("state 1")};
    mailbox.folders[FolderRole::global] = {FolderId("folder 2"), std::nullopt};
    mailbox.desired_fingerprint = 0;  // edits that version 1 let lie are looked at now
    mailbox.applied_rules = "global_folder=on";
    mailbox.server = "graph";  // all there was
    mailbox.open_work = 3;
    EXPECT_EQ(done(store->mailbox(jule)), mailbox);

    const std::string unknown = "1970-01-01T00:00:00Z";  // never "nobody but us ever saved it"
    const auto sahin = card({{Field::surname, "Şahin"}});
    const auto ek = card({{Field::surname, "Ek"}});
    const auto ek_seen = card({{Field::surname, "Ek"}, {Field::notes, "mine"}});
    const std::map<ContactId, Shadow> shadows = {
        {ContactId(7),
         {ItemId("item 7"), ChangeKey("key 7"), FolderRole::mine, sahin, sahin, unknown}},
        {ContactId(8),
         {ItemId("item 8"), ChangeKey("key 8"), FolderRole::global, ek, ek_seen, unknown}}};
    EXPECT_EQ(done(store->shadows(jule)), shadows);

    const Intent intent{5,
                        Intent::Kind::move,
                        ContactId(9),
                        FolderRole::global,
                        ItemId("item 9"),
                        std::nullopt,
                        card({{Field::city, "Ulm"}}),
                        {},
                        at(1000)};
    EXPECT_EQ(done(store->open_intents(jule)), std::vector{intent});
    const ItemError error{ContactId(10), "ErrorItemSave", "birthday", at(2000), 4};
    EXPECT_EQ(done(store->item_errors(jule)), std::vector{error});
    const Held held{jule, {"aaaa", 30, 40, 10, 20, true}, at(3000), true};
    EXPECT_EQ(done(store->held()), std::vector{held});
    const std::map<std::string, std::string> settings = {{"sync.global_folder", "false"}};
    EXPECT_EQ(done(store->settings()), settings);
    const SettingChange change{at(4000), "admin", "sync.global_folder", "", "", "false"};
    EXPECT_EQ(done(store->setting_history(9)), std::vector{change});
    const PassRecord pass{jule,   at(5000),   at(6000), {1, 2, 3, 4, 5, 6, 0, 7, 8},
                          "held", "throttled"};
    EXPECT_EQ(done(store->last_passes()), std::vector{pass});
    EXPECT_EQ(done(store->source_counts()), (reconcile::SourceCounts{20'000, 0, 0, 0, 0}));
    EXPECT_EQ(done(store->memories(jule, at(6000))), Memories{});
}

}  // namespace
}  // namespace hqsync::state
