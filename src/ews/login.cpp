// The words of WWW-Authenticate, and what to do about a refused login.
#include "ews/login.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/letter_case.hpp"
#include "ews/fault_xml.hpp"
#include "http/offered_schemes.hpp"

namespace hqsync::ews {

namespace {

struct Words {
    std::string_view scheme;   ///< in WWW-Authenticate
    std::string_view setting;  ///< value of exchange.auth
    std::string_view remedy;
};

Words words_of(Authentication authentication) {
    switch (authentication) {
        case Authentication::basic:
            return {"Basic", "basic",
                    "check exchange.user, the password, and whether the account "
                    "is locked or its password has expired"};
        case Authentication::ntlm:
            return {"NTLM", "ntlm",
                    "check exchange.user (DOMAIN\\\\name), the password, and whether "
                    "the account is locked or its password has expired"};
        case Authentication::negotiate:
            return {"Negotiate", "negotiate",
                    "check exchange.keytab_file (kinit -k -t FILE PRINCIPAL must work), the clock, "
                    "and that the name of the server in exchange.ews_url is one of its service "
                    "principals (HTTP/name)"};
        case Authentication::oauth:
            return {"Bearer", "oauth",
                    "check that Exchange trusts the login service (Get-AuthServer), and the "
                    "permission full_access_as_app of exchange.client_id"};
    }
    return {};
}

std::string_view remedy_of(const Options& options) {
    const bool is_by_cache =
        options.authentication == Authentication::negotiate && options.keytab_file.empty();
    if (!is_by_cache) return words_of(options.authentication).remedy;
    return "set exchange.keytab_file, or fetch a ticket first (kinit; klist must show one that is "
           "valid); check the clock, and that the name of the server in exchange.ews_url is one of "
           "its service principals (HTTP/name)";
}

std::string account_of(const Options& options) {
    switch (options.authentication) {
        case Authentication::oauth: return fmt::format("the application {}", options.client_id);
        case Authentication::negotiate:
            return options.keytab_file.empty() ? "the account of the ticket cache"
                                               : "the account of the keytab";
        default: return options.user;
    }
}

/// Which of our ways the server would take.
std::string settings_of(const std::vector<std::string>& offered) {
    std::vector<std::string> settings;
    for (const auto authentication : {Authentication::negotiate, Authentication::ntlm,
                                      Authentication::basic, Authentication::oauth}) {
        const auto words = words_of(authentication);
        const bool is_offered = std::ranges::any_of(offered, [&](const std::string& scheme) {
            return equal_without_case(scheme, words.scheme);
        });
        if (is_offered) settings.push_back(fmt::format("exchange.auth = \"{}\"", words.setting));
    }
    return fmt::format("{}", fmt::join(settings, " or "));
}

}  // namespace

http::Login login_of(const Options& options) {
    switch (options.authentication) {
        case Authentication::basic:
            return {http::Scheme::basic, options.user, options.password, {}};
        case Authentication::ntlm: return {http::Scheme::ntlm, options.user, options.password, {}};
        case Authentication::negotiate:
            return {http::Scheme::negotiate, {}, {}, options.keytab_file};
        case Authentication::oauth: return {};
    }
    return {};
}

bool offers(const http::Response& answer, Authentication authentication) {
    const auto schemes = http::offered_schemes(answer);
    return schemes.empty() || std::ranges::any_of(schemes, [&](const std::string& scheme) {
               return equal_without_case(scheme, words_of(authentication).scheme);
           });
}

Fault refused_login(const Options& options, const http::Response& answer) {
    const auto words = words_of(options.authentication);
    const auto offered = http::offered_schemes(answer);
    const auto names = offered.empty() ? std::string("nothing by name")
                                       : fmt::format("{}", fmt::join(offered, ", "));
    const auto login =
        fmt::format("Exchange refused the login of {} by {} (HTTP 401; it offers {})",
                    account_of(options), words.scheme, names);
    if (offers(answer, options.authentication)) {
        return {Reach::configuration, "login.refused",
                fmt::format("{}: {}. It is not tried again in this run, so that the account is not "
                            "locked",
                            login, remedy_of(options))};
    }
    const auto settings = settings_of(offered);
    return {Reach::configuration, "login.refused",
            fmt::format("{}: {}", login,
                        settings.empty()
                            ? fmt::format("switch {} on at its virtual directory EWS", words.scheme)
                            : fmt::format("set {}, or switch {} on at its virtual directory EWS",
                                          settings, words.scheme))};
}

}  // namespace hqsync::ews
