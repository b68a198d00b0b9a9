// The rules of repeating: refused work is sent again after the wait that the server asks for; work
// whose outcome is unknown only when doing it twice does no harm.
#include "ews/service.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "base/letter_case.hpp"
#include "ews/delegate.hpp"
#include "ews/errors.hpp"
#include "ews/requests.hpp"
#include "ews/url.hpp"

namespace hqsync::ews {

namespace {

constexpr int tries_max = 4;
constexpr Milliseconds first_pause{1'000};
constexpr Milliseconds pause_max{60'000};
constexpr Milliseconds untold_back_off{60'000};   // ews.md §6: ErrorServerBusy without a time
constexpr Milliseconds request_timeout{120'000};  // the server ends a batch after about a minute
/// A request that would be cut off soon is not begun: its outcome would be unknown.
constexpr Milliseconds least_left{10'000};
constexpr std::size_t request_max = std::size_t{4} << 20;  // ews.md §7

/// `detail` says what the server said of it.
Fault too_big(Reach reach, std::string detail) {
    return {reach, "too_big", std::move(detail), {}, false, true};
}

Fault out_of_time(Milliseconds wait) {
    return {Reach::mailbox,
            "throttled",
            "Exchange asks for a wait that is longer than the call may take",
            wait,
            false,
            true};
}

/// Retry-After in seconds; its form as a date is not used by Exchange's proxies.
std::optional<Milliseconds> retry_after(const http::Response& answer) {
    const auto header = answer.header("retry-after");
    if (!header) return std::nullopt;
    std::int64_t seconds = 0;
    const auto* end = header->data() + header->size();
    const auto read = std::from_chars(header->data(), end, seconds);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 86'400));
}

/// A fault comes with status 500; some gateways make 200 of it.
bool is_success(const http::Response& answer) {
    if (answer.status != 200) return false;
    const bool may_be_fault = answer.body.substr(0, 1024).contains("Fault>");
    return !may_be_fault || !read_fault(answer.body);
}

}  // namespace

/// How often a call was tried.
struct Service::Attempts {
    int made = 0;
    bool may_be_done = false;  ///< the answer of one got lost
};

/// What one failed try means.
struct Service::Outcome {
    Verdict verdict;
    bool may_be_done = false;
    std::optional<Milliseconds> wait;
    std::string address;  ///< the primary one, when the server named it
};

/// One call under way. Its end wakes those who wait, also when its coroutine is thrown away.
class Service::Turn {
public:
    explicit Turn(Service& service) : service_(service) { ++service_.under_way_; }
    ~Turn() {
        --service_.under_way_;
        for (const auto& turn : std::exchange(service_.waiting_, {}))
            turn->cancel();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    Service& service_;
};

Service::Service(Connection& connection, MailboxAddress mailbox)
    : connection_(connection),
      mailbox_(std::move(mailbox)),
      allowed_(std::clamp<std::size_t>(connection.options().concurrency, 1, 2)) {}

void Service::pause(Milliseconds pause) {
    paused_until_ = std::max(paused_until_, connection_.clock().now() + pause);
}

Task<void> Service::wait_for_turn() {
    const auto executor = co_await asio::this_coro::executor;
    const auto turn = std::make_shared<asio::steady_timer>(executor);
    turn->expires_at(asio::steady_timer::time_point::max());
    waiting_.push_back(turn);
    asio::error_code woken;
    co_await turn->async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

Task<Result<std::string>> Service::send(Call call) {
    // Those before have a deadline each.
    while (under_way_ >= allowed_)
        co_await wait_for_turn();
    const Turn turn(*this);
    const auto allowed = call.deadline.value_or(connection_.options().call_deadline);
    const auto deadline = connection_.clock().now() + allowed;
    co_return co_await repeat(std::move(call), deadline);
}

Task<Result<std::string>> Service::repeat(Call call, Instant deadline) {
    auto& clock = connection_.clock();
    Attempts attempts;
    while (true) {
        while (clock.now() < paused_until_) {
            const auto wait = paused_until_ - clock.now();
            if (paused_until_ + least_left >= deadline) co_return fail(out_of_time(wait));
            co_await clock.sleep_for(wait);
        }
        auto answer = co_await post(call, deadline);
        if (answer && is_success(*answer)) co_return std::move(answer->body);
        auto outcome = outcome_of(answer);
        auto fault = outcome.verdict.fault;
        const auto wait = judge_try(call, std::move(outcome), attempts);
        if (!wait) co_return fail(wait.error());
        if (clock.now() + *wait + least_left >= deadline) {
            fault.outcome_unknown = call.writes > 0 && attempts.may_be_done;
            co_return fail(std::move(fault));
        }
        if (*wait > Milliseconds(0)) co_await clock.sleep_for(*wait);
    }
}

Task<Result<http::Response>> Service::post(const Call& call, Instant deadline) {
    auto url = co_await connection_.ews_url(mailbox_);
    if (!url) co_return fail(url.error());
    auto request = request_for(call, mailbox_, connection_.options(), *std::move(url));
    if (request.body.size() > request_max) {
        co_return fail(too_big(Reach::mailbox,
                               "the request is longer than Exchange may take: send less at once"));
    }
    const auto left =
        std::max<Milliseconds>(deadline - connection_.clock().now(), Milliseconds(1'000));
    request.timeout = std::min(request_timeout, left);
    counters_.requests += call.reads;
    counters_.writes += call.writes;
    co_return co_await connection_.send(std::move(request));
}

http::Request request_for(const Call& call, const MailboxAddress& mailbox, const Options& options,
                          std::string url) {
    http::Request request;
    request.method = "POST";
    request.url = std::move(url);
    request.headers = {
        {"Content-Type", "text/xml; charset=utf-8"},
        // Leads to the server of this mailbox; without it the first one that gets
        // the request passes it on, or fails (ews.md §1).
        {"X-AnchorMailbox", (call.affinity ? call.affinity->anchor : mailbox).value()},
        {"client-request-id", login::new_guid()},
        {"return-client-request-id", "true"}};
    if (call.affinity) request.headers.emplace_back("X-PreferServerAffinity", "true");
    request.body = options.impersonation
                       ? envelope(call.operation, mailbox)
                       : envelope(for_mailbox(call.operation, mailbox), std::nullopt);
    request.resend = call.repeat == Repeat::never ? http::Resend::never : http::Resend::allowed;
    // Exchange's cookies name the server of a mailbox: of one mailbox, not of the account.
    request.cookie_jar = call.affinity ? call.affinity->cookie_jar : mailbox.value();
    return request;
}

Service::Outcome Service::outcome_of(const Result<http::Response>& answer) const {
    if (!answer) {
        const auto& lost = answer.error();
        const auto kind =
            lost.transient && lost.reach != Reach::configuration && lost.code.starts_with("http.")
                ? Kind::transient
                : Kind::mailbox;
        return {{kind, lost}, lost.outcome_unknown, {}, {}};
    }
    const auto error = read_fault(answer->body);
    auto verdict = error ? judge(*error) : judge_status(answer->status);
    const bool may_be_done = verdict.fault.outcome_unknown;
    return {std::move(verdict), may_be_done, error ? error->back_off : retry_after(*answer),
            error ? error->address : std::string{}};
}

Result<Milliseconds> Service::judge_try(const Call& call, Outcome outcome, Attempts& attempts) {
    auto& [kind, fault, halves] = outcome.verdict;
    const bool is_uncertain = outcome.may_be_done && call.repeat == Repeat::never;
    attempts.may_be_done = attempts.may_be_done || outcome.may_be_done;
    fault.outcome_unknown = (call.writes > 0 || is_uncertain) && attempts.may_be_done;
    if (is_uncertain) {
        // One answer got lost: the others need not wait for it to be settled.
        if (fault.code.starts_with("http")) fault.reach = Reach::item;
        return fail(std::move(fault));
    }
    if (!outcome.address.empty() && !is_corrected_) {
        is_corrected_ = true;
        mailbox_ = MailboxAddress(lower_case(outcome.address));
        return Milliseconds(0);
    }
    const bool has_tries = attempts.made + 1 < tries_max;
    // A server that failed at it may do it the next time; then a part of it may be what it cannot.
    const bool is_for_halves = halves && (kind != Kind::transient || !has_tries);
    if (is_for_halves) return fail(too_big(fault.reach, std::move(fault.detail)));
    if (kind == Kind::throttled) {
        // The load is lowered for the rest of the run; the deadline bounds the repeats.
        allowed_ = 1;
        const auto wait = std::max(outcome.wait.value_or(untold_back_off), first_pause);
        pause(wait);
        fault.retry_after = wait;
        return wait;
    }
    if (kind != Kind::transient || !has_tries) return fail(std::move(fault));
    ++attempts.made;
    return std::max(outcome.wait.value_or(Milliseconds(0)), back_off(attempts.made));
}

Milliseconds Service::back_off(int tries) const {
    const auto doubled = std::min<Milliseconds>(first_pause * (1 << tries), pause_max);
    // A quarter more or less, by mailbox: those that failed together do not come back together. No
    // randomness, so that a run can be repeated.
    const auto seed = std::hash<std::string>{}(mailbox_.value()) + counters_.requests;
    const auto share = static_cast<std::int64_t>(seed % 51U) - 25;
    return doubled + doubled * share / 100;
}

}  // namespace hqsync::ews
