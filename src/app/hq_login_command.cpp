// hqsync hq login, logout, status and reread: the way to helloHQ.
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/hellohq_access.hpp"
#include "app/json.hpp"
#include "app/open_hq.hpp"
#include "app/words.hpp"
#include "hellohq/login.hpp"

namespace hqsync::app {
namespace {

constexpr Milliseconds patience{300'000};
constexpr std::size_t line_max = 8'192;

Fault not_hellohq() {
    return {.reach = Reach::configuration,
            .code = "config",
            .detail = "hq.source is not \"hellohq\": there is nobody to log in to"};
}

Result<Config> hellohq_config(const Invocation& invocation) {
    auto config = load_config(invocation.config);
    if (config && config->hq.source != "hellohq") return fail(not_hellohq());
    return config;
}

std::string pasted_line() {
    std::string line;
    for (int sign = std::getchar(); sign != EOF && sign != '\n' && line.size() < line_max;
         sign = std::getchar())
        line += static_cast<char>(sign);
    return line;
}

void print_url(const std::string& url) {
    fmt::print("Open this address in a browser and log in:\n\n  {}\n\n", url);
    std::fflush(stdout);
}

Result<hellohq::Tokens> logged_in(const Config& config, const hellohq::Client& client,
                                  const HqLogin& options) {
    asio::io_context context;
    SystemClock clock;
    http::Client sender(context, {.ca_file = config.hq.ca_file.string()});
    auto listener = hellohq::RedirectListener::open(context, options.port);
    if (!listener) return fail(listener.error());
    const auto attempt = hellohq::begin_login((*listener)->redirect_uri());
    print_url(hellohq::authorisation_url(client, attempt));
    Result<std::string> code;
    if (options.paste) {
        fmt::print("Then paste the address that it leads to (or the code in it) here:\n");
        std::fflush(stdout);
        code = hellohq::code_in(pasted_line(), attempt);
    } else {
        code = await_on(context, (*listener)->code(attempt, patience)).value();
    }
    if (!code) return fail(code.error());
    return await_on(context, hellohq::exchange(client, attempt, *code, sender, clock)).value();
}

/// Not while another process renews the login that was there.
Task<Result<void>> store(const hellohq::LoginFile& file, const hellohq::Tokens& tokens,
                         Clock& clock) {
    const auto lock = co_await file.lock(clock);
    if (!lock) co_return fail(lock.error());
    co_return file.write(tokens);
}

ExitCode hq_login(const Invocation& invocation, const HqLogin& options) {
    const auto config = hellohq_config(invocation);
    if (!config) return complain(config.error());
    if (!config->hq.token_file.empty())
        return complain({.reach = Reach::configuration,
                         .code = "config",
                         .detail = "hq.token_file is set: its token is used, no login"});
    const auto client = hellohq_client(*config);
    if (!client) return complain(client.error());
    const auto file = hellohq_login_file(*config, Key::make);
    if (!file) return complain(file.error());
    const auto tokens = logged_in(*config, *client, options);
    if (!tokens) return complain(tokens.error());
    if (tokens->refresh.empty())
        return complain({.reach = Reach::configuration,
                         .code = "login.refused",
                         .detail = "helloHQ gave no refresh token: the login would end soon"});
    asio::io_context context;
    SystemClock clock;
    const auto written = await_on(context, store(*file, *tokens, clock)).value();
    if (!written) return complain(written.error());
    fmt::print("Logged in at {} as {}.\n", config->hq.api_url,
               tokens->user_name.empty() ? "a user without name" : tokens->user_name);
    return ExitCode::done;
}

ExitCode hq_logout(const Invocation& invocation) {
    const auto config = hellohq_config(invocation);
    if (!config) return complain(config.error());
    asio::io_context context;
    SystemClock clock;
    const auto forgotten =
        await_on(context, hellohq::forget_login(hellohq_login_path(*config), clock)).value();
    if (!forgotten) return complain(forgotten.error());
    fmt::print("{}\n", *forgotten ? "The login is forgotten. In helloHQ it can be revoked too."
                                  : "Nobody was logged in.");
    return ExitCode::done;
}

/// Asks HQ, so that it is known to work.
ExitCode hq_status(const Invocation& invocation) {
    const auto config = hellohq_config(invocation);
    if (!config) return complain(config.error());
    const auto hq = open_hq(*config);
    if (!hq) return complain(hq.error());
    const auto snapshot = (*hq)->run((*hq)->source().snapshot());
    if (!snapshot) return complain(snapshot.error());
    const auto requests = (*hq)->live->requests();
    const auto* login = config->hq.token_file.empty() ? "stored login" : "token of hq.token_file";
    if (invocation.output == Output::json) {
        Json json;
        json.begin_object();
        json.field("api_url", config->hq.api_url);
        json.field("login", login);
        json.field("contacts", (*snapshot)->contacts.size());
        json.field("requests", requests);
        json.end_object();
        fmt::print("{}\n", json.text());
        return ExitCode::done;
    }
    fmt::print("{} answers; {}; {} contacts; {} requests.\n", config->hq.api_url, login,
               (*snapshot)->contacts.size(), requests);
    return ExitCode::done;
}

ExitCode hq_reread(const Invocation& invocation) {
    const auto config = hellohq_config(invocation);
    if (!config) return complain(config.error());
    const auto hq = open_hq(*config);
    if (!hq) return complain(hq.error());
    const auto forgotten = (*hq)->live->forget_cache();
    if (!forgotten) return complain(forgotten.error());
    const auto snapshot = (*hq)->run((*hq)->source().snapshot());
    if (!snapshot) return complain(snapshot.error());
    fmt::print("Read whole: {} contacts by {} requests.\n", (*snapshot)->contacts.size(),
               (*hq)->live->requests());
    return ExitCode::done;
}

}  // namespace

void add_hellohq_commands(CLI::App& group, Words& words) {
    auto* login = action(
        group, words, {"login", "Log in to helloHQ once; hqsync stays logged in"},
        [](const Words& said) { return hq_login(said.invocation, said.login); },
        "hqsync hq login\n  hqsync hq login --paste");
    login->add_flag("--paste", words.login.paste,
                    "the browser is on another machine: paste the address it ends at");
    login->add_option("--port", words.login.port, "of 127.0.0.1 that helloHQ leads back to")
        ->capture_default_str();
    action(
        group, words, {"logout", "Forget the login at helloHQ"},
        [](const Words& said) { return hq_logout(said.invocation); }, "hqsync hq logout");
    auto* status = action(
        group, words, {"status", "Whether helloHQ answers, and to which login"},
        [](const Words& said) { return hq_status(said.invocation); }, "hqsync hq status --json");
    add_json(status, words);
    action(
        group, words, {"reread", "Read helloHQ whole, and take what is there for true"},
        [](const Words& said) { return hq_reread(said.invocation); }, "hqsync hq reread");
}

}  // namespace hqsync::app
