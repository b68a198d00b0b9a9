// The state store on SQLite: the contract, and what only a file can do: be locked, foreign,
// damaged.
#include "state/sqlite_store.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sqlite/database.hpp"
#include "state/sql.hpp"
#include "unit/state/store_contract.hpp"

namespace hqsync::state {
namespace {

using sqlite::Database;
using sqlite::Schema;
using namespace hqsync::test;

/// Removed with everything in it.
class Folder {
public:
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "hqsync-state-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string file() const { return (path_ / "state.db").string(); }

private:
    std::filesystem::path path_;
};

std::unique_ptr<StateStore> opened(const std::string& path, Access access = Access::shared) {
    auto store = open_sqlite(path, access);
    if (!store) {
        ADD_FAILURE() << to_text(store.error());
        return nullptr;
    }
    return *std::move(store);
}

std::string code_of_opening(const std::string& path, Access access = Access::shared) {
    const auto store = open_sqlite(path, access);
    return store ? "opened" : store.error().code;
}

std::unique_ptr<Database> raw(const std::string& path) {
    auto database = Database::open(path, {sql::application_id, sql::migrations, "state database"});
    EXPECT_TRUE(database);
    return *std::move(database);
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void overwrite(const std::string& path, const std::string& octets) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << octets;
}

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
    done(status->set_source_contacts(3));
    EXPECT_EQ(done(run->source_contacts()), 3U);
    run.reset();
    EXPECT_NE(opened(folder.file(), Access::run), nullptr);
}

TEST(SqliteStore, KeepsIntentsAndFreesTheLockWhenAProcessDies) {
    const Folder folder;
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto run = open_sqlite(folder.file(), Access::run);
        const bool is_open = run && app::await((*run)->open(jule, {intent(1), intent(2)}));
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
    fill(fresh.file());
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

/// The fault of opening or of the first reading.
std::string code_of_reading(const std::string& path) {
    const auto store = open_sqlite(path, Access::shared);
    if (!store) return store.error().code;
    const auto shadows = app::await((*store)->shadows(jule));
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
        "conflicts, failed, requests, outcome, fault) "
        "SELECT (SELECT id FROM mailbox WHERE address LIKE 'jule%'), i, i, 0, 0, 0, 0, 0, 0, 0, 0, "
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
