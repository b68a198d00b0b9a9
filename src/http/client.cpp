// libcurl's multi interface on Asio: curl says which sockets and when, Asio waits for them.
#include "http/client.hpp"

#include <algorithm>
#include <cstdlib>
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

#include "base/letter_case.hpp"
#include "http/transfer.hpp"

namespace hqsync::http {

namespace {

struct FreeShare {
    void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};

Fault plain_fault(const Request& request) {
    return {Reach::configuration, "http.url",
            fmt::format("{}: plain http is for this machine itself, use https",
                        origin_of(request.url))};
}

/// Nothing in it but what everybody on the way may read.
bool is_bare(const Request& request) {
    const bool has_secret = std::ranges::any_of(request.headers, [](const auto& header) {
        const auto name = lower_case(header.first);
        return name == "authorization" || name == "cookie";
    });
    return !has_secret && request.login.scheme == Scheme::none && request.cookie_jar.empty() &&
           request.body.empty();
}

bool may_go_plain(const Request& request) {
    switch (request.plain_http) {
        case PlainHttp::loopback: return is_loopback_http(request.url);
        case PlainHttp::bare_request: return is_loopback_http(request.url) || is_bare(request);
        case PlainHttp::sealed:
        case PlainHttp::permitted: return true;
    }
    return false;
}

/// A fault when the request must not, or cannot, be sent as it is.
Result<void> check(const Request& request) {
    if (lower_case(request.url).starts_with("http://") && !may_go_plain(request)) {
        return fail(plain_fault(request));
    }
    const auto scheme = request.login.scheme;
    const auto known = abilities();
    if ((scheme == Scheme::ntlm && !known.ntlm) ||
        (scheme == Scheme::negotiate && !known.negotiate)) {
        return fail({Reach::configuration, "http.login",
                     fmt::format("the installed libcurl cannot log in by {}",
                                 scheme == Scheme::ntlm ? "NTLM" : "Negotiate (Kerberos)")});
    }
    return {};
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
    /// By name. Before `multi` is cleaned up all transfers are gone: nobody uses them any more.
    std::map<std::string, std::unique_ptr<CURLSH, FreeShare>, std::less<>> jars;
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

    CURLSH* jar(const std::string& name) {
        if (name.empty()) return nullptr;
        auto& share = jars[name];
        if (!share) {
            share.reset(curl_share_init());
            curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
        }
        return share.get();
    }

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
    const auto checked = check(request);
    if (!checked) co_return fail(checked.error());
    if (!request.login.keytab_file.empty()) {
        setenv("KRB5_CLIENT_KTNAME", request.login.keytab_file.c_str(), 1);
        setenv("KRB5CCNAME", "MEMORY:hqsync", 1);
    }
    // The client may go while its transfers still run down: the multi outlives them.
    const auto multi = multi_;
    Transfer transfer(multi->context, std::move(request));
    transfer.prepare(multi->options, multi->jar(transfer.request.cookie_jar));
    const Registered registered(multi->multi, transfer);
    const auto silence_max = transfer.request.silence_max;
    while (!transfer.has_ended) {
        if (silence_max > Milliseconds(0)) {
            const auto end = transfer.last_octet + silence_max;
            if (end <= asio::steady_timer::clock_type::now()) break;
            transfer.done.expires_at(end);
        }
        asio::error_code woken;
        co_await transfer.done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    if (!transfer.has_ended) transfer.result = CURLE_OPERATION_TIMEDOUT;
    if (transfer.is_enough || transfer.is_refused) transfer.result = CURLE_OK;
    // A connection that ends within the headers is success to curl.
    if (transfer.result == CURLE_OK && !transfer.has_whole_head)
        transfer.result = CURLE_GOT_NOTHING;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &transfer.response.status);
    // A refusal is told by its status, also when its body says that it is packed and is not:
    // Exchange Online's 403 of zeros (management-sessions.md, "Errors").
    const bool is_wrongly_packed =
        transfer.result == CURLE_BAD_CONTENT_ENCODING && transfer.has_whole_head;
    if (is_wrongly_packed && transfer.response.status >= 400) {
        transfer.response.body.clear();
        transfer.result = CURLE_OK;
    }
    if (transfer.result != CURLE_OK) co_return fail(transfer.fault(multi->options));
    co_return std::move(transfer.response);
}

Abilities abilities() {
    const auto* info = curl_version_info(CURLVERSION_NOW);
    const auto has = [&](int feature) { return (info->features & feature) != 0; };
    return {.ntlm = has(CURL_VERSION_NTLM),
            .negotiate = has(CURL_VERSION_SPNEGO) && has(CURL_VERSION_GSSAPI)};
}

bool is_loopback_http(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!lower_case(url).starts_with(scheme)) return false;
    url.remove_prefix(scheme.size());
    const auto authority = url.substr(0, std::min(url.find_first_of("/?#"), url.size()));
    if (authority.find('@') != std::string_view::npos) return false;
    if (authority.starts_with("[::1]")) {
        return authority.size() == 5 || authority[5] == ':';
    }
    const auto host = lower_case(authority.substr(0, authority.find(':')));
    return host == "127.0.0.1" || host == "localhost";
}

}  // namespace hqsync::http
