// A thin owner of one SQLite connection: statements by named constants, transactions that roll
// back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace hqsync::sqlite {

/// Thrown inside a floor that uses SQLite, and turned into a Fault at its edge (`guarded`).
class Error : public std::runtime_error {
public:
    Error(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] int code() const { return code_; }

private:
    int code_;
};

/// A prepared statement between two resets. Parameters and columns are taken in their order.
class Query {
public:
    explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t value);
    Query& bind(std::string_view text);
    Query& bind_optional(const std::optional<std::string>& text);
    Query& bind_optional(std::optional<std::int64_t> value);
    /// True while there is a row; columns are then read from the first on.
    bool step();
    /// For statements without rows.
    void run();

    std::int64_t integer();
    std::optional<std::int64_t> optional_integer();
    std::string text();
    std::optional<std::string> optional_text();

private:
    sqlite3_stmt* statement_;
    int parameter_ = 0;
    int column_ = 0;
};

/// What makes a file ours, and how it grows from version to version.
struct Schema {
    std::int32_t application_id;
    /// Statement texts; the n-th leads from version n to n+1. Only ever added to.
    std::span<const std::string_view> migrations;
    std::string_view what;  ///< for messages: "state database"
};

class Database {
public:
    /// Opens the file, or creates it for its owner only (WAL, synchronous FULL, foreign keys on, 5
    /// s of patience with other processes) and migrates it. Faults: configuration "database.open",
    /// run "database.foreign", "database.newer", "database.damaged".
    static Result<std::unique_ptr<Database>> open(const std::string& path, const Schema& schema);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// `sql` is a named constant: it is prepared once and kept.
    Query query(std::string_view sql);
    void execute(std::string_view sql);
    [[nodiscard]] std::int64_t last_row_id() const;
    [[nodiscard]] bool is_in_transaction() const;

private:
    explicit Database(sqlite3* connection) : connection_(connection) {}
    sqlite3* connection_;
    std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
};

/// Rolled back unless committed. One inside another is a savepoint: it is undone alone, and durable
/// with the outer one.
class Transaction {
public:
    enum class Kind : std::uint8_t { read, write };
    Transaction(Database& database, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& database_;
    const bool is_inner_;
    bool is_open_ = true;
};

Fault fault_of(const Error& error, std::string_view what);

/// Runs `work` and answers its value, or the fault of the Error that it threw.
template <class Work>
auto guarded(std::string_view what, Work work) -> Result<decltype(work())> {
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const Error& error) {
        return fail(fault_of(error, what));
    }
}

}  // namespace hqsync::sqlite
