// What this machine holds open at Exchange servers, written down so durably that also the session
// of a killed process is found and given back.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "sqlite/database.hpp"

namespace hqsync::app {

/// A process, such that another one with the same number is not taken for it.
struct ProcessName {
    std::string host;
    std::string boot;  ///< of the kernel, and the space of its process numbers
    std::int64_t pid = 0;
    std::int64_t started = 0;  ///< ticks since boot (proc(5): starttime)

    bool operator==(const ProcessName&) const = default;
};
ProcessName this_process();

enum class Liveness : std::uint8_t {
    lives,
    ended,
    unknown,  ///< on another machine, in another container, or hidden
};
Liveness liveness(const ProcessName& process, const ProcessName& here);

struct HeldSession {
    std::int64_t id = 0;   ///< in the registry
    std::string endpoint;  ///< as it was asked for
    std::string account;   ///< how and who: "kerberos admin@AGENTUR.EXAMPLE"
    std::string url;       ///< where it is, after redirects
    std::string shell_id;  ///< the server's; before its answer the proposed one
    ProcessName process;
    Instant opened{};
    Instant used{};                              ///< the last request, to the minute
    Milliseconds idle_timeout{15 * 60 * 1'000};  ///< of the server

    /// When the server ends it by itself unless it is used.
    [[nodiscard]] Instant expires() const { return used + idle_timeout; }
    bool operator==(const HeldSession&) const = default;
};

/// Rows are on the disk when a call returns. Several processes use one file at once. Faults: those
/// of sqlite::Database, and "database.…" (run).
class SessionRegistry {
public:
    static Result<std::unique_ptr<SessionRegistry>> open(const std::filesystem::path& file);

    /// Before it is created at the server; answers its id here.
    Result<std::int64_t> write(const HeldSession& session);
    /// The server has answered, or leads elsewhere: id, address and times are those of `created`.
    Result<void> note_created(std::int64_t id, const HeldSession& created);
    Result<void> note_used(std::int64_t id, Instant now);
    /// The server has it no more.
    Result<void> strike(std::int64_t id);

    /// Oldest first.
    Result<std::vector<HeldSession>> all();
    /// Strikes out those that the server has ended by itself: unused for their idle time-out, by a
    /// process that does not live. Answers how many.
    Result<std::size_t> forget_expired(Instant now);

private:
    explicit SessionRegistry(std::unique_ptr<sqlite::Database> database)
        : database_(std::move(database)) {}
    std::unique_ptr<sqlite::Database> database_;
};

}  // namespace hqsync::app
