// Runs one coroutine to its end.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include "async/task.hpp"

namespace hqsync::management::test {

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& result) {
    result.emplace(co_await std::move(task));
}

template <class T>
T await(Task<T> task) {
    asio::io_context context;
    std::optional<T> result;
    std::exception_ptr thrown;
    asio::co_spawn(context, keep(std::move(task), result),
                   [&](const std::exception_ptr& error) { thrown = error; });
    context.run();
    if (thrown) std::rethrow_exception(thrown);
    if (!result) throw std::runtime_error("the coroutine never ended");
    return *std::move(result);
}

}  // namespace hqsync::management::test
