// The embedded HQ on SQLite: one row per record, kept as the JSON that API v1 would show.
#include "hq/embedded.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <simdjson.h>

#include "async/clock.hpp"
#include "hq/directory_files.hpp"
#include "hq/edits.hpp"
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
constexpr std::array<std::string_view, 1> migrations = {version_1};
constexpr std::string_view all = "SELECT json FROM record WHERE entity = ? ORDER BY id";
constexpr std::string_view put =
    "INSERT OR REPLACE INTO record (entity, id, json) VALUES (?, ?, ?)";
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

std::string timestamp() {
    const auto now = SystemClock().now();
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(now - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

// A directory of a million contacts has less; a file that is longer is no directory.
constexpr std::uintmax_t file_octets_max = std::uintmax_t(512) << 20U;

Result<std::string> read_file(const std::filesystem::path& path, std::string_view name) {
    std::error_code error;
    const auto octets = std::filesystem::file_size(path, error);
    if (error || !std::filesystem::is_regular_file(path, error)) {
        return fail({Reach::run, "import.unreadable", fmt::format("{}: is no file", name)});
    }
    if (octets > file_octets_max) {
        return fail(
            {Reach::run, "import.too_long",
             fmt::format("{}: has {} octets, at most {} are read", name, octets, file_octets_max)});
    }
    std::ifstream stream(path, std::ios::binary);
    std::string text(octets, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(octets));
    if (stream.gcount() != static_cast<std::streamsize>(octets)) {
        return fail({Reach::run, "import.unreadable", fmt::format("{}: cannot be read", name)});
    }
    return text;
}

Result<Files> files_in(const std::filesystem::path& directory) {
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
        return fail(
            {Reach::run, "import.no_folder", fmt::format("{} is no folder", directory.string())});
    }
    Files files;
    for (const auto* name : {"Users.json", "Subsystem.json", "Companies.json",
                             "ContactPersons.json", "Projects.json", "Leads.json"}) {
        const auto path = directory / name;
        if (!std::filesystem::exists(path, error)) continue;
        auto text = read_file(path, name);
        if (!text) return fail(text.error());
        files.emplace(name, *std::move(text));
    }
    return files;
}

/// Written beside its place and renamed: an interrupted export leaves no half file.
Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
    const auto draft = path.string() + ".new";
    {
        std::ofstream stream(draft, std::ios::binary | std::ios::trunc);
        stream << text;
        stream.flush();
        if (!stream) {
            return fail({Reach::run, "export.failed", fmt::format("{} cannot be written", draft)});
        }
    }
    std::error_code error;
    std::filesystem::rename(draft, path, error);
    if (error) {
        return fail(
            {Reach::run, "export.failed", fmt::format("{}: {}", path.string(), error.message())});
    }
    return {};
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

EmbeddedHq::EmbeddedHq(std::unique_ptr<Database> database, std::string system)
    : database_(std::move(database)), system_(std::move(system)) {}
EmbeddedHq::~EmbeddedHq() = default;

Result<std::unique_ptr<EmbeddedHq>> EmbeddedHq::open(const std::filesystem::path& file,
                                                     std::string system) {
    if (system.empty() || system.size() > 32 || system.find(':') != std::string::npos) {
        return fail({Reach::configuration, "hq.system",
                     "hq.system must have 1 to 32 characters and no colon"});
    }
    auto connection =
        sqlite::Database::open(file.string(), {application_id, sql::migrations, what});
    if (!connection) return fail(connection.error());
    auto database = std::make_unique<Database>(*std::move(connection));
    return std::unique_ptr<EmbeddedHq>(new EmbeddedHq(std::move(database), std::move(system)));
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
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        return fail({Reach::run, "export.failed",
                     fmt::format("{}: {}", directory.string(), error.message())});
    }
    for (const auto& [name, text] : write_files(**snapshot)) {
        const auto written = write_file(directory / name, text);
        if (!written) return fail(written.error());
    }
    return counts_of(**snapshot);
}

Result<std::vector<std::int64_t>> EmbeddedHq::apply_json(const std::string& batch) {
    std::optional<Fault> refused;
    auto ids = sqlite::guarded(what, [&] {
        Transaction transaction(*database_->connection, Transaction::Kind::write);
        const auto before = database_->read_rows();
        auto after = before;
        auto applied = apply(after, batch, timestamp());
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

std::string EmbeddedHq::system() const {
    return system_;
}

}  // namespace hqsync::hq
