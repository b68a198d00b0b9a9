// Dispatch: who may ask, at most four at once on a mailbox, latency, faults, then the face.
#include "sim/service.hpp"

#include <fmt/format.h>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>

namespace hqsync::sim {

namespace {

constexpr std::uint64_t at_once = 4;

Reply throttled() {
    Reply reply =
        error(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.");
    reply.headers.emplace_back("Retry-After", "1");
    return reply;
}

Reply refused(const Misbehaviour& fault) {
    const int status = static_cast<int>(fault.status);
    Reply reply = error(status, status == 429 ? "TooManyRequests" : "ErrorServerBusy",
                        "Please retry again later.");
    if (!fault.retry_after.empty()) reply.headers.emplace_back("Retry-After", fault.retry_after);
    return reply;
}

}  // namespace

Service::Service(asio::io_context& context, Options options, const std::string& url)
    : context_(context), options_(std::move(options)), face_(options_.domain, options_.seed, url) {}

bool Service::is_authorised(const Request& request) const {
    const auto value = request.header("authorization");
    return value.starts_with("Bearer ") && tokens_.contains(value.substr(7));
}

void Service::answer(Request request, const Done& done) {
    parse_target(request);
    auto& path = request.path;
    if (path.empty()) return done(error(404, "NotFound", "Nothing lives here."));
    if (path[0] == "sim") return done(control(request));
    if (path.size() == 4 && path[3] == "token" && request.method == "POST")
        return done(token(request));
    if (path[0] != "v1.0") return done(error(404, "NotFound", "Nothing lives here."));
    if (!is_authorised(request)) {
        return done(
            error(401, "InvalidAuthenticationToken", "Access token is empty or has expired."));
    }
    path.erase(path.begin());
    if (path.size() == 1 && path[0] == "$batch" && request.method == "POST")
        return batch(request, done);
    run(std::move(request), "request", done);
}

Reply Service::token(const Request& request) {
    Request form;
    form.target = "/?" + request.body;
    parse_target(form);
    const bool good = request.path[0] == options_.tenant &&
                      form.query["client_id"] == options_.client_id &&
                      form.query["client_secret"] == options_.client_secret &&
                      form.query["grant_type"] == "client_credentials";
    if (!good) {
        return Reply{
            401,
            R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]})",
            {{"Content-Type", "application/json"}}};
    }
    const auto made =
        fmt::format("sim.{:016x}.{}", options_.seed * 0x9E3779B97F4A7C15ULL, ++tokens_issued_);
    tokens_.insert(made);
    return Reply{
        200,
        fmt::format(
            R"({{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"{}"}})",
            made),
        {{"Content-Type", "application/json"}}};
}

Misbehaviour* Service::fault_for(const Request& request, std::string_view scope,
                                 const Mailbox* mailbox, std::string_view kind) {
    for (auto& fault : faults_) {
        const bool fits =
            fault.kind == kind && fault.count != 0 &&
            (fault.mailbox.empty() ||
             (mailbox != nullptr && fault.mailbox == mailbox->address())) &&
            (fault.method.empty() || fault.method == request.method) &&
            (fault.scope.empty() || fault.scope == scope) &&
            (fault.path.empty() || request.target.find(fault.path) != std::string::npos);
        if (!fits) continue;
        if (fault.count > 0) --fault.count;
        ++fault.fired;
        return &fault;
    }
    return nullptr;
}

void Service::run(Request request, std::string_view scope, const Done& done) {
    const Mailbox* const mailbox = face_.mailbox_of(request);
    const std::string name = mailbox == nullptr ? "" : mailbox->address();
    Counters& counters = counters_[name];
    ++counters.requests;
    if (request.is_write()) ++counters.writes;
    if (request.path.back() == "delta") ++counters.delta_requests;
    if (mailbox != nullptr && in_flight_[name] >= at_once) {
        ++counters.throttled;
        return done(throttled());
    }
    if (fault_for(request, scope, mailbox, "no_licence") != nullptr) {
        return done(error(404, "MailboxNotEnabledForRESTAPI",
                          "REST API is not yet supported for this mailbox."));
    }
    if (fault_for(request, scope, mailbox, "access_denied") != nullptr) {
        return done(
            error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."));
    }
    if (const auto* fault = fault_for(request, scope, mailbox, "status"))
        return done(refused(*fault));
    if (fault_for(request, scope, mailbox, "drop") != nullptr) return done(Reply{.status = 0});
    const auto work = [this, done, name, scope](const Request& ready) {
        const Mailbox* const owner = face_.mailbox_of(ready);
        Reply reply = face_.answer(ready);
        if (fault_for(ready, scope, owner, "504_after_work") != nullptr) {
            reply = error(504, "UnknownError", "The gateway timed out.");
        }
        if (fault_for(ready, scope, owner, "drop_after_work") != nullptr)
            reply = Reply{.status = 0};
        --in_flight_[name];
        done(std::move(reply));
    };
    counters.max_in_flight = std::max(counters.max_in_flight, ++in_flight_[name]);
    const auto* const slow = fault_for(request, scope, mailbox, "latency");
    if (slow == nullptr) return work(request);
    auto timer = std::make_shared<asio::steady_timer>(
        context_, std::chrono::milliseconds(slow->milliseconds));
    timer->async_wait([timer, work, request = std::move(request)](std::error_code wrong) {
        if (!wrong) work(request);
    });
}

}  // namespace hqsync::sim
