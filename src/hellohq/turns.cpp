// A counting gate on Asio's timers.
#include "hellohq/turns.hpp"

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace hqsync::hellohq {

Task<Turns::Turn> Turns::enter() {
    while (free_ == 0) {
        const auto executor = co_await asio::this_coro::executor;
        const auto timer = std::make_shared<asio::steady_timer>(executor);
        timer->expires_at(asio::steady_timer::time_point::max());
        waiting_.push_back(timer);
        asio::error_code woken;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    --free_;
    co_return Turn(this);
}

void Turns::leave() {
    ++free_;
    while (!waiting_.empty()) {
        const auto next = waiting_.front().lock();
        waiting_.pop_front();
        if (!next) continue;
        next->cancel();
        return;
    }
}

}  // namespace hqsync::hellohq
