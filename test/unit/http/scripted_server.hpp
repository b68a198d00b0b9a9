// A server on loopback whose answers a test writes, octet by octet.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

namespace hqsync::test {

struct Asked {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
    int connection = 0;  ///< counted from 1
};

/// Octets to send before the connection is closed; after "Connection: keep-alive" it stays open for
/// the next request.
using Script = std::function<std::string(const Asked&)>;

/// As an answer, or at its end: nothing more comes, and the connection stays open.
inline const std::string silence = "silence";

inline std::string answer(int status, std::string_view body, std::string_view headers = "") {
    return fmt::format("HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{}",
                       status, body.size(), headers, body);
}

inline std::string kept_answer(int status, std::string_view body, std::string_view headers = "") {
    return fmt::format("HTTP/1.1 {} X\r\nConnection: keep-alive\r\nContent-Length: {}\r\n{}\r\n{}",
                       status, body.size(), headers, body);
}

class ScriptedServer {
public:
    explicit ScriptedServer(Script script)
        : script_(std::move(script)),
          acceptor_(context_, {asio::ip::address_v4::loopback(), 0}),
          port_(acceptor_.local_endpoint().port()) {
        asio::co_spawn(context_, accept(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }
    ~ScriptedServer() {
        context_.stop();
        thread_.join();
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
    [[nodiscard]] std::vector<Asked> asked() const {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }

private:
    asio::awaitable<void> accept() {
        while (true) {
            auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
            asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
        }
    }

    asio::awaitable<void> serve(asio::ip::tcp::socket socket) {
        const auto connection = ++connections_;
        std::string text;
        bool is_kept = true;
        while (is_kept) {
            auto head = co_await asio::async_read_until(socket, asio::dynamic_buffer(text),
                                                        "\r\n\r\n", asio::use_awaitable);
            auto request = parse(text.substr(0, head));
            request.connection = connection;
            const auto length = request.headers.contains("content-length")
                                    ? std::stoul(request.headers.at("content-length"))
                                    : 0;
            request.body = text.substr(head);
            text.clear();
            std::string rest(length - request.body.size(), '\0');
            co_await asio::async_read(socket, asio::buffer(rest), asio::use_awaitable);
            request.body += rest;
            {
                const std::scoped_lock lock(mutex_);
                asked_.push_back(request);
            }
            auto octets = script_(request);
            const bool falls_silent = octets.ends_with(silence);
            if (falls_silent) octets.resize(octets.size() - silence.size());
            co_await asio::async_write(socket, asio::buffer(octets), asio::use_awaitable);
            if (falls_silent) {
                asio::steady_timer never(context_, asio::steady_timer::time_point::max());
                co_await never.async_wait(asio::use_awaitable);
            }
            is_kept = octets.find("Connection: keep-alive\r\n") != std::string::npos;
        }
    }

    static Asked parse(const std::string& head) {
        Asked asked;
        const auto line_end = head.find("\r\n");
        const auto first = head.find(' ');
        const auto second = head.find(' ', first + 1);
        asked.method = head.substr(0, first);
        asked.target = head.substr(first + 1, second - first - 1);
        for (auto at = line_end + 2; at < head.size() - 2;) {
            const auto end = head.find("\r\n", at);
            const auto colon = head.find(':', at);
            auto name = head.substr(at, colon - at);
            for (auto& letter : name)
                letter = static_cast<char>(std::tolower(letter));
            asked.headers[name] = head.substr(colon + 2, end - colon - 2);
            at = end + 2;
        }
        return asked;
    }

    Script script_;
    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_;
    int connections_ = 0;
    mutable std::mutex mutex_;
    std::vector<Asked> asked_;
    std::thread thread_;
};

}  // namespace hqsync::test
