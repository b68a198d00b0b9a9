// Dispatch: who may ask, the limits of a mailbox, faults and latency, then the face.
#include "sim/service.hpp"

#include <fmt/format.h>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>

#include "sim/mailbox_file.hpp"

namespace hqsync::sim {

namespace {

Reply throttled(std::string_view message, std::int64_t seconds) {
    Reply reply = error(429, "ApplicationThrottled", message);
    reply.headers.emplace_back("Retry-After", std::to_string(seconds));
    return reply;
}

bool is_ews(const std::vector<std::string>& path) {
    return path.size() == 2 && lower(path[0]) == "ews" && lower(path[1]) == "exchange.asmx";
}

bool is_autodiscover(const std::vector<std::string>& path) {
    return path.size() == 2 && lower(path[0]) == "autodiscover" &&
           lower(path[1]) == "autodiscover.xml";
}

bool is_powershell(const std::vector<std::string>& path) {
    return path.size() == 1 && lower(path[0]) == "powershell";
}

/// The same on a clock that can be moved forward.
Options with_clock(Options options, const std::shared_ptr<std::int64_t>& ahead) {
    options.now = [now = options.now, ahead] { return now() + *ahead; };
    return options;
}

Reply nothing_here() {
    return error(404, "NotFound", "Nothing lives here.");
}

}  // namespace

Service::Service(asio::io_context& context, const Options& options, const std::string& url)
    : context_(context),
      options_(with_clock(options, ahead_)),
      domain_(options.domain, options.seed, options_.now),
      face_(domain_, url),
      ews_(domain_),
      autodiscover_(options.domain, url),
      stream_timer_(context),
      shuffle_(options.seed) {}

Result<std::unique_ptr<Service>> Service::make(asio::io_context& context, const Options& options,
                                               const std::string& url) {
    std::unique_ptr<Service> made(new Service(context, options, url));
    auto login = Login::make(made->options_);
    if (!login) return fail(login.error());
    made->login_ = *std::move(login);
    if (!are_ews_schemes(options.ews_auth)) {
        return fail(Fault{.reach = Reach::configuration,
                          .code = "sim.ews_auth",
                          .detail = "The schemes of EWS are negotiate, ntlm, basic and bearer, "
                                    "separated by commas."});
    }
    made->ews_login_.emplace(made->options_, *made->login_);
    made->powershell_ = std::make_unique<PsEndpoint>(
        context, made->domain_, made->ews_login_->address(), made->options_, url);
    made->enforce_rights();
    if (!options.record_file.empty()) {
        auto record = Record::open(options.record_file);
        if (!record) return fail(record.error());
        made->record_ = *std::move(record);
    }
    if (!options.state_file.empty()) {
        auto kept = read_state(options.state_file, {lower(options.domain), options.seed});
        if (!kept) return fail(kept.error());
        for (auto& [address, contents] : *kept) {
            Mailbox* const mailbox = made->domain_.mailbox(address);
            if (mailbox != nullptr) mailbox->restore(std::move(contents));
        }
    }
    return made;
}

Result<void> Service::save() {
    if (options_.state_file.empty()) return {};
    Mailboxes all;
    for (const Mailbox* const mailbox : domain_.mailboxes())
        all[mailbox->address()] = mailbox;
    return write_state(options_.state_file, {lower(options_.domain), options_.seed}, all);
}

bool Service::is_authorised(const Request& request) const {
    const auto value = request.header("authorization");
    return value.starts_with("Bearer ") && login_->is_valid(value.substr(7));
}

std::string Service::address_of(const Request& request) {
    const Mailbox* const mailbox = face_.mailbox_of(request);
    return mailbox == nullptr ? std::string() : mailbox->address();
}

void Service::answer(Request request, const Done& done) {
    parse_target(request);
    if (request.path.empty()) return done(nothing_here());
    if (request.path[0] == "sim") return done(control(request));
    if (!record_) return route(std::move(request), done);
    const auto asked = std::make_shared<const Request>(request);
    route(std::move(request), [this, asked, done](const Reply& reply) {
        record_->add(*asked, reply);
        done(reply);
    });
}

void Service::route(Request request, const Done& done) {
    auto& path = request.path;
    const bool is_login = path.size() == 4 && path[1] == "oauth2" && path[3] == "token";
    if (is_login && request.method == "POST") {
        return around(
            std::move(request), "request", "", done,
            [this](const Request& ready, const Done& answered) { answered(login_->token(ready)); });
    }
    if (is_ews(path)) return ews(std::move(request), done);
    if (is_autodiscover(path)) return autodiscover(std::move(request), done);
    if (is_powershell(path)) return powershell(std::move(request), done);
    if (path[0] == "adminapi") return admin_api(std::move(request), done);
    if (path[0] != "v1.0") return done(nothing_here());
    if (!is_authorised(request)) {
        return done(
            error(401, "InvalidAuthenticationToken", "Access token is empty or has expired."));
    }
    path.erase(path.begin());
    if (path.size() == 1 && path[0] == "$batch" && request.method == "POST")
        return batch(std::move(request), done);
    run(std::move(request), "request", done);
}

std::optional<Reply> Service::over_limit(const std::string& mailbox) {
    if (mailbox.empty()) return std::nullopt;
    if (in_flight_[mailbox] >= limits_.at_once)
        return throttled("Application is over its MailboxConcurrency limit.", 1);
    auto& recent = recent_[mailbox];
    const auto now = options_.now();
    while (!recent.empty() && recent.front() + limits_.seconds <= now)
        recent.pop_front();
    if (std::ssize(recent) >= limits_.requests) {
        return throttled("Application is over its RequestCount limit.",
                         recent.front() + limits_.seconds - now);
    }
    recent.push_back(now);
    return std::nullopt;
}

void Service::run(Request request, std::string_view scope, const Done& done) {
    const std::string mailbox = address_of(request);
    Counters& counters = counters_[mailbox];
    ++counters.requests;
    if (request.is_write()) ++counters.writes;
    if (!request.path.empty() && request.path.back() == "delta") ++counters.delta_requests;
    if (auto refusal = over_rights(request)) return done(*std::move(refusal));
    if (auto refusal = over_limit(mailbox)) {
        ++counters.throttled;
        return done(*std::move(refusal));
    }
    const auto at_once = static_cast<std::uint64_t>(++in_flight_[mailbox]);
    counters.max_in_flight = std::max(counters.max_in_flight, at_once);
    const auto finished = [this, mailbox, done](const Reply& reply) {
        --in_flight_[mailbox];
        done(reply);
    };
    around(std::move(request), scope, mailbox, finished,
           [this](const Request& ready, const Done& answered) { answered(face_.answer(ready)); });
}

void Service::around(Request request, std::string_view scope, const std::string& mailbox,
                     const Done& done, Work work) {
    const auto asked = std::make_shared<const Request>(std::move(request));
    if (auto refusal = faults_.before_work({*asked, scope, mailbox}))
        return done(*std::move(refusal));
    const auto go = [this, asked, scope, mailbox, done, work = std::move(work)] {
        work(*asked, [this, asked, scope, mailbox, done](const Reply& reply) {
            done(faults_.after_work({*asked, scope, mailbox}).value_or(reply));
        });
    };
    const auto wait = faults_.latency({*asked, scope, mailbox});
    if (wait == 0) return go();
    auto timer = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(wait));
    timer->async_wait([timer, go](std::error_code wrong) {
        if (!wrong) go();
    });
}

}  // namespace hqsync::sim
