// A redirect is taken only where the login may go: https, the same host or one that was named.
#include "management/redirect.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/letter_case.hpp"

namespace hqsync::management {

namespace {

/// Windows PowerShell 5.1 of Server 2016, as recorded.
constexpr std::string_view ps_version = "5.1.14393.2248";

constexpr std::size_t url_max = 2000;

std::uint16_t usual_port(std::string_view scheme) {
    return scheme == "https" ? 443 : 80;
}

bool is_plain(std::string_view text) {
    return std::ranges::none_of(text, [](char letter) {
        const auto octet = static_cast<unsigned char>(letter);
        return octet <= ' ' || octet == 0x7F || letter == '\\' || letter == '"';
    });
}

/// "host", "host:1", "[::1]:1".
bool take_authority(std::string_view authority, Url& url) {
    if (authority.empty() || authority.find('@') != std::string_view::npos) return false;
    const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
    const auto from = bracket == std::string_view::npos ? 0 : bracket;
    const auto colon = authority.find(':', from);
    url.host = lower_case(authority.substr(0, colon));
    url.port = usual_port(url.scheme);
    if (colon == std::string_view::npos) return !url.host.empty();
    const auto digits = authority.substr(colon + 1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    const bool is_whole = read.ec == std::errc{} && read.ptr == digits.data() + digits.size();
    return is_whole && url.port != 0 && !url.host.empty();
}

/// What the address says is where it leads: no octets that are decoded or mapped to others on the
/// way to the resolver (libcurl: %2e, international names), or that a terminal would act on.
bool is_plain_address(std::string_view location, std::string_view host) {
    constexpr std::string_view host_letters = "abcdefghijklmnopqrstuvwxyz0123456789-._:[]";
    const bool is_ascii = std::ranges::all_of(
        location, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
    return is_ascii && host.find_first_not_of(host_letters) == std::string_view::npos;
}

bool is_within(std::string_view host, std::string_view domain) {
    return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                              host[host.size() - domain.size() - 1] == '.');
}

Fault refused(std::string detail) {
    return {Reach::configuration, "shell.redirect", std::move(detail)};
}

}  // namespace

std::string Url::text() const {
    const auto shown = port == usual_port(scheme) ? std::string() : fmt::format(":{}", port);
    return fmt::format("{}://{}{}{}{}{}", scheme, host, shown, path, query.empty() ? "" : "?",
                       query);
}

std::optional<Url> parse_url(std::string_view text) {
    Url url;
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || text.size() > url_max || !is_plain(text)) {
        return std::nullopt;
    }
    url.scheme = lower_case(text.substr(0, colon));
    if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
    text.remove_prefix(colon + 3);
    text = text.substr(0, text.find('#'));
    const auto end = std::min(text.find_first_of("/?"), text.size());
    if (!take_authority(text.substr(0, end), url)) return std::nullopt;
    text.remove_prefix(end);
    const auto question = std::min(text.find('?'), text.size());
    url.path = question == 0 ? "/" : std::string(text.substr(0, question));
    if (question < text.size()) url.query = text.substr(question + 1);
    return url;
}

std::string with_ps_version(const Url& url) {
    constexpr std::string_view key = "PSVersion=";
    if (url.query.find(key) != std::string::npos) return url.text();
    auto called = url;
    while (called.query.empty() && called.path.size() > 1 && called.path.ends_with('/'))
        called.path.pop_back();
    if (!called.query.empty()) called.query += ';';
    called.query += fmt::format("{}{}", key, ps_version);
    return called.text();
}

bool is_retired(const Url& url) {
    constexpr auto clouds = std::to_array<std::string_view>(
        {"outlook.com", "outlook.office365.com", "outlook.office.com", "office365.us",
         "partner.outlook.cn", "outlook.office365.cn", "outlook.office.de",
         "compliance.protection.outlook.com"});
    const bool is_online = std::ranges::any_of(
        clouds, [&](std::string_view cloud) { return is_within(url.host, cloud); });
    return is_online && lower_case(url.path).contains("powershell");
}

Fault retired(const Url& url) {
    return {Reach::configuration, "shell.retired",
            fmt::format("{}: remote PowerShell of Exchange Online, and Basic with it, was switched "
                        "off in October 2023 for all tenants. Its commands go by REST today: log "
                        "in with an application of the tenant (OAuth 2, permission "
                        "Exchange.ManageAsApp and a role) instead of user and password",
                        url.host)};
}

bool is_redirect(long status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<Url> redirect_target(const http::Response& answer, const Url& first, const Url& asked,
                            const RedirectRules& rules) {
    const auto location = answer.header("location").value_or("");
    if (location.empty()) {
        return fail(refused(
            fmt::format("{} sends the session elsewhere, but does not say where", asked.host)));
    }
    auto target = parse_url(location);
    if (!target && location.starts_with('/') && !location.starts_with("//")) {
        auto origin = asked;
        origin.path.clear();
        origin.query.clear();
        target = parse_url(origin.text() + location);
    }
    if (!target || !is_plain_address(location, target->host)) {
        return fail(
            refused(fmt::format("{} sends the session to an address that is none", asked.host)));
    }
    const auto whence = fmt::format("{} sends the session to {}", asked.host, target->text());
    if (!rules.is_allowed) {
        return fail(
            refused(fmt::format("{}: redirects are not allowed; use that address, or "
                                "allow them",
                                whence)));
    }
    if (!target->is_https()) {
        return fail(refused(fmt::format("{}: it is followed to https only", whence)));
    }
    const bool is_named = std::ranges::any_of(rules.hosts, [&](const std::string& host) {
        const auto name = lower_case(host);
        return name.starts_with('.') ? is_within(target->host, std::string_view(name).substr(1))
                                     : target->host == name;
    });
    if (target->host != first.host && !is_named) {
        return fail(
            refused(fmt::format("{}: another host gets the login only when it is named as "
                                "one to be trusted",
                                whence)));
    }
    return *target;
}

}  // namespace hqsync::management
