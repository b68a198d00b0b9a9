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

Result<std::unique_ptr<sqlite::Database>> open_database(const std::filesystem::path& file) {
    auto database = sqlite::Database::open(file.string(), {application_id, sql::migrations, what});
    if (!database) return fail(database.error());
    using enum std::filesystem::perms;
    std::error_code error;
    std::filesystem::permissions(file, owner_read | owner_write, error);
    return database;
}

bool is_worthless(const Fault& fault) {
    return fault.code == "database.damaged" || fault.code == "database.newer";
}

void remove_files(const std::filesystem::path& file) {
    for (const auto* ending : {"", "-wal", "-shm"}) {
        std::error_code error;
        std::filesystem::remove(file.string() + ending, error);
    }
}

}  // namespace

Cache::Cache(std::filesystem::path file, std::unique_ptr<sqlite::Database> database)
    : file_(std::move(file)), database_(std::move(database)) {}
Cache::~Cache() = default;

Result<std::unique_ptr<Cache>> Cache::open(const std::filesystem::path& file) {
    auto database = open_database(file);
    if (!database && is_worthless(database.error())) {
        remove_files(file);
        database = open_database(file);
    }
    if (!database) return fail(database.error());
    return std::unique_ptr<Cache>(new Cache(file, *std::move(database)));
}

Result<void> Cache::begin_anew() {
    database_.reset();
    remove_files(file_);
    auto database = open_database(file_);
    if (!database) return fail(database.error());
    database_ = *std::move(database);
    return {};
}

/// A cache that breaks under the work is worth no more than one that is not there.
template <class Work>
auto Cache::unless_damaged(Work work) -> decltype(work()) {
    if (!database_) {
        const auto anew = begin_anew();
        if (!anew) return fail(anew.error());
    }
    auto done = work();
    if (done || !is_worthless(done.error())) return done;
    const auto anew = begin_anew();
    if (!anew) return fail(anew.error());
    return work();
}

/// Whoever stores next and finds another number knows that he was not alone.
void Cache::count_up() {
    const auto last = note_of(*database_, generation_note);
    const auto next = std::to_string(number_of(last).value_or(0) + 1);
    set_note(*database_, generation_note, next);
    if (last == generation_) generation_ = next;
}

Result<Tables> Cache::load(const std::string& source) {
    return unless_damaged([&] {
        return sqlite::guarded(what, [&] {
            Transaction transaction(*database_, Transaction::Kind::read);
            Tables tables;
            generation_ = note_of(*database_, generation_note);
            if (note_of(*database_, source_note) != source) return tables;
            bool is_read = true;
            each_table(tables, tables, [&](auto& table, auto&) {
                is_read = is_read && load_table(*database_, table);
            });
            if (!is_read) return Tables{};
            const auto whole = number_of(note_of(*database_, whole_note));
            if (whole) tables.read_whole = Instant(Milliseconds(*whole));
            tables.took = Milliseconds(number_of(note_of(*database_, took_note)).value_or(0));
            transaction.commit();
            return tables;
        });
    });
}

Result<bool> Cache::is_as_left() {
    return unless_damaged([&] {
        return sqlite::guarded(what,
                               [&] { return note_of(*database_, generation_note) == generation_; });
    });
}

Result<void> Cache::store(const std::string& source, const Tables& before, const Tables& after) {
    return unless_damaged([&] {
        return sqlite::guarded(what, [&] {
            Transaction transaction(*database_, Transaction::Kind::write);
            // What another process or another login left is nothing to build upon.
            const bool goes_on = before.read_whole && note_of(*database_, source_note) == source &&
                                 note_of(*database_, generation_note) == generation_;
            const Tables nothing;
            if (!goes_on) {
                generation_ = note_of(*database_, generation_note);
                database_->execute(sql::clear);
                set_note(*database_, generation_note, generation_);
            }
            each_table(goes_on ? before : nothing, after, [&](const auto& old, const auto& now) {
                store_table(*database_, old, now);
            });
            set_note(*database_, source_note, source);
            if (after.read_whole) {
                set_note(*database_, whole_note,
                         std::to_string(after.read_whole->time_since_epoch().count()));
            }
            set_note(*database_, took_note, std::to_string(after.took.count()));
            count_up();
            transaction.commit();
        });
    });
}

Result<void> Cache::put(const std::string& source, const ContactPerson& person) {
    return unless_damaged([&] {
        return sqlite::guarded(what, [&] {
            Transaction transaction(*database_, Transaction::Kind::write);
            if (note_of(*database_, source_note) != source) return;
            database_->query(sql::put)
                .bind(shape(person).set)
                .bind(person.id.value())
                .bind(kept(person))
                .run();
            count_up();
            transaction.commit();
        });
    });
}

Result<void> Cache::clear() {
    return unless_damaged([&] {
        return sqlite::guarded(what, [&] {
            Transaction transaction(*database_, Transaction::Kind::write);
            const auto generation = note_of(*database_, generation_note);
            database_->execute(sql::clear);
            set_note(*database_, generation_note, generation);
            count_up();
            transaction.commit();
        });
    });
}

}  // namespace hqsync::hellohq
