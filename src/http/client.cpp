// libcurl's multi interface on Asio: curl says which sockets and when, Asio waits for them.
#include "http/client.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include <asio/error.hpp>

#include <curl/curl.h>
#include <fmt/format.h>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace hqsync::http {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return result;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
        text.remove_prefix(1);
    }
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
        text.remove_suffix(1);
    }
    return text;
}

/// One request under way.
struct Transfer {
    Request request;
    Response response;
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    char error[CURL_ERROR_SIZE] = {};
    bool is_too_long = false;
    bool has_whole_head = false;
    asio::steady_timer done;  ///< cancelled when the transfer has ended
    CURLcode result = CURLE_OK;
    bool has_ended = false;

    explicit Transfer(asio::io_context& context, Request asked)
        : request(std::move(asked)), done(context) {
        done.expires_at(asio::steady_timer::time_point::max());
    }
    ~Transfer() {
        curl_slist_free_all(headers);
        curl_easy_cleanup(easy);
    }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (transfer.response.body.size() + size > transfer.request.answer_max) {
        transfer.is_too_long = true;
        return CURL_WRITEFUNC_ERROR;
    }
    transfer.response.body.append(data, size);
    return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    const std::string_view text(data, size);
    // A status line begins a new answer: what came before was a "100 Continue".
    if (text.starts_with("HTTP/")) {
        transfer.response.headers.clear();
        transfer.has_whole_head = false;
    }
    if (trimmed(text).empty()) transfer.has_whole_head = true;
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return size;
    transfer.response.headers.emplace_back(lower(trimmed(text.substr(0, colon))),
                                           std::string(trimmed(text.substr(colon + 1))));
    return size;
}

/// "https://graph.microsoft.com" of a longer URL: paths hold the addresses of users.
std::string origin_of(const std::string& url) {
    const auto host = url.find("://");
    if (host == std::string::npos) return "the URL";
    return url.substr(0, url.find_first_of("/?#", host + 3));
}

Fault fault_of(const Transfer& transfer) {
    if (transfer.is_too_long) {
        return {Reach::mailbox,
                "http.too_long",
                fmt::format("the answer is longer than {} octets", transfer.request.answer_max),
                {},
                true};
    }
    const std::string what =
        transfer.error[0] != 0 ? transfer.error : curl_easy_strerror(transfer.result);
    switch (transfer.result) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
        // Also a connection that broke while the keys were agreed on: nothing was sent yet.
        case CURLE_SSL_CONNECT_ERROR:
            return {Reach::mailbox, "http.connect", what, {}, false, true};
        case CURLE_PEER_FAILED_VERIFICATION:
            return {Reach::configuration, "http.tls",
                    fmt::format("{}: {}. If this server is the right one, install the certificate "
                                "of its authority (/usr/local/share/ca-certificates, then "
                                "update-ca-certificates)",
                                origin_of(transfer.request.url), what)};
        case CURLE_SSL_CACERT_BADFILE:
            return {Reach::configuration, "http.tls",
                    fmt::format("{}: install the package ca-certificates", what)};
        case CURLE_URL_MALFORMAT: return {Reach::configuration, "http.url", what};
        case CURLE_UNSUPPORTED_PROTOCOL: {
            long sent = 0;
            curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &sent);
            if (sent == 0) return {Reach::configuration, "http.url", what};
            // curl's word for an answer that does not begin with "HTTP/".
            return {Reach::mailbox, "http.lost", what, {}, true, true};
        }
        case CURLE_OPERATION_TIMEDOUT: {
            curl_off_t connected = 0;
            curl_easy_getinfo(transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
            // Before the request could go out nothing was done.
            if (connected == 0) return {Reach::mailbox, "http.connect", what, {}, false, true};
            return {Reach::mailbox, "http.timeout", what, {}, true, true};
        }
        default: return {Reach::mailbox, "http.lost", what, {}, true, true};
    }
}

}  // namespace

std::optional<std::string> Response::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
    if (found == headers.end()) return std::nullopt;
    return found->second;
}

struct Client::Multi : std::enable_shared_from_this<Client::Multi> {
    asio::io_context& context;
    ClientOptions options;
    CURLM* multi;
    asio::steady_timer timer;
    std::map<curl_socket_t, std::shared_ptr<asio::posix::stream_descriptor>> sockets;
    std::map<curl_socket_t, int> interests;  ///< CURL_POLL_… asked for
    std::set<std::pair<curl_socket_t, int>> waiting;
    bool is_closing = false;

