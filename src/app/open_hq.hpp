// HQ as the configuration names it: the embedded one, or helloHQ by its API.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include <asio/io_context.hpp>

#include "app/config.hpp"
#include "async/await.hpp"
#include "async/clock.hpp"
#include "base/result.hpp"
#include "hellohq/hellohq.hpp"
#include "hq/embedded.hpp"
#include "http/client.hpp"
#include "port/hq_source.hpp"
#include "port/hq_writer.hpp"

namespace hqsync::app {

/// HQ with what it stands on. Declared in the order of their lives; a context that is not its own
/// outlives it.
struct HqLine {
    std::unique_ptr<asio::io_context> own;
    asio::io_context* context = nullptr;
    SystemClock clock;
    std::unique_ptr<http::Client> client;
    std::unique_ptr<hq::EmbeddedHq> embedded;  ///< one of both
    std::unique_ptr<hellohq::HelloHq> live;

    [[nodiscard]] HqSource& source() const;
    [[nodiscard]] HqWriter& writer() const;
    template <class T>
    T run(Task<T> task) const {
        return await_on(*context, std::move(task)).value();
    }
};

/// Its calls run on `context`.
Result<std::unique_ptr<HqLine>> open_hq(const Config& config, asio::io_context& context);
/// Its calls are driven by `HqLine::run`.
Result<std::unique_ptr<HqLine>> open_hq(const Config& config);

/// For commands that edit it. Fault (configuration) when HQ is helloHQ.
Result<std::unique_ptr<hq::EmbeddedHq>> open_embedded(const Config& config);

}  // namespace hqsync::app
