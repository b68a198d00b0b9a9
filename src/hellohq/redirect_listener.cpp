// The smallest server that can take one redirect of a browser on this machine.
#include <fmt/format.h>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/read_until.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <memory>
#include <vector>

#include "hellohq/login.hpp"

namespace hqsync::hellohq {

namespace {

using asio::ip::tcp;

constexpr std::size_t head_max = 16'384;
constexpr std::chrono::seconds request_patience{10};
constexpr std::size_t connections_max = 32;

std::string page(std::string_view status, std::string_view text) {
    const auto body = fmt::format(
        "<!doctype html><meta charset=\"utf-8\"><title>hqsync</title>"
        "<p>{}</p>\n",
        text);
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{}",
        status, body.size(), body);
}

/// "/hqsync?code=…" of "GET /hqsync?code=… HTTP/1.1"; empty: no such request.
std::string target_of(std::string_view head) {
    if (!head.starts_with("GET ")) return {};
    head.remove_prefix(4);
    return std::string(head.substr(0, head.find(' ')));
}

using Sockets = std::vector<std::weak_ptr<tcp::socket>>;

void close_all(const Sockets& sockets) {
    asio::error_code ignored;
    for (const auto& each : sockets)
        if (const auto socket = each.lock()) socket->close(ignored);
}

}  // namespace

/// What the connections of one attempt have in common.
struct RedirectListener::Waiting {
    Attempt attempt;
    Result<std::string> code;
    bool is_answered = false;
};

Result<std::unique_ptr<RedirectListener>> RedirectListener::open(asio::io_context& context,
                                                                 std::uint16_t port) {
    std::unique_ptr<RedirectListener> listener(new RedirectListener(context));
    asio::error_code error;
    const tcp::endpoint place(asio::ip::address_v4::loopback(), port);
    auto& acceptor = listener->acceptor_;
    acceptor.open(place.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(place, error);
    if (!error) acceptor.listen(4, error);
    if (error) {
        return fail({Reach::configuration, "login.listen",
                     fmt::format("cannot listen on 127.0.0.1:{}: {}; choose another --port, or log "
                                 "in with --paste",
                                 port, error.message())});
    }
    return listener;
}

std::string RedirectListener::redirect_uri() const {
    return fmt::format("http://127.0.0.1:{}/hqsync", acceptor_.local_endpoint().port());
}

/// What the browser is shown; keeps the code when this was the answer.
std::string RedirectListener::answer_to(std::string_view head, Waiting& waiting) {
    const auto target = target_of(head);
    if (!target.starts_with("/hqsync?")) return page("404 Not Found", "Nothing here.");
    auto found = code_in(target, waiting.attempt);
    // Somebody else's page must not end the login.
    if (!found && found.error().code == "login.state")
        return page("400 Bad Request", "This answers another login.");
    if (waiting.is_answered) return page("200 OK", "Logged in already.");
    waiting.is_answered = true;
    waiting.code = std::move(found);
    return waiting.code ? page("200 OK",
                               "Angemeldet. Dieses Fenster kann geschlossen werden. "
                               "Logged in; you may close this window.")
                        : page("200 OK", "helloHQ hat abgelehnt. helloHQ refused.");
}

Task<void> RedirectListener::attend(std::shared_ptr<Waiting> waiting,
                                    std::shared_ptr<tcp::socket> socket) {
    asio::steady_timer silence(socket->get_executor(), request_patience);
    silence.async_wait([socket](const asio::error_code& cancelled) {
        asio::error_code ignored;
        if (!cancelled) socket->close(ignored);
    });
    std::string head;
    asio::error_code error;
    co_await asio::async_read_until(*socket, asio::dynamic_buffer(head, head_max), "\r\n\r\n",
                                    asio::redirect_error(asio::use_awaitable, error));
    const bool was_answered = waiting->is_answered;
    const auto answer = answer_to(error ? std::string_view() : head, *waiting);
    co_await asio::async_write(*socket, asio::buffer(answer),
                               asio::redirect_error(asio::use_awaitable, error));
    silence.cancel();
    if (!was_answered && waiting->is_answered) acceptor_.close(error);
}

/// Each connection for itself: browsers open some in advance and say nothing on them, and anybody
/// on this machine may do the same.
Task<Result<std::string>> RedirectListener::code(Attempt attempt, Milliseconds patience) {
    const auto waiting = std::make_shared<Waiting>(Waiting{
        std::move(attempt),
        fail({Reach::run, "login.timeout", "nobody logged in within the time; begin again"})});
    asio::steady_timer deadline(acceptor_.get_executor(), patience);
    deadline.async_wait([this](const asio::error_code& cancelled) {
        asio::error_code ignored;
        if (!cancelled) acceptor_.close(ignored);
    });
    Sockets sockets;
    while (acceptor_.is_open()) {
        asio::error_code error;
        const auto socket = std::make_shared<tcp::socket>(acceptor_.get_executor());
        co_await acceptor_.async_accept(*socket, asio::redirect_error(asio::use_awaitable, error));
        if (error) break;
        std::erase_if(sockets, [](const auto& each) { return each.expired(); });
        // The oldest one has had its time.
        if (sockets.size() >= connections_max) {
            close_all({sockets.front()});
            sockets.erase(sockets.begin());
        }
        sockets.push_back(socket);
        asio::co_spawn(acceptor_.get_executor(), attend(waiting, socket), asio::detached);
    }
    deadline.cancel();
    close_all(sockets);
    co_return waiting->code;
}

}  // namespace hqsync::hellohq
