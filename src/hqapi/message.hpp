// A request to the served HQ and its reply, free of sockets.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hqsync::hqapi {

struct Request {
    std::string method;
    std::string target;                                       ///< as sent: path and query
    std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
    std::string body;

    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Status 0 stands for a connection that is closed without an answer.
struct Reply {
    int status = 200;
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
};

/// What a client did wrong; the message names the place.
struct Refusal {
    int status = 400;
    std::string message;
};
template <class T>
using Checked = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(std::string message) {
    return std::unexpected<Refusal>(Refusal{400, std::move(message)});
}

/// Name -> value, decoded, in the order in which they were sent.
using Options = std::vector<std::pair<std::string, std::string>>;

struct Target {
    std::string path;  ///< decoded: "/v1/ContactPersons(10007)"
    Options options;
};

/// 400 for a percent sign that introduces no octet, or an octet sequence that is no UTF-8.
Checked<Target> read_target(std::string_view target);
/// The pairs of a form or of a query. "+" is a blank.
Checked<Options> read_options(std::string_view text);
std::optional<std::string> option(const Options& options, std::string_view name);

std::string percent_encode(std::string_view text);
std::string lower(std::string_view text);

Reply json_reply(int status, std::string body);
/// OData's error envelope: {"error":{"code":"400","message":"…"}}. helloHQ's own is undocumented.
Reply error_reply(int status, std::string_view message);
Reply error_reply(const Refusal& refusal);

}  // namespace hqsync::hqapi
