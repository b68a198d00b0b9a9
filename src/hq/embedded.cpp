// The embedded HQ on SQLite: one row per record, kept as the JSON that API v1 would show.
#include "hq/embedded.hpp"

#include <array>
#include <chrono>
#include <system_error>

#include <fmt/format.h>
#include <simdjson.h>

#include "contact/date.hpp"
#include "hq/directory_files.hpp"
#include "hq/edits.hpp"
#include "hq/folder.hpp"
#include "hq/record_json.hpp"
#include "sqlite/database.hpp"

namespace hqsync::hq {

namespace {

using sqlite::Transaction;

constexpr std::string_view what = "HQ database";
constexpr std::int32_t application_id = 0x68714851;  // "hqHQ"

namespace sql {
constexpr std::string_view version_1 =
    "CREATE TABLE record (entity TEXT NOT NULL, id INTEGER NOT NULL, json TEXT NOT NULL,"
    " PRIMARY KEY (entity, id)) WITHOUT ROWID;";
// The highest id that a kind of record ever had: ids of deleted records are not given again.
constexpr std::string_view version_2 =
    "CREATE TABLE highest (entity TEXT NOT NULL PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO highest SELECT entity, max(id) FROM record GROUP BY entity;"
    "CREATE TRIGGER record_put AFTER INSERT ON record BEGIN"
    " INSERT INTO highest (entity, id) VALUES (new.entity, new.id)"
    " ON CONFLICT (entity) DO UPDATE SET id = max(id, excluded.id); END;";
constexpr std::array<std::string_view, 2> migrations = {version_1, version_2};
constexpr std::string_view all = "SELECT json FROM record WHERE entity = ? ORDER BY id";
constexpr std::string_view one = "SELECT json FROM record WHERE entity = ? AND id = ?";
constexpr std::string_view highest = "SELECT id FROM highest WHERE entity = ?";
constexpr std::string_view put =
    "INSERT OR REPLACE INTO record (entity, id, json) VALUES (?, ?, ?)";
// The first changes with what others commit, the second with what this connection writes.
constexpr std::string_view others_commits = "PRAGMA data_version";
constexpr std::string_view own_changes = "SELECT total_changes()";
constexpr std::string_view drop = "DELETE FROM record WHERE entity = ? AND id = ?";
}  // namespace sql

std::string_view entity(const Subsystem&) {
    return "subsystem";
}
std::string_view entity(const User&) {
    return "user";
}
std::string_view entity(const Company&) {
    return "company";
}
std::string_view entity(const ContactPerson&) {
    return "contact";
}
std::string_view entity(const Project&) {
    return "project";
}
std::string_view entity(const Lead&) {
    return "lead";
}
std::string_view entity(SubsystemId) {
    return "subsystem";
}
std::string_view entity(UserId) {
    return "user";
}
std::string_view entity(CompanyId) {
    return "company";
}
std::string_view entity(ContactId) {
    return "contact";
}
std::string_view entity(ProjectId) {
    return "project";
}
std::string_view entity(LeadId) {
    return "lead";
}

std::string timestamp(Instant now) {
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(now - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

/// The form of UpdatedOn; later than `before`, whatever the clocks say.
std::string timestamp_after(const std::string& before, Instant now) {
    const auto then = time_of(before);
    return timestamp(then && *then >= now ? *then + Milliseconds(1) : now);
}

Fault refused(std::string_view detail) {
    return {Reach::item, "hq.refused", std::string(detail)};
}

Fault gone(ContactId contact) {
    return {Reach::item, "hq.gone",
            fmt::format("contact {} is not in HQ any more", contact.value())};
}

Fault changed_meanwhile(ContactId contact) {
    return {Reach::item,
            "hq.changed_meanwhile",
            fmt::format("contact {} was changed in HQ meanwhile; read it again", contact.value()),
            {},
            false,
            true};
}

Result<ContactPerson> contact_in(const std::string& json) {
    simdjson::dom::parser parser;
    simdjson::dom::object fields;
    if (parser.parse(json).get(fields) != simdjson::SUCCESS) {
        return fail({Reach::run, "database.damaged", "a text is not UTF-8"});
    }
    return read_contact(fields, {"contact", 0});
}

}  // namespace

struct EmbeddedHq::Database {
    std::unique_ptr<sqlite::Database> connection;

    template <class Record, class Read>
    std::vector<Record> all(Read read) {
        std::vector<Record> records;
        simdjson::dom::parser parser;
        auto query = connection->query(sql::all);
        query.bind(entity(Record{}));
        while (query.step()) {
            simdjson::dom::object json;
            const bool is_json = parser.parse(query.text()).get(json) == simdjson::SUCCESS;
            auto record = is_json ? read(json, Where{std::string(what), records.size() + 1})
                                  : fail({Reach::run, "database.damaged", "a record is no JSON"});
            // What was checked when it was written can only be wrong by damage.
            if (!record) throw sqlite::Error(11 /* SQLITE_CORRUPT */, record.error().detail);
            records.push_back(*std::move(record));
        }
        return records;
    }

    std::optional<std::string> json_of(std::string_view kind, std::int64_t id) {
        auto query = connection->query(sql::one);
        query.bind(kind).bind(id);
        if (!query.step()) return std::nullopt;
        return query.text();
    }

    std::optional<ContactPerson> contact(ContactId id) {
        const auto json = json_of(entity(id), id.value());
        if (!json) return std::nullopt;
        auto read = contact_in(*json);
        if (!read) throw sqlite::Error(11 /* SQLITE_CORRUPT */, read.error().detail);
        return *std::move(read);
    }

    ContactId next_contact() {
        auto query = connection->query(sql::highest);
        query.bind(entity(ContactId{}));
        return ContactId(query.step() ? query.integer() + 1 : 1);
    }

    /// Stores the record and answers it as it will be read; nothing is stored when it could not be
    /// read, or names a company that is not there.
    Result<ContactPerson> keep(const ContactPerson& person) {
        if (person.company && !json_of(entity(*person.company), person.company->value())) {
            return fail(refused(
                fmt::format("field CompanyId: there is no company {}", person.company->value())));
        }
        auto kept = contact_in(json_object(members_of(person)));
        if (!kept) return fail(refused(kept.error().detail));
        put(*kept);
        return kept;
    }

    /// Within the caller's transaction.
    Snapshot read_rows() {
        Snapshot snapshot;
        snapshot.subsystems = all<Subsystem>(read_subsystem);
        snapshot.users = all<User>(read_user);
        snapshot.companies = all<Company>(read_company);
        snapshot.contacts = all<ContactPerson>(read_contact);
        snapshot.projects = all<Project>(read_project);
        snapshot.leads = all<Lead>(read_lead);
        return snapshot;
    }

    void put(const RecordChange& change) {
        std::visit(
            [&](const auto& record) {
                if constexpr (requires { record.id; }) {
                    connection->query(sql::put)
                        .bind(entity(record))
                        .bind(record.id.value())
                        .bind(json_object(members_of(record)))
                        .run();
                } else {
                    connection->query(sql::drop).bind(entity(record)).bind(record.value()).run();
                }
            },
            change);
    }

    /// From what is stored to `after`, at the cost of what differs.
    void store(const Snapshot& before, const Snapshot& after) {
        for (const auto& change : difference(before, after))
            put(change);
    }
};

EmbeddedHq::EmbeddedHq(std::unique_ptr<Database> database, std::string system, const Clock& clock)
    : database_(std::move(database)), system_(std::move(system)), clock_(clock) {}
EmbeddedHq::~EmbeddedHq() = default;

Result<std::unique_ptr<EmbeddedHq>> EmbeddedHq::open(const std::filesystem::path& file,
                                                     std::string system) {
    static const SystemClock clock;
    return open(file, std::move(system), clock);
}

Result<std::unique_ptr<EmbeddedHq>> EmbeddedHq::open(const std::filesystem::path& file,
                                                     std::string system, const Clock& clock) {
    if (system.empty() || system.size() > 32 || system.find(':') != std::string::npos) {
        return fail({Reach::configuration, "hq.system",
                     "hq.system must have 1 to 32 characters and no colon"});
    }
    auto connection =
        sqlite::Database::open(file.string(), {application_id, sql::migrations, what});
    if (!connection) return fail(connection.error());
    auto database = std::make_unique<Database>(*std::move(connection));
    return std::unique_ptr<EmbeddedHq>(
        new EmbeddedHq(std::move(database), std::move(system), clock));
}

Result<Counts> EmbeddedHq::import_files(const Files& files) {
    const auto snapshot = read_files(files);
    if (!snapshot) return fail(snapshot.error());
    return sqlite::guarded(what, [&] {
        Transaction transaction(*database_->connection, Transaction::Kind::write);
        const auto before = database_->read_rows();
        database_->store(before, *snapshot);
        transaction.commit();
        return counts_of(*snapshot);
    });
}

Result<Counts> EmbeddedHq::import_directory(const std::filesystem::path& directory) {
    const auto files = files_in(directory);
    if (!files) return fail(files.error());
    return import_files(*files);
}

Result<Counts> EmbeddedHq::export_directory(const std::filesystem::path& directory) {
    const auto snapshot = read();
    if (!snapshot) return fail(snapshot.error());
    return export_snapshot(**snapshot, directory);
}

Result<Counts> export_snapshot(const Snapshot& snapshot, const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        return fail({Reach::run, "export.failed",
                     fmt::format("{}: {}", directory.string(), error.message())});
    }
    for (const auto& [name, text] : write_files(snapshot)) {
        const auto written = write_file(directory / name, text);
        if (!written) return fail(written.error());
    }
    return counts_of(snapshot);
}

Result<std::vector<std::int64_t>> EmbeddedHq::apply_json(const std::string& batch) {
    std::optional<Fault> refused;
    auto ids = sqlite::guarded(what, [&] {
        Transaction transaction(*database_->connection, Transaction::Kind::write);
        const auto before = database_->read_rows();
        auto after = before;
        auto applied = apply(after, batch, timestamp(clock_.now()));
        if (!applied) {
            refused = applied.error();
            return std::vector<std::int64_t>{};
        }
        database_->store(before, after);
        transaction.commit();
        return *std::move(applied);
    });
    if (refused) return fail(*refused);
    return ids;
}

Task<Result<SnapshotPtr>> EmbeddedHq::snapshot() {
    co_return read();
}

Result<SnapshotPtr> EmbeddedHq::read() {
    return sqlite::guarded(what, [&]() -> SnapshotPtr {
        Transaction transaction(*database_->connection, Transaction::Kind::read);
        auto snapshot = std::make_shared<const Snapshot>(database_->read_rows());
        transaction.commit();
        return snapshot;
    });
}

Result<std::string> EmbeddedHq::version() {
    return sqlite::guarded(what, [&] {
        std::string version;
        for (const auto sql : {sql::others_commits, sql::own_changes}) {
            auto query = database_->connection->query(sql);
            if (query.step()) version += fmt::format("{}.", query.integer());
        }
        return version;
    });
}

std::string EmbeddedHq::system() const {
    return system_;
}

Task<Result<ContactPerson>> EmbeddedHq::read(ContactId contact) {
    const auto found = sqlite::guarded(what, [&] {
        Transaction transaction(*database_->connection, Transaction::Kind::read);
        return database_->contact(contact);
    });
    if (!found) co_return fail(found.error());
    if (!*found) co_return fail(gone(contact));
    co_return **found;
}

/// One write transaction, committed when `work` answers a record.
template <class Work>
Result<ContactPerson> EmbeddedHq::write(Work work) {
    auto written = sqlite::guarded(what, [&] {
        Transaction transaction(*database_->connection, Transaction::Kind::write);
        Result<ContactPerson> kept = work();
        if (kept) transaction.commit();
        return kept;
    });
    if (!written) return fail(written.error());
    return *std::move(written);
}

Task<Result<ContactPerson>> EmbeddedHq::replace(ContactPerson before, ContactPerson after) {
    co_return write([&]() -> Result<ContactPerson> {
        const auto stored = database_->contact(before.id);
        if (!stored) return fail(gone(before.id));
        if (*stored != before) return fail(changed_meanwhile(before.id));
        if (after.id != before.id) return fail(refused("field Id: must not change"));
        after.updated_on = timestamp_after(before.updated_on, clock_.now());
        return database_->keep(after);
    });
}

Task<Result<ContactPerson>> EmbeddedHq::create(ContactPerson wanted) {
    co_return write([&]() -> Result<ContactPerson> {
        if (!wanted.company) return fail(refused("field CompanyId: is missing"));
        wanted.id = database_->next_contact();
        wanted.updated_on = timestamp(clock_.now());
        return database_->keep(wanted);
    });
}

}  // namespace hqsync::hq
