// EWS: who logs in, the limits of a mailbox, faults and latency, then the face.
#include <simdjson.h>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>

#include "sim/service.hpp"

namespace hqsync::sim {

std::optional<Reply> Service::over_ews_limit(const std::string& mailbox,
                                             const EwsSummary& summary) {
    if (ews_in_flight_[mailbox] >= limits_.ews_at_once)
        return ews_fault(ews_error("ErrorExceededConnectionCount"));
    if (!summary.is_sync() || ews_syncs_[mailbox] < limits_.ews_sync_at_once) return std::nullopt;
    EwsError busy = ews_error("ErrorServerBusy");
    busy.values.emplace_back("BackOffMilliseconds", std::to_string(limits_.ews_back_off));
    return ews_fault(busy);
}

Reply Service::ews_answer(const Request& request, const std::string& caller,
                          const std::string& mailbox, const EwsSummary& summary) {
    const auto intent = summary.writes > 0 ? Intent::write : Intent::read;
    bool is_stopped = false;
    const auto trouble = [&, intent](const std::string& item) -> std::optional<EwsError> {
        if (is_stopped) return ews_error("ErrorBatchProcessingStopped");
        const Occasion occasion{request, "batch_item", mailbox, item};
        if (auto wrong = faults_.of_ews_item(occasion, intent)) return wrong;
        auto stop = faults_.stops_ews_batch(occasion);
        is_stopped = stop.has_value();
        return stop;
    };
    return ews_.answer(request, caller, trouble);
}

void Service::ews(Request request, const Done& done) {
    if (auto refusal = ews_login_->refusal(request)) return done(*std::move(refusal));
    const auto caller = ews_login_->address();
    const auto mailbox = ews_.address_of(request, caller);
    const auto summary = EwsFace::summary(request);
    Counters& counters = counters_[mailbox];
    ++counters.requests;
    counters.writes += summary.writes;
    if (summary.is_sync()) ++counters.delta_requests;
    if (auto refusal = over_ews_limit(mailbox, summary)) {
        ++counters.throttled;
        return done(*std::move(refusal));
    }
    const auto at_once = static_cast<std::uint64_t>(++ews_in_flight_[mailbox]);
    counters.max_in_flight = std::max(counters.max_in_flight, at_once);
    if (summary.is_sync()) ++ews_syncs_[mailbox];
    const auto asked = std::make_shared<const Request>(std::move(request));
    const auto finish = [this, asked, mailbox, summary, done](Reply reply) {
        --ews_in_flight_[mailbox];
        if (summary.is_sync()) --ews_syncs_[mailbox];
        done(std::move(reply));
    };
    const auto go = [this, asked, mailbox, summary, finish, caller] {
        const Occasion occasion{*asked, "request", mailbox};
        if (auto refusal = faults_.before_ews(occasion)) return finish(*std::move(refusal));
        auto reply = ews_answer(*asked, caller, mailbox, summary);
        auto instead = faults_.after_work(occasion);
        if (instead) instead->body.clear();
        finish(instead ? *std::move(instead) : std::move(reply));
        watch_streams();
    };
    const auto wait = faults_.latency({*asked, "request", mailbox});
    if (wait == 0) return go();
    auto timer = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(wait));
    timer->async_wait([timer, go](std::error_code wrong) {
        if (!wrong) go();
    });
}

Reply Service::control_people(const Request& request) {
    Reply done{200, "{}", {{"Content-Type", "application/json"}}};
    if (request.method == "DELETE") {
        ews_.forget_people();
        return done;
    }
    simdjson::dom::parser parser;
    Json body;
    const bool is_object =
        parser.parse(request.body).get(body) == simdjson::SUCCESS && body.is_object();
    const auto text = [&body, is_object](std::string_view name) {
        std::string_view value;
        if (is_object && body[name].get(value) != simdjson::SUCCESS) value = {};
        return std::string(value);
    };
    const auto alias = text("alias");
    const auto primary = text("primary");
    const auto denied = text("deny_impersonation");
    if (alias.empty() != primary.empty() || alias.empty() == denied.empty())
        return error(400, "BadRequest", "alias with primary, or deny_impersonation.");
    if (denied.empty()) {
        ews_.add_alias(alias, primary);
    } else {
        ews_.deny_impersonation(denied);
    }
    return done;
}

}  // namespace hqsync::sim
