// Calls that block, made beside the engine's thread and waited for with a deadline.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>

#include "async/clock.hpp"
#include "async/task.hpp"

namespace hqsync::management::gss {

/// Work that blocks, on a thread of `pool`; none when it took longer than `limit`. What it touches
/// it owns.
template <class T>
Task<std::optional<T>> on_thread(asio::thread_pool& pool, std::function<T()> work,
                                 Milliseconds limit) {
    struct State {
        explicit State(const asio::any_io_executor& executor) : done(executor) {}
        asio::steady_timer done;
        std::optional<T> result;
    };
    const auto executor = co_await asio::this_coro::executor;
    const auto state = std::make_shared<State>(executor);
    state->done.expires_after(limit);
    asio::post(pool, [executor, state, work = std::move(work)] {
        auto result = std::make_shared<T>(work());
        asio::post(executor, [state, result] {
            state->result = std::move(*result);
            state->done.cancel();
        });
    });
    asio::error_code woken;
    co_await state->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    co_return std::move(state->result);
}

}  // namespace hqsync::management::gss
