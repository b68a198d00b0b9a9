// Coroutines of the engine: `Task<T>` runs on one thread and is awaited by its caller.
#pragma once

#include <asio/awaitable.hpp>

namespace hqsync {

/// A coroutine started by `co_await`. What is spawned takes its arguments by value.
/// Await only as `name = co_await call(named…)` or as a statement (STYLE 15).
template <class T>
using Task = asio::awaitable<T>;

}  // namespace hqsync
