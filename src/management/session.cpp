// What a way to the server need not do itself.
#include "management/session.hpp"

namespace hqsync::management {

Task<Result<Output>> ManagementSession::run_each(Command command, TakeObject take) {
    auto output = co_await run(std::move(command));
    if (!output) co_return fail(output.error());
    for (auto& object : std::exchange(output->objects, {})) {
        const auto taken = take(std::move(object));
        if (!taken) co_return fail(taken.error());
    }
    co_return output;
}

}  // namespace hqsync::management
