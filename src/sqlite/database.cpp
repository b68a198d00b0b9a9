// SQLite's C interface, owned and checked.
#include "sqlite/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fmt/format.h>

namespace hqsync::sqlite {

namespace {

constexpr int patience_milliseconds = 5'000;

[[noreturn]] void raise(sqlite3* connection) {
    throw Error(sqlite3_errcode(connection), sqlite3_errmsg(connection));
}

std::int64_t pragma_number(Database& database, const char* sql) {
    auto query = database.query(sql);
    return query.step() ? query.integer() : 0;
}

void migrate(Database& database, const Schema& schema, std::int64_t from) {
    Transaction transaction(database, Transaction::Kind::write);
    // Another process may have done it while we waited for the lock.
    from = pragma_number(database, "PRAGMA user_version");
    for (auto version = static_cast<std::size_t>(from); version < schema.migrations.size();
         ++version) {
        database.execute(schema.migrations[version]);
    }
    database.execute(fmt::format("PRAGMA application_id = {}", schema.application_id));
    database.execute(fmt::format("PRAGMA user_version = {}", schema.migrations.size()));
    transaction.commit();
}

Result<void> check_owner(Database& database, const Schema& schema, const std::string& path) {
    // One snapshot: another process may be making the file.
    std::int64_t owner = 0;
    std::int64_t tables = 0;
    std::int64_t version = 0;
    {
        const Transaction snapshot(database, Transaction::Kind::read);
        tables = pragma_number(database, "SELECT count(*) FROM sqlite_schema");
        owner = pragma_number(database, "PRAGMA application_id");
        version = pragma_number(database, "PRAGMA user_version");
    }
    if (owner != schema.application_id && (owner != 0 || tables > 0)) {
        return fail({Reach::run, "database.foreign",
                     fmt::format("{} is no {} of hqsync; it was left alone", path, schema.what)});
    }
    if (version > static_cast<std::int64_t>(schema.migrations.size())) {
        return fail({Reach::run, "database.newer",
                     fmt::format("{} was written by a newer hqsync (version {}, known up to {})",
                                 path, version, schema.migrations.size())});
    }
    if (version < static_cast<std::int64_t>(schema.migrations.size())) {
        migrate(database, schema, version);
    }
    return {};
}

/// SQLite would let the umask decide, and gives its -wal and -shm the mode of the database.
void make_private(const std::string& path) {
    if (path == ":memory:") return;
    const int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (handle >= 0) ::close(handle);
}

}  // namespace

Query::~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::int64_t value) {
    if (sqlite3_bind_int64(statement_, ++parameter_, value) != SQLITE_OK) {
        raise(sqlite3_db_handle(statement_));
    }
    return *this;
}

Query& Query::bind(std::string_view text) {
    const auto bound = sqlite3_bind_text64(statement_, ++parameter_, text.data(), text.size(),
                                           SQLITE_TRANSIENT, SQLITE_UTF8);
    if (bound != SQLITE_OK) raise(sqlite3_db_handle(statement_));
    return *this;
}

Query& Query::bind_optional(const std::optional<std::string>& text) {
    if (text) return bind(std::string_view(*text));
    if (sqlite3_bind_null(statement_, ++parameter_) != SQLITE_OK) {
        raise(sqlite3_db_handle(statement_));
    }
    return *this;
}

Query& Query::bind_optional(std::optional<std::int64_t> value) {
    if (value) return bind(*value);
    return bind_optional(std::optional<std::string>{});
}

bool Query::step() {
    column_ = 0;
    const auto result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    raise(sqlite3_db_handle(statement_));
}

void Query::run() {
    while (step()) {
    }
}

std::int64_t Query::integer() {
    return sqlite3_column_int64(statement_, column_++);
}

std::optional<std::int64_t> Query::optional_integer() {
    if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return integer();
    ++column_;
    return std::nullopt;
}

std::string Query::text() {
    return optional_text().value_or(std::string{});
}

std::optional<std::string> Query::optional_text() {
    const auto column = column_++;
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
    const void* octets = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return size == 0 ? std::string{} : std::string(static_cast<const char*>(octets), size);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const Schema& schema) {
    make_private(path);
    sqlite3* connection = nullptr;
    const auto opened = sqlite3_open_v2(path.c_str(), &connection,
                                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    std::unique_ptr<Database> database(new Database(connection));
    if (opened != SQLITE_OK) {
        return fail({Reach::configuration, "database.open",
                     fmt::format("{} cannot be opened: {}; the folder must exist and be writable",
                                 path, sqlite3_errmsg(connection))});
    }
    try {
        sqlite3_busy_timeout(connection, patience_milliseconds);
        const auto checked = check_owner(*database, schema, path);
        if (!checked) return fail(checked.error());
        database->execute("PRAGMA journal_mode = WAL");
        database->execute("PRAGMA synchronous = FULL");
        database->execute("PRAGMA foreign_keys = ON");
    } catch (const Error& error) {
        auto fault = fault_of(error, schema.what);
        fault.detail = fmt::format("{}: {}", path, fault.detail);
        return fail(std::move(fault));
    }
    return database;
}

Database::~Database() {
    for (const auto& [sql, statement] : statements_)
        sqlite3_finalize(statement);
    sqlite3_close(connection_);
}

Query Database::query(std::string_view sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return Query(known->second);
    sqlite3_stmt* statement = nullptr;
    const auto prepared = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                             SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (prepared != SQLITE_OK) raise(connection_);
    statements_.emplace(sql, statement);
    return Query(statement);
}

void Database::execute(std::string_view sql) {
    const std::string text(sql);
    if (sqlite3_exec(connection_, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        raise(connection_);
    }
}

bool Database::is_in_transaction() const {
    return sqlite3_get_autocommit(connection_) == 0;
}

std::int64_t Database::last_row_id() const {
    return sqlite3_last_insert_rowid(connection_);
}

Transaction::Transaction(Database& database, Kind kind)
    : database_(database), is_inner_(database.is_in_transaction()) {
    database_.execute(is_inner_             ? "SAVEPOINT inner_one"
                      : kind == Kind::write ? "BEGIN IMMEDIATE"
                                            : "BEGIN");
}

Transaction::~Transaction() {
    if (!is_open_) return;
    try {
        database_.execute(is_inner_ ? "ROLLBACK TO inner_one; RELEASE inner_one" : "ROLLBACK");
    } catch (const Error&) {
        // SQLite has rolled back by itself already, after a full disk for example.
    }
}

void Transaction::commit() {
    database_.execute(is_inner_ ? "RELEASE inner_one" : "COMMIT");
    is_open_ = false;
}

Fault fault_of(const Error& error, std::string_view what) {
    const auto primary = error.code() & 0xFF;
    const bool is_damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
    if (is_damaged) {
        return {Reach::run, "database.damaged",
                fmt::format("the {} is damaged ({}); restore a backup, or move the file away and "
                            "start again (docs/operations.md, section 9)",
                            what, error.what())};
    }
    if (primary == SQLITE_BUSY) {
        return {
            Reach::run, "database.busy", fmt::format("another process keeps the {} locked", what),
            {},         false,           true};
    }
    return {Reach::run, "database.failed", fmt::format("the {} failed: {}", what, error.what())};
}

}  // namespace hqsync::sqlite
