// Where a server of ours listens, as the command line says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hqsync::app {

struct Endpoint {
    std::string host;  ///< of IPv6 without brackets
    std::uint16_t port = 0;
};

/// "127.0.0.1:8025", "localhost:0", "[::1]:8025".
std::optional<Endpoint> endpoint_in(std::string_view text);

}  // namespace hqsync::app
