// Dispatch: limits, faults and latency around the work; reads.
#include "hqapi/service.hpp"

#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "hqapi/gzip.hpp"
#include "hqapi/json.hpp"
#include "hqapi/metadata.hpp"
#include "hqapi/read.hpp"

namespace hqsync::hqapi {

namespace {

constexpr std::size_t target_max = 8UL * 1024;
constexpr std::size_t body_max = 1024UL * 1024;

Reply nothing_at(std::string_view path) {
    return error_reply(404, fmt::format("There is nothing at {}.", path.substr(0, 200)));
}

Reply wrong_method(std::string_view allowed) {
    auto reply = error_reply(405, fmt::format("Only {} is offered here.", allowed));
    reply.headers.emplace_back("Allow", allowed);
    return reply;
}

Reply failed(const Fault& fault) {
    return error_reply(500, to_text(fault));
}

bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '.' || letter == ':' ||
               letter == '-' || letter == '[' || letter == ']';
    });
}

/// "127.0.0.1:8030", "localhost", "[::1]:1", "::1".
bool is_loopback_host(std::string_view text) {
    if (text == "::1") return true;
    for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
        if (text == name || (text.starts_with(name) && text.substr(name.size()).starts_with(':')))
            return true;
    }
    return false;
}

const Row* row_with(const std::vector<Row>& rows, std::int64_t id) {
    const auto at = std::ranges::find(rows, id, id_of);
    return at == rows.end() ? nullptr : &*at;
}

Reply options_refused(const Refusal& refusal) {
    return error_reply(refusal);
}

}  // namespace

Service::Service(asio::io_context& context, hq::EmbeddedHq& hq, const Clock& clock,
                 const ServerOptions& options)
    : context_(context), hq_(hq), clock_(clock), options_(options), login_(options.login, clock) {}

Result<Service::DirectoryPtr> Service::directory() {
    const auto version = hq_.version();
    if (!version) return fail(version.error());
    if (directory_ && version_ == *version) return directory_;
    auto snapshot = hq_.read();
    if (!snapshot) return fail(snapshot.error());
    directory_ = std::make_shared<const Directory>(directory_of(*std::move(snapshot)));
    version_ = *version;
    return directory_;
}

std::string Service::base_url(const Request& request) const {
    if (!options_.public_url.empty()) return options_.public_url;
    const auto host = request.header("host");
    return is_host(host) ? fmt::format("http://{}", host) : listening_;
}

/// What asks for no token must not be open to the pages of others in a browser on this machine:
/// they send their Origin, or come under a name of theirs that leads here.
bool Service::is_own_page(const Request& request) const {
    const auto origin = request.header("origin");
    if (!origin.empty() && origin != base_url(request)) return false;
    if (!options_.public_url.empty()) return true;
    const auto host = request.header("host");
    return host.empty() || is_loopback_host(host) || !is_loopback_host(options_.host);
}

std::optional<Reply> Service::over_limit() {
    const auto refused = [this](int status, std::string_view what, std::int64_t seconds) {
        ++counters_.throttled;
        auto reply = error_reply(status, what);
        reply.headers.emplace_back("Retry-After", std::to_string(seconds));
        return reply;
    };
    if (in_flight_ >= limits_.at_once)
        return refused(503, "Too many requests are being answered at once.", 1);
    if (limits_.requests == 0) return std::nullopt;
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
    while (!recent_.empty() && recent_.front() + limits_.seconds <= now)
        recent_.pop_front();
    if (std::ssize(recent_) >= limits_.requests)
        return refused(429, "Too many requests.", recent_.front() + limits_.seconds - now);
    recent_.push_back(now);
    return std::nullopt;
}

void Service::answer(Request request, const Done& done) {
    if (request.target.size() > target_max)
        return done(error_reply(414, fmt::format("The address is over {} bytes.", target_max)));
    if (request.body.size() > body_max)
        return done(error_reply(413, fmt::format("The body is over {} bytes.", body_max)));
    auto target = read_target(request.target);
    if (!target) return done(error_reply(target.error()));
    const bool has_control = options_.control == ServerOptions::Control::on;
    const bool is_open = target->path.starts_with("/hq/") || target->path == "/Token" ||
                         target->path == "/Account/Authorize";
    if (is_open && !is_own_page(request))
        return done(error_reply(403, "This is offered to programs on this machine only."));
    if (has_control && target->path.starts_with("/hq/")) return done(control(request, *target));
    ++counters_.requests;
    ++(request.method == "GET" ? counters_.reads : counters_.writes);
    if (auto refusal = over_limit()) return done(*std::move(refusal));
    counters_.in_flight_max = std::max(counters_.in_flight_max, std::uint64_t{++in_flight_});
    const auto asked = std::make_shared<const Request>(std::move(request));
    const auto finish = [this, asked, done](Reply reply) {
        --in_flight_;
        if (reply.status >= 400) ++counters_.refused;
        pack(*asked, reply);
        done(std::move(reply));
    };
    const auto work = [this, asked, finish, target = *std::move(target)] {
        if (auto refusal = faults_.before_work(*asked)) return finish(*std::move(refusal));
        route(*asked, target, [this, asked, finish](Reply reply) {
            finish(faults_.after_work(*asked, std::move(reply)));
        });
    };
    const auto wait = faults_.latency(*asked);
    if (wait == 0) return work();
    auto timer = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(wait));
    timer->async_wait([timer, work](std::error_code wrong) {
        if (!wrong) work();
    });
}

