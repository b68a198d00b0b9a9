// The options of libcurl for one request, its callbacks, and what its error codes mean.
#include "http/transfer.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "base/letter_case.hpp"

namespace hqsync::http {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
        text.remove_prefix(1);
    }
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
        text.remove_suffix(1);
    }
    return text;
}

void note_octets(Transfer& transfer) {
    transfer.has_answer_begun = true;
    transfer.last_octet = asio::steady_timer::clock_type::now();
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    note_octets(transfer);
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    if (transfer.request.sink && status == 200) {
        transfer.is_enough = transfer.request.sink({data, size}) == Flow::enough;
        return transfer.is_enough ? CURL_WRITEFUNC_ERROR : size;
    }
    if (transfer.response.body.size() + size > transfer.request.answer_max) {
        transfer.is_too_long = true;
        return CURL_WRITEFUNC_ERROR;
    }
    transfer.response.body.append(data, size);
    return size;
}

bool is_challenge(const Transfer& transfer, const Headers::value_type& header) {
    return transfer.request.login.scheme == Scheme::ntlm && header.first == "www-authenticate" &&
           lower_case(header.second).starts_with("ntlm ");
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    note_octets(transfer);
    const std::string_view text(data, size);
    // A status line begins a new answer: what came before was a "100 Continue", or a step of a
    // login that takes several.
    if (text.starts_with("HTTP/")) {
        transfer.response.headers.clear();
        transfer.has_whole_head = false;
    }
    if (trimmed(text).empty()) {
        transfer.has_whole_head = true;
        transfer.is_refused = transfer.challenges > 1;
        if (transfer.is_refused) return 0;
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return size;
    transfer.response.headers.emplace_back(lower_case(trimmed(text.substr(0, colon))),
                                           std::string(trimmed(text.substr(colon + 1))));
    if (is_challenge(transfer, transfer.response.headers.back())) ++transfer.challenges;
    return size;
}

std::size_t give_body(char* into, std::size_t, std::size_t room, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    const auto& body = transfer.request.body;
    const auto size = std::min(room, body.size() - transfer.body_sent);
    std::ranges::copy(std::string_view(body).substr(transfer.body_sent, size), into);
    transfer.body_sent += size;
    transfer.has_answer_begun = false;
    return size;
}

/// curl asks for the body from its beginning for two reasons. A server that answers in the middle
/// of a login has refused the request, it may be sent again. A kept connection that broke without
/// any answer is what must not be repeated: the server may have done the work
/// (libcurl: Curl_retry_request rewinds before it sends over another connection).
int rewind_body(void* user, curl_off_t offset, int origin) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (offset != 0 || origin != SEEK_SET || !transfer.has_answer_begun) {
        return CURL_SEEKFUNC_FAIL;
    }
    transfer.body_sent = 0;
    return CURL_SEEKFUNC_OK;
}

void prepare_body(Transfer& transfer) {
    auto* easy = transfer.easy;
    const auto& request = transfer.request;
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    const bool has_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
    // Without a body there is nothing that curl has to rewind: only a new connection is safe.
    if (request.resend == Resend::never && request.body.empty()) {
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    }
    if (!has_body) return;
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    if (request.resend == Resend::never && !request.body.empty()) {
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, &give_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
        curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &rewind_body);
        curl_easy_setopt(easy, CURLOPT_SEEKDATA, &transfer);
    } else {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void prepare_login(CURL* easy, const Login& login) {
    switch (login.scheme) {
        case Scheme::none: return;
        case Scheme::basic: curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC); break;
        case Scheme::ntlm: curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_NTLM); break;
        case Scheme::negotiate:
            curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_NEGOTIATE);
            // No name at all would mean no login; GSS-API takes the account of its tickets.
            curl_easy_setopt(easy, CURLOPT_USERNAME, "");
            curl_easy_setopt(easy, CURLOPT_PASSWORD, "");
            break;
    }
    if (login.scheme != Scheme::negotiate) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, login.user.c_str());
        curl_easy_setopt(easy, CURLOPT_PASSWORD, login.password.c_str());
    }
    if (login.scheme != Scheme::basic) {
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    }
}

Fault untrusted(const Transfer& transfer, const ClientOptions& options, std::string_view what) {
    const auto* remedy =
        options.ca_file.empty()
            ? "If this server is the right one, install the certificate of its authority "
              "(/usr/local/share/ca-certificates, then update-ca-certificates)"
            : "Only the authorities in the configured ca_file are believed; if this server is the "
              "right one, add its authority there";
    return {Reach::configuration, "http.tls",
            fmt::format("{}: {}. {}", origin_of(transfer.request.url), what, remedy)};
}

}  // namespace

std::string origin_of(const std::string& url) {
    const auto host = url.find("://");
    if (host == std::string::npos) return "the URL";
    return url.substr(0, url.find_first_of("/?#", host + 3));
}

Transfer::Transfer(asio::io_context& context, Request asked)
    : request(std::move(asked)), done(context) {
    done.expires_at(asio::steady_timer::time_point::max());
}

Transfer::~Transfer() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
}

void Transfer::prepare(const ClientOptions& options, CURLSH* cookies) {
    easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    if (!options.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
        // Debian's libcurl looks into the system's folder of authorities besides.
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    }
    // A proxy of the environment cannot reach this machine's own loopback.
    if (is_loopback_http(request.url)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (request.fresh_connection) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    if (cookies != nullptr) {
        curl_easy_setopt(easy, CURLOPT_SHARE, cookies);
        curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");  // switches the engine on, reads nothing
    }
    if (request.version == Version::http_1_1) {
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    }
    prepare_login(easy, request.login);
    prepare_body(*this);
    for (const auto& [name, value] : request.headers) {
        headers = curl_slist_append(headers, fmt::format("{}: {}", name, value).c_str());
    }
    // Without this curl asks "100-continue" first and waits a second for it.
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

Fault Transfer::fault(const ClientOptions& options) const {
    if (is_too_long) {
        return {Reach::mailbox,
                "http.too_long",
                fmt::format("the answer is longer than {} octets", request.answer_max),
                {},
                true};
    }
    const std::string what = error[0] != 0 ? error : curl_easy_strerror(result);
    switch (result) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
        // Also a connection that broke while the keys were agreed on: nothing was sent yet.
        case CURLE_SSL_CONNECT_ERROR:
            return {Reach::mailbox, "http.connect", what, {}, false, true};
        case CURLE_PEER_FAILED_VERIFICATION: return untrusted(*this, options, what);
        case CURLE_SSL_CACERT_BADFILE:
            return {Reach::configuration, "http.tls",
                    options.ca_file.empty()
                        ? fmt::format("{}: install the package ca-certificates", what)
                        : fmt::format("the configured ca_file holds no certificates: {}", what)};
        case CURLE_URL_MALFORMAT: return {Reach::configuration, "http.url", what};
        case CURLE_UNSUPPORTED_PROTOCOL: {
            long sent = 0;
            curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
            if (sent == 0) return {Reach::configuration, "http.url", what};
            // curl's word for an answer that does not begin with "HTTP/".
            return {Reach::mailbox, "http.lost", what, {}, true, true};
        }
        case CURLE_OPERATION_TIMEDOUT: {
            curl_off_t connected = 0;
            curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
            // Before the request could go out nothing was done.
            if (connected == 0) return {Reach::mailbox, "http.connect", what, {}, false, true};
            return {Reach::mailbox, "http.timeout", what, {}, true, true};
        }
        default: return {Reach::mailbox, "http.lost", what, {}, true, true};
    }
}

}  // namespace hqsync::http
