// Signals end the wait; the server's own threads do the work meanwhile.
#include "sim/serve.hpp"

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

namespace hqsync::sim {

int serve(const Options& options) {
    asio::io_context waiting;
    asio::signal_set signals(waiting, SIGTERM, SIGINT);
    signals.async_wait([](std::error_code, int) {});
    const auto server = Server::start(options);
    if (!server) {
        fmt::print(stderr, "{}\n", to_text(server.error()));
        return 1;
    }
    const auto url = (*server)->url();
    fmt::print(
        "graph {0}/v1.0\news {0}/EWS/Exchange.asmx\nlogin {0}\npowershell {0}/PowerShell/\ncontrol "
        "{0}/sim/\nready\n",
        url);
    std::fflush(stdout);
    waiting.run();
    const auto ended = (*server)->stop();
    if (!ended) fmt::print(stderr, "{}\n", to_text(ended.error()));
    return ended ? 0 : 1;
}

}  // namespace hqsync::sim
