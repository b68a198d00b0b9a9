// One table of SQLite; who lives is read from /proc.
#include "app/session_registry.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;
using sqlite::guarded;

constexpr std::string_view what = "registry of sessions";
constexpr std::int32_t application_id = 0x68714D53;  // "hqMS"

constexpr std::string_view create_schema = R"sql(
CREATE TABLE held_session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    account TEXT NOT NULL,
    url TEXT NOT NULL,
    shell_id TEXT NOT NULL,
    host TEXT NOT NULL,
    boot TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    used INTEGER NOT NULL,
    idle_timeout INTEGER NOT NULL
) STRICT;
)sql";
constexpr std::array<std::string_view, 1> migrations = {create_schema};

constexpr std::string_view insert_session = R"sql(
INSERT INTO held_session (endpoint, account, url, shell_id, host, boot, pid, started, opened, used,
                          idle_timeout)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";
constexpr std::string_view update_created =
    "UPDATE held_session SET url = ?, shell_id = ?, used = ?, idle_timeout = ? WHERE id = ?";
constexpr std::string_view update_used = "UPDATE held_session SET used = ? WHERE id = ?";
constexpr std::string_view delete_session = "DELETE FROM held_session WHERE id = ?";
constexpr std::string_view select_sessions = R"sql(
SELECT id, endpoint, account, url, shell_id, host, boot, pid, started, opened, used, idle_timeout
FROM held_session ORDER BY opened, id)sql";

Instant instant_of(std::int64_t milliseconds) {
    return Instant(Milliseconds(milliseconds));
}

std::string first_line(const char* file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

/// Field 22 of /proc/PID/stat; the name in parentheses may hold blanks. None: no such process.
std::optional<std::int64_t> start_of(std::int64_t pid) {
    const auto line = first_line(fmt::format("/proc/{}/stat", pid).c_str());
    auto at = line.rfind(')');
    if (at == std::string::npos) return std::nullopt;
    constexpr int blanks_before = 20;  // from the end of field 2 to field 22
    for (int blank = 0; blank < blanks_before && at != std::string::npos; ++blank)
        at = line.find(' ', at + 1);
    if (at == std::string::npos) return std::nullopt;
    std::int64_t started = 0;
    const auto read = std::from_chars(line.data() + at + 1, line.data() + line.size(), started);
    if (read.ec != std::errc{}) return std::nullopt;
    return started;
}

std::string boot_name() {
    std::error_code error;
    const auto space = fs::read_symlink("/proc/self/ns/pid", error);
    return fmt::format("{} {}", first_line("/proc/sys/kernel/random/boot_id"), space.string());
}

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "?";
    return name.data();
}

std::string_view kernel_of(std::string_view boot) {
    return boot.substr(0, boot.find(' '));
}

HeldSession read_row(sqlite::Query& row) {
    HeldSession session;
    session.id = row.integer();
    session.endpoint = row.text();
    session.account = row.text();
    session.url = row.text();
    session.shell_id = row.text();
    session.process.host = row.text();
    session.process.boot = row.text();
    session.process.pid = row.integer();
    session.process.started = row.integer();
    session.opened = instant_of(row.integer());
    session.used = instant_of(row.integer());
    session.idle_timeout = Milliseconds(row.integer());
    return session;
}

std::int64_t number_of(Instant instant) {
    return instant.time_since_epoch().count();
}

}  // namespace

ProcessName this_process() {
    const auto pid = static_cast<std::int64_t>(::getpid());
    return {host_name(), boot_name(), pid, start_of(pid).value_or(0)};
}

Liveness liveness(const ProcessName& process, const ProcessName& here) {
    if (process.boot == here.boot) {
        if (const auto started = start_of(process.pid))
            return *started == process.started ? Liveness::lives : Liveness::ended;
        // Of another account's processes /proc may show nothing (proc(5): hidepid).
        const bool is_gone = ::kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH;
        return is_gone ? Liveness::ended : Liveness::unknown;
    }
    // The same machine after a restart; another container on it has the same kernel.
    const bool is_restarted =
        process.host == here.host && kernel_of(process.boot) != kernel_of(here.boot);
    return is_restarted ? Liveness::ended : Liveness::unknown;
}

Result<std::unique_ptr<SessionRegistry>> SessionRegistry::open(const fs::path& file) {
    auto database = sqlite::Database::open(file.string(), {application_id, migrations, what});
    if (!database) return fail(database.error());
    return std::unique_ptr<SessionRegistry>(new SessionRegistry(*std::move(database)));
}

Result<std::int64_t> SessionRegistry::write(const HeldSession& session) {
    return guarded(what, [&] {
        auto query = database_->query(insert_session);
        query.bind(std::string_view(session.endpoint)).bind(std::string_view(session.account));
        query.bind(std::string_view(session.url)).bind(std::string_view(session.shell_id));
        query.bind(std::string_view(session.process.host));
        query.bind(std::string_view(session.process.boot));
        query.bind(session.process.pid).bind(session.process.started);
        query.bind(number_of(session.opened)).bind(number_of(session.used));
        query.bind(session.idle_timeout.count());
        query.run();
        return database_->last_row_id();
    });
}

Result<void> SessionRegistry::note_created(std::int64_t id, const HeldSession& created) {
    return guarded(what, [&] {
        auto query = database_->query(update_created);
        query.bind(std::string_view(created.url)).bind(std::string_view(created.shell_id));
        query.bind(number_of(created.used)).bind(created.idle_timeout.count()).bind(id).run();
    });
}

Result<void> SessionRegistry::note_used(std::int64_t id, Instant now) {
    return guarded(what,
                   [&] { database_->query(update_used).bind(number_of(now)).bind(id).run(); });
}

Result<void> SessionRegistry::strike(std::int64_t id) {
    return guarded(what, [&] { database_->query(delete_session).bind(id).run(); });
}

Result<std::vector<HeldSession>> SessionRegistry::all() {
    return guarded(what, [&] {
        std::vector<HeldSession> sessions;
        auto query = database_->query(select_sessions);
        while (query.step())
            sessions.push_back(read_row(query));
        return sessions;
    });
}

Result<std::size_t> SessionRegistry::forget_expired(Instant now) {
    const auto sessions = all();
    if (!sessions) return fail(sessions.error());
    const auto here = this_process();
    std::size_t forgotten = 0;
    for (const auto& session : *sessions) {
        if (now < session.expires() || liveness(session.process, here) == Liveness::lives) continue;
        const auto struck = strike(session.id);
        if (!struck) return fail(struck.error());
        ++forgotten;
    }
    return forgotten;
}

}  // namespace hqsync::app
