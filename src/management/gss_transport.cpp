// The way of a message: a free connection, its login, then the sealed exchange.
#include "management/gss_transport.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "base/base64.hpp"
#include "base/letter_case.hpp"
#include "http/offered_schemes.hpp"
#include "management/gss_thread.hpp"

namespace hqsync::management::gss {

namespace {

using asio::steady_timer;
using wsman::Post;

constexpr std::string_view soap_type = "application/soap+xml;charset=UTF-8";
/// SPNEGO takes two tokens of ours at most; a server that goes on is broken.
constexpr int tokens_max = 4;

std::string_view scheme_of(Mechanism mechanism) {
    return mechanism == Mechanism::kerberos ? "Kerberos" : "Negotiate";
}

Seal seal_of(Mechanism mechanism) {
    return mechanism == Mechanism::kerberos ? Seal::kerberos : Seal::spnego;
}

/// A step of a login. It does no work, and a fresh connection for each would begin the login anew.
http::Request login_request(std::string url, Milliseconds timeout) {
    auto request = wsman::soap_request({std::move(url), {}, timeout});
    request.resend = http::Resend::allowed;
    return request;
}

/// Kerberos writes realms in capitals, people write them as the domain of their address.
Principal principal_of(const wsman::Account& account) {
    Principal principal{account.user, account.password, account.keytab_file};
    const auto at = principal.user.rfind('@');
    for (auto i = at; i < principal.user.size(); ++i)
        principal.user[i] =
            static_cast<char>(std::toupper(static_cast<unsigned char>(principal.user[i])));
    return principal;
}

Fault timed_out(std::string_view what) {
    return {Reach::run, "http.timeout", fmt::format("no time was left for {}", what),
            {},         false,          true};
}

/// The octets behind "Negotiate" or "Kerberos". None: the server sent no token.
std::optional<std::string> token_in(const http::Response& answer, Mechanism mechanism) {
    for (const auto& [name, value] : answer.headers) {
        if (name != "www-authenticate") continue;
        const auto space = value.find(' ');
        if (space == std::string::npos) continue;
        if (lower_case(value.substr(0, space)) == lower_case(scheme_of(mechanism)))
            return from_base64(value.substr(space + 1));
    }
    return std::nullopt;
}

}  // namespace

struct KerberosTransport::Deadline {
    steady_timer::time_point end;

    [[nodiscard]] Milliseconds left() const {
        const auto rest = end - steady_timer::clock_type::now();
        return std::max(std::chrono::duration_cast<Milliseconds>(rest), Milliseconds(0));
    }
};

/// One connection and its login.
struct KerberosTransport::Lane {
    http::Client client;
    std::shared_ptr<Context> context;  ///< none: not logged in
    Mechanism mechanism = Mechanism::kerberos;
    bool is_busy = false;

    void log_in(std::shared_ptr<Context> proven, Mechanism by) {
        context = std::move(proven);
        mechanism = by;
    }

    Lane(asio::io_context& on, const http::ClientOptions& options) : client(on, options) {}
};

/// Those who wait. Frames of calls that never ended may be destroyed after the transport.
struct KerberosTransport::Queue {
    bool is_logging_in = false;
    std::vector<std::shared_ptr<steady_timer>> waiting;

