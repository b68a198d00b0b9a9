// The only file that includes restinio: sockets in, requests to the service on one thread.
#include "sim/server.hpp"

#include <fmt/format.h>
#include <restinio/all.hpp>

#include <future>
#include <thread>

#include "sim/service.hpp"

namespace hqsync::sim {

namespace {

constexpr std::size_t body_max = 4UL * 1024 * 1024;

/// Tells the ends of connections: what belongs to one, a login or a stream, ends with it.
struct Connections {
    std::function<void(std::uint64_t)> closed;

    void state_changed(const restinio::connection_state::notice_t& notice) {
        if (closed &&
            restinio::holds_alternative<restinio::connection_state::closed_t>(notice.cause()))
            closed(notice.connection_id());
    }
};

struct Traits : restinio::default_single_thread_traits_t {
    using connection_state_listener_t = Connections;
};
using HttpServer = restinio::http_server_t<Traits>;

Request read(const restinio::request_t& from) {
    Request request;
    request.method = from.header().method().c_str();
    request.target = from.header().request_target();
    from.header().for_each_field(
        [&request](const auto& field) { request.headers[lower(field.name())] = field.value(); });
    request.body = from.body();
    request.connection = from.connection_id();
    return request;
}

void drop(restinio::impl::connection_base_t& connection, restinio::request_id_t request) {
    restinio::writable_items_container_t nothing;
    nothing.emplace_back(std::string("\r\n"));
    connection.write_response_parts(
        request,
        restinio::response_output_flags_t{restinio::response_parts_attr_t::final_parts,
                                          restinio::response_connection_attr_t::connection_close},
        restinio::write_group_t{std::move(nothing)});
}

restinio::http_status_line_t status_of(const Reply& reply) {
    return {restinio::http_status_code_t{static_cast<std::uint16_t>(reply.status)}, "Simulated"};
}

void stream(const restinio::request_handle_t& request, const Reply& reply) {
    using Chunked = restinio::response_builder_t<restinio::chunked_output_t>;
    // The request has no connection any more once its response is begun.
    const auto connection = restinio::impl::access_req_connection(*request);
    const auto response = std::make_shared<Chunked>(
        request->create_response<restinio::chunked_output_t>(status_of(reply)));
    for (const auto& [name, value] : reply.headers)
        response->header().add_field(name, value);
    const auto send = [response](const std::string& chunk) {
        response->append_chunk(chunk);
        response->flush();
    };
    send(reply.body);
    reply.stream->send = send;
    reply.stream->end = [response] { response->done(); };
    reply.stream->drop = [connection, id = request->request_id()] { drop(*connection, id); };
}

void write(const restinio::request_handle_t& request, const Reply& reply) {
    if (reply.status == 0)
        return drop(*restinio::impl::access_req_connection(*request), request->request_id());
    if (reply.stream) return stream(request, reply);
    auto response = request->create_response(status_of(reply));
    for (const auto& [name, value] : reply.headers)
        response.header().add_field(name, value);
    response.set_body(reply.body);
    response.done();
}

}  // namespace

struct Server::Parts {
    asio::io_context context{1};
    std::unique_ptr<Service> service;
    std::shared_ptr<Connections> connections = std::make_shared<Connections>();
    std::unique_ptr<HttpServer> http;
    std::string url;
    std::thread thread;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Server>> Server::start(const Options& options) {
    auto parts = std::make_unique<Parts>();
    Parts* const own = parts.get();
    std::uint16_t port = 0;
    const auto handle = [own](const restinio::request_handle_t& request) {
        if (request->body().size() > body_max) {
            write(request, error(413, "RequestEntityTooLarge", "The request is over 4 MB."));
        } else {
            own->service->answer(read(*request),
                                 [request](const Reply& reply) { write(request, reply); });
        }
        return restinio::request_accepted();
    };
    try {
        restinio::server_settings_t<Traits> settings;
        settings.address(options.host)
            .port(options.port)
            // A Receive of PowerShell waits up to 15 minutes for output.
            .handle_request_timeout(std::chrono::minutes(16))
            .concurrent_accepts_count(1)
            .acceptor_post_bind_hook([&port](asio::ip::tcp::acceptor& acceptor) {
                port = acceptor.local_endpoint().port();
            })
            .connection_state_listener(own->connections)
            .request_handler(handle);
        own->http = std::make_unique<HttpServer>(restinio::external_io_context(own->context),
                                                 std::move(settings));
        own->http->open_sync();
    } catch (const std::exception& wrong) {
        return fail(
            Fault{.reach = Reach::configuration,
                  .code = "sim.listen",
                  .detail = fmt::format("{}:{}: {}", options.host, options.port, wrong.what())});
    }
    const bool is_v6 = options.host.find(':') != std::string::npos;
    const auto host = is_v6 ? fmt::format("[{}]", options.host) : options.host;
    own->url = fmt::format("http://{}:{}", host, port);
    auto service = Service::make(own->context, options, own->url);
    if (!service) return fail(service.error());
    own->service = *std::move(service);
    own->connections->closed = [own](std::uint64_t connection) {
        own->service->closed(connection);
    };
    own->thread = std::thread([own] {
        const auto work = asio::make_work_guard(own->context);
        own->context.run();
    });
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::~Server() {
    // Who wants to know calls stop.
    [[maybe_unused]] const auto ended = stop();
}

std::string Server::url() const {
    return parts_->url;
}

Result<void> Server::stop() {
    if (!parts_->thread.joinable()) return {};
    parts_->context.stop();
    parts_->thread.join();
    parts_->connections->closed = nullptr;
    return parts_->service->save();
}

}  // namespace hqsync::sim
