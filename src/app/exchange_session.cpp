// Drives one session on a context of its own, and holds the ends together: signals, deadlines, the
// registry.
#include "app/exchange_session.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <asio/co_spawn.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include "app/exchange_advice.hpp"
#include "app/exit_code.hpp"
#include "management/redirect.hpp"

namespace hqsync::app {
namespace {

/// After a signal: how long a call may take to end before it is left alone, and then the giving
/// back. Together below the 90 s that systemd waits before it kills.
constexpr Milliseconds stop_within{15'000};
constexpr Milliseconds close_within{20'000};

/// What a call has come to; shared with its coroutine, which may outlive the caller.
template <class T>
struct Outcome {
    std::optional<T> answer;
    std::exception_ptr bug;
    bool is_done = false;
};

template <class T>
Task<void> keep(Task<T> task, std::shared_ptr<Outcome<T>> outcome) {
    outcome->answer = co_await std::move(task);
}

Task<void> tell_stop(management::ManagementSession& session) {
    co_await session.stop();
}

// A call that is left alone keeps its shell.
Task<Result<void>> remove_with(std::shared_ptr<management::wsman::WsmanShell> shell) {
    co_return co_await shell->remove();
}

Task<Result<std::vector<management::wsman::ShellInfo>>> list_with(
    std::shared_ptr<management::wsman::WsmanShell> shell) {
    co_return co_await shell->shells();
}

/// Also where it has ended.
bool has_input(int file) {
    pollfd asked{.fd = file, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, 0) != 0;
}

/// Nothing but the registry knows what is held: the next command reads it.
[[noreturn]] void end_now() {
    std::fflush(stdout);
    std::fflush(stderr);
    std::_Exit(static_cast<int>(ExitCode::failed));
}

}  // namespace

ExchangeSession::ExchangeSession(const Config& config, ManagementPlace place, CtrlC ctrl_c)
    : config_(config),
      place_(std::move(place)),
      ctrl_c_(ctrl_c),
      signals_(context_, SIGINT, SIGTERM, SIGHUP),
      grace_(context_) {
    signals_.add(SIGQUIT);
    std::signal(SIGPIPE, SIG_IGN);
    watch_signals();
}

ExchangeSession::~ExchangeSession() {
    // It says itself what stays.
    [[maybe_unused]] const auto closed = close();
    // A call that was left alone still stands on what is about to go.
    if (is_abandoned_) end_now();
}

void ExchangeSession::watch_signals() {
    signals_.async_wait([this](const asio::error_code& error, int signal) {
        if (error) return;
        on_signal(signal);
        watch_signals();
    });
}

void ExchangeSession::on_signal(int signal) {
    const bool only_stops = signal == SIGINT && ctrl_c_ == CtrlC::stops_command;
    if (only_stops && !is_opening_ && !was_interrupted_) {
        was_interrupted_ = true;
        if (is_busy_ && session_) asio::co_spawn(context_, tell_stop(*session_), [](auto) {});
        return;
    }
    if (ending_) {
        if (shell_ && shell_->held())
            fmt::print(stderr,
                       "\nhqsync: session {} was not given back; the next command does it\n",
                       shell_->held()->shell_id);
        end_now();
    }
    ending_ = signal;
    if (!is_busy_) return;
    if (transport_ && !transport_->has_spoken()) end_unheard();
    if (session_ && !is_opening_ && !is_closed_)
        asio::co_spawn(context_, tell_stop(*session_), [](auto) {});
    grace_.expires_after(stop_within);
    grace_.async_wait([this](const asio::error_code& error) {
        if (!error && is_busy_ && !is_closed_) is_abandoned_ = true;
    });
}

/// Kerberos' library waits half a minute for a KDC that is silent, and the server knows of nothing.
void ExchangeSession::end_unheard() {
    if (shell_ && shell_->held()) {
        // A row that stays is a stray later, and harmless.
        [[maybe_unused]] const auto struck = registry_->strike(shell_->held()->id);
    }
    fmt::print(stderr, "hqsync: {}\n", to_text(interrupted()));
    end_now();
}

Fault ExchangeSession::interrupted() const {
    return {Reach::run, "session.interrupted", "ended by a signal"};
}

void ExchangeSession::note_refusal(const Fault& fault) const {
    if (memory_ && fault.code == "login.refused") memory_->refused();
}

/// Until the answer is there; without it when the call had to be left alone.
template <class T>
Result<T> ExchangeSession::drive(Task<Result<T>> task) {
    if (ending_ && !is_closed_) return fail(interrupted());
    auto outcome = std::make_shared<Outcome<Result<T>>>();
    asio::co_spawn(context_, keep(std::move(task), outcome),
                   [outcome](const std::exception_ptr& bug) {
                       outcome->bug = bug;
                       outcome->is_done = true;
                   });
    is_busy_ = true;
    context_.restart();
    while (!outcome->is_done && !is_abandoned_)
        context_.run_one();
    is_busy_ = false;
    if (outcome->bug) std::rethrow_exception(outcome->bug);
    if (!outcome->answer) return fail(interrupted());
    if (!*outcome->answer) note_refusal(outcome->answer->error());
    return *std::move(outcome->answer);
}

Result<std::unique_ptr<ExchangeSession>> ExchangeSession::prepared(const Config& config,
                                                                   const ManagementWish& wish,
                                                                   CtrlC ctrl_c) {
    auto place = management_place(config, wish);
    if (!place) return fail(place.error());
    std::unique_ptr<ExchangeSession> session(
        new ExchangeSession(config, *std::move(place), ctrl_c));
    const auto prepared = session->prepare();
    if (!prepared) return fail(prepared.error());
    return session;
}

Result<std::unique_ptr<ExchangeSession>> ExchangeSession::open(const Config& config,
                                                               const ManagementWish& wish,
                                                               CtrlC ctrl_c) {
    auto session = prepared(config, wish, ctrl_c);
    if (!session) return session;
    const auto cleaned = (*session)->give_back_strays();
    if (!cleaned) return fail(cleaned.error());
    const auto opened = (*session)->open_waiting(wish.wait);
    if (!opened) return fail(advised(opened.error(), (*session)->place(), wish));
    return session;
}

Result<std::unique_ptr<ExchangeSession>> ExchangeSession::reach(const Config& config,
                                                                const ManagementWish& wish) {
    return prepared(config, wish, CtrlC::ends);
}

Result<void> ExchangeSession::open_waiting(std::optional<std::chrono::seconds> wait) {
    constexpr Milliseconds first_pause{500};
    constexpr Milliseconds longest_pause{10'000};
    const auto until = clock_.now() + wait.value_or(std::chrono::seconds(0));
    auto next = first_pause;
    bool is_told = false;
    for (;;) {
        const auto opened = open_once();
        if (opened || opened.error().code != "shell.too_many") return opened;
        auto fault = too_many(opened.error());
        if (!wait || clock_.now() >= until) return fail(std::move(fault));
        if (!is_told) fmt::print(stderr, "hqsync: {}; waiting\n", to_text(fault));
        is_told = true;
        // Not all at once: the process number spreads those that wait together.
        const auto spread = Milliseconds((::getpid() * 37) % 400);
        const auto left = std::chrono::duration_cast<Milliseconds>(until - clock_.now());
        const auto paused = pause(std::min(next + spread, std::max(left, first_pause)));
        if (!paused) return paused;
        next = std::min(next * 2, longest_pause);
    }
}

Result<void> ExchangeSession::pause(Milliseconds time) {
    bool is_over = false;
    asio::steady_timer timer(context_, time);
    timer.async_wait([&is_over](const asio::error_code& error) { is_over = !error; });
    context_.restart();
    while (!is_over && !ending_)
        context_.run_one();
    // What was cancelled still refers to this frame.
    timer.cancel();
    context_.poll();
    if (ending_) return fail(interrupted());
    return {};
}

Result<void> ExchangeSession::open_once() {
    make_session();
    is_opening_ = true;
    auto opened = drive(session_->open());
    is_opening_ = false;
    is_opening_lost_ = is_abandoned_;
    if (memory_ && opened) memory_->accepted();
    if (!opened || ending_) {
        const auto closed = close();
        is_closed_ = is_opening_lost_;
        if (opened) return fail(interrupted());
        (void)closed;
    }
    return opened;
}

/// The server's own words, then what this host knows.
Fault ExchangeSession::too_many(Fault fault) {
    const auto sessions = registry_->all();
    if (!sessions) return fault;
    std::size_t held = 0;
    std::optional<Instant> oldest;
    for (const auto& session : *sessions) {
        if (session.endpoint != place_.uri || session.account != account_name(place_)) continue;
        ++held;
        if (!oldest || session.expires() < *oldest) oldest = session.expires();
    }
    if (held == 0) {
        fault.detail += "; this host holds none of them";
    } else {
        const auto left = std::chrono::ceil<std::chrono::minutes>(*oldest - clock_.now());
        fault.detail += fmt::format(
            "; this host holds {} of them (hqsync exchange sessions), the oldest expires within {} "
            "minutes when it is not used",
            held, std::max<std::int64_t>(left.count(), 0));
    }
    return fault;
}

Result<management::Output> ExchangeSession::run(management::Command command) {
    was_interrupted_ = false;
    auto output = drive(session_->run(std::move(command)));
    if (!output) return fail(advised_command(output.error()));
    return output;
}

Result<std::vector<management::CommandInfo>> ExchangeSession::commands() {
    was_interrupted_ = false;
    return drive(session_->commands());
}

Result<void> ExchangeSession::close() {
    if (is_closed_) return {};
    is_closed_ = true;
    if (!session_) return {};
    const bool is_left_alone = std::exchange(is_abandoned_, false);
    asio::steady_timer limit(context_, close_within);
    limit.async_wait([this](const asio::error_code& error) {
        if (!error) is_abandoned_ = true;
    });
    const bool is_held = shell_ && shell_->held();
    // With the shell goes the command that did not end.
    auto closed = is_opening_lost_           ? undo_lost_opening()
                  : is_left_alone && is_held ? give_back(*shell_->held())
                                             : drive(session_->close());
    limit.cancel();
    is_abandoned_ = is_abandoned_ || is_left_alone;
    if (!closed) say_what_stays(closed.error());
    return closed;
}

/// The server may make the session after it was asked to remove it: the row stays.
Result<void> ExchangeSession::undo_lost_opening() {
    if (!shell_ || !shell_->held()) return fail(interrupted());
    [[maybe_unused]] const auto removed = drive(remove_with(shell_at(*shell_->held())));
    return fail(interrupted());
}

std::shared_ptr<management::wsman::WsmanShell> ExchangeSession::shell_at(
    const HeldSession& held) const {
    management::wsman::ShellOptions options;
    options.url = held.url;
    auto shell = std::make_shared<management::wsman::WsmanShell>(std::move(options), *transport_);
    shell->adopt(held.shell_id);
    return shell;
}

/// The login goes where it goes anyway, or where a redirect may lead it, whatever a row says.
Result<void> ExchangeSession::check_place_of(const HeldSession& held) const {
    const auto asked = management::parse_url(place_.uri);
    const auto is = management::parse_url(held.url);
    const bool is_usual = asked && is && is->scheme == asked->scheme && is->host == asked->host &&
                          is->port == asked->port;
    if (is_usual) return {};
    if (!asked) return fail({Reach::configuration, "shell.redirect", "the address is none"});
    const auto led = management::redirect_target({302, {{"location", held.url}}, {}}, *asked,
                                                 *asked, {true, place_.redirect_hosts});
    return led ? Result<void>() : fail(led.error());
}

Result<void> ExchangeSession::give_back(const HeldSession& held) {
    const auto checked = check_place_of(held);
    if (!checked) return checked;
    const auto removed = drive(remove_with(shell_at(held)));
    if (!removed) return removed;
    return registry_->strike(held.id);
}

Result<std::vector<management::wsman::ShellInfo>> ExchangeSession::listed() {
    management::wsman::ShellOptions options;
    options.url = place_.uri;
    auto shells = drive(list_with(
        std::make_shared<management::wsman::WsmanShell>(std::move(options), *transport_)));
    if (!shells && memory_ && shells.error().code == "login.refused") memory_->refused();
    return shells;
}

void ExchangeSession::say_what_stays(const Fault& fault) {
    if (!shell_ || !shell_->held()) return;
    const auto& held = *shell_->held();
    fmt::print(stderr,
               "hqsync: session {} could not be given back ({}); the next command tries again, and "
               "unused it ends at {:%H:%M} UTC\n",
               held.shell_id, fault.code, std::chrono::floor<std::chrono::seconds>(held.expires()));
}

ExchangeSession::Wake ExchangeSession::wait_for_input(int file, Milliseconds idle) {
    was_interrupted_ = false;
    const auto until = clock_.now() + idle;
    for (;;) {
        const auto wake =
            wait_once(file, std::chrono::duration_cast<Milliseconds>(until - clock_.now()));
        // Ctrl-C wakes who waits for a terminal, and empties it.
        if (wake != Wake::readable || has_input(file)) return wake;
    }
}

/// Asio makes what it waits for non-blocking, and terminals share that with stdout: so it gets a
/// descriptor that stands for the file.
ExchangeSession::Wake ExchangeSession::wait_once(int file, Milliseconds idle) {
    if (ending_) return Wake::ended;
    const int watch = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    if (watch < 0 || ::epoll_ctl(watch, EPOLL_CTL_ADD, file, &event) != 0) {
        if (watch >= 0) ::close(watch);
        return Wake::readable;  // a plain file never lets anybody wait
    }
    asio::posix::stream_descriptor input(context_, watch);
    std::optional<Wake> wake;
    input.async_wait(asio::posix::stream_descriptor::wait_read,
                     [&](const asio::error_code& failed) {
                         if (!failed) wake = Wake::readable;
                     });
    asio::steady_timer timer(context_, idle);
    timer.async_wait([&](const asio::error_code& failed) {
        if (!failed) wake = Wake::idle;
    });
    context_.restart();
    while (!wake && !ending_ && !was_interrupted_)
        context_.run_one();
    // What was cancelled still refers to this frame.
    input.cancel();
    timer.cancel();
    context_.poll();
    if (ending_) return Wake::ended;
    if (was_interrupted_) return Wake::interrupt;
    return wake.value_or(Wake::idle);
}

}  // namespace hqsync::app
