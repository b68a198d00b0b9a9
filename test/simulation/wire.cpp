// HTTP without sockets: the simulator is asked in one call, at the moment of arrival.
#include "simulation/wire.hpp"

#include <algorithm>

namespace hqsync::simulation {

namespace {

/// The text between two others, from `at` on; `at` moves behind it.
std::string_view between(std::string_view text, std::string_view left, std::string_view right,
                         std::size_t& at) {
    const auto start = text.find(left, at);
    if (start == text.npos) return {};
    const auto begin = start + left.size();
    const auto end = std::min(text.find(right, begin), text.size());
    at = end;
    return text.substr(begin, end - begin);
}

/// A long id as its kind and key: "C1f".
std::string short_id(std::string_view id) {
    auto digits =
        id.size() == 140 ? id.substr(116, 16) : id.substr(std::min<std::size_t>(56, id.size()));
    while (digits.size() > 1 && digits.front() == '0')
        digits.remove_prefix(1);
    return fmt::format("{}{}", id.size() == 140 ? id[115] : 'C', digits);
}

/// A path without mailbox, query and long ids.
std::string short_path(std::string_view path) {
    path = path.substr(0, path.find('?'));
    std::string text;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        const auto part = path.substr(0, end);
        const bool is_known = part == "users" || part == "v1.0" || part.contains("%40");
        if (!part.empty() && !is_known) {
            text += '/';
            text += part.size() == 140 || part.size() == 72 ? short_id(part) : std::string(part);
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return text;
}

std::string summary_of(const sim::Request& request) {
    if (!request.target.ends_with("$batch")) {
        return fmt::format("{} {}", request.method, short_path(request.target));
    }
    std::string text = "BATCH";
    std::size_t at = 0;
    const std::string_view body = request.body;
    while (true) {
        const auto method = between(body, R"("method":")", "\"", at);
        if (method.empty()) return text;
        const auto url = between(body, R"("url":")", "\"", at);
        text += fmt::format(" [{} {}]", method, short_path(url));
    }
}

std::string address_of(const sim::Request& request) {
    std::size_t at = 0;
    const std::string_view text =
        request.target.ends_with("$batch") ? request.body : request.target;
    std::string address(between(text, "/users/", "/", at));
    const auto percent = address.find("%40");
    if (percent != address.npos) address.replace(percent, 3, "@");
    return address;
}

http::Response response_of(const sim::Reply& reply) {
    http::Response response;
    response.status = reply.status;
    for (const auto& [name, value] : reply.headers)
        response.headers.emplace_back(sim::lower(name), value);
    response.body = reply.body;
    return response;
}

}  // namespace

std::shared_ptr<Flight> Wire::depart(const http::Request& request) {
    ++world_.counts.requests;
    auto flight = std::make_shared<Flight>();
    flight->request.method = request.method;
    flight->request.target = request.url.substr(std::string_view(exchange_url).size());
    flight->request.body = request.body;
    for (const auto& [name, value] : request.headers)
        flight->request.headers[sim::lower(name)] = value;
    flight->address = address_of(flight->request);
    flight->summary = summary_of(flight->request);
    flight->view = world_.view;
    flight->fate = weather_.fate_of(request, flight->address);
    if (!flight->fate.arrives) return flight;
    world_.timeline.in(flight->fate.there, [this, flight] { arrive(*flight); });
    return flight;
}

void Wire::ask(std::string method, std::string target, std::string body) {
    sim::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    world_.exchange->answer(std::move(request), [](const sim::Reply&) {});
}

void Wire::arrive(Flight& flight) {
    if (!flight.address.empty()) bystander_(flight.address);
    if (world_.broken) return;
    for (const auto& each : flight.fate.orders)
        ask("POST", "/sim/faults", each);
    world_.exchange->answer(flight.request,
                            [&flight](const sim::Reply& reply) { flight.reply = reply; });
    if (!flight.fate.orders.empty()) ask("DELETE", "/sim/faults", "");
    world_.note("{} {}: {} ({}, run {})", flight.address, flight.summary, flight.reply.status,
                flight.fate.name, flight.view ? flight.view->number : 0);
    if (flight.address.empty() || !flight.view) return;
    if (flight.fate.is_too_late) ledger_.excuse_creates(flight.address, flight.request.body);
    if (ledger_.take_engine(flight.address, *flight.view, flight.fate.is_late)) ++writes_;
}

Task<Result<http::Response>> Line::send(http::Request request) {
    co_await mortal_.step("before a request");
    const auto flight = wire_.depart(request);
    co_await mortal_.step("while a request is under way");
    const auto& fate = flight->fate;
    const auto wait = fate.is_late || !fate.arrives ? fate.back : fate.there + fate.back;
    co_await clock_.sleep_for(wait);
    co_await mortal_.step("after a request");
    if (fate.fault) co_return fail(*fate.fault);
    if (flight->reply.status == 0) {
        co_return fail({Reach::mailbox, "http.lost", "simulated", {}, true, true});
    }
    co_return response_of(flight->reply);
}

}  // namespace hqsync::simulation
