// One row a record, as JSON; what is read to continue stands in "note".
#include "hellohq/cache.hpp"

#include <array>
#include <charconv>
#include <system_error>

#include <fmt/format.h>
#include <simdjson.h>

#include "hellohq/records.hpp"
#include "sqlite/database.hpp"

namespace hqsync::hellohq {

namespace {

using sqlite::Transaction;

constexpr std::string_view what = "cache of helloHQ";
constexpr std::int32_t application_id = 0x68714C43;  // "hqLC"

namespace sql {
constexpr std::string_view version_1 =
    "CREATE TABLE record (entity TEXT NOT NULL, id INTEGER NOT NULL, json TEXT NOT NULL,"
    " PRIMARY KEY (entity, id)) WITHOUT ROWID;"
    "CREATE TABLE note (name TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;";
constexpr std::array<std::string_view, 1> migrations = {version_1};
constexpr std::string_view all = "SELECT json FROM record WHERE entity = ? ORDER BY id";
constexpr std::string_view put =
    "INSERT OR REPLACE INTO record (entity, id, json) VALUES (?, ?, ?)";
constexpr std::string_view drop = "DELETE FROM record WHERE entity = ? AND id = ?";
constexpr std::string_view note = "SELECT text FROM note WHERE name = ?";
constexpr std::string_view put_note = "INSERT OR REPLACE INTO note (name, text) VALUES (?, ?)";
constexpr std::string_view clear = "DELETE FROM record; DELETE FROM note;";
}  // namespace sql

constexpr std::string_view source_note = "source";
constexpr std::string_view whole_note = "read_whole";

std::string note_of(sqlite::Database& database, std::string_view name) {
    auto query = database.query(sql::note);
    query.bind(name);
    return query.step() ? query.text() : std::string();
}

void set_note(sqlite::Database& database, std::string_view name, std::string_view text) {
    database.query(sql::put_note).bind(name).bind(text).run();
}

std::string latest_note(std::string_view set) {
    return fmt::format("latest {}", set);
}

/// False: a row cannot be read.
template <class Record>
bool load_table(sqlite::Database& database, Table<Record>& table) {
    const auto set = shape(Record{}).set;
    simdjson::dom::parser parser;
    auto query = database.query(sql::all);
    query.bind(set);
    while (query.step()) {
        simdjson::dom::object json;
        Record record;
        const bool is_read = parser.parse(query.text()).get(json) == simdjson::SUCCESS &&
                             read(json, Origin::kept, record).has_value();
        if (!is_read) return false;
        const auto id = record.id.value();
        table.rows.emplace_hint(table.rows.end(), id, std::move(record));
    }
    table.latest = note_of(database, latest_note(set));
    return true;
}

template <class Record>
void store_table(sqlite::Database& database, const Table<Record>& before,
                 const Table<Record>& after) {
    const auto set = shape(Record{}).set;
    for (const auto& [id, record] : after.rows) {
        const auto known = before.rows.find(id);
        if (known != before.rows.end() && known->second == record) continue;
        database.query(sql::put).bind(set).bind(id).bind(kept(record)).run();
    }
    for (const auto& [id, record] : before.rows) {
        if (!after.rows.contains(id)) database.query(sql::drop).bind(set).bind(id).run();
    }
    set_note(database, latest_note(set), after.latest);
}

std::optional<Instant> instant_of(const std::string& text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || read.ec != std::errc()) return std::nullopt;
    return Instant(Milliseconds(number));
}

}  // namespace

Cache::Cache(std::unique_ptr<sqlite::Database> database) : database_(std::move(database)) {}
Cache::~Cache() = default;

Result<std::unique_ptr<Cache>> Cache::open(const std::filesystem::path& file) {
    auto database = sqlite::Database::open(file.string(), {application_id, sql::migrations, what});
    if (!database) return fail(database.error());
    using enum std::filesystem::perms;
    std::error_code error;
    std::filesystem::permissions(file, owner_read | owner_write, error);
    return std::unique_ptr<Cache>(new Cache(*std::move(database)));
}

Result<Tables> Cache::load(const std::string& source) {
    return sqlite::guarded(what, [&] {
        Transaction transaction(*database_, Transaction::Kind::read);
        Tables tables;
        if (note_of(*database_, source_note) != source) return tables;
        bool is_read = true;
        each_table(tables, tables,
                   [&](auto& table, auto&) { is_read = is_read && load_table(*database_, table); });
        if (!is_read) return Tables{};
        tables.read_whole = instant_of(note_of(*database_, whole_note));
        transaction.commit();
        return tables;
    });
}

Result<void> Cache::store(const std::string& source, const Tables& before, const Tables& after) {
    return sqlite::guarded(what, [&] {
        Transaction transaction(*database_, Transaction::Kind::write);
        // What another process left of another source is nothing to build upon.
        const bool is_same = note_of(*database_, source_note) == source;
        const Tables nothing;
        if (!is_same) database_->execute(sql::clear);
        each_table(is_same ? before : nothing, after,
                   [&](const auto& old, const auto& now) { store_table(*database_, old, now); });
        set_note(*database_, source_note, source);
        if (after.read_whole) {
            set_note(*database_, whole_note,
                     std::to_string(after.read_whole->time_since_epoch().count()));
        }
        transaction.commit();
    });
}

Result<void> Cache::put(const std::string& source, const ContactPerson& person) {
    return sqlite::guarded(what, [&] {
        Transaction transaction(*database_, Transaction::Kind::write);
        if (note_of(*database_, source_note) != source) return;
        database_->query(sql::put)
            .bind(shape(person).set)
            .bind(person.id.value())
            .bind(kept(person))
            .run();
        transaction.commit();
    });
}

Result<void> Cache::clear() {
    return sqlite::guarded(what, [&] {
        Transaction transaction(*database_, Transaction::Kind::write);
        database_->execute(sql::clear);
        transaction.commit();
    });
}

}  // namespace hqsync::hellohq
