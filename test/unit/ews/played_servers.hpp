// Servers that a test plays, behind the port of HTTP: each request is written down and answered.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "http/sender.hpp"

namespace hqsync::test {

inline http::Response plain(long status, std::string body = "", http::Headers headers = {}) {
    return {status, std::move(headers), std::move(body)};
}

inline http::Response redirect(std::string to, long status = 302) {
    return {status, {{"location", std::move(to)}}, ""};
}

inline http::Response wants_login(const std::vector<std::string>& schemes) {
    http::Response answer{401, {}, ""};
    for (const auto& scheme : schemes)
        answer.headers.emplace_back("www-authenticate", scheme);
    return answer;
}

inline Fault lost(std::string code) {
    const bool is_unknown = code != "http.connect";
    return {Reach::mailbox, std::move(code), "", {}, is_unknown, true};
}

/// HTTP 500 as Exchange sends it; `extra` stands in MessageXml.
inline http::Response soap_fault(std::string_view code, std::string_view extra = "") {
    return plain(
        500,
        fmt::format(
            R"(<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types">a:{0}</faultcode><faultstring xml:lang="en-US">no</faultstring><detail><e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">{0}</e:ResponseCode><e:Message xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">no</e:Message><t:MessageXml xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">{1}</t:MessageXml></detail></s:Fault></s:Body></s:Envelope>)",
            code, extra));
}

inline http::Response busy(int milliseconds) {
    return soap_fault(
        "ErrorServerBusy",
        fmt::format(R"(<t:Value Name="BackOffMilliseconds">{}</t:Value>)", milliseconds));
}

class PlayedServers final : public http::Sender {
public:
    using Script = std::function<Result<http::Response>(const http::Request&)>;

    explicit PlayedServers(Script script) : script_(std::move(script)) {}

    Task<Result<http::Response>> send(http::Request request) override {
        asked.push_back(request);
        ++under_way_;
        at_once_max = std::max(at_once_max, under_way_);
        // Others get their turn, as over a real line.
        const auto executor = co_await asio::this_coro::executor;
        for (int i = 0; i < 20; ++i)
            co_await asio::post(executor, asio::use_awaitable);
        --under_way_;
        co_return script_(request);
    }

    [[nodiscard]] std::vector<std::string> urls() const {
        std::vector<std::string> result;
        for (const auto& each : asked) {
            const bool has_login = each.login.scheme != http::Scheme::none;
            result.push_back(each.method + " " + each.url + (has_login ? " with login" : ""));
        }
        return result;
    }

    std::vector<http::Request> asked;
    std::size_t at_once_max = 0;

private:
    Script script_;
    std::size_t under_way_ = 0;
};

}  // namespace hqsync::test
