// hqsync hq serve: the embedded HQ as a server that speaks helloHQ's API v1.
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/endpoint.hpp"
#include "app/open_hq.hpp"
#include "app/words.hpp"
#include "hqapi/serve.hpp"
#include "http/client.hpp"

namespace hqsync::app {

namespace {

using hqapi::LoginOptions;
using hqapi::ServerOptions;

/// What is wrong with the words, or nothing.
std::string_view complaint(const ServeOptions& options) {
    if (!endpoint_in(options.listen)) return "--listen takes HOST:PORT, for example 127.0.0.1:8030";
    if (!options.allow_remote && !http::is_loopback_http("http://" + options.listen))
        return "--listen takes loopback addresses only: the server has no TLS, which belongs to a "
               "reverse proxy before it (--allow-remote if you know what you do)";
    if (options.token_file.empty() && !options.allow_login)
        return "nobody could log in: give --token-file FILE or --allow-login";
    if (options.allow_login && options.allow_remote)
        return "--allow-login asks nobody for a password: not together with --allow-remote";
    const auto& url = options.public_url;
    const bool is_url =
        url.empty() || ((url.starts_with("http://") || url.starts_with("https://")) &&
                        !url.ends_with('/') && url.find_first_of(" ?#\"") == std::string::npos);
    return is_url ? "" : "--public-url takes http(s)://HOST without a slash at the end";
}

Result<LoginOptions> login_in(const ServeOptions& options) {
    LoginOptions login{.client_id = options.client_id, .token_seconds = options.token_seconds};
    if (options.allow_login) login.code_grant = LoginOptions::CodeGrant::offered;
    if (!options.token_file.empty()) {
        const auto text = read_secret(options.token_file);
        if (!text) return fail(text.error());
        auto tokens = hqapi::tokens_in(*text);
        if (!tokens) {
            auto fault = tokens.error();
            fault.detail = fmt::format("{}: {}", options.token_file, fault.detail);
            return fail(fault);
        }
        login.tokens = *std::move(tokens);
    }
    if (!options.client_secret_file.empty()) {
        auto secret = read_secret(options.client_secret_file);
        if (!secret) return fail(secret.error());
        login.client_secret = *std::move(secret);
    }
    return login;
}

}  // namespace

ExitCode hq_serve(const Invocation& invocation, const ServeOptions& options) {
    if (const auto wrong = complaint(options); !wrong.empty()) return refuse(wrong);
    auto login = login_in(options);
    if (!login) return complain(login.error());
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const auto source = open_embedded(*config);
    if (!source) return complain(source.error());
    const auto endpoint = endpoint_in(options.listen);
    const SystemClock clock;
    const auto served = hqapi::serve(
        **source, clock,
        {.host = endpoint->host,
         .port = endpoint->port,
         .page_size = options.page_size,
         .public_url = options.public_url,
         .login = *std::move(login),
         .control = options.control ? ServerOptions::Control::on : ServerOptions::Control::off});
    return served ? ExitCode::done : complain(served.error());
}

void add_serve_command(CLI::App& group, Words& words) {
    auto* serve = action(
        group, words, {"serve", "Offer HQ to other programs as helloHQ's API v1 (OData)"},
        [](const Words& said) { return hq_serve(said.invocation, said.serve); },
        "hqsync hq serve --listen 127.0.0.1:8030 --token-file tokens.txt");
    auto& options = words.serve;
    serve->add_option("--listen", options.listen, "HOST:PORT; port 0: any")->capture_default_str();
    serve->add_option("--token-file", options.token_file, "accepted bearer tokens, one a line");
    serve->add_option("--page-size", options.page_size, "records that a page has at most")
        ->check(CLI::Range(std::size_t{1}, hqapi::page_size_max))
        ->capture_default_str();
    serve->add_option("--public-url", options.public_url,
                      "what clients see, when a reverse proxy stands before");
    serve->add_flag("--allow-login", options.allow_login,
                    "OAuth 2 code grant; logs the first user in without asking, for tests");
    serve->add_option("--client-id", options.client_id, "accepted application of logins")
        ->capture_default_str();
    serve->add_option("--client-secret-file", options.client_secret_file,
                      "its secret; \"demo\" when absent");
    serve->add_option("--token-seconds", options.token_seconds, "life of a login's access token")
        ->check(CLI::Range(1, 86400))
        ->capture_default_str();
    serve->add_flag("--control", options.control, "counters and faults at /hq/, without a token");
    serve->add_flag("--allow-remote", options.allow_remote, "listen beyond loopback, without TLS");
}

}  // namespace hqsync::app
