// What a management session stands on: secrets, transports, and what earlier processes left.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "app/exchange_session.hpp"
#include "app/password_prompt.hpp"
#include "management/gss_transport.hpp"
#include "management/redirect.hpp"

namespace hqsync::app {
namespace {

using management::wsman::Account;
using management::wsman::Authentication;

/// Somebody who asks for a password waits for him so long.
constexpr Milliseconds password_within{300'000};

Authentication authentication_of(const std::string& auth) {
    if (auth == "basic") return Authentication::basic;
    if (auth == "ntlm") return Authentication::ntlm;
    return Authentication::kerberos;
}

std::uint64_t new_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

Task<Result<std::string>> token_of(login::TokenSource& tokens) {
    co_return co_await tokens.token();
}

/// Of another cloud than the usual one the tokens are its own.
std::string scope_of(const ManagementPlace& place) {
    const bool is_usual = place.host().find("office365") == std::string::npos;
    return fmt::format("https://{}/.default", is_usual ? "outlook.office365.com" : place.host());
}

/// Of a file or the environment; none: somebody has to be asked.
std::optional<Result<std::string>> given_password(const Config& config,
                                                  const ManagementPlace& place) {
    if (!place.password_file.empty()) return read_secret(place.password_file);
    for (const auto* name : password_variables(config, place)) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return Result<std::string>(value);
    }
    return std::nullopt;
}

std::filesystem::path beside_state(const Config& config, const char* ending) {
    auto file = config.state_database;
    file += ending;
    return file;
}

}  // namespace

std::filesystem::path registry_file(const Config& config) {
    return beside_state(config, ".sessions");
}

Result<void> ExchangeSession::prepare() {
    auto registry = SessionRegistry::open(registry_file(config_));
    if (!registry) return fail(registry.error());
    registry_ = *std::move(registry);
    client_ = std::make_unique<http::Client>(
        context_, http::ClientOptions{.ca_file = config_.exchange.ca_file.string()});
    if (is_online()) return connect_online();
    return connect_server();
}

Result<void> ExchangeSession::connect_server() {
    Account account;
    account.authentication = authentication_of(place_.auth);
    account.user = place_.user;
    account.service = place_.service;
    account.keytab_file = place_.keytab_file.string();
    // Of passwords only this machine itself may hear in the open.
    account.permits_plain_http = false;
    if (place_.wants_password()) {
        auto password = password_for_login();
        if (!password) return fail(password.error());
        account.password = *std::move(password);
        const auto may_try = remember_login(account.password);
        if (!may_try) return may_try;
    } else if (!place_.keytab_file.empty()) {
        // Keys that were changed lock an account as wrong passwords do.
        const auto keys = read_secret(place_.keytab_file);
        if (!keys) return fail(keys.error());
        const auto may_try = remember_login(*keys);
        if (!may_try) return may_try;
    }
    if (account.authentication == Authentication::kerberos) {
        management::gss::Options options;
        options.client.ca_file = config_.exchange.ca_file.string();
        transport_ = std::make_unique<management::gss::KerberosTransport>(
            context_, std::move(account), std::move(options));
    } else {
        transport_ =
            std::make_unique<management::wsman::PasswordTransport>(std::move(account), *client_);
    }
    return {};
}

Result<std::string> ExchangeSession::password_for_login() {
    if (const auto given = given_password(config_, place_)) return *given;
    return ask_password(
        fmt::format("Password of {} at {}: ", place_.user, place_.host()),
        [this](int file) { return wait_for_input(file, password_within) == Wake::readable; });
}

/// Fault (configuration) "login.refused": an earlier process was refused with it.
Result<void> ExchangeSession::remember_login(const std::string& secret) {
    auto name = fmt::format("{} {} {}", place_.auth, place_.uri, place_.user);
    memory_ = std::make_unique<LoginMemory>(beside_state(config_, ".management-login"),
                                            LoginMemory::Login{std::move(name), secret}, clock_);
    if (auto objection = memory_->objection()) return fail(*std::move(objection));
    return {};
}

Result<void> ExchangeSession::connect_online() {
    const auto& exchange = config_.exchange;
    login::Application application;
    application.login_url = exchange.login_url;
    application.tenant = exchange.tenant;
    application.client_id = exchange.client_id;
    application.scope = scope_of(place_);
    if (!exchange.client_certificate_file.empty()) {
        auto pem = read_secret(exchange.client_certificate_file);
        if (!pem) return fail(pem.error());
        application.certificate_pem = *std::move(pem);
    } else if (!exchange.client_secret_file.empty()) {
        auto secret = read_secret(exchange.client_secret_file);
        if (!secret) return fail(secret.error());
        application.client_secret = *std::move(secret);
    } else if (const char* secret = std::getenv(secret_variable); secret != nullptr) {
        application.client_secret = secret;
    }
    tokens_ = std::make_unique<login::TokenSource>(std::move(application), *client_, clock_);
    return {};
}

void ExchangeSession::make_session() {
    session_.reset();
    if (is_online()) {
        management::rest::Options options;
        options.url = place_.uri;
        options.tenant = config_.exchange.tenant;
        options.seed = new_seed();
        auto* tokens = tokens_.get();
        session_ = std::make_unique<management::rest::RestSession>(
            std::move(options),
            management::rest::Tokens{
                .get = [tokens] { return token_of(*tokens); },
                .refused = [tokens](const std::string& token) { tokens->refused(token); }},
            *client_, clock_);
        return;
    }
    management::wsman::ShellOptions options;
    options.url = place_.uri;
    options.redirects.is_allowed = place_.allow_redirection;
    options.redirects.hosts = place_.redirect_hosts;
    options.on_redirect = [this](const std::string& url) { return shell_->note_address(url); };
    shell_.reset();
    wsman_ = std::make_unique<management::wsman::WsmanShell>(std::move(options), *transport_);
    auto* wsman = wsman_.get();
    shell_ = std::make_unique<RegisteredShell>(
        RegisteredShell::Base{
            *wsman,
            [wsman] { return RegisteredShell::Facts{wsman->url(), wsman->idle_timeout()}; }},
        place_, *registry_, clock_);
    session_ = std::make_unique<management::PsrpSession>(
        *shell_, clock_, management::PsrpOptions{.seed = new_seed()});
}

Result<void> ExchangeSession::give_back_strays() {
    if (is_online()) return {};
    const auto forgotten = registry_->forget_expired(clock_.now());
    if (!forgotten) return fail(forgotten.error());
    const auto sessions = registry_->all();
    if (!sessions) return fail(sessions.error());
    const auto here = this_process();
    std::set<std::string> silent;  // one that does not answer is not waited for again
    for (const auto& session : *sessions) {
        const bool is_ours =
            session.endpoint == place_.uri && session.account == account_name(place_);
        if (!is_ours || liveness(session.process, here) != Liveness::ended) continue;
        if (silent.contains(session.url)) continue;
        const auto given = give_back(session);
        if (given) {
            fmt::print(stderr, "hqsync: gave back session {} that process {} had left behind\n",
                       session.shell_id, session.process.pid);
            continue;
        }
        // A refused login stands: the session itself would meet it, too. What is said of the stray
        // itself is no word about another session.
        const bool is_of_it = given.error().code.starts_with("shell.");
        if ((given.error().reach == Reach::configuration && !is_of_it) || ending_) return given;
        if (given.error().code.starts_with("http.")) silent.insert(session.url);
        fmt::print(stderr, "hqsync: session {} that process {} left behind stays for now: {}\n",
                   session.shell_id, session.process.pid, to_text(given.error()));
    }
    return {};
}

}  // namespace hqsync::app
