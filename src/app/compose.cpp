// Opens HQ, state and Exchange as configured.
#include "app/compose.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "async/await.hpp"
#include "ews/exchange.hpp"
#include "graph/exchange.hpp"
#include "state/sqlite_store.hpp"

namespace hqsync::app {
namespace {

/// A secret from the file that is configured, else from the environment.
Result<std::string> secret_of(const std::filesystem::path& file, const char* variable) {
    if (!file.empty()) return read_secret(file);
    const char* secret = std::getenv(variable);
    if (secret == nullptr || *secret == '\0')
        return fail({.reach = Reach::configuration,
                     .code = "config",
                     .detail = fmt::format("${} is empty", variable)});
    return secret;
}

/// Secret or certificate of the application, into options of either adapter.
template <class Options>
Result<void> read_application(const Config::Exchange& exchange, Options& options) {
    options.login_url = exchange.login_url;
    options.tenant = exchange.tenant;
    options.client_id = exchange.client_id;
    const bool has_certificate = !exchange.client_certificate_file.empty();
    auto secret = has_certificate ? read_secret(exchange.client_certificate_file)
                                  : secret_of(exchange.client_secret_file, secret_variable);
    if (!secret) return fail(secret.error());
    (has_certificate ? options.certificate_pem : options.client_secret) = std::move(*secret);
    return {};
}

Result<std::unique_ptr<Exchange>> connect_graph(const Config::Exchange& exchange,
                                                http::Sender& sender, Clock& clock) {
    graph::Options options;
    options.graph_url = exchange.graph_url;
    const auto read = read_application(exchange, options);
    if (!read) return fail(read.error());
    return graph::connect(std::move(options), sender, clock);
}

ews::Authentication authentication_of(const std::string& auth) {
    if (auth == "basic") return ews::Authentication::basic;
    if (auth == "negotiate") return ews::Authentication::negotiate;
    if (auth == "oauth") return ews::Authentication::oauth;
    return ews::Authentication::ntlm;
}

/// Password or keytab of the configured login; empty: there is none to remember.
Result<std::string> account_secret(const Config::Exchange& exchange) {
    if (exchange.auth == "oauth") return std::string();
    if (exchange.auth != "negotiate") return secret_of(exchange.password_file, password_variable);
    return exchange.keytab_file.empty() ? std::string() : read_secret(exchange.keytab_file);
}

Result<std::unique_ptr<Exchange>> connect_ews(const Config& config, ExchangeLine& line) {
    const auto& exchange = config.exchange;
    auto secret = account_secret(exchange);
    if (!secret) return fail(secret.error());
    ews::Options options;
    options.ews_url = exchange.ews_url;
    options.authentication = authentication_of(exchange.auth);
    options.user = exchange.user;
    options.keytab_file = exchange.keytab_file.string();
    options.impersonation = exchange.impersonation;
    options.concurrency = exchange.concurrency;
    options.streams = exchange.streams;
    options.autodiscover_domains = exchange.autodiscover_domains;
    if (!secret->empty()) {
        auto file = config.state_database;
        file += ".login";
        auto name = fmt::format("{} {} {}", exchange.auth, exchange.ews_url, exchange.user);
        line.login_memory = std::make_unique<LoginMemory>(
            std::move(file), LoginMemory::Login{std::move(name), *secret}, line.clock);
        const auto* memory = line.login_memory.get();
        if (auto objection = memory->objection()) return fail(*std::move(objection));
        options.on_refused = [memory] { memory->refused(); };
        options.on_accepted = [memory] { memory->accepted(); };
    }
    if (options.authentication == ews::Authentication::oauth) {
        const auto read = read_application(exchange, options);
        if (!read) return fail(read.error());
    } else if (options.authentication != ews::Authentication::negotiate) {
        options.password = *std::move(secret);
    }
    return ews::connect(std::move(options), *line.client, line.clock);
}

}  // namespace

Result<std::unique_ptr<StateStore>> open_state(const Config& config, Share share) {
    const auto access = share == Share::run ? state::Access::run : state::Access::shared;
    return state::open_sqlite(config.state_database.string(), access);
}

Result<std::unique_ptr<ExchangeLine>> open_exchange(const Config& config) {
    if (!config.exchange_missing.empty())
        return fail(
            {.reach = Reach::configuration, .code = "config", .detail = config.exchange_missing});
    const auto& section = config.exchange;
    auto line = std::make_unique<ExchangeLine>();
    line->client = std::make_unique<http::Client>(
        line->context, http::ClientOptions{.ca_file = section.ca_file.string()});
    auto exchange = section.api == "ews" ? connect_ews(config, *line)
                                         : connect_graph(section, *line->client, line->clock);
    if (!exchange) return fail(exchange.error());
    line->exchange = std::move(*exchange);
    return line;
}

engine::Ports Works::ports() const {
    return {hq->source(), hq->writer(), *line->exchange, *state, line->clock};
}

Result<Works> open_works(const Config& config, Share share) {
    auto state = open_state(config, share);
    if (!state) return fail(state.error());
    auto line = open_exchange(config);
    if (!line) return fail(line.error());
    auto hq = open_hq(config, (*line)->context);
    if (!hq) return fail(hq.error());
    return Works{std::move(*state), std::move(*line), std::move(*hq)};
}

Result<Directory> read_directory(const HqLine& hq, StateStore& state) {
    auto snapshot = hq.run(hq.source().snapshot());
    if (!snapshot) return fail(snapshot.error());
    auto stored = await(engine::stored_settings(state));
    if (!stored) return fail(stored.error());
    Directory directory{.snapshot = std::move(*snapshot),
                        .users = {},
                        .stored = std::move(*stored),
                        .settings = {},
                        .today = today_utc()};
    directory.users = engine::users_by_mailbox(*directory.snapshot, directory.today);
    auto settings = engine::settings_of(directory.stored, directory.users);
    if (!settings) return fail(settings.error());
    directory.settings = std::move(*settings);
    return directory;
}

Result<Directory> read_directory(const Config& config, StateStore& state) {
    const auto hq = open_hq(config);
    if (!hq) return fail(hq.error());
    return read_directory(**hq, state);
}

placement::Placements placements_of(const Directory& directory) {
    return placement::Placements(*directory.snapshot, directory.settings.rules, directory.today);
}

Result<UserId> user_named(const Directory& directory, const std::string& mail) {
    const auto found = directory.users.find(mailbox_named(mail));
    if (found == directory.users.end())
        return fail({.reach = Reach::configuration,
                     .code = "user.unknown",
                     .detail = fmt::format("HQ has no user with the mailbox {}", mail)});
    return found->second;
}

std::map<UserId, MailboxAddress> synced_mailboxes(const Directory& directory) {
    std::map<UserId, MailboxAddress> result;
    for (const auto& user : directory.snapshot->users)
        if (placement::is_synced(user, directory.today))
            result.emplace(user.id, mailbox_named(user.email_work));
    return result;
}

std::string iso_time(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string today_utc() {
    return engine::date_of(SystemClock().now());
}

}  // namespace hqsync::app
