// Keys of [exchange] by protocol and login.
#include "app/config_exchange.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>

namespace hqsync::app {
namespace {

using Keys = std::initializer_list<std::string_view>;

constexpr std::array<std::string_view, 2> apis = {"graph", "ews"};
constexpr std::array<std::string_view, 4> auths = {"basic", "ntlm", "negotiate", "oauth"};

constexpr std::string_view secret_key = "client_secret_file";
constexpr std::string_view certificate_key = "client_certificate_file";

constexpr Keys application_keys = {"login_url", "tenant",   "client_id",
                                   "object_id", secret_key, certificate_key};
constexpr Keys ews_keys = {"ews_url",       "auth",        "user",
                           "password_file", "keytab_file", "impersonation",
                           "concurrency",   "streams",     "autodiscover_domains"};

void forbid(ConfigReader& reader, Keys keys, std::string_view because) {
    for (const auto key : keys)
        reader.forbid_idle("exchange", key, because);
}

bool has_password(const Config::Exchange& exchange) {
    return exchange.auth == "basic" || exchange.auth == "ntlm";
}

/// A key without effect is a mistake: whoever wrote it believes that it does something.
void forbid_idle(ConfigReader& reader, const Config::Exchange& exchange) {
    if (exchange.api == "graph") return forbid(reader, ews_keys, "exchange.api = \"graph\"");
    forbid(reader, {"graph_url"}, "exchange.api = \"ews\"");
    const auto auth = fmt::format("exchange.auth = \"{}\"", exchange.auth);
    if (exchange.auth != "oauth") forbid(reader, application_keys, auth);
    if (exchange.auth != "negotiate") forbid(reader, {"keytab_file"}, auth);
    if (!has_password(exchange)) forbid(reader, {"user", "password_file"}, auth);
    if (exchange.auth == "oauth") forbid(reader, {"autodiscover_domains"}, auth);
    if (!exchange.ews_url.empty()) forbid(reader, {"autodiscover_domains"}, "exchange.ews_url");
}

void read_ews(ConfigReader& reader, Config::Exchange& exchange) {
    reader.url("exchange", "ews_url", exchange.ews_url);
    reader.choice("exchange", "auth", auths, exchange.auth);
    reader.text("exchange", "user", exchange.user);
    reader.readable_file("exchange", "password_file", exchange.password_file);
    reader.readable_file("exchange", "keytab_file", exchange.keytab_file);
    reader.flag("exchange", "impersonation", exchange.impersonation);
    std::int64_t concurrency = 2;
    reader.number("exchange", "concurrency", {1, 2}, concurrency);
    exchange.concurrency = static_cast<std::size_t>(concurrency);
    std::int64_t streams = 10;
    reader.number("exchange", "streams", {0, 100}, streams);
    exchange.streams = static_cast<std::size_t>(streams);
    reader.domains("exchange", "autodiscover_domains", exchange.autodiscover_domains);
}

std::string missing_key(const ConfigReader& reader, Keys keys) {
    for (const auto key : keys)
        if (!reader.has("exchange", key)) return reader.missing("exchange", key);
    return {};
}

std::string missing_for_application(const ConfigReader& reader) {
    auto missing = missing_key(reader, {"tenant", "client_id"});
    if (!missing.empty()) return missing;
    const bool secret = reader.has("exchange", secret_key) ||
                        reader.has("exchange", certificate_key) ||
                        std::getenv(secret_variable) != nullptr;
    if (secret) return {};
    return reader.missing("exchange", fmt::format("{} (or {}, or ${})", secret_key, certificate_key,
                                                  secret_variable));
}

std::string missing_for_password(const ConfigReader& reader) {
    auto missing = missing_key(reader, {"user"});
    if (!missing.empty()) return missing;
    const bool password =
        reader.has("exchange", "password_file") || std::getenv(password_variable) != nullptr;
    if (password) return {};
    return reader.missing("exchange", fmt::format("password_file (or ${})", password_variable));
}

}  // namespace

void read_exchange(ConfigReader& reader, Config::Exchange& exchange) {
    reader.choice("exchange", "api", apis, exchange.api);
    reader.url("exchange", "graph_url", exchange.graph_url);
    reader.url("exchange", "login_url", exchange.login_url);
    reader.text("exchange", "tenant", exchange.tenant);
    reader.text("exchange", "client_id", exchange.client_id);
    reader.text("exchange", "object_id", exchange.object_id);
    reader.readable_file("exchange", secret_key, exchange.client_secret_file);
    reader.readable_file("exchange", certificate_key, exchange.client_certificate_file);
    reader.forbid_both("exchange", secret_key, certificate_key);
    reader.readable_file("exchange", "ca_file", exchange.ca_file);
    std::int64_t settle_seconds = 150;
    reader.number("exchange", "settle_seconds", {0, 3600}, settle_seconds);
    exchange.settle = std::chrono::seconds(settle_seconds);
    std::int64_t at_once = 16;
    reader.number("exchange", "mailboxes_at_once", {1, 1024}, at_once);
    exchange.mailboxes_at_once = static_cast<std::size_t>(at_once);
    read_ews(reader, exchange);
    if (!reader.problem()) forbid_idle(reader, exchange);
}

std::string missing_for_exchange(const ConfigReader& reader, const Config::Exchange& exchange) {
    if (exchange.api == "graph") return missing_for_application(reader);
    if (has_password(exchange)) return missing_for_password(reader);
    if (exchange.auth != "oauth") return {};
    // Autodiscover takes no token of an application.
    auto missing = missing_key(reader, {"ews_url"});
    return missing.empty() ? missing_for_application(reader) : missing;
}

}  // namespace hqsync::app
