// /hq/: counters, faults, limits. Only with --control.
#include <fmt/format.h>
#include <simdjson.h>

#include "hqapi/json.hpp"
#include "hqapi/service.hpp"

namespace hqsync::hqapi {

namespace {

Reply done_reply(std::string text) {
    return {200, std::move(text), {{"Content-Type", "application/json"}}};
}

}  // namespace

Reply Service::control(const Request& request, const Target& target) {
    const std::string_view path = target.path;
    const bool is_get = request.method == "GET";
    const bool is_post = request.method == "POST";
    if (path == "/hq/counters" && is_get) return counters_reply();
    if (path == "/hq/counters/reset" && is_post) {
        counters_ = {};
        return done_reply("{}");
    }
    if (path == "/hq/faults" && is_get) return faults_reply();
    if (path == "/hq/faults" && is_post) return add_fault(request);
    if (path == "/hq/faults" && request.method == "DELETE") {
        faults_.clear();
        login_.accept_all();
        return done_reply("{}");
    }
    if (path == "/hq/limits" && is_post) return set_limits(request);
    return error_reply(404, "There is no such control.");
}

Reply Service::add_fault(const Request& request) {
    auto fault = Faults::read(request.body);
    if (!fault) return error_reply(fault.error());
    if (fault->kind == "expire_tokens") {
        login_.expire_access();
    } else if (fault->kind == "accept_tokens") {
        login_.accept_all();
    } else if (fault->kind == "revoke_refresh_tokens") {
        login_.revoke_refresh();
    } else {
        faults_.add(*std::move(fault));
    }
    return done_reply("{}");
}

Reply Service::set_limits(const Request& request) {
    simdjson::dom::parser parser;
    simdjson::dom::object members;
    if (parser.parse(request.body).get(members) != simdjson::SUCCESS)
        return error_reply(400, "Limits are a JSON object.");
    for (const auto [name, value] : members) {
        std::int64_t number = 0;
        if (value.get(number) != simdjson::SUCCESS || number < 0 || number > 1'000'000)
            return error_reply(400, fmt::format("{}: expected a number from 0 to 1000000.", name));
        if (name == "requests") {
            limits_.requests = number;
        } else if (name == "token_seconds") {
            login_.set_token_seconds(number);
        } else if (number == 0) {
            return error_reply(400, fmt::format("{}: expected a number from 1.", name));
        } else if (name == "at_once") {
            limits_.at_once = static_cast<std::size_t>(number);
        } else if (name == "seconds") {
            limits_.seconds = number;
        } else if (name == "page_size") {
            options_.page_size = std::min(static_cast<std::size_t>(number), page_size_max);
        } else {
            return error_reply(400, fmt::format("There is no limit {}.", name));
        }
    }
    return done_reply("{}");
}

Reply Service::counters_reply() const {
    Json json;
    const auto put = [&json](std::string_view name, std::uint64_t number) {
        json.field(name, static_cast<std::int64_t>(number));
    };
    json.begin_object();
    put("requests", counters_.requests);
    put("reads", counters_.reads);
    put("writes", counters_.writes);
    put("refused", counters_.refused);
    put("throttled", counters_.throttled);
    put("in_flight_max", counters_.in_flight_max);
    put("tokens_issued", login_.issued());
    json.key("sets");
    json.begin_object();
    for (const auto& [name, number] : counters_.by_set)
        put(name, number);
    json.end_object();
    json.end_object();
    return done_reply(json.text());
}

Reply Service::faults_reply() const {
    Json json;
    json.begin_object();
    json.key("faults");
    json.begin_array();
    for (const auto& fault : faults_.all()) {
        json.begin_object();
        json.field("kind", fault.kind);
        json.field("fired", static_cast<std::int64_t>(fault.fired));
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return done_reply(json.text());
}

}  // namespace hqsync::hqapi
