// Sleepers are timers of Asio that never run out; events of the timeline cancel them.
#include "simulation/timeline.hpp"

#include <algorithm>
#include <memory>

#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace hqsync::simulation {

void Timeline::at(Instant when, std::function<void()> what) {
    events_.emplace(std::pair(std::max(when, now_), planned_++), std::move(what));
}

bool Timeline::step() {
    if (events_.empty()) return false;
    auto next = events_.extract(events_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
}

void Timeline::pass(Milliseconds time) {
    const auto end = now_ + time;
    while (!events_.empty() && events_.begin()->first.first <= end)
        step();
    now_ = end;
}

Task<void> VirtualClock::sleep_for(Milliseconds pause) {
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor);
    timer->expires_at(asio::steady_timer::time_point::max());
    timeline_.in(pause, [sleeper = std::weak_ptr(timer)] {
        if (const auto awake = sleeper.lock()) awake->cancel();
    });
    asio::error_code woken;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

Task<void> VirtualClock::sleep_for_ever() {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    timer.expires_at(asio::steady_timer::time_point::max());
    asio::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace hqsync::simulation
