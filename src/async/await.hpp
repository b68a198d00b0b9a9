// Runs one coroutine from ordinary code to its end.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include "async/task.hpp"

namespace hqsync::app {

template <class T>
Task<void> keep_answer(Task<T> task, std::optional<T>* answer) {
    *answer = co_await std::move(task);
}

/// Drives `context` until the task is done. Empty: somebody stopped the context before.
template <class T>
std::optional<T> await_on(asio::io_context& context, Task<T> task) {
    std::optional<T> answer;
    asio::co_spawn(context, keep_answer(std::move(task), &answer),
                   [&context](const std::exception_ptr& bug) {
                       if (bug) std::rethrow_exception(bug);
                       context.stop();
                   });
    context.restart();
    context.run();
    return answer;
}

/// The same for calls that need no context of their own (the state store).
template <class T>
T await(Task<T> task) {
    asio::io_context context;
    auto answer = await_on(context, std::move(task));
    return std::move(answer).value();
}

}  // namespace hqsync::app
