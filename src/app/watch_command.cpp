// hqsync watch.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <asio/signal_set.hpp>

#include "app/watch.hpp"
#include "async/await.hpp"

namespace hqsync::app {
namespace {

/// A pass that takes longer is broken off: the state is a journal, and systemd waits 90 s before it
/// kills.
constexpr std::chrono::seconds grace{25};

/// One watch at a time on a state: two would do everything twice.
class WatchLock {
public:
    static Result<std::unique_ptr<WatchLock>> take(const std::string& path) {
        const auto file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file < 0) {
            return fail({Reach::configuration, "state.lock",
                         fmt::format("{} cannot be written: {}", path, std::strerror(errno))});
        }
        std::unique_ptr<WatchLock> lock(new WatchLock(file));
        if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
        return fail({Reach::configuration, "watch.locked",
                     "another hqsync watch works on this state already"});
    }
    ~WatchLock() { ::close(file_); }
    WatchLock(const WatchLock&) = delete;
    WatchLock& operator=(const WatchLock&) = delete;

private:
    explicit WatchLock(int file) : file_(file) {}
    int file_;
};

/// Nothing has to be put away: a run goes on where it was, and coroutines that wait for the network
/// are not waited for.
void end_now(ExitCode code) {
    std::fflush(stdout);
    std::fflush(stderr);
    std::_Exit(static_cast<int>(code));
}

/// The first signal ends the watch in order, the second one at once.
class Signals {
public:
    Signals(asio::io_context& context, Watch& watch)
        : watch_(watch), set_(context, SIGINT, SIGTERM), timer_(context) {
        set_.async_wait([this](const asio::error_code& error, int) {
            if (!error) first();
        });
    }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals() = default;

private:
    void first() {
        watch_.stop();
        set_.async_wait([](const asio::error_code& error, int) {
            if (!error) end_now(ExitCode::failed);
        });
        timer_.expires_after(grace);
        timer_.async_wait([](const asio::error_code& error) {
            if (!error) end_now(ExitCode::done);
        });
    }

    Watch& watch_;
    asio::signal_set set_;
    asio::steady_timer timer_;
};

}  // namespace

ExitCode watch(const Invocation& invocation, Telling telling) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const auto lock = WatchLock::take(config->state_database.string() + ".watch");
    if (!lock) return complain(lock.error());
    const auto line = open_exchange(*config);
    if (!line) return complain(line.error());
    WatchLines lines(invocation.output, telling);
    std::optional<ExitCode> code;
    {
        Watch watch(*config, **line, lines);
        const Signals signals((*line)->context, watch);
        code = await_on((*line)->context, watch.go());
    }
    return code.value_or(ExitCode::failed);
}

}  // namespace hqsync::app
