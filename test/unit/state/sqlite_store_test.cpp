// The state store on SQLite: the contract, and what only a file can do: be locked, foreign,
// damaged.
#include "state/sqlite_store.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <list>

#include "state/sql.hpp"
#include "state/sql_decisions.hpp"
#include "unit/state/sqlite_files.hpp"
#include "unit/state/store_contract.hpp"

namespace hqsync::state {
namespace {

using sqlite::Database;
using namespace hqsync::test;

/// A closed database with so many shadows that it has many pages.
void fill(const std::string& path) {
    Receipt receipt;
    for (std::int64_t id = 1; id <= 300; ++id) {
        receipt.shadows.emplace(ContactId(id), shadow("item " + std::to_string(id)));
    }
    done(opened(path)->close(jule, receipt));
}

class SqliteHarness final : public StoreHarness {
public:
    std::unique_ptr<StateStore> open() override { return opened(folder_.file()); }
    void refuse_item_error_of(ContactId contact) override {
        raw(folder_.file())
            ->execute("CREATE TRIGGER refuse BEFORE INSERT ON item_error WHEN NEW.contact = " +
                      std::to_string(contact.value()) + " BEGIN SELECT RAISE(ABORT, 'no'); END");
    }

private:
    Folder folder_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StateStoreContract,
                         testing::Values(StoreMaker{
                             "sqlite", [] { return std::make_unique<SqliteHarness>(); }}),
                         [](const auto& info) { return info.param.name; });

TEST(SqliteStore, LetsOneRunWorkAtATimeAndOthersLook) {
    const Folder folder;
    auto run = opened(folder.file(), Access::run);
    const auto second = open_sqlite(folder.file(), Access::run);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "state.locked");
    EXPECT_EQ(second.error().reach, Reach::configuration);
    auto status = opened(folder.file(), Access::shared);
    done(run->close(jule, {.shadows = {{ContactId(1), shadow("i")}}}));
    EXPECT_EQ(done(status->shadows(jule)).size(), 1U);
    done(status->set_source_counts({3, 0, 0, 0, 0}));
    EXPECT_EQ(done(run->source_counts()).contacts, 3U);
    run.reset();
    EXPECT_NE(opened(folder.file(), Access::run), nullptr);
}

TEST(SqliteStore, KeepsIntentsAndFreesTheLockWhenAProcessDies) {
    const Folder folder;
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto run = open_sqlite(folder.file(), Access::run);
        const bool is_open = run && await((*run)->open(jule, {intent(1), intent(2)}, {}));
        ::_exit(is_open ? 0 : 1);  // nothing is closed, nothing is destroyed
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_EQ(done(opened(folder.file(), Access::run)->open_intents(jule)).size(), 2U);
}

TEST(SqliteStore, SaysWhatToDoWhenTheFolderIsMissing) {
    const Folder folder;
    EXPECT_EQ(code_of_opening(folder.file() + "/none/state.db"), "database.open");
    EXPECT_EQ(code_of_opening(folder.file() + "/none/state.db", Access::run), "state.lock");
}

TEST(SqliteStore, LeavesFilesAloneThatAreNotItsOwn) {
    const Folder folder;
    overwrite(folder.file(), std::string(5'000, 'x'));
    EXPECT_EQ(code_of_opening(folder.file()), "database.damaged");
    EXPECT_EQ(content(folder.file()), std::string(5'000, 'x'));

    std::filesystem::remove(folder.file());
    constexpr std::array<std::string_view, 1> other = {"CREATE TABLE theirs (id INTEGER)"};
    for (const std::int32_t application : {0, 4711}) {
        ASSERT_TRUE(Database::open(folder.file(), {application, other, "other database"}));
        const auto before = content(folder.file());
        EXPECT_EQ(code_of_opening(folder.file()), "database.foreign");
        EXPECT_EQ(content(folder.file()), before);
        std::filesystem::remove(folder.file());
    }
}

TEST(SqliteStore, RefusesADatabaseOfANewerVersion) {
    const Folder folder;
    fill(folder.file());
    raw(folder.file())->execute("PRAGMA user_version = 99");
    const auto before = content(folder.file());
    EXPECT_EQ(code_of_opening(folder.file()), "database.newer");
    EXPECT_EQ(content(folder.file()), before);
}

/// The fault of opening or of the first reading.
std::string code_of_reading(const std::string& path) {
    const auto store = open_sqlite(path, Access::shared);
    if (!store) return store.error().code;
    const auto shadows = await((*store)->shadows(jule));
    return shadows ? "read" : shadows.error().code;
}

TEST(SqliteStore, ReportsATruncatedFileAndLeavesIt) {
    const Folder folder;
    fill(folder.file());
    ASSERT_EQ(code_of_reading(folder.file()), "read");
    const auto damaged = content(folder.file()).substr(0, 40'000);
    overwrite(folder.file(), damaged);
    EXPECT_EQ(code_of_reading(folder.file()), "database.damaged");
    EXPECT_EQ(content(folder.file()), damaged);
}

TEST(SqliteStore, ReportsOverwrittenPagesAndLeavesThem) {
    const Folder folder;
    fill(folder.file());
    auto damaged = content(folder.file());
    ASSERT_GT(damaged.size(), 60'000U);
    std::fill(damaged.begin() + 4'096, damaged.end(), '\x55');
    overwrite(folder.file(), damaged);
    EXPECT_EQ(code_of_reading(folder.file()), "database.damaged");
    EXPECT_EQ(content(folder.file()), damaged);
}

TEST(SqliteStore, NeverTakesAnUnreadableCardForAnEmptyOne) {
    for (const auto* const damage :
         {"UPDATE shadow SET seen = 'x'", "UPDATE shadow SET synced = ''",
          "UPDATE shadow SET synced = '{\"surname\":1}'", "UPDATE shadow SET folder = 'else'"}) {
        const Folder folder;
        fill(folder.file());
        raw(folder.file())->execute(damage);
        EXPECT_EQ(code_of_reading(folder.file()), "database.damaged") << damage;
    }
    const Folder folder;
    fill(folder.file());
    raw(folder.file())->execute("UPDATE shadow SET synced = '{\"of_a_later_version\":\"x\"}'");
    EXPECT_EQ(code_of_reading(folder.file()), "read");
}

/// The code of the first fault of reading what people decide or may want back.
std::string code_of_reading_decisions(const std::string& path) {
    const auto store = opened(path);
    const auto memories = await(store->memories(jule, at(0)));
    if (!memories) return memories.error().code;
    const auto conflicts = await(store->conflicts(10));
    if (!conflicts) return conflicts.error().code;
    const auto backups = await(store->backups({}));
    return backups ? "read" : backups.error().code;
}

TEST(SqliteStore, TakesNoDecisionFromADamagedRow) {
    for (const auto* const damage :
         {"UPDATE shadow SET folder = folder", "UPDATE conflict SET field = 'else'",
          "UPDATE conflict SET winner = 'both'", "UPDATE conflict SET taken = ''",
          "UPDATE proposal SET card = '{'", "UPDATE proposal SET candidates = '7'",
          "UPDATE proposal SET state = 'else'", "UPDATE kept_away SET folder = 'else'",
          "PRAGMA ignore_check_constraints = ON; UPDATE proposal SET state = 'accepted'",
          "UPDATE backup SET before = '[]'", "UPDATE backup SET kind = 'else'",
          "UPDATE backup SET folder = ''"}) {
        const Folder folder;
        fill(folder.file());
        const auto store = opened(folder.file());
        done(store->open(jule, {}, {backup(1, 1)}));
        done(store->close(jule, {.conflicts = {conflict(1, "x")},
                                 .kept_away = {{ContactId(1), FolderRole::mine}},
                                 .proposals = {proposal("item")}}));
        raw(folder.file())->execute(damage);
        const auto* const expected =
            std::string_view(damage).contains("shadow") ? "read" : "database.damaged";
        EXPECT_EQ(code_of_reading_decisions(folder.file()), expected) << damage;
    }
}

TEST(SqliteStore, OpensIntentsAndBackupsTogetherOrNotAtAll) {
    const Folder folder;
    const auto store = opened(folder.file());
    raw(folder.file())
        ->execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON backup WHEN NEW.contact = 2 "
            "BEGIN SELECT RAISE(ABORT, 'no'); END");
    EXPECT_FALSE(await(store->open(jule, {intent(1)}, {backup(1, 1), backup(1, 2)})));
    EXPECT_TRUE(done(store->open_intents(jule)).empty());
    EXPECT_TRUE(done(store->backups({})).empty());
}

TEST(SqliteStore, RemembersWithoutSearchingOtherMailboxes) {
    const Folder folder;
    opened(folder.file());
    std::list<std::string> texts;  // the database keeps statements by where their texts lie
    const auto database = raw(folder.file());
    for (const auto statement :
         {sql::kept_away_of_mailbox, sql::proposals_of_mailbox, sql::doubtful, sql::quarrels,
          sql::mailbox_row, sql::put_conflict}) {
        texts.push_back("EXPLAIN QUERY PLAN " + std::string(statement));
        auto query = database->query(texts.back());
        while (query.step()) {
            for (int column = 0; column < 3; ++column)
                query.integer();
            const auto step = query.text();
            EXPECT_FALSE(step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW") << statement;
        }
    }
}

TEST(SqliteStore, StoresSeenOnlyWhereItDiffers) {
    const Folder folder;
    auto edited = shadow("two");
    edited.seen[Field::notes] = "mine";
    done(opened(folder.file())
             ->close(jule, {.shadows = {{ContactId(1), shadow("one")}, {ContactId(2), edited}}}));
    const auto database = raw(folder.file());
    auto query = database->query("SELECT group_concat(contact) FROM shadow WHERE seen IS NULL");
    query.step();
    EXPECT_EQ(query.text(), "1");
}

TEST(SqliteStore, KeepsTheNewestPassesAndTheLastOfEachMailbox) {
    const Folder folder;
    const auto store = opened(folder.file());
    done(store->record({.mailbox = max, .outcome = "held"}));
    done(store->record({.mailbox = jule, .outcome = "failed"}));
    const auto database = raw(folder.file());
    database->execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100) "
        "INSERT INTO pass (mailbox, started, ended, created, updated, moved, deleted, adopted, "
        "conflicts, pulled, failed, requests, outcome, fault) "
        "SELECT (SELECT id FROM mailbox WHERE address LIKE 'jule%'), i, i, 0, 0, 0, 0, 0, 0, 0, 0, "
        "0, "
        "'done', '' FROM n");
    done(store->record({.mailbox = jule, .outcome = "item_errors"}));
    auto query = database->query("SELECT count(*) FROM pass");
    query.step();
    EXPECT_EQ(query.integer(), 10'001) << "10,000 newest, and the only one of the other mailbox";
    const auto last = done(store->last_passes());
    ASSERT_EQ(last.size(), 2U);
    EXPECT_EQ(last[0].outcome, "item_errors");
    EXPECT_EQ(last[1].outcome, "held");
}

}  // namespace
}  // namespace hqsync::state
