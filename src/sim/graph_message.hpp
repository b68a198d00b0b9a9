// A request to the simulated Graph and its reply, free of sockets.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/stream.hpp"

namespace hqsync::sim {

struct Request {
    std::string method;
    std::string target;                                       ///< as sent: path and query
    std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
    std::string body;
    std::uint64_t connection = 0;  ///< on which it came; 0: on none

    std::vector<std::string> path;                          ///< decoded segments below /v1.0
    std::map<std::string, std::string, std::less<>> query;  ///< decoded

    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> option(std::string_view name) const;
    [[nodiscard]] bool is_write() const { return method != "GET"; }
};

struct Reply {
    int status = 200;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::shared_ptr<Stream> stream = {};  ///< goes on after the body, which is its first chunk
};

/// Splits target into path and query; segments are percent-decoded.
void parse_target(Request& request);
std::string percent_encode(std::string_view text);
std::string lower(std::string_view text);

/// Graph's error envelope.
Reply error(int status, std::string_view code, std::string_view message);

}  // namespace hqsync::sim
