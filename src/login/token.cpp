// Fetches the application's token from the login service.
#include "login/token.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <simdjson.h>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "login/assertion.hpp"
#include "login/form.hpp"

namespace hqsync::login {

namespace {

constexpr std::chrono::minutes refresh_early{5};

std::int64_t seconds(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

std::string token_url(const Application& application) {
    return fmt::format("{}/{}/oauth2/v2.0/token", application.login_url, application.tenant);
}

/// Empty when it is absent, or no text.
std::string read_text(simdjson::dom::object object, std::string_view name) {
    std::string_view text;
    const bool is_text = object[name].get(text) == simdjson::SUCCESS;
    return is_text ? std::string(text) : std::string{};
}

/// Entra's error word and number ("invalid_client", "AADSTS7000215"): enough to look up, no secret.
std::string reason_of(const std::string& body) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(body).get(object) != simdjson::SUCCESS) return "no reason given";
    const auto description = read_text(object, "error_description");
    const auto number = description.starts_with("AADSTS")
                            ? description.substr(0, description.find(':'))
                            : std::string{};
    return fmt::format("{} {}", read_text(object, "error"), number);
}

}  // namespace

std::string new_guid() {
    std::array<unsigned char, 16> octets{};
    RAND_bytes(octets.data(), static_cast<int>(octets.size()));
    octets[6] = static_cast<unsigned char>((octets[6] & 0x0FU) | 0x40U);  // version 4 of RFC 4122
    octets[8] = static_cast<unsigned char>((octets[8] & 0x3FU) | 0x80U);
    std::string text;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", octets[i]);
    }
    return text;
}

Result<std::string> TokenSource::form() const {
    auto text = fmt::format("grant_type=client_credentials&client_id={}&scope={}",
                            url_encoded(application_.client_id), url_encoded(application_.scope));
    if (!application_.client_secret.empty()) {
        return text + "&client_secret=" + url_encoded(application_.client_secret);
    }
    const auto assertion =
        sign({token_url(application_), application_.client_id, new_guid(), seconds(clock_.now())},
             application_.certificate_pem);
    if (!assertion) return fail(assertion.error());
    return text + "&client_assertion_type=" +
           url_encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") +
           "&client_assertion=" + *assertion;
}

Task<Result<std::string>> TokenSource::fetch() {
    auto body = form();
    if (!body) co_return fail(body.error());
    http::Request request;
    request.method = "POST";
    request.url = token_url(application_);
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = *std::move(body);
    request.timeout = Milliseconds(30'000);
    const auto answer = co_await sender_.send(std::move(request));
    if (!answer) {
        // The call that wanted the token was not sent: nothing of it is unknown.
        auto fault = answer.error();
        fault.outcome_unknown = false;
        co_return fail(std::move(fault));
    }
    if (answer->status == 429 || answer->status >= 500) {
        co_return fail({Reach::mailbox,
                        "login.unavailable",
                        fmt::format("the login service answered {}", answer->status),
                        {},
                        false,
                        true});
    }
    if (answer->status != 200) {
        refusal_ = Fault{Reach::configuration, "login.refused",
                         fmt::format("the login was refused ({}): check tenant, client_id and the "
                                     "secret or certificate",
                                     reason_of(answer->body))};
        co_return fail(*refusal_);
    }
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    std::int64_t lifetime = 0;
    const bool is_read = parser.parse(answer->body).get(object) == simdjson::SUCCESS &&
                         object["expires_in"].get(lifetime) == simdjson::SUCCESS;
    if (!is_read || read_text(object, "access_token").empty()) {
        co_return fail(
            {Reach::mailbox, "login.unreadable", "the login service gave an answer without token"});
    }
    token_ = read_text(object, "access_token");
    lifetime_ = std::chrono::seconds(lifetime);
    good_until_ = clock_.now() + lifetime_;
    co_return token_;
}

/// The one request under way. Wakes those who wait for it, also when its coroutine is thrown away.
class TokenSource::Fetching {
public:
    explicit Fetching(TokenSource& source) : source_(source) {
        source_.is_fetching_ = true;
        source_.last_ = fail({Reach::mailbox, "login.unavailable", "the login was broken off"});
    }
    ~Fetching() {
        source_.is_fetching_ = false;
        for (const auto& turn : std::exchange(source_.waiting_, {}))
            turn->cancel();
    }
    Fetching(const Fetching&) = delete;
    Fetching& operator=(const Fetching&) = delete;

private:
    TokenSource& source_;
};

Task<Result<std::string>> TokenSource::token() {
    if (is_fetching_) {
        const auto executor = co_await asio::this_coro::executor;
        const auto turn = std::make_shared<asio::steady_timer>(executor);
        turn->expires_at(asio::steady_timer::time_point::max());
        waiting_.push_back(turn);
        asio::error_code woken;
        co_await turn->async_wait(asio::redirect_error(asio::use_awaitable, woken));
        // Shared, also when it failed: a login service that is away is asked once, not once for
        // each mailbox.
        co_return last_;
    }
    if (refusal_) co_return fail(*refusal_);
    const auto early = std::min<Milliseconds>(refresh_early, lifetime_ / 2);
    if (!token_.empty() && clock_.now() + early < good_until_) co_return token_;
    const Fetching fetching(*this);
    auto fetched = co_await fetch();
    last_ = fetched;
    co_return fetched;
}

void TokenSource::refused(const std::string& token) {
    if (token == token_) token_.clear();
}

}  // namespace hqsync::login
