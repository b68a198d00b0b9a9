// The rules of repeating. helloHQ documents no limits: it is asked slowly, and slower when it says
// so.
#include "hellohq/service.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

namespace hqsync::hellohq {

namespace {

constexpr int tries_max = 5;
constexpr Milliseconds first_pause{500};
constexpr Milliseconds pause_max{60'000};
constexpr Milliseconds asked_pause_max{600'000};
constexpr Milliseconds call_deadline{900'000};

enum class Remedy : std::uint8_t {
    none,
    wait,       ///< refused before any work
    uncertain,  ///< the work may have been done
    token,
};

struct Outcome {
    Remedy remedy = Remedy::none;
    Fault fault;
};

bool is_json(const std::string& body) {
    simdjson::dom::parser parser;
    return parser.parse(body).error() == simdjson::SUCCESS;
}

Fault unavailable(std::string detail) {
    return {Reach::run, "hq.unavailable", std::move(detail), {}, false, true};
}

Outcome outcome_of(const Call& call, const http::Response& answer) {
    const auto told = [&](Reach reach, const char* code, std::string detail) {
        return Outcome{Remedy::none, {reach, code, std::move(detail)}};
    };
    switch (answer.status) {
        case 200: return {Remedy::uncertain, unavailable("helloHQ gave an answer that is no JSON")};
        case 401:
            return {Remedy::token,
                    {Reach::configuration, "login.refused", "helloHQ refused the login"}};
        case 403:
            return told(Reach::configuration, "hq.forbidden",
                        fmt::format("helloHQ forbids {} of {}: the user of this login lacks the "
                                    "right",
                                    call.method, call.path.substr(0, call.path.find('?'))));
        case 404: return told(Reach::item, "hq.gone", "there is no such record in HQ any more");
        case 400:
        case 422: return told(Reach::item, "hq.refused", refusal(answer.body, call.body));
        case 409:
        case 412: {
            auto outcome =
                told(Reach::item, "hq.changed_meanwhile", "the record was changed in HQ meanwhile");
            outcome.fault.transient = true;
            return outcome;
        }
        case 429: return {Remedy::wait, unavailable("helloHQ asks to be asked less (429)")};
        default: break;
    }
    auto fault = unavailable(fmt::format("helloHQ answered {}", answer.status));
    if (answer.status == 408 || answer.status >= 500) return {Remedy::uncertain, std::move(fault)};
    fault.code = "hq.answer";
    fault.transient = false;
    return {Remedy::none, std::move(fault)};
}

Outcome outcome_of(const Call& call, const Result<http::Response>& answer) {
    if (answer) return outcome_of(call, *answer);
    auto fault = answer.error();
    if (fault.reach == Reach::configuration) return {Remedy::none, std::move(fault)};
    fault.reach = Reach::run;
    return {fault.outcome_unknown ? Remedy::uncertain : Remedy::wait, std::move(fault)};
}

bool is_success(const Call& call, const Result<http::Response>& answer) {
    if (!answer || answer->status < 200 || answer->status > 299) return false;
    return call.method != "GET" || is_json(answer->body);
}

}  // namespace

struct Service::Attempts {
    int made = 0;
    bool had_new_token = false;
    bool may_be_done = false;
};

std::optional<Milliseconds> retry_after(std::string_view header, Instant now) {
    const bool is_number = !header.empty() && header.size() < 8 &&
                           header.find_first_not_of("0123456789") == header.npos;
    if (is_number) return std::chrono::seconds(std::stol(std::string(header)));
    std::tm time{};
    const std::string text(header);
    if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &time) == nullptr) return std::nullopt;
    const Instant until{std::chrono::seconds(timegm(&time))};
    return std::max(Milliseconds(0), until - now);
}

/// Doubled from try to try, spread over half of it: those who were refused together do not come
/// back together.
Milliseconds Service::pause_after(const Result<http::Response>& answer, int tries) {
    const auto header = answer ? answer->header("retry-after") : std::nullopt;
    const auto asked = header ? retry_after(*header, clock_.now()) : std::nullopt;
    if (asked && *asked > Milliseconds(0)) return *asked;
    const auto longest = std::min<Milliseconds>(first_pause * (1 << std::min(tries, 7)), pause_max);
    std::uniform_int_distribution<std::int64_t> spread(longest.count() / 2, longest.count());
    return Milliseconds(spread(random_));
}

Task<Result<http::Response>> Service::once(const Call& call, const std::string& token) {
    http::Request request;
    request.method = call.method;
    request.url = call.path.starts_with("/") ? api_url_ + call.path : call.path;
    request.headers = {{"Authorization", "Bearer " + token}, {"Accept", "application/json"}};
    if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    if (!call.version.empty()) request.headers.emplace_back("If-Match", call.version);
    request.body = call.body;
    request.timeout = Milliseconds(120'000);
    if (call.repeat == Repeat::never) request.resend = http::Resend::never;
    const auto turn = co_await turns_.enter();
    ++requests_;
    co_return co_await sender_.send(std::move(request));
}

bool Service::leads_home(std::string_view link) const {
    return (link.starts_with("/") && !link.starts_with("//")) || link.starts_with(api_url_ + "/");
}

Task<Result<Answer>> Service::send(Call call) {
    if (!leads_home(call.path)) {
        co_return fail({Reach::run, "hq.foreign_link",
                        "an answer of helloHQ links to another host; it was not followed"});
    }
    const auto deadline = clock_.now() + call_deadline;
    Attempts attempts;
    while (true) {
        const auto token = co_await access_.token();
        if (!token) co_return fail(token.error());
        auto answer = co_await once(call, *token);
        if (is_success(call, answer)) co_return Answer{answer->status, std::move(answer->body)};
        auto outcome = outcome_of(call, answer);
        const auto pause = pause_after(answer, attempts.made);
        const bool has_tries = attempts.made + 1 < tries_max && pause <= asked_pause_max &&
                               clock_.now() + pause < deadline;
        const bool may_repeat =
            outcome.remedy == Remedy::token ? !attempts.had_new_token
            : outcome.remedy == Remedy::wait
                ? has_tries
                : outcome.remedy == Remedy::uncertain && call.repeat == Repeat::safe && has_tries;
        if (outcome.remedy == Remedy::token) access_.refused(*token);
        if (!may_repeat) {
            const bool is_uncertain = outcome.remedy == Remedy::uncertain;
            outcome.fault.outcome_unknown =
                call.method != "GET" && (is_uncertain || attempts.may_be_done);
            co_return fail(std::move(outcome.fault));
        }
        if (outcome.remedy == Remedy::token) {
            attempts.had_new_token = true;
            continue;
        }
        ++attempts.made;
        attempts.may_be_done = attempts.may_be_done || outcome.remedy == Remedy::uncertain;
        co_await clock_.sleep_for(pause);
    }
}

}  // namespace hqsync::hellohq
