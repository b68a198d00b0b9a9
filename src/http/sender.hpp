// The port of an HTTP exchange: a request in, an answer or a fault out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace hqsync::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method = "GET";
    std::string url;
    Headers headers;
    std::string body;
    Milliseconds timeout{60'000};
    std::size_t answer_max = 64u << 20;  ///< octets; a longer answer is a fault
    bool fresh_connection = false;       ///< Graph: after a 503 retry over a new connection
};

struct Response {
    long status = 0;
    Headers headers;  ///< names in lower case
    std::string body;

    /// First header of that (lower-case) name.
    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// Any HTTP status is an answer. Faults of reach mailbox are what kept an answer from coming:
/// "http.connect" (nothing was sent), "http.timeout" and "http.lost" (outcome_unknown), all three
/// transient; "http.too_long" (outcome_unknown). Faults of reach configuration: "http.tls" (the
/// server's certificate is not trusted), "http.url" (no URL, or plain http to another machine).
/// Redirects are answers, they are not followed.
class Sender {
public:
    virtual ~Sender() = default;
    virtual Task<Result<Response>> send(Request request) = 0;
};

}  // namespace hqsync::http