    void wake() {
        for (const auto& waiter : std::exchange(waiting, {}))
            waiter->cancel();
    }
};

KerberosTransport::KerberosTransport(asio::io_context& context, wsman::Account account,
                                     Options options)
    : context_(context),
      account_(std::move(account)),
      options_(std::move(options)),
      principal_(principal_of(account_)),
      queue_(std::make_shared<Queue>()) {
    options_.client.connections_max = 1;
}

KerberosTransport::~KerberosTransport() {
    kdc_.join();
}

/// Connections to another server are of no use, nor is its way of login.
void KerberosTransport::leave(const Url& url) {
    auto bare = url;
    bare.path.clear();
    bare.query.clear();
    if (auto origin = bare.text(); origin != origin_) {
        origin_ = std::move(origin);
        lanes_.clear();
        mechanism_.reset();
        credentials_.reset();
    }
}

Task<Result<http::Response>> KerberosTransport::post(Post post) {
    if (refusal_) co_return fail(*refusal_);
    const auto url = parse_url(post.url);
    if (!url) co_return fail({Reach::configuration, "http.url", "the address is no http URL"});
    if (account_.user.find('\\') != std::string::npos) {
        co_return fail({Reach::configuration, "kerberos.configuration",
                        "Kerberos calls accounts name@REALM, not DOMAIN\\name"});
    }
    leave(*url);
    const Deadline deadline{steady_timer::clock_type::now() + post.timeout};
    auto lane = co_await free_lane(deadline);
    if (!lane) co_return fail(lane.error());
    struct Turn {
        std::shared_ptr<Lane> lane;
        std::shared_ptr<Queue> queue;
        ~Turn() {
            lane->is_busy = false;
            queue->wake();
        }
    };
    const Turn turn{*lane, queue_};
    auto answer = co_await exchange(*lane, std::move(post), deadline);
    co_return answer;
}

/// One that is logged in comes first.
std::shared_ptr<KerberosTransport::Lane> KerberosTransport::idle_lane() const {
    std::shared_ptr<Lane> idle;
    for (const auto& lane : lanes_) {
        if (lane->is_busy) continue;
        if (lane->context) return lane;
        if (!idle) idle = lane;
    }
    return idle;
}

/// While a login is tried for the first time everybody else waits for what comes of it.
Task<Result<std::shared_ptr<KerberosTransport::Lane>>> KerberosTransport::free_lane(
    Deadline deadline) {
    while (true) {
        if (refusal_) co_return fail(*refusal_);
        if (!queue_->is_logging_in) {
            auto lane = idle_lane();
            if (!lane && lanes_.size() < options_.connections_max) {
                lane = std::make_shared<Lane>(context_, options_.client);
                lanes_.push_back(lane);
            }
            if (lane) {
                lane->is_busy = true;
                co_return lane;
            }
        }
        if (deadline.left() <= Milliseconds(0)) {
            co_return fail(timed_out("the request: all connections to the server are in use"));
        }
        const auto waiter = std::make_shared<steady_timer>(context_, deadline.end);
        queue_->waiting.push_back(waiter);
        asio::error_code woken;
        co_await waiter->async_wait(asio::redirect_error(asio::use_awaitable, woken));
        std::erase(queue_->waiting, waiter);
    }
}

Task<Result<http::Response>> KerberosTransport::exchange(std::shared_ptr<Lane> lane, Post post,
                                                         Deadline deadline) {
    for (auto tries = 0; tries < 2; ++tries) {
        const bool was_logged_in = lane->context != nullptr;
        if (!was_logged_in) {
            auto other = co_await log_in(lane, post.url, deadline);
            if (!other) co_return fail(other.error());
            if (*other) co_return std::move(**other);
        }
        auto answer = co_await say(lane, post, deadline);
        // A context goes on in order: after a lost answer nobody knows where it stands.
        if (!answer || answer->status == 401) lane->context.reset();
        if (!answer || answer->status != 401) co_return answer;
    }
    co_return fail({Reach::run,
                    "shell.connection_lost",
                    "the server does not know the login of its own connection: does something on "
                    "the way (a proxy, a load balancer) not keep connections?",
                    {},
                    false,
                    true});
}

/// Sends the message sealed, or over https as it is.
Task<Result<http::Response>> KerberosTransport::say(std::shared_ptr<Lane> lane, Post post,
                                                    Deadline deadline) {
    const auto url = parse_url(post.url);
    const bool is_sealed = !url || !url->is_https();
    auto request = wsman::soap_request(post);
    request.timeout = deadline.left();
    if (request.timeout <= Milliseconds(0)) co_return fail(timed_out("the request"));
    if (is_sealed) {
        auto sealed = lane->context->seal(request.body);
        if (!sealed) co_return fail(sealed.error().fault);
        const auto seal = seal_of(lane->mechanism);
        request.body = encode(*sealed, seal);
        request.headers = {{"Content-Type", sealed_type(seal)}};
        request.plain_http = http::PlainHttp::sealed;
    }
    has_spoken_ = true;
    auto answer = co_await lane->client.send(std::move(request));
    if (!answer) co_return fail(answer.error());
    co_return opened(*lane, std::move(*answer), is_sealed);
}

/// Only what is sealed is believed over http; of an open answer only the status is, and where it
/// leads (which is checked).
Result<http::Response> KerberosTransport::opened(Lane& lane, http::Response answer,
                                                 bool must_be_sealed) {
    const auto type = answer.header("content-type").value_or("");
    if (!is_sealed_type(type)) {
        if (!must_be_sealed || answer.status == 401) return answer;
        if (answer.status == 200) {
            return fail({Reach::configuration,
                         "shell.unsealed",
                         "the server's answer is not encrypted: it is not believed",
                         {},
                         true});
        }
        answer.body.clear();
        return answer;
    }
    const auto sealed = decode(type, answer.body);
    if (!sealed) return fail(sealed.error());
    auto plain = lane.context->unseal(*sealed);
    if (!plain) return fail(plain.error().fault);
    answer.body = std::move(*plain);
    std::erase_if(answer.headers,
                  [](const auto& header) { return header.first == "content-type"; });
    answer.headers.emplace_back("content-type", soap_type);
    return answer;
}

/// What stands for all later calls is kept.
Fault KerberosTransport::noted(const Verdict& verdict) {
    if (verdict.kind == Class::refused || verdict.kind == Class::configuration) {
        refusal_ = verdict.fault;
    }
    return verdict.fault;
}

Task<Result<std::optional<http::Response>>> KerberosTransport::log_in(std::shared_ptr<Lane> lane,
                                                                      std::string url,
                                                                      Deadline deadline) {
    struct Flag {
        std::shared_ptr<Queue> queue;
        ~Flag() {
            queue->is_logging_in = false;
            queue->wake();
        }
    };
    queue_->is_logging_in = true;
    const Flag flag{queue_};
    if (!mechanism_) {
        auto other = co_await choose_scheme(lane, url, deadline);
        if (!other || *other) co_return other;
    }
    bool is_fresh = false;
    while (true) {
        if (!credentials_) {
            const auto acquired = co_await acquire(deadline);
            if (!acquired) co_return fail(acquired.error());
            is_fresh = true;
        }
        auto other = co_await prove(lane, url, deadline);
        if (other || is_fresh || other.error().code != "kerberos.configuration") co_return other;
        // Tickets end after hours: others by the same password or keys.
        credentials_.reset();
        refusal_.reset();
    }
}

Task<Result<void>> KerberosTransport::acquire(Deadline deadline) {
    if (!mechanism_) co_return fail(timed_out("the login"));
    const auto limit = std::min(options_.login_timeout, deadline.left());
    std::function<Outcome<std::shared_ptr<Credentials>>()> work = [principal = principal_,
                                                                   mechanism = *mechanism_] {
        return Credentials::acquire(principal, mechanism);
    };
    auto acquired = co_await on_thread(kdc_, std::move(work), limit);
    if (!acquired) co_return fail(timed_out("the login by Kerberos: the KDC is slow"));
    if (!*acquired) co_return fail(noted(acquired->error()));
    credentials_ = std::move(**acquired);
    co_return Result<void>{};
}

/// Asks without login what the server takes: Exchange offers Kerberos, WinRM Negotiate.
Task<Result<std::optional<http::Response>>> KerberosTransport::choose_scheme(
    std::shared_ptr<Lane> lane, std::string url, Deadline deadline) {
    auto request = login_request(std::move(url), deadline.left());
    request.plain_http = http::PlainHttp::bare_request;
    auto answer = co_await lane->client.send(std::move(request));
    if (!answer) co_return fail(answer.error());
    if (answer->status != 401) {
        if (answer->status == 200) {
            co_return fail({Reach::configuration, "shell.refused",
                            "the server asks for no login: this is not the directory PowerShell of "
                            "an Exchange server"});
        }
        answer->body.clear();
        co_return std::optional(std::move(*answer));
    }
    for (const auto mechanism : {Mechanism::kerberos, Mechanism::negotiate}) {
        const auto schemes = http::offered_schemes(*answer);
        const bool is_offered = std::ranges::any_of(schemes, [&](const std::string& scheme) {
            return lower_case(scheme) == lower_case(scheme_of(mechanism));
        });
        if (is_offered) {
            mechanism_ = mechanism;
            co_return std::nullopt;
        }
    }
    refusal_ = wsman::refused_login(account_, *answer);
    co_return fail(*refusal_);
}

/// The tokens, on requests without a body: what is said comes only when both sides are proven.
Task<Result<std::optional<http::Response>>> KerberosTransport::prove(std::shared_ptr<Lane> lane,
                                                                     std::string url,
                                                                     Deadline deadline) {
    const auto parsed = parse_url(url);
    if (!parsed || !mechanism_ || !credentials_) co_return fail(timed_out("the login"));
    const auto mechanism = *mechanism_;
    const auto service =
        account_.service.empty() ? fmt::format("HTTP@{}", parsed->host) : account_.service;
    auto begun = Context::begin(credentials_, service, mechanism);
    if (!begun) co_return fail(noted(begun.error()));
    const auto& context = *begun;
    std::string token;
    for (auto tokens = 0; tokens < tokens_max; ++tokens) {
        const auto limit = std::min(options_.login_timeout, deadline.left());
        std::function<Outcome<std::string>()> work = [context, token] {
            return context->step(token);
        };
        auto stepped = co_await on_thread(kdc_, std::move(work), limit);
        if (!stepped) co_return fail(timed_out("the login by Kerberos: the KDC is slow"));
        if (!*stepped) co_return fail(noted(stepped->error()));
        if (context->is_complete() && (*stepped)->empty()) {
            lane->log_in(context, mechanism);
            co_return std::nullopt;
        }
        auto request = login_request(url, deadline.left());
        request.plain_http = http::PlainHttp::sealed;
        request.headers.emplace_back(
            "Authorization", fmt::format("{} {}", scheme_of(mechanism), to_base64(**stepped)));
        auto answer = co_await lane->client.send(std::move(request));
        if (!answer) co_return fail(answer.error());
        auto next = token_in(*answer, mechanism);
        if (!next && answer->status == 401) {
            refusal_ = wsman::refused_login(account_, *answer);
            co_return fail(*refusal_);
        }
        if (context->is_complete()) {
            lane->log_in(context, mechanism);
            co_return std::nullopt;
        }
        if (!next) {
            answer->body.clear();
            if (answer->status != 200) co_return std::optional(std::move(*answer));
            co_return fail({Reach::configuration, "kerberos.broken",
                            "the server took the login but did not prove who it is"});
        }
        token = std::move(*next);
    }
    co_return fail({Reach::run, "kerberos.broken", "the login by Kerberos does not end"});
}

}  // namespace hqsync::management::gss
