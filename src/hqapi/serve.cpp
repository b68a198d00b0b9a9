// Signals end the wait; the server's own thread does the work meanwhile.
#include "hqapi/serve.hpp"

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

namespace hqsync::hqapi {

Result<void> serve(hq::EmbeddedHq& hq, const Clock& clock, const ServerOptions& options) {
    asio::io_context waiting;
    asio::signal_set signals(waiting, SIGTERM, SIGINT);
    signals.async_wait([](std::error_code, int) {});
    const auto server = Server::start(hq, clock, options);
    if (!server) return fail(server.error());
    const auto url = (*server)->url();
    fmt::print("api {}/v1\n", url);
    if (options.login.code_grant == LoginOptions::CodeGrant::offered) fmt::print("login {}\n", url);
    if (options.control == ServerOptions::Control::on) fmt::print("control {}/hq/\n", url);
    fmt::print("ready\n");
    std::fflush(stdout);
    waiting.run();
    (*server)->stop();
    return {};
}

}  // namespace hqsync::hqapi
