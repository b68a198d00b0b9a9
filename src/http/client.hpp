// HTTP client on libcurl's multi interface, driven by the io_context of the engine.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

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

struct ClientOptions {
    std::string user_agent = "hqsync/" HQSYNC_VERSION;
    std::size_t connections_max = 64;
    std::string ca_file;  ///< PEM bundle; empty: the system's
};

/// Any HTTP status is an answer. Faults of reach mailbox are what kept an answer from coming:
/// "http.connect" (nothing was sent), "http.timeout" and "http.lost" (outcome_unknown), all three
/// transient; "http.too_long" (outcome_unknown). Faults of reach configuration: "http.tls" (the
/// server's certificate is not trusted), "http.url" (no URL, or plain http to another machine).
/// Redirects are answers, they are not followed. Proxies are taken from the environment.
/// Lives on one thread, with its io_context; outlives its calls.
class Client {
public:
    Client(asio::io_context& context, ClientOptions options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    Task<Result<Response>> send(Request request);

private:
    struct Multi;
    std::shared_ptr<Multi> multi_;
};

/// "http://127.0.0.1:8025", "http://localhost", "http://[::1]:1": the only hosts for plain http.
bool is_loopback_http(std::string_view url);

}  // namespace hqsync::http
