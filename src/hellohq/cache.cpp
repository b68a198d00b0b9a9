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
constexpr std::string_view took_note = "read_took";
constexpr std::string_view generation_note = "generation";

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

std::optional<std::int64_t> number_of(const std::string& text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || read.ec != std::errc()) return std::nullopt;
    return number;
}

}  // namespace

Cache::Cache(sqlite::Disposable database) : database_(std::move(database)) {}

Result<std::unique_ptr<Cache>> Cache::open(const std::filesystem::path& file) {
    auto database = sqlite::Disposable::open(file, {application_id, sql::migrations, what});
    if (!database) return fail(database.error());
    return std::unique_ptr<Cache>(new Cache(*std::move(database)));
}

/// Whoever stores next and finds another number knows that he was not alone.
void Cache::count_up(sqlite::Database& database) {
    const auto last = note_of(database, generation_note);
    const auto next = std::to_string(number_of(last).value_or(0) + 1);
    set_note(database, generation_note, next);
    if (last == generation_) generation_ = next;
}

Result<Tables> Cache::load(const std::string& source) {
    return database_.run([&](sqlite::Database& database) {
        Transaction transaction(database, Transaction::Kind::read);
        Tables tables;
        generation_ = note_of(database, generation_note);
        if (note_of(database, source_note) != source) return tables;
        bool is_read = true;
        each_table(tables, tables,
                   [&](auto& table, auto&) { is_read = is_read && load_table(database, table); });
        if (!is_read) return Tables{};
        const auto whole = number_of(note_of(database, whole_note));
        if (whole) tables.read_whole = Instant(Milliseconds(*whole));
        tables.took = Milliseconds(number_of(note_of(database, took_note)).value_or(0));
        transaction.commit();
        return tables;
    });
}

Result<bool> Cache::is_as_left() {
    return database_.run([&](sqlite::Database& database) {
        return note_of(database, generation_note) == generation_;
    });
}

Result<void> Cache::store(const std::string& source, const Tables& before, const Tables& after) {
    return database_.run([&](sqlite::Database& database) {
        Transaction transaction(database, Transaction::Kind::write);
        // What another process or another login left is nothing to build upon.
        const bool goes_on = before.read_whole && note_of(database, source_note) == source &&
                             note_of(database, generation_note) == generation_;
        const Tables nothing;
        if (!goes_on) {
            generation_ = note_of(database, generation_note);
            database.execute(sql::clear);
            set_note(database, generation_note, generation_);
        }
        each_table(goes_on ? before : nothing, after,
                   [&](const auto& old, const auto& now) { store_table(database, old, now); });
        set_note(database, source_note, source);
        if (after.read_whole) {
            set_note(database, whole_note,
                     std::to_string(after.read_whole->time_since_epoch().count()));
        }
        set_note(database, took_note, std::to_string(after.took.count()));
        count_up(database);
        transaction.commit();
    });
}

Result<void> Cache::put(const std::string& source, const ContactPerson& person) {
    return database_.run([&](sqlite::Database& database) {
        Transaction transaction(database, Transaction::Kind::write);
        if (note_of(database, source_note) != source) return;
        database.query(sql::put)
            .bind(shape(person).set)
            .bind(person.id.value())
            .bind(kept(person))
            .run();
        count_up(database);
        transaction.commit();
    });
}

Result<void> Cache::clear() {
    return database_.run([&](sqlite::Database& database) {
        Transaction transaction(database, Transaction::Kind::write);
        const auto generation = note_of(database, generation_note);
        database.execute(sql::clear);
        set_note(database, generation_note, generation);
        count_up(database);
        transaction.commit();
    });
}

}  // namespace hqsync::hellohq
