// The clock of open streams, the ends of connections, and Autodiscover.
#include <chrono>

#include <simdjson.h>

#include "sim/service.hpp"

namespace hqsync::sim {

namespace {

/// How late news may come; real servers gather them for about as long.
constexpr std::chrono::milliseconds tick{100};

std::string text_of(Json body, std::string_view name) {
    const auto value = body[name];
    return value.is_string() ? std::string(value.get_string().value_unsafe()) : std::string();
}

}  // namespace

void Service::watch_streams() {
    if (is_watching_ || !ews_.subscriptions().has_streams()) return;
    is_watching_ = true;
    stream_timer_.expires_after(tick);
    stream_timer_.async_wait([this](std::error_code wrong) {
        is_watching_ = false;
        if (wrong) return;
        ews_.subscriptions().tick();
        watch_streams();
    });
}

void Service::closed(std::uint64_t connection) {
    ews_login_->closed(connection);
    ews_.subscriptions().closed(connection);
    powershell_->face.closed(connection);
}

void Service::autodiscover(Request request, const Done& done) {
    if (request.method == "GET") return done(autodiscover_.location());
    if (auto refusal = ews_login_->refusal(request)) return done(*std::move(refusal));
    const auto address = Autodiscover::address_in(request);
    around(std::move(request), "request", address, done,
           [this, address](const Request& ready, const Done& answered) {
               answered(autodiscover_.answer(ready, ews_.primary_of(address)));
           });
}

Reply Service::control_autodiscover(const Request& request) {
    Reply done{200, "{}", {{"Content-Type", "application/json"}}};
    if (request.method == "DELETE") {
        autodiscover_.clear();
        return done;
    }
    simdjson::dom::parser parser;
    Json body;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS || !body.is_object())
        return error(400, "BadRequest", "A detour is a JSON object.");
    if (const auto location = text_of(body, "get_location"); !location.empty()) {
        autodiscover_.set_location(location);
        return done;
    }
    const auto number = body["error"];
    const Detour detour{
        .url = text_of(body, "redirect_url"),
        .address = text_of(body, "redirect_address"),
        .error = number.is_int64() ? static_cast<int>(number.get_int64().value_unsafe()) : 0};
    const auto whom = text_of(body, "for");
    if (whom.empty() || (detour.url.empty() && detour.address.empty() && detour.error == 0))
        return error(400, "BadRequest", "A detour has \"for\" and what is answered instead.");
    autodiscover_.set_detour(whom, detour);
    return done;
}

}  // namespace hqsync::sim
