// A session to Exchange's admin side for a command of ours: opened as configured, written down,
// interruptible, and given back at every end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "app/config.hpp"
#include "app/login_memory.hpp"
#include "app/management_place.hpp"
#include "app/registered_shell.hpp"
#include "app/session_registry.hpp"
#include "async/clock.hpp"
#include "base/result.hpp"
#include "http/client.hpp"
#include "login/token.hpp"
#include "management/psrp_session.hpp"
#include "management/rest_session.hpp"
#include "management/session.hpp"
#include "management/wsman_shell.hpp"

namespace hqsync::app {

/// Beside the state database: what is held, and what was refused.
std::filesystem::path registry_file(const Config& config);

/// What Ctrl-C means.
enum class CtrlC : std::uint8_t {
    ends,           ///< like SIGTERM
    stops_command,  ///< only the command that is under way; a second time it ends
};

/// Calls are made one after the other from ordinary code and return when the answer is there.
///
/// SIGTERM, SIGHUP, SIGQUIT, SIGINT: a command under way is told to stop, all later calls fail with
/// "session.interrupted" (run), and the session is given back; a second signal ends the process at
/// once. What could not be given back stays in the registry; the next command does it. Its end
/// gives the session back and says on stderr when that did not work. SIGPIPE is ignored while it
/// lives, so that a closed pipe does not leave a session behind.
class ExchangeSession {
public:
    /// Gives back what processes that ended left behind at this place (a line on stderr for each),
    /// asks for the password at the terminal when there is none in a file or the environment, logs
    /// in once, and opens. Faults: those of ManagementSession, "config"; "shell.too_many" says how
    /// many sessions this host holds and when the oldest expires, after waiting as wished.
    static Result<std::unique_ptr<ExchangeSession>> open(const Config& config,
                                                         const ManagementWish& wish,
                                                         CtrlC ctrl_c = CtrlC::ends);
    /// Logs in at a server without opening a session there, for what is said of sessions.
    static Result<std::unique_ptr<ExchangeSession>> reach(const Config& config,
                                                          const ManagementWish& wish);
    ~ExchangeSession();
    ExchangeSession(const ExchangeSession&) = delete;
    ExchangeSession& operator=(const ExchangeSession&) = delete;

    Result<management::Output> run(management::Command command);
    Result<std::vector<management::CommandInfo>> commands();
    /// Gives it back now. Idempotent.
    Result<void> close();

    /// One that this or another process opened, by Delete; struck out when the server has it no
    /// more.
    Result<void> give_back(const HeldSession& held);
    /// As the server lists them; many do not.
    Result<std::vector<management::wsman::ShellInfo>> listed();

    /// What waiting for a line at the prompt ended with.
    enum class Wake : std::uint8_t { readable, interrupt, ended, idle };
    /// Until the file has something to read, Ctrl-C (where it stops commands), a signal that ends,
    /// or `idle` is over.
    Wake wait_for_input(int file, Milliseconds idle);

    [[nodiscard]] const ManagementPlace& place() const { return place_; }
    /// Exchange Online by REST: other cmdlets, nothing held.
    [[nodiscard]] bool is_online() const { return place_.is_online(); }
    /// The signal that ends it, once it came.
    [[nodiscard]] std::optional<int> ending() const { return ending_; }
    [[nodiscard]] SessionRegistry& registry() { return *registry_; }
    /// Of the shell at the server; empty over REST.
    [[nodiscard]] std::string id() const { return session_ ? session_->id() : std::string(); }

private:
    static Result<std::unique_ptr<ExchangeSession>> prepared(const Config& config,
                                                             const ManagementWish& wish,
                                                             CtrlC ctrl_c);
    ExchangeSession(const Config& config, ManagementPlace place, CtrlC ctrl_c);

    Result<void> prepare();
    Result<void> connect_server();
    Result<void> connect_online();
    Result<std::string> password_for_login();
    Result<void> remember_login(const std::string& secret);
    void note_refusal(const Fault& fault) const;
    void make_session();
    Result<void> give_back_strays();
    Result<void> undo_lost_opening();
    [[nodiscard]] Result<void> check_place_of(const HeldSession& held) const;
    [[nodiscard]] std::shared_ptr<management::wsman::WsmanShell> shell_at(
        const HeldSession& held) const;
    Result<void> open_waiting(std::optional<std::chrono::seconds> wait);
    Result<void> open_once();
    Result<void> pause(Milliseconds time);
    Fault too_many(Fault fault);

    Wake wait_once(int file, Milliseconds idle);
    void watch_signals();
    void on_signal(int signal);
    [[noreturn]] void end_unheard();
    template <class T>
    Result<T> drive(Task<Result<T>> task);
    Fault interrupted() const;
    void say_what_stays(const Fault& fault);

    const Config& config_;
    ManagementPlace place_;
    CtrlC ctrl_c_;
    // In the order of their lives.
    asio::io_context context_;
    SystemClock clock_;
    asio::signal_set signals_;
    asio::steady_timer grace_;
    std::unique_ptr<SessionRegistry> registry_;
    std::unique_ptr<LoginMemory> memory_;
    std::unique_ptr<http::Client> client_;
    std::unique_ptr<management::wsman::Transport> transport_;
    std::unique_ptr<login::TokenSource> tokens_;
    std::unique_ptr<management::wsman::WsmanShell> wsman_;
    std::unique_ptr<RegisteredShell> shell_;
    std::unique_ptr<management::ManagementSession> session_;

    std::optional<int> ending_;
    bool is_busy_ = false;          ///< a call is under way
    bool is_opening_ = false;       ///< that call is the opening, which cannot be stopped
    bool was_interrupted_ = false;  ///< Ctrl-C while nothing was under way
    bool is_abandoned_ = false;     ///< a call did not end in time after a signal
    bool is_opening_lost_ = false;  ///< that call was the opening: what the server has is not known
    bool is_closed_ = false;
};

}  // namespace hqsync::app
