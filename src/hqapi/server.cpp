// The only file of this floor that includes restinio: sockets in, requests to the service.
#include "hqapi/server.hpp"

#include <fmt/format.h>
#include <restinio/all.hpp>

#include <future>
#include <thread>

#include "hqapi/service.hpp"

namespace hqsync::hqapi {

namespace {

// What is larger closes the connection; somewhat smaller things get an answer that says so.
constexpr std::size_t target_max = 64UL * 1024;
constexpr std::size_t field_max = 16UL * 1024;
constexpr std::size_t fields_max = 100;
constexpr std::uint64_t body_max = 8ULL * 1024 * 1024;
constexpr std::size_t connections_max = 256;

struct Traits : restinio::default_single_thread_traits_t {
    static constexpr bool use_connection_count_limiter = true;
};
using HttpServer = restinio::http_server_t<Traits>;

Request read(const restinio::request_t& from) {
    Request request;
    request.method = from.header().method().c_str();
    request.target = from.header().request_target();
    from.header().for_each_field(
        [&request](const auto& field) { request.headers[lower(field.name())] = field.value(); });
    request.body = from.body();
    return request;
}

void drop(restinio::request_t& request) {
    auto& connection = restinio::impl::access_req_connection(request);
    restinio::writable_items_container_t nothing;
    nothing.emplace_back(std::string("\r\n"));
    connection->write_response_parts(
        request.request_id(),
        restinio::response_output_flags_t{restinio::response_parts_attr_t::final_parts,
                                          restinio::response_connection_attr_t::connection_close},
        restinio::write_group_t{std::move(nothing)});
}

std::string reason(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 204: return "No Content";
        case 302: return "Found";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 429: return "Too Many Requests";
        case 503: return "Service Unavailable";
        default: return status < 500 ? "Refused" : "Failed";
    }
}

void write(restinio::request_t& request, Reply reply) {
    if (reply.status == 0) return drop(request);
    auto response = request.create_response(restinio::http_status_line_t{
        restinio::http_status_code_t{static_cast<std::uint16_t>(reply.status)},
        reason(reply.status)});
    for (const auto& [name, value] : reply.headers)
        response.append_header(name, value);
    response.set_body(std::move(reply.body));
    response.done();
}

}  // namespace

struct Server::Parts {
    asio::io_context context{1};
    std::unique_ptr<Service> service;
    std::unique_ptr<HttpServer> http;
    std::string url;
    std::thread thread;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Server>> Server::start(hq::EmbeddedHq& hq, const Clock& clock,
                                              const ServerOptions& options) {
    auto parts = std::make_unique<Parts>();
    Parts* const own = parts.get();
    own->service = std::make_unique<Service>(own->context, hq, clock, options);
    std::uint16_t port = 0;
    const auto handle = [own](const restinio::request_handle_t& request) {
        own->service->answer(read(*request),
                             [request](Reply reply) { write(*request, std::move(reply)); });
        return restinio::request_accepted();
    };
    try {
        restinio::server_settings_t<Traits> settings;
        settings.address(options.host)
            .port(options.port)
            .read_next_http_message_timelimit(std::chrono::minutes(1))
            .write_http_response_timelimit(std::chrono::minutes(1))
            .handle_request_timeout(
                std::chrono::minutes(11))  // the longest latency that one orders
            .max_parallel_connections(connections_max)
            .concurrent_accepts_count(1)
            .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                          .max_url_size(target_max)
                                          .max_field_name_size(256)
                                          .max_field_value_size(field_max)
                                          .max_field_count(fields_max)
                                          .max_body_size(body_max))
            .acceptor_post_bind_hook([&port](asio::ip::tcp::acceptor& acceptor) {
                port = acceptor.local_endpoint().port();
            })
            .request_handler(handle);
        own->http = std::make_unique<HttpServer>(restinio::external_io_context(own->context),
                                                 std::move(settings));
        own->http->open_sync();
    } catch (const std::exception& wrong) {
        return fail({Reach::configuration, "hq.listen",
                     fmt::format("{}:{}: {}", options.host, options.port, wrong.what())});
    }
    const bool is_v6 = options.host.find(':') != std::string::npos;
    own->url =
        fmt::format("http://{}:{}", is_v6 ? fmt::format("[{}]", options.host) : options.host, port);
    own->service->set_listening(own->url);
    own->thread = std::thread([own] {
        const auto work = asio::make_work_guard(own->context);
        own->context.run();
    });
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::~Server() {
    stop();
}

std::string Server::url() const {
    return parts_->url;
}

void Server::stop() {
    if (!parts_->thread.joinable()) return;
    parts_->context.stop();
    parts_->thread.join();
}

}  // namespace hqsync::hqapi
