// The rules of repeating: refused work is sent again after the wait that the server asks for; work
// whose outcome is unknown only when doing it twice does no harm.
#include "graph/service.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "graph/codec.hpp"

namespace hqsync::graph {

namespace {

constexpr int tries_max = 4;
constexpr Milliseconds first_pause{500};
constexpr Milliseconds pause_max{30'000};

constexpr std::string_view immutable_ids = "IdType=\"ImmutableId\"";

Milliseconds pause_before(int attempt, std::optional<Milliseconds> asked) {
    if (asked) return std::max(*asked, Milliseconds(1));
    const auto doubled = first_pause * (1 << std::min(attempt, 6));
    return std::min<Milliseconds>(doubled, pause_max);
}

std::int64_t seconds(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

/// What one answer, or its absence, means for a call.
struct Outcome {
    Remedy remedy = Remedy::none;
    Fault fault;
    std::optional<Milliseconds> wait;
};

Outcome outcome_of(long status, std::string_view body, const std::optional<std::string>& wait,
                   Instant now) {
    auto verdict = judge(status, error_code(body));
    Outcome outcome{verdict.remedy, std::move(verdict.fault), {}};
    if (wait) outcome.wait = retry_after(*wait, seconds(now));
    outcome.fault.retry_after = outcome.wait;
    return outcome;
}

Outcome outcome_of(const Fault& lost) {
    if (lost.reach == Reach::configuration) return {Remedy::none, lost, {}};
    return {lost.outcome_unknown ? Remedy::uncertain : Remedy::wait, lost, {}};
}

bool may_repeat(const Outcome& outcome, Repeat repeat, int attempt) {
    switch (outcome.remedy) {
        case Remedy::none: return false;
        // Throttling ends some time, the deadline bounds it; a host that is not there does not
        // come.
        case Remedy::wait: return outcome.fault.code == "throttled" || attempt + 1 < tries_max;
        case Remedy::token: return attempt == 0;
        case Remedy::uncertain: return repeat == Repeat::safe && attempt + 1 < tries_max;
    }
    return false;
}

/// The fault that stands when a call is given up.
Fault given_up(Outcome outcome, Repeat repeat) {
    auto fault = std::move(outcome.fault);
    fault.outcome_unknown = outcome.remedy == Remedy::uncertain && repeat == Repeat::never;
    if (fault.outcome_unknown && fault.reach == Reach::mailbox) fault.reach = Reach::item;
    return fault;
}

std::string method_body(const http::Headers& headers) {
    Members members;
    for (const auto& [name, value] : headers)
        members[name] = json_string(value);
    return json_object(members);
}

}  // namespace

/// A call of a batch that has no answer yet.
struct Service::Pending {
    std::size_t place;
    Call call;
    int attempt = 0;
};

void Service::count(const Call& call) {
    ++counters_.requests;
    if (call.method != "GET") ++counters_.writes;
}

Task<Result<http::Response>> Service::authorised(http::Request request, Instant deadline) {
    const auto token = co_await tokens_.token();
    if (!token) co_return fail(token.error());
    const auto left = std::max<Milliseconds>(deadline - clock_.now(), Milliseconds(1'000));
    request.timeout = std::min<Milliseconds>(request.timeout, left);
    request.headers.emplace_back("Authorization", "Bearer " + *token);
    request.headers.emplace_back("client-request-id", new_guid());
    auto answer = co_await client_.send(std::move(request));
    if (answer && answer->status == 401) tokens_.refused(*token);
    co_return answer;
}

Task<Result<Answer>> Service::send(Call call) {
    // A link in an answer gets our token only when it leads back to where the answer came from.
    if (!call.path.starts_with("/") && !call.path.starts_with(options_.graph_url + "/v1.0/")) {
        co_return fail({Reach::mailbox, "graph.foreign_link",
                        "an answer of Graph links to another host; it was not followed"});
    }
    const auto deadline = clock_.now() + options_.call_deadline;
    bool is_fresh = false;
    for (int attempt = 0;; ++attempt) {
        http::Request request;
        request.method = call.method;
        request.url =
            call.path.starts_with("/") ? options_.graph_url + "/v1.0" + call.path : call.path;
        request.headers = call.headers;
        const bool names_preference = std::ranges::any_of(
            call.headers, [](const auto& header) { return header.first == "Prefer"; });
        if (!names_preference) request.headers.emplace_back("Prefer", immutable_ids);
        request.body = call.body;
        request.fresh_connection = is_fresh;
        count(call);
        auto answer = co_await authorised(std::move(request), deadline);
        if (answer && answer->status >= 200 && answer->status < 300) {
            co_return Answer{answer->status, std::move(answer->body)};
        }
        auto outcome = answer ? outcome_of(answer->status, answer->body,
                                           answer->header("retry-after"), clock_.now())
                              : outcome_of(answer.error());
        const auto pause =
            outcome.remedy == Remedy::token ? Milliseconds(0) : pause_before(attempt, outcome.wait);
        const bool in_time = clock_.now() + pause < deadline;
        if (!may_repeat(outcome, call.repeat, attempt) || !in_time) {
            co_return fail(given_up(std::move(outcome), call.repeat));
        }
        // Graph: after a 503 retry over a new connection (graph.md §6).
        is_fresh = answer && answer->status == 503;
        co_await clock_.sleep_for(pause);
    }
}

Task<Result<http::Response>> Service::post_batch(const std::vector<Pending>& pending,
                                                 Instant deadline) {
    std::string requests;
    for (const auto& each : pending) {
        const auto& call = each.call;
        count(call);
        auto headers = call.headers;
        headers.emplace_back("Prefer", immutable_ids);
        Members members = {{"id", json_string(std::to_string(each.place))},
                           {"method", json_string(call.method)},
                           {"url", json_string(call.path)}};
        if (!call.body.empty()) {
            headers.emplace_back("Content-Type", "application/json");
            members["body"] = call.body;
        }
        members["headers"] = method_body(headers);
        if (!requests.empty()) requests += ',';
        requests += json_object(members);
    }
    http::Request request;
    request.method = "POST";
    request.url = options_.graph_url + "/v1.0/$batch";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = "{\"requests\":[" + requests + "]}";
    co_return co_await authorised(std::move(request), deadline);
}

namespace {

/// One entry of a batch's answer.
struct Entry {
    long status = 0;
    std::string body;
    std::optional<std::string> wait;
};

std::map<std::size_t, Entry> entries_of(const std::string& body) {
    std::map<std::size_t, Entry> entries;
    simdjson::dom::parser parser;
    simdjson::dom::array responses;
    if (parser.parse(body)["responses"].get(responses) != simdjson::SUCCESS) return entries;
    for (const simdjson::dom::element element : responses) {
        simdjson::dom::object response;
        std::int64_t status = 0;
        if (element.get(response) != simdjson::SUCCESS) continue;
        if (response["status"].get(status) != simdjson::SUCCESS) continue;
        const auto id = read_text(response, "id");
        if (id.empty() || id.size() > 2 || id.find_first_not_of("0123456789") != id.npos) continue;
        Entry entry{static_cast<long>(status), {}, {}};
        simdjson::dom::element content;
        if (response["body"].get(content) == simdjson::SUCCESS) {
            entry.body = simdjson::minify(content);
        }
        simdjson::dom::object headers;
        if (response["headers"].get(headers) == simdjson::SUCCESS) {
            for (const auto [name, value] : headers) {
                std::string_view text;
                const bool is_wait = name == "Retry-After" || name == "retry-after";
                if (is_wait && value.get(text) == simdjson::SUCCESS) entry.wait = text;
            }
        }
        entries.emplace(std::stoul(id), std::move(entry));
    }
    return entries;
}

}  // namespace

Task<std::vector<Result<Answer>>> Service::send_batch(std::vector<Call> calls) {
    const auto deadline = clock_.now() + options_.call_deadline;
    std::vector<Result<Answer>> answers(calls.size());
    std::vector<Pending> pending;
    for (std::size_t i = 0; i < calls.size(); ++i)
        pending.push_back({i, std::move(calls[i])});

    while (!pending.empty()) {
        auto answer = co_await post_batch(pending, deadline);
        const bool has_entries = answer && answer->status == 200;
        const auto entries =
            has_entries ? entries_of(answer->body) : std::map<std::size_t, Entry>{};
        std::optional<Outcome> of_all;
        if (!answer) of_all = outcome_of(answer.error());
        if (answer && !has_entries) {
            of_all = outcome_of(answer->status, answer->body, answer->header("retry-after"),
                                clock_.now());
        }

        std::vector<Pending> again;
        Milliseconds pause{0};
        for (auto& each : pending) {
            const auto entry = entries.find(each.place);
            Outcome outcome{
                Remedy::uncertain, {Reach::item, "batch.no_answer", "the batch left it out"}, {}};
            if (of_all) {
                outcome = *of_all;
            } else if (entry != entries.end()) {
                const auto status = entry->second.status;
                if (status >= 200 && status < 300) {
                    answers[each.place] = Answer{status, entry->second.body};
                    continue;
                }
                outcome = outcome_of(status, entry->second.body, entry->second.wait, clock_.now());
            }
            const auto wait = outcome.remedy == Remedy::token
                                  ? Milliseconds(0)
                                  : pause_before(each.attempt, outcome.wait);
            const bool in_time = clock_.now() + wait < deadline;
            if (!may_repeat(outcome, each.call.repeat, each.attempt) || !in_time) {
                answers[each.place] = fail(given_up(std::move(outcome), each.call.repeat));
                continue;
            }
            pause = std::max(pause, wait);
            ++each.attempt;
            again.push_back(std::move(each));
        }
        pending = std::move(again);
        if (!pending.empty() && pause > Milliseconds(0)) co_await clock_.sleep_for(pause);
    }
    co_return answers;
}

}  // namespace hqsync::graph
