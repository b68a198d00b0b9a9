// The PowerShell endpoint: WS-Management shells, each with a session in it; no sockets, no logins.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/graph_message.hpp"
#include "sim/ps_envelope.hpp"
#include "sim/ps_shell.hpp"

namespace hqsync::sim {

/// Figures of Exchange's web.config and of its throttling policy until told otherwise.
struct PsLimits {
    std::int64_t shells = 18;               ///< of one user: PowerShellMaxConcurrency
    std::int64_t shell_idle_seconds = 900;  ///< MaxShellIdleTimeoutMinutes 15
    std::int64_t shell_commands = 1000;     ///< of one shell that nobody closed
    std::int64_t operation_seconds = 900;   ///< MaxOperationTimeoutSeconds
};

struct PsCounters {
    std::uint64_t requests = 0;
    std::uint64_t opened = 0;
    std::uint64_t closed = 0;   ///< by Delete
    std::uint64_t expired = 0;  ///< idle for too long, or ended by a test
    std::uint64_t refused = 0;  ///< beyond the limit
    std::uint64_t pipelines = 0;
};

class PsFace {
public:
    /// Status 0 closes the connection without an answer.
    using Done = std::function<void(Reply)>;

    /// `world` and what it refers to outlive it. Seconds of idleness come from `now`.
    PsFace(PsWorld& world, std::function<std::int64_t()> now)
        : world_(world), now_(std::move(now)) {}

    /// Answers at once, or later: a Receive waits for output. `user` has logged in.
    void answer(const Request& request, const std::string& user, const Done& done);
    /// Work and answers that have become due, and the end of idle shells.
    void tick();
    /// Whether a tick may have something to do soon.
    [[nodiscard]] bool is_waiting() const;
    /// Forgets the Receives that came on it.
    void closed(std::uint64_t connection);

    /// As if idle for too long: that one, or all when `id` is empty. How many there were.
    std::size_t expire(std::string_view id);
    /// JSON: every open shell with its commands, the limits, the counters.
    [[nodiscard]] std::string report() const;
    void reset_counters() { counters_ = {}; }

    PsLimits limits;
    bool lists_shells = true;  ///< whether Enumerate is allowed

private:
    struct Shell {
        std::string id;
        std::string user;
        std::string resource;
        std::string input_streams;
        std::string output_streams;
        std::int64_t created = 0;
        std::int64_t used = 0;
        std::int64_t idle_seconds = 0;
        std::unique_ptr<PsShell> session;      ///< null: a shell of cmd.exe
        std::map<std::string, bool> programs;  ///< of cmd.exe: whether its output was read
    };
    struct Wait {
        WsmanRequest request;
        std::string command;
        std::int64_t until = 0;  ///< milliseconds
        std::uint64_t connection = 0;
        Done done;
    };

    Reply create(const WsmanRequest& request, const std::string& user);
    Reply enumerate(const WsmanRequest& request, const std::string& user);
    Reply get(const WsmanRequest& request, const Shell& shell) const;
    Reply remove(const WsmanRequest& request);
    Reply run_command(const WsmanRequest& request, Shell& shell);
    Reply send(const WsmanRequest& request, Shell& shell);
    Reply signal(const WsmanRequest& request, Shell& shell);
    void receive(WsmanRequest request, Shell& shell, std::uint64_t connection, const Done& done);
    Reply read_program(const WsmanRequest& request, Shell& shell, const std::string& command);
    /// What there is to say now; nothing while the client has to wait.
    std::optional<Reply> output(const WsmanRequest& request, Shell& shell,
                                const std::string& command);
    Reply operate(const WsmanRequest& request, Shell& shell);
    void answer_waits();
    void end(std::string_view id);
    Shell* shell(std::string_view id);
    [[nodiscard]] std::string describe(const Shell& shell) const;

    PsWorld& world_;
    std::function<std::int64_t()> now_;
    std::map<std::string, Shell, std::less<>> shells_;
    std::list<Wait> waits_;
    PsCounters counters_;
};

}  // namespace hqsync::sim
