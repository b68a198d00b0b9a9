// The turnstile in front of the login.
#include "ews/connection.hpp"

#include <utility>

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "ews/login.hpp"
#include "ews/url.hpp"

namespace hqsync::ews {

namespace {

/// EWS answers 401 now and then when it means "slower" (ews.md §6): worth one more try, later.
constexpr Milliseconds second_try_after{30'000};
/// A program that runs for weeks may meet it again. Two failed logins an hour lock no account.
constexpr std::chrono::hours second_try_again_after{1};

bool is_refused(const Result<http::Response>& answer) {
    return answer && answer->status == 401;
}

}  // namespace

/// Wakes those who wait, also when its coroutine is thrown away.
class Connection::Proving {
public:
    explicit Proving(Connection& connection) : connection_(connection) {
        connection_.is_proving_ = true;
        connection_.is_proven_ = false;
    }
    ~Proving() {
        connection_.is_proving_ = false;
        for (const auto& turn : std::exchange(connection_.waiting_, {}))
            turn->cancel();
    }
    Proving(const Proving&) = delete;
    Proving& operator=(const Proving&) = delete;

private:
    Connection& connection_;
};

Connection::Connection(Options options, http::Sender& sender, Clock& clock)
    : options_(std::move(options)), sender_(sender), clock_(clock) {
    if (options_.ews_url.empty()) autodiscover_.emplace(options_, sender_, clock_);
    if (options_.authentication == Authentication::oauth) {
        tokens_.emplace(
            login::Application{.login_url = options_.login_url,
                               .tenant = options_.tenant,
                               .client_id = options_.client_id,
                               .client_secret = options_.client_secret,
                               .certificate_pem = options_.certificate_pem,
                               // Exchange's audience is the host of its EWS URL (ews.md §8).
                               .scope = origin_of(options_.ews_url) + "/.default"},
            sender_, clock_);
    }
}

Task<Result<std::string>> Connection::ews_url(MailboxAddress mailbox) {
    if (!autodiscover_) co_return options_.ews_url;
    // A login that is refused must not be tried at other places either.
    if (refusal_) co_return fail(*refusal_);
    co_return co_await autodiscover_->ews_url(std::move(mailbox));
}

Task<Result<http::Response>> Connection::send(http::Request request) {
    bool was_overtaken = false;
    while (true) {
        while (is_proving_ && !refusal_) {
            co_await wait_for_proof();
            if (loss_ && !refusal_) co_return fail(*loss_);
        }
        if (refusal_) co_return fail(*refusal_);
        if (!is_proven_) co_return co_await prove(std::move(request), std::nullopt);
        const auto proof = proofs_;
        auto answer = co_await attempt(request);
        if (!is_refused(answer)) co_return answer;
        if (refusal_) co_return fail(*refusal_);
        // Somebody else got a 401 too and is at it.
        if (is_proving_) continue;
        // Or has seen meanwhile that the login works.
        const bool is_overtaken = proof != proofs_ && !was_overtaken;
        if (!is_overtaken) co_return co_await prove(std::move(request), *std::move(answer));
        was_overtaken = true;
    }
}

Task<Result<http::Response>> Connection::stream(http::Request request) {
    if (refusal_) co_return fail(*refusal_);
    if (!is_proven_ || is_proving_) {
        co_return fail({Reach::mailbox,
                        "login.unproven",
                        "whether the login works is not known yet",
                        {},
                        false,
                        true});
    }
    auto answer = co_await attempt(std::move(request));
    if (is_refused(answer)) is_proven_ = false;
    co_return answer;
}

Task<Result<http::Response>> Connection::prove(http::Request request,
                                               std::optional<http::Response> refused) {
    const Proving proving(*this);
    if (!refused) {
        auto answer = co_await attempt(request);
        if (!is_refused(answer)) co_return proven_by(std::move(answer));
        refused = *std::move(answer);
    }
    // A token that is refused when it is new, a scheme that is not offered: waiting helps neither.
    const auto now = clock_.now();
    const bool has_tried_twice = tried_twice_ && now - *tried_twice_ < second_try_again_after;
    const bool may_mean_slower =
        !tokens_ && !has_tried_twice && offers(*refused, options_.authentication);
    if (!may_mean_slower) co_return refuse(*refused);
    tried_twice_ = now;
    co_await clock_.sleep_for(second_try_after);
    auto answer = co_await attempt(std::move(request));
    if (is_refused(answer)) co_return refuse(*answer);
    ++proofs_;
    co_return proven_by(std::move(answer));
}

Result<http::Response> Connection::proven_by(Result<http::Response> answer) {
    is_proven_ = answer.has_value();
    if (is_proven_ && options_.on_accepted) options_.on_accepted();
    loss_.reset();
    if (!answer) {
        loss_ = answer.error();
        loss_->outcome_unknown = false;
    }
    return answer;
}

Task<Result<http::Response>> Connection::attempt(http::Request request) {
    if (tokens_) co_return co_await attempt_with_token(std::move(request));
    request.login = login_of(options_);
    co_return co_await sender_.send(std::move(request));
}

Task<Result<http::Response>> Connection::attempt_with_token(http::Request request) {
    const auto token = co_await tokens_->token();
    if (!token) co_return fail(token.error());
    auto first = request;
    first.headers.emplace_back("Authorization", "Bearer " + *token);
    auto answer = co_await sender_.send(std::move(first));
    if (!is_refused(answer)) co_return answer;
    tokens_->refused(*token);
    const auto fresh = co_await tokens_->token();
    if (!fresh) co_return fail(fresh.error());
    request.headers.emplace_back("Authorization", "Bearer " + *fresh);
    co_return co_await sender_.send(std::move(request));
}

Task<void> Connection::wait_for_proof() {
    const auto executor = co_await asio::this_coro::executor;
    const auto turn = std::make_shared<asio::steady_timer>(executor);
    turn->expires_at(asio::steady_timer::time_point::max());
    waiting_.push_back(turn);
    asio::error_code woken;
    co_await turn->async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

Result<http::Response> Connection::refuse(const http::Response& answer) {
    refusal_ = refused_login(options_, answer);
    if (options_.on_refused) options_.on_refused();
    return fail(*refusal_);
}

}  // namespace hqsync::ews