    Multi(asio::io_context& on, ClientOptions given)
        : context(on), options(std::move(given)), multi(curl_multi_init()), timer(on) {
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Multi::socket_changed);
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Multi::timer_changed);
        curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                          static_cast<long>(options.connections_max));
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.connections_max));
    }
    ~Multi() {
        is_closing = true;
        timer.cancel();
        // The descriptors belong to curl: given back before it closes them.
        for (auto& [socket, descriptor] : sockets)
            descriptor->release();
        curl_multi_cleanup(multi);
    }
    Multi(const Multi&) = delete;
    Multi& operator=(const Multi&) = delete;

    static int timer_changed(CURLM*, long milliseconds, void* user) {
        auto& self = *static_cast<Multi*>(user);
        self.timer.cancel();
        if (milliseconds < 0 || self.is_closing) return 0;
        self.timer.expires_after(std::chrono::milliseconds(milliseconds));
        // A wait that ended just before the client did still calls its handler.
        self.timer.async_wait([weak = self.weak_from_this()](const asio::error_code& error) {
            const auto alive = weak.lock();
            if (!error && alive) alive->act(CURL_SOCKET_TIMEOUT, 0);
        });
        return 0;
    }

    static int socket_changed(CURL*, curl_socket_t socket, int what, void* user, void*) {
        auto& self = *static_cast<Multi*>(user);
        if (self.is_closing) return 0;
        if (what == CURL_POLL_REMOVE) {
            self.interests.erase(socket);
            const auto known = self.sockets.find(socket);
            if (known == self.sockets.end()) return 0;
            known->second->cancel();
            known->second->release();
            self.sockets.erase(known);
            std::erase_if(self.waiting, [&](const auto& wait) { return wait.first == socket; });
            return 0;
        }
        self.interests[socket] = what;
        if (!self.sockets.contains(socket)) {
            self.sockets[socket] =
                std::make_shared<asio::posix::stream_descriptor>(self.context, socket);
        }
        self.watch(socket);
        return 0;
    }

    void watch(curl_socket_t socket) {
        const auto interest = interests.at(socket);
        if ((interest & CURL_POLL_IN) != 0) wait(socket, CURL_CSELECT_IN);
        if ((interest & CURL_POLL_OUT) != 0) wait(socket, CURL_CSELECT_OUT);
    }

    void wait(curl_socket_t socket, int event) {
        if (!waiting.emplace(socket, event).second) return;
        const auto kind = event == CURL_CSELECT_IN ? asio::posix::descriptor_base::wait_read
                                                   : asio::posix::descriptor_base::wait_write;
        const auto descriptor = sockets.at(socket);
        descriptor->async_wait(
            kind, [weak = weak_from_this(), socket, event, descriptor](asio::error_code error) {
                const auto alive = weak.lock();
                if (alive && error != asio::error::operation_aborted)
                    alive->ready(socket, event, descriptor, error);
            });
    }

    void ready(curl_socket_t socket, int event,
               const std::shared_ptr<asio::posix::stream_descriptor>& descriptor,
               asio::error_code error) {
        // The number of a closed socket may already belong to the next one.
        const auto known = sockets.find(socket);
        if (known == sockets.end() || known->second != descriptor) return;
        waiting.erase({socket, event});
        act(socket, error ? CURL_CSELECT_ERR : event);
        if (sockets.contains(socket) && interests.contains(socket)) watch(socket);
    }

    void act(curl_socket_t socket, int events) {
        int running = 0;
        curl_multi_socket_action(multi, socket, events, &running);
        reap();
    }

    void reap() {
        int left = 0;
        while (const auto* message = curl_multi_info_read(multi, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            void* user = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
            auto& transfer = *static_cast<Transfer*>(user);
            transfer.result = message->data.result;
            transfer.has_ended = true;
            curl_multi_remove_handle(multi, transfer.easy);
            transfer.done.cancel();
        }
    }

    void prepare(Transfer& transfer) const {
        auto* easy = transfer.easy = curl_easy_init();
        const auto& request = transfer.request;
        curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
        curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
        if (!options.ca_file.empty()) {
            curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
        }
        // A proxy of the environment cannot reach this machine's own loopback.
        if (is_loopback_http(request.url)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
        if (request.fresh_connection) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        const bool has_body = !request.body.empty() || request.method == "POST" ||
                              request.method == "PUT" || request.method == "PATCH";
        if (has_body) {
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                             static_cast<curl_off_t>(request.body.size()));
            curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        }
        for (const auto& [name, value] : request.headers) {
            transfer.headers =
                curl_slist_append(transfer.headers, fmt::format("{}: {}", name, value).c_str());
        }
        // Without this curl asks "100-continue" first and waits a second for it.
        transfer.headers = curl_slist_append(transfer.headers, "Expect:");
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers);
    }
};

namespace {

/// Takes the transfer out of curl when its coroutine is destroyed before the answer came.
class Registered {
public:
    Registered(CURLM* multi, Transfer& transfer) : multi_(multi), transfer_(transfer) {
        curl_multi_add_handle(multi_, transfer_.easy);
    }
    ~Registered() {
        if (!transfer_.has_ended) curl_multi_remove_handle(multi_, transfer_.easy);
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;

private:
    CURLM* multi_;
    Transfer& transfer_;
};

}  // namespace

Client::Client(asio::io_context& context, ClientOptions options) {
    static const auto initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(initialised);
    multi_ = std::make_shared<Multi>(context, std::move(options));
}
Client::~Client() = default;

Task<Result<Response>> Client::send(Request request) {
    if (lower(request.url).starts_with("http://") && !is_loopback_http(request.url)) {
        co_return fail({Reach::configuration, "http.url",
                        fmt::format("{}: plain http is for this machine itself, use https",
                                    origin_of(request.url))});
    }
    Transfer transfer(multi_->context, std::move(request));
    multi_->prepare(transfer);
    const Registered registered(multi_->multi, transfer);
    while (!transfer.has_ended) {
        asio::error_code woken;
        co_await transfer.done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    // A connection that ends within the headers is success to curl.
    if (transfer.result == CURLE_OK && !transfer.has_whole_head)
        transfer.result = CURLE_GOT_NOTHING;
    if (transfer.result != CURLE_OK) co_return fail(fault_of(transfer));
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &transfer.response.status);
    co_return std::move(transfer.response);
}

bool is_loopback_http(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!lower(url).starts_with(scheme)) return false;
    url.remove_prefix(scheme.size());
    const auto authority = url.substr(0, std::min(url.find_first_of("/?#"), url.size()));
    if (authority.find('@') != std::string_view::npos) return false;
    if (authority.starts_with("[::1]")) {
        return authority.size() == 5 || authority[5] == ':';
    }
    const auto host = lower(authority.substr(0, authority.find(':')));
    return host == "127.0.0.1" || host == "localhost";
}

}  // namespace hqsync::http
