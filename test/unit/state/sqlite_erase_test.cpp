// What the files of a state database still hold after an erasure: nothing of the contact.
#include "state/tables.hpp"
#include "unit/state/sqlite_files.hpp"
#include "unit/state/store_contract.hpp"

namespace hqsync::state {
namespace {

using namespace hqsync::test;

const std::string secret = "Zyx-7391-Qwv";

bool is_in_files(const Folder& folder, const std::string& text) {
    for (const auto* const part : {"", "-wal", "-journal"}) {
        if (content(folder.file() + part).contains(text)) return true;
    }
    return false;
}

/// The contact everywhere, also in rows that are replaced and deleted again.
void fill(StateStore& store, std::int64_t contact, const std::string& text) {
    auto secret_shadow = shadow("item");
    secret_shadow.synced = secret_shadow.seen = full_card(text);
    auto found = proposal("item of " + std::to_string(contact));
    found.card = full_card(text);
    found.candidates = {ContactId(contact)};
    auto written = intent(contact);
    written.card = full_card(text);
    auto kept = backup(1, contact);
    kept.before = {{Field::notes, text}};
    for (int round = 0; round < 10; ++round) {
        const auto opened = done(store.open(jule, {written}, {kept}));
        done(store.close(jule, {.shadows = {{ContactId(contact), secret_shadow}},
                                .closed_intents = {opened[0].id},
                                .conflicts = {conflict(contact, text + std::to_string(round))},
                                .proposals = {found}}));
    }
    done(store.close(
        jule, {.shadows = {{ContactId(contact), std::nullopt}}, .proposals_ended = {found.item}}));
    done(store.open(jule, {written}, {}));
    done(store.close(jule,
                     {.shadows = {{ContactId(contact), secret_shadow}}, .proposals = {found}}));
}

TEST(SqliteStore, LeavesNothingOfAnErasedContactInItsFiles) {
    const Folder folder;
    const auto store = opened(folder.file());
    const auto beside = opened(folder.file());
    fill(*store, 1, secret);
    fill(*store, 2, "Of-Another");
    EXPECT_TRUE(is_in_files(folder, secret));
    done(beside->shadows(jule));
    done(store->erase(ContactId(1)));
    EXPECT_FALSE(is_in_files(folder, secret));
    EXPECT_TRUE(is_in_files(folder, "Of-Another"));
    EXPECT_EQ(done(beside->shadows(jule)).size(), 1U) << "a connection beside it works on";
}

/// As SQLite is by default elsewhere: Debian's overwrites deleted rows unasked.
std::unique_ptr<sqlite::Database> careless(const std::string& path) {
    auto database = raw(path);
    database->execute("PRAGMA secure_delete = OFF");
    return database;
}

TEST(SqliteStore, CleansPagesThatEarlierDeletionsLeft) {
    const Folder folder;
    fill(*opened(folder.file()), 1, secret);
    careless(folder.file())
        ->execute(
            "DELETE FROM shadow; DELETE FROM intent; DELETE FROM backup; "
            "DELETE FROM conflict; DELETE FROM proposal");
    ASSERT_TRUE(is_in_files(folder, secret));
    EXPECT_EQ(done(opened(folder.file())->erase(ContactId(1))), Erased{});
    EXPECT_FALSE(is_in_files(folder, secret));
}

TEST(SqliteStore, OverwritesErasedRowsEvenIfItCannotRewriteTheFile) {
    const Folder folder;
    fill(*opened(folder.file()), 1, secret);
    {
        auto database = careless(folder.file());
        auto& connection = *database;
        Tables tables(std::move(database));
        auto open_statement = connection.query("SELECT id FROM mailbox");
        ASSERT_TRUE(open_statement.step());
        EXPECT_THROW(tables.erase(ContactId(1)), sqlite::Error) << "no VACUUM beside a statement";
    }
    EXPECT_FALSE(is_in_files(folder, secret));
}

TEST(SqliteStore, SaysWhenAnotherProcessKeepsErasedRowsInTheFiles) {
    const Folder folder;
    fill(*opened(folder.file()), 1, secret);
    auto database = raw(folder.file());
    database->execute("PRAGMA busy_timeout = 0");
    Tables tables(std::move(database));
    const auto reader = raw(folder.file());
    reader->execute("BEGIN");
    reader->query("SELECT count(*) FROM shadow").run();
    try {
        tables.erase(ContactId(1));
        FAIL() << "the reader still sees the contact";
    } catch (const sqlite::Error& error) {
        EXPECT_EQ(sqlite::fault_of(error, "").code, "database.busy");
    }
    EXPECT_TRUE(is_in_files(folder, secret));
    reader->execute("COMMIT");
    EXPECT_EQ(tables.erase(ContactId(1)), Erased{});
    EXPECT_FALSE(is_in_files(folder, secret));
}

}  // namespace
}  // namespace hqsync::state
