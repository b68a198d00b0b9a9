// The system's clock on Asio's steady timer.
#include "async/clock.hpp"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace hqsync {

Instant SystemClock::now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Task<void> SystemClock::sleep_for(Milliseconds pause) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    timer.expires_after(pause);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace hqsync
