// Derives address, login and account of a management session.
#include "app/management_place.hpp"

#include <fmt/format.h>

#include "base/letter_case.hpp"
#include "management/redirect.hpp"

namespace hqsync::app {
namespace {

constexpr const char* online_url = "https://outlook.office365.com";

std::string first_of(const std::string& said, const std::string& configured) {
    return said.empty() ? configured : said;
}

/// An address of PowerShell means a server, whatever the sync does.
bool is_powershell(const std::string& uri) {
    const auto url = management::parse_url(uri);
    if (!url) return false;
    return lower_case(url->path).contains("powershell");
}

std::string auth_of(const Config& config, const ManagementWish& wish, const std::string& uri) {
    auto said = first_of(wish.auth, config.management.auth);
    if (!said.empty()) return said;
    if (is_powershell(uri)) return "kerberos";
    const bool is_application = config.exchange.api == "graph" || config.exchange.auth == "oauth";
    return is_application ? "oauth" : "kerberos";
}

/// Port 80 is right: Kerberos encrypts. Passwords go over https.
std::string server_uri(const Config& config, const std::string& auth) {
    const auto url = management::parse_url(config.exchange.ews_url);
    if (!url) return {};
    const bool is_default_port = url->port == (url->is_https() ? 443 : 80);
    const auto port = is_default_port ? std::string() : fmt::format(":{}", url->port);
    if (auth == "kerberos" && is_default_port)
        return fmt::format("http://{}/PowerShell/", url->host);
    return fmt::format("{}://{}{}/PowerShell/", url->scheme, url->host, port);
}

/// Kerberos knows nobody as DOMAIN\name: who is named so for EWS logs in there by other means.
bool fits(const std::string& auth, const std::string& user) {
    return auth != "kerberos" || user.find('\\') == std::string::npos;
}

Result<void> take_account(const Config& config, const ManagementWish& wish,
                          ManagementPlace& place) {
    const auto& own = config.management;
    const auto& exchange = config.exchange;
    place.user = first_of(wish.user, own.user);
    place.password_file = wish.password_file;
    place.keytab_file = wish.keytab_file;
    const auto has_file = [&place] {
        return !place.password_file.empty() || !place.keytab_file.empty();
    };
    // Files belong to the account beside which they are named.
    if (!has_file() && place.user == own.user) {
        place.password_file = own.password_file;
        place.keytab_file = own.keytab_file;
    }
    if (!has_file() && (place.user.empty() || place.user == exchange.user) &&
        fits(place.auth, exchange.user)) {
        place.user = exchange.user;
        place.password_file = exchange.password_file;
        if (place.auth == "kerberos") place.keytab_file = exchange.keytab_file;
    }
    // Keys and tickets name their account, a password does not.
    if (place.user.empty() && !place.password_file.empty() && fits(place.auth, exchange.user))
        place.user = exchange.user;
    if (place.user.empty() && !place.password_file.empty())
        return fail(
            config_fault("nobody is named whose password is in the file: "
                         "exchange.management.user, or --user"));
    if (place.auth != "kerberos" && !wish.keytab_file.empty())
        return fail(config_fault("--keytab-file is for --auth kerberos"));
    if (place.auth != "kerberos") place.keytab_file.clear();
    if (place.wants_password() && place.user.empty())
        return fail(config_fault(fmt::format(
            "nobody is named to log in by {}: exchange.management.user, or --user", place.auth)));
    return {};
}

Result<void> take_application(const Config& config, const ManagementWish& wish,
                              ManagementPlace& place) {
    if (!wish.user.empty() || !wish.password_file.empty() || !wish.keytab_file.empty())
        return fail(
            config_fault("Exchange Online lets in the application of [exchange] (tenant, "
                         "client_id), no --user, --password-file or --keytab-file"));
    if (config.exchange.tenant.empty() || config.exchange.client_id.empty())
        return fail(config_fault(config.exchange_missing.empty()
                                     ? "exchange.tenant and exchange.client_id name the "
                                       "application that logs in to Exchange Online"
                                     : config.exchange_missing));
    place.user = config.exchange.client_id;
    return {};
}

}  // namespace

std::vector<const char*> password_variables(const Config& config, const ManagementPlace& place) {
    const auto& exchange = config.exchange;
    const bool is_for_sync = exchange.api == "ews" && exchange.password_file.empty() &&
                             (exchange.auth == "basic" || exchange.auth == "ntlm");
    if (is_for_sync && exchange.user != place.user) return {management_password_variable};
    return {management_password_variable, password_variable};
}

bool ManagementPlace::wants_password() const {
    if (auth == "basic" || auth == "ntlm") return true;
    return auth == "kerberos" && keytab_file.empty() && !user.empty();
}

std::string ManagementPlace::host() const {
    const auto url = management::parse_url(uri);
    return url ? url->host : uri;
}

Result<ManagementPlace> management_place(const Config& config, const ManagementWish& wish) {
    ManagementPlace place;
    const auto uri = first_of(wish.uri, config.management.uri);
    place.auth = auth_of(config, wish, uri);
    place.uri = uri;
    if (place.uri.empty())
        place.uri = place.is_online() ? online_url : server_uri(config, place.auth);
    if (place.uri.empty())
        return fail(
            config_fault("no address: exchange.management.uri, or --uri "
                         "http://SERVER/PowerShell/"));
    const auto url = management::parse_url(place.uri);
    if (!url) return fail(config_fault(fmt::format("{} is no http or https address", place.uri)));
    if (management::is_retired(*url)) return fail(management::retired(*url));
    place.uri = url->text();
    while (place.is_online() && place.uri.ends_with('/'))
        place.uri.pop_back();
    place.service = config.management.service;
    place.allow_redirection = wish.allow_redirection || config.management.allow_redirection;
    place.redirect_hosts = config.management.redirect_hosts;
    const auto taken = place.is_online() ? take_application(config, wish, place)
                                         : take_account(config, wish, place);
    if (!taken) return fail(taken.error());
    return place;
}

}  // namespace hqsync::app
