// The port of an HTTP exchange: a request in, an answer or a fault out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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

/// How a request proves who asks. NTLM and Negotiate authenticate the connection, not the request:
/// they go over HTTP/1.1, and a connection is kept for those with the same login.
enum class Scheme : std::uint8_t { none, basic, ntlm, negotiate };

struct Login {
    Scheme scheme = Scheme::none;
    std::string user;      ///< basic, ntlm: "DOMAIN\\name" or "name@domain"
    std::string password;  ///< basic, ntlm
    std::string
        keytab_file;  ///< negotiate: keys of the account; empty: the tickets of this process
};

/// May the work be done a second time? A kept connection that breaks before the first octet of an
/// answer is otherwise replaced by the client, and the request sent again, silently.
enum class Resend : std::uint8_t { allowed, never };

/// Where plain http may go: nothing that is secret may leave this machine unencrypted.
enum class PlainHttp : std::uint8_t {
    loopback,      ///< to this machine only
    bare_request,  ///< anywhere, if it has neither login nor Authorization, cookies or body
    sealed,        ///< anywhere: the caller has encrypted the body, its headers hold no secret
    permitted,     ///< anywhere: an administrator said so for this server
};

/// A login that the caller does by headers of his own and that belongs to the connection does not
/// work over HTTP/2.
enum class Version : std::uint8_t { any, http_1_1 };

/// What a receiver of a running answer says to each piece of it.
enum class Flow : std::uint8_t { more, enough };
using Sink = std::function<Flow(std::string_view)>;

struct Request {
    std::string method = "GET";
    std::string url;
    Headers headers;
    std::string body;
    Milliseconds timeout{60'000};        ///< for the whole; zero: no limit, use `silence_max`
    std::size_t answer_max = 64u << 20;  ///< octets; a longer answer is a fault
    bool fresh_connection = false;       ///< Graph: after a 503 retry over a new connection
    Login login = {};
    Resend resend = Resend::allowed;
    PlainHttp plain_http = PlainHttp::loopback;
    Version version = Version::any;
    std::string cookie_jar = {};  ///< cookies of answers are kept under this name; empty: not kept
    /// Gets the body of a 200 as it comes, instead of `Response::body` and without `answer_max`.
    /// "enough" ends the exchange: the answer so far is the answer. Must not destroy the client.
    Sink sink = {};
    Milliseconds silence_max{0};  ///< so long without an octet is "http.timeout"; zero: no limit
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
/// server's certificate is not trusted), "http.url" (no URL, or plain http to another machine),
/// "http.login" (the installed libcurl does not know that way of login).
/// Redirects are answers, they are not followed. A 401 after the login was sent is an answer too:
/// one request is one attempt.
class Sender {
public:
    virtual ~Sender() = default;
    virtual Task<Result<Response>> send(Request request) = 0;
};

}  // namespace hqsync::http
