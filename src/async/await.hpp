// Runs one coroutine from ordinary code to its end.
#pragma once

#include <optional>
#include <utility>

#include <asio/io_context.hpp>

#include "async/task.hpp"

namespace hqsync {

template <class T>
Task<void> keep_answer(Task<T> task, std::optional<T>* answer) {
    *answer = co_await std::move(task);
}

/// Drives `context` until the task is done, or until somebody stops the context. Throws what the
/// task threw.
void run_to_end(asio::io_context& context, Task<void> task);
/// On a context of its own.
void run_to_end(Task<void> task);

/// Empty: somebody stopped the context before.
template <class T>
std::optional<T> await_on(asio::io_context& context, Task<T> task) {
    std::optional<T> answer;
    run_to_end(context, keep_answer(std::move(task), &answer));
    return answer;
}

/// For calls that need no context of their own (the state store).
template <class T>
T await(Task<T> task) {
    std::optional<T> answer;
    run_to_end(keep_answer(std::move(task), &answer));
    return std::move(answer).value();
}

}  // namespace hqsync
