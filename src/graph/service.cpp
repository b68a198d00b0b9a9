// The rules of repeating: refused work is sent again after the wait that the server asks for; work
// whose outcome is unknown only when doing it twice does no harm.
#include "graph/service.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/letter_case.hpp"
#include "graph/codec.hpp"

namespace hqsync::graph {

namespace {

constexpr int tries_max = 4;
constexpr Milliseconds first_pause{500};
constexpr Milliseconds pause_max{30'000};

constexpr std::string_view immutable_ids = "IdType=\"ImmutableId\"";

bool is_success(long status) {
    return status >= 200 && status < 300;
}

/// How often a call was tried.
struct Attempts {
    int made = 0;
    bool had_new_token = false;
    bool may_be_done = false;  ///< the answer of one got lost
};

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

Outcome outcome_of(const Result<http::Response>& answer, Instant now) {
    if (answer) return outcome_of(answer->status, answer->body, answer->header("retry-after"), now);
    const auto& lost = answer.error();
    if (lost.reach == Reach::configuration) return {Remedy::none, lost, {}};
    return {lost.outcome_unknown ? Remedy::uncertain : Remedy::wait, lost, {}};
}

Connection connection_after(const Result<http::Response>& answer) {
    return answer && answer->status == 503 ? Connection::fresh : Connection::kept;
}

Milliseconds pause_before(const Outcome& outcome, const Attempts& attempts) {
    if (outcome.remedy == Remedy::token) return Milliseconds(0);
    // "Retry-After: 0" is no invitation to hammer.
    if (outcome.wait && *outcome.wait > Milliseconds(0)) return *outcome.wait;
    const auto doubled = first_pause * (1 << std::min(attempts.made, 6));
    return std::min<Milliseconds>(doubled, pause_max);
}

bool may_repeat(const Outcome& outcome, Repeat repeat, const Attempts& attempts) {
    const bool has_tries = attempts.made + 1 < tries_max;
    switch (outcome.remedy) {
        case Remedy::none: return false;
        // Throttling ends some time, the deadline bounds it; a host that is not there does not
        // come.
        case Remedy::wait: return outcome.fault.code == "throttled" || has_tries;
        case Remedy::token: return !attempts.had_new_token;
        case Remedy::uncertain: return repeat == Repeat::safe && has_tries;
    }
    return false;
}

void take_note(Attempts& attempts, Remedy remedy) {
    if (remedy == Remedy::token) {
        attempts.had_new_token = true;
    } else {
        ++attempts.made;
    }
    if (remedy == Remedy::uncertain) attempts.may_be_done = true;
}

/// The fault that stands when a call is given up. A write that is refused may have been done by an
/// earlier try: 412 is also the answer to the second of two equal updates.
Fault given_up(Outcome outcome, const Call& call, const Attempts& attempts) {
    auto fault = std::move(outcome.fault);
    const bool is_uncertain = outcome.remedy == Remedy::uncertain;
    fault.outcome_unknown = call.method != "GET" && (is_uncertain || attempts.may_be_done);
    // One answer got lost: the others need not wait for it to be settled. A service that says that
    // it is not there stops the mailbox.
    const bool was_tried_once = is_uncertain && call.repeat == Repeat::never;
    if (was_tried_once && fault.code.starts_with("http.")) fault.reach = Reach::item;
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
    Attempts attempts;
};

void Service::count(const Call& call) {
    ++counters_.requests;
    if (call.method != "GET") ++counters_.writes;
}

Task<Result<http::Response>> Service::authorised(http::Request request, Instant deadline) {
    const auto token = co_await tokens_.token();
    if (!token) co_return fail(token.error());
    token_in_use_ = *token;
    const auto left = std::max<Milliseconds>(deadline - clock_.now(), Milliseconds(1'000));
    request.timeout = std::min<Milliseconds>(request.timeout, left);
    request.headers.emplace_back("Authorization", "Bearer " + *token);
    request.headers.emplace_back("client-request-id", login::new_guid());
    auto answer = co_await sender_.send(std::move(request));
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
    Attempts attempts;
    auto connection = Connection::kept;
    while (true) {
        http::Request request;
        request.method = call.method;
        request.url =
            call.path.starts_with("/") ? options_.graph_url + "/v1.0" + call.path : call.path;
        request.headers = call.headers;
        const bool names_preference = std::ranges::any_of(
            call.headers, [](const auto& header) { return header.first == "Prefer"; });
        if (!names_preference) request.headers.emplace_back("Prefer", immutable_ids);
        request.body = call.body;
        request.fresh_connection = connection == Connection::fresh;
        count(call);
        auto answer = co_await authorised(std::move(request), deadline);
        if (answer && is_success(answer->status)) {
            co_return Answer{answer->status, std::move(answer->body)};
        }
        auto outcome = outcome_of(answer, clock_.now());
        const auto pause = pause_before(outcome, attempts);
        const bool in_time = clock_.now() + pause < deadline;
        if (!may_repeat(outcome, call.repeat, attempts) || !in_time) {
            co_return fail(given_up(std::move(outcome), call, attempts));
        }
        take_note(attempts, outcome.remedy);
        connection = connection_after(answer);
        co_await clock_.sleep_for(pause);
    }
}

Task<Result<http::Response>> Service::post_batch(const std::vector<Pending>& pending,
                                                 Connection connection, Instant deadline) {
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
    request.fresh_connection = connection == Connection::fresh;
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
                if (!equal_without_case(name, "retry-after")) continue;
                std::string_view text;
                const bool is_text = value.get(text) == simdjson::SUCCESS;
                entry.wait = is_text ? std::string(text) : simdjson::minify(value);
            }
        }
        entries.emplace(std::stoul(id), std::move(entry));
    }
    return entries;
}

/// What the answer of a batch, or its absence, means for one of its calls.
std::variant<Answer, Outcome> answer_in(const std::map<std::size_t, Entry>& entries,
                                        std::size_t place, Instant now) {
    const auto entry = entries.find(place);
    if (entry == entries.end()) {
        return Outcome{
            Remedy::uncertain, {Reach::item, "batch.no_answer", "the batch left it out"}, {}};
    }
    const auto& [status, body, wait] = entry->second;
    if (is_success(status)) return Answer{status, body};
    return outcome_of(status, body, wait, now);
}

/// True when the batch as such was refused, before any call of it was looked at.
bool is_refused_whole(const Result<http::Response>& answer) {
    return answer && (answer->status == 400 || answer->status == 413);
}

/// Takes up to `size` off the front.
template <class T>
std::vector<T> take_front(std::vector<T>& from, std::size_t size) {
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(size, from.size()));
    std::vector<T> front(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
    return front;
}

}  // namespace

Task<std::vector<Result<Answer>>> Service::send_batch(std::vector<Call> calls) {
    const auto deadline = clock_.now() + options_.call_deadline;
    std::vector<Result<Answer>> answers(calls.size());
    std::vector<Pending> waiting;
    for (std::size_t i = 0; i < calls.size(); ++i)
        waiting.push_back({i, std::move(calls[i]), {}});

    auto size_max = batch_size_max;
    auto connection = Connection::kept;
    while (!waiting.empty()) {
        auto sent = take_front(waiting, size_max);
        const auto answer = co_await post_batch(sent, connection, deadline);
        if (is_refused_whole(answer) && sent.size() > 1) {
            size_max = 1;
            std::ranges::move(sent, std::back_inserter(waiting));
            continue;
        }
        const bool has_entries = answer && answer->status == 200;
        const auto entries =
            has_entries ? entries_of(answer->body) : std::map<std::size_t, Entry>{};

        Milliseconds pause{0};
        for (auto& each : sent) {
            auto result = has_entries ? answer_in(entries, each.place, clock_.now())
                                      : outcome_of(answer, clock_.now());
            if (auto* success = std::get_if<Answer>(&result)) {
                answers[each.place] = std::move(*success);
                continue;
            }
            auto outcome = std::get<Outcome>(std::move(result));
            const auto wait = pause_before(outcome, each.attempts);
            const bool in_time = clock_.now() + wait < deadline;
            if (!may_repeat(outcome, each.call.repeat, each.attempts) || !in_time) {
                answers[each.place] = fail(given_up(std::move(outcome), each.call, each.attempts));
                continue;
            }
            // Graph may refuse the token of a single call too.
            if (outcome.remedy == Remedy::token) tokens_.refused(token_in_use_);
            take_note(each.attempts, outcome.remedy);
            pause = std::max(pause, wait);
            waiting.push_back(std::move(each));
        }
        connection = connection_after(answer);
        if (!waiting.empty() && pause > Milliseconds(0)) co_await clock_.sleep_for(pause);
    }
    co_return answers;
}

}  // namespace hqsync::graph
