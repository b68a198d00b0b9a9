// Basic and NTLM: one attempt, and the words for a refused login.
#include "management/wsman_transport.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/letter_case.hpp"
#include "http/offered_schemes.hpp"
#include "management/redirect.hpp"

namespace hqsync::management::wsman {

namespace {

std::string_view scheme_of(Authentication authentication) {
    switch (authentication) {
        case Authentication::kerberos: return "Kerberos";
        case Authentication::basic: return "Basic";
        case Authentication::ntlm: return "NTLM";
    }
    return "";
}

/// NTLM and Kerberos may hide behind Negotiate.
bool is_offered(const std::vector<std::string>& schemes, Authentication authentication) {
    return std::ranges::any_of(schemes, [&](const std::string& scheme) {
        return equal_without_case(scheme, scheme_of(authentication)) ||
               (authentication == Authentication::kerberos &&
                equal_without_case(scheme, "Negotiate"));
    });
}

std::string_view remedy_of(const Account& account) {
    if (account.authentication == Authentication::kerberos) {
        return "check the clock, and that the name of the server in the URL is one of its service "
               "principals (setspn -Q HTTP/name)";
    }
    return "check user and password, and whether the account is locked or its password has "
           "expired. It is not tried again, so that the account is not locked";
}

std::string_view switch_on(Authentication authentication) {
    switch (authentication) {
        case Authentication::basic:
            return "Set-PowerShellVirtualDirectory -BasicAuthentication $true switches it on; as "
                   "installed an Exchange server takes Kerberos only";
        case Authentication::ntlm: return "an Exchange server takes Kerberos only, as installed";
        case Authentication::kerberos: return "is this the directory PowerShell of an Exchange?";
    }
    return "";
}

http::Scheme http_scheme(Authentication authentication) {
    return authentication == Authentication::basic ? http::Scheme::basic : http::Scheme::ntlm;
}

/// Plain http, anywhere but on this machine itself.
bool goes_plain(const Url& url) {
    return !url.is_https() && url.host != "127.0.0.1" && url.host != "localhost" &&
           url.host != "[::1]";
}

}  // namespace

Fault refused_login(const Account& account, const http::Response& answer) {
    const auto offered = http::offered_schemes(answer);
    const auto scheme = scheme_of(account.authentication);
    const auto names = offered.empty() ? std::string("nothing by name")
                                       : fmt::format("{}", fmt::join(offered, ", "));
    const auto* who = account.user.empty() ? "the account" : account.user.c_str();
    const auto login = fmt::format(
        "the server refused the login of {} by {} (HTTP 401; it offers "
        "{})",
        who, scheme, names);
    const bool takes_it = offered.empty() || is_offered(offered, account.authentication);
    // Of the secret only the KDC judges, and it has not refused.
    const auto* code =
        account.authentication == Authentication::kerberos ? "kerberos.refused" : "login.refused";
    return {Reach::configuration, code,
            fmt::format("{}: {}", login,
                        takes_it ? remedy_of(account) : switch_on(account.authentication))};
}

http::Request soap_request(const Post& post) {
    http::Request request;
    request.method = "POST";
    request.url = post.url;
    request.headers = {{"Content-Type", "application/soap+xml;charset=UTF-8"}};
    request.body = post.soap;
    request.timeout = post.timeout;
    request.answer_max = answer_max;
    request.resend = http::Resend::never;
    request.version = http::Version::http_1_1;
    return request;
}

PasswordTransport::PasswordTransport(Account account, http::Sender& sender)
    : account_(std::move(account)), sender_(sender) {}

Task<Result<http::Response>> PasswordTransport::post(Post post) {
    if (refusal_) co_return fail(*refusal_);
    const auto url = parse_url(post.url);
    if (!url) co_return fail({Reach::configuration, "http.url", "the address is no http URL"});
    if (goes_plain(*url) && !account_.permits_plain_http) {
        co_return fail({Reach::configuration, "shell.plain_http",
                        fmt::format("{}: a login by {} goes over https; over http everybody on the "
                                    "way could read it. Use https or Kerberos",
                                    url->host, scheme_of(account_.authentication))});
    }
    auto request = soap_request(post);
    request.login = {http_scheme(account_.authentication), account_.user, account_.password, {}};
    if (account_.permits_plain_http) request.plain_http = http::PlainHttp::permitted;
    auto answer = co_await sender_.send(std::move(request));
    if (!answer) co_return fail(answer.error());
    if (answer->status == 401) {
        refusal_ = refused_login(account_, *answer);
        co_return fail(*refusal_);
    }
    co_return answer;
}

}  // namespace hqsync::management::wsman
