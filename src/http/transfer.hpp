// One request under way, as libcurl knows it: how it is sent, what came of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <curl/curl.h>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "http/client.hpp"
#include "http/sender.hpp"

namespace hqsync::http {

struct Transfer {
    Request request;
    Response response;
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    char error[CURL_ERROR_SIZE] = {};
    bool is_too_long = false;
    bool is_enough = false;  ///< the sink wants no more
    bool has_whole_head = false;
    bool has_answer_begun = false;  ///< since the body was last begun to be sent
    /// NTLM: a server that answers the login by another challenge would get it again and again
    /// (libcurl 7.88: 4096 times); the second challenge is a refusal.
    int challenges = 0;
    bool is_refused = false;
    std::size_t body_sent = 0;
    asio::steady_timer done;  ///< cancelled when the transfer has ended
    asio::steady_timer::time_point last_octet = asio::steady_timer::clock_type::now();
    CURLcode result = CURLE_OK;
    bool has_ended = false;

    Transfer(asio::io_context& context, Request asked);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// `cookies` may be null. Both outlive the transfer.
    void prepare(const ClientOptions& options, CURLSH* cookies);
    /// What kept the answer from coming; `result` is no success.
    [[nodiscard]] Fault fault(const ClientOptions& options) const;
};

/// "https://graph.microsoft.com" of a longer URL: paths hold the addresses of users.
std::string origin_of(const std::string& url);

}  // namespace hqsync::http
