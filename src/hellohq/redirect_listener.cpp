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

#include "hellohq/login.hpp"

namespace hqsync::hellohq {

namespace {

using asio::ip::tcp;

constexpr std::size_t head_max = 16'384;
constexpr std::chrono::seconds request_patience{10};

std::string page(std::string_view status, std::string_view text) {
    const auto body = fmt::format(
        "<!doctype html><meta charset=\"utf-8\"><title>hqsync</title>"
        "<p>{}</p>\n",
        text);
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        status, body.size(), body);
}

/// "/hqsync?code=…" of "GET /hqsync?code=… HTTP/1.1"; empty: no such request.
std::string target_of(std::string_view head) {
    if (!head.starts_with("GET ")) return {};
    head.remove_prefix(4);
    return std::string(head.substr(0, head.find(' ')));
}

}  // namespace

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

/// What the browser is shown. Sets `code` when this was the answer.
Task<std::string> RedirectListener::serve(tcp::socket& socket, const Attempt& attempt,
                                          Result<std::string>& code) {
    std::string head;
    asio::error_code error;
    co_await asio::async_read_until(socket, asio::dynamic_buffer(head, head_max), "\r\n\r\n",
                                    asio::redirect_error(asio::use_awaitable, error));
    const auto target = target_of(head);
    if (error || !target.starts_with("/hqsync?")) co_return page("404 Not Found", "Nothing here.");
    auto found = code_in(target, attempt);
    // Somebody else's page must not end the login.
    if (!found && found.error().code == "login.state")
        co_return page("400 Bad Request", "This answers another login.");
    code = std::move(found);
    co_return code ? page("200 OK",
                          "Angemeldet. Dieses Fenster kann geschlossen werden. "
                          "Logged in; you may close this window.")
                   : page("200 OK", "helloHQ hat abgelehnt. helloHQ refused.");
}

Task<Result<std::string>> RedirectListener::code(Attempt attempt, Milliseconds patience) {
    Result<std::string> code =
        fail({Reach::run, "login.timeout", "nobody logged in within the time; begin again"});
    asio::steady_timer deadline(acceptor_.get_executor(), patience);
    deadline.async_wait([this](const asio::error_code& cancelled) {
        asio::error_code ignored;
        if (!cancelled) acceptor_.close(ignored);
    });
    while (acceptor_.is_open()) {
        asio::error_code error;
        tcp::socket socket(acceptor_.get_executor());
        co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
        if (error) break;
        asio::steady_timer silence(acceptor_.get_executor(), request_patience);
        silence.async_wait([&socket](const asio::error_code& cancelled) {
            asio::error_code ignored;
            if (!cancelled) socket.close(ignored);
        });
        const auto before = code;
        const auto answer = co_await serve(socket, attempt, code);
        co_await asio::async_write(socket, asio::buffer(answer),
                                   asio::redirect_error(asio::use_awaitable, error));
        silence.cancel();
        if (code != before) break;
    }
    deadline.cancel();
    co_return code;
}

}  // namespace hqsync::hellohq