void Service::route(const Request& request, const Target& target, const Done& done) {
    if (target.path == "/Token") {
        return done(request.method == "POST" ? login_.token(request) : wrong_method("POST"));
    }
    if (target.path == "/Account/Authorize") {
        if (request.method != "GET") return done(wrong_method("GET"));
        const auto read = directory();
        if (!read) return done(failed(read.error()));
        const auto& users = (*read)->snapshot->users;
        if (users.empty()) return done(error_reply(403, "HQ has no user who could log in."));
        return done(
            login_.authorize(target.options, {users.front().id.value(), users.front().user_name}));
    }
    const bool is_api = target.path == "/v1" || target.path.starts_with("/v1/");
    if (!is_api) return done(nothing_at(target.path));
    api(request, target, done);
}

void Service::api(const Request& request, const Target& target, const Done& done) {
    const auto right = request.method == "GET" ? Right::read : Right::write;
    if (auto refusal = login_.refusal(request, right)) return done(*std::move(refusal));
    const auto place = read_place(std::string_view(target.path).substr(3));
    if (!place) return done(error_reply(place.error()));
    if (request.method != "GET") return write(request, target, *place, done);
    // Only names that exist: a client must not grow the table.
    const auto first = place->segments.empty() ? "" : place->segments.front().name;
    if (entity_set(first) != nullptr) ++counters_.by_set[first];
    read(request, target, *place, done);
}

void Service::read(const Request& request, const Target& target, const Place& place,
                   const Done& done) {
    const auto now = directory();
    if (!now) return done(failed(now.error()));
    done(read_at(request, target, place, **now));
}

Reply Service::read_at(const Request& request, const Target& target, const Place& place,
                       const Directory& directory) const {
    const auto& segments = place.segments;
    if (segments.empty()) return service_document(request);
    const auto& first = segments.front();
    if (first.name == "$metadata" && segments.size() == 1) return metadata();
    if (first.name == "Me" && segments.size() == 1) return me(request, target);
    const auto* const set = entity_set(first.name);
    if (set == nullptr) return nothing_at(target.path);
    const auto base = base_url(request) + "/v1";
    auto rows = set->rows(directory);
    if (segments.size() == 1 && !first.key) {
        auto query = read_query(target.options, set->entity(), Reads::list);
        if (!query) return options_refused(query.error());
        return read_list(directory, std::move(rows), *query,
                         {.url = base + place.text(),
                          .context = fmt::format("{}/$metadata#{}", base, set->name),
                          .options = target.options,
                          .page_size = options_.page_size});
    }
    if (!first.key) {
        if (segments.size() != 2 || segments[1].name != "$count" || segments[1].key)
            return nothing_at(target.path);
        auto query = read_query(target.options, set->entity(), Reads::list);
        return query ? read_count(directory, rows, *query) : options_refused(query.error());
    }
    const auto* const row = row_with(rows, *first.key);
    if (row == nullptr) {
        return error_reply(
            404, fmt::format("There is no {} with Id {}.", set->entity().name, *first.key));
    }
    if (segments.size() > 1) return read_related(target, place, directory, *row, base);
    auto query = read_query(target.options, set->entity(), Reads::single);
    if (!query) return options_refused(query.error());
    return read_single(directory, *row, *query, fmt::format("{}/$metadata#{}", base, set->name));
}

Reply Service::read_related(const Target& target, const Place& place, const Directory& directory,
                            const Row& owner, const std::string& base) const {
    const auto& first = place.segments[0];
    const auto& second = place.segments[1];
    const auto& entity = entity_set(first.name)->entity();
    const auto* const navigation = entity.navigation(second.name);
    if (place.segments.size() != 2 || navigation == nullptr ||
        !has_related_path(first.name, second.name))
        return nothing_at(target.path);
    auto rows = navigation->rows(directory, owner);
    const auto reads = second.key ? Reads::single : Reads::list;
    auto query = read_query(target.options, navigation->entity(), reads);
    if (!query) return options_refused(query.error());
    const auto context =
        fmt::format("{}/$metadata#{}({})/{}", base, first.name, *first.key, second.name);
    if (!second.key) {
        return read_list(directory, std::move(rows), *query,
                         {.url = base + place.text(),
                          .context = context,
                          .options = target.options,
                          .page_size = options_.page_size,
                          .order = ListPlace::Order::as_given});
    }
    const auto* const row = row_with(rows, *second.key);
    if (row != nullptr) return read_single(directory, *row, *query, context);
    return error_reply(404, fmt::format("There is no {} with Id {} here.",
                                        navigation->entity().name, *second.key));
}

Reply Service::me(const Request& request, const Target& target) const {
    if (!target.options.empty()) return error_reply(400, "Me takes no options.");
    const auto holder = login_.holder(request);
    const auto* const user = find(*directory_->snapshot, UserId(holder.id));
    Query query{.entity = &user_entity()};
    query.select.emplace();
    for (const std::string_view name :
         {"FirstName", "LastName", "UserName", "EMailWork", "Salutation", "Title", "BirthDate",
          "Id", "CreatedBy", "UpdatedBy", "CreatedOn", "UpdatedOn"})
        query.select->push_back(user_entity().property(name));
    User shared;
    shared.id = UserId(holder.id);
    shared.user_name = holder.name;
    return read_single(*directory_, user == nullptr ? &shared : user, query,
                       base_url(request) + "/v1/$metadata#Me");
}

Reply Service::service_document(const Request& request) const {
    Json json;
    json.begin_object();
    json.field("@odata.context", base_url(request) + "/v1/$metadata");
    json.key("value");
    json.begin_array();
    for (const auto& set : entity_sets()) {
        json.begin_object();
        json.field("name", set.name);
        json.field("kind", std::string_view("EntitySet"));
        json.field("url", set.name);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json_reply(200, json.text());
}

}  // namespace hqsync::hqapi
