// Not in the header: a coroutine that is spawned costs seconds of each file's compile time.
#include "async/await.hpp"

#include <exception>

#include <asio/co_spawn.hpp>

namespace hqsync {

void run_to_end(asio::io_context& context, Task<void> task) {
    asio::co_spawn(context, std::move(task), [&context](const std::exception_ptr& bug) {
        if (bug) std::rethrow_exception(bug);
        context.stop();
    });
    context.restart();
    context.run();
}

void run_to_end(Task<void> task) {
    asio::io_context context;
    run_to_end(context, std::move(task));
}

}  // namespace hqsync
