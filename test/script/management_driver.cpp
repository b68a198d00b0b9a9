// A session by src/management from the command line, for tests against servers written by others.
// usage: management_driver URL kerberos|basic|ntlm STEP...   settings come from the environment
// Prints one line a step: "ok WHAT" or "fault CODE: DETAIL"; goes on after a fault.
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>

#include "async/await.hpp"
#include "management/gss_transport.hpp"
#include "management/wsman_shell.hpp"

namespace {

using namespace hqsync;
using namespace hqsync::management;

std::string setting(const char* name) {
    const auto* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

wsman::Account account_of(std::string_view scheme) {
    wsman::Account account;
    if (scheme == "basic") account.authentication = wsman::Authentication::basic;
    if (scheme == "ntlm") account.authentication = wsman::Authentication::ntlm;
    account.user = setting("DRIVER_USER");
    account.password = setting("DRIVER_PASSWORD");
    account.keytab_file = setting("DRIVER_KEYTAB");
    account.service = setting("DRIVER_SERVICE");
    return account;
}

wsman::ShellOptions options_of(std::string url) {
    wsman::ShellOptions options;
    options.url = std::move(url);
    options.receive_timeout = Milliseconds(2'000);
    options.operation_timeout = options.create_timeout = Milliseconds(10'000);
    options.network_delay = Milliseconds(10'000);
    options.redirects.is_allowed = !setting("DRIVER_REDIRECTS").empty();
    return options;
}

template <class T>
void say(const Result<T>& result, std::string_view what) {
    if (result) {
        fmt::print("ok {}\n", what);
    } else {
        fmt::print("fault {}\n", to_text(result.error()));
    }
    std::fflush(stdout);
}

std::string summary(const Result<Received>& received) {
    if (!received) return "";
    std::size_t octets = 0;
    std::string first;
    for (const auto& chunk : received->chunks) {
        octets += chunk.bytes.size();
        if (first.empty()) first = chunk.bytes.substr(0, 20);
    }
    return fmt::format("receive {} octets '{}' {}", octets, first,
                       received->is_done ? "done" : "goes on");
}

class Driver {
public:
    Driver(std::string url, std::string_view scheme) {
        http::ClientOptions client;
        client.ca_file = setting("DRIVER_CA");
        if (scheme == "kerberos") {
            gss::Options options;
            options.client = client;
            if (const auto limit = setting("DRIVER_LOGIN_TIMEOUT"); !limit.empty())
                options.login_timeout = Milliseconds(std::stol(limit));
            transport_ =
                std::make_unique<gss::KerberosTransport>(context_, account_of(scheme), options);
        } else {
            client_ = std::make_unique<http::Client>(context_, client);
            transport_ = std::make_unique<wsman::PasswordTransport>(account_of(scheme), *client_);
        }
        shell_.emplace(options_of(std::move(url)), *transport_);
    }

    void step(const std::string& step) {
        const auto size =
            step.find(':') == std::string::npos ? 10 : std::stoul(step.substr(step.find(':') + 1));
        if (step == "create") {
            const auto made = run(shell_->create({"SHELL-ID", "creation", "2.3", {}}));
            say(made, fmt::format("create {}", made.value_or("")));
        } else if (step.starts_with("command")) {
            const auto made = run(shell_->command("COMMAND-ID", std::string(size, 'c')));
            say(made, fmt::format("command {}", made.value_or("")));
        } else if (step.starts_with("send")) {
            shell_->agreed_protocol("2.3");
            say(run(shell_->send("COMMAND-ID", "stdin", std::string(size, 's'))), "send");
        } else if (step == "receive") {
            const auto received = run(shell_->receive("COMMAND-ID"));
            say(received, summary(received));
        } else if (step == "both") {
            receive_and_signal();
        } else if (step.starts_with("wait")) {
            std::this_thread::sleep_for(std::chrono::milliseconds(size));
        } else if (step == "remove") {
            say(run(shell_->remove()), "remove");
        } else {
            fmt::print("no such step: {}\n", step);
        }
    }

private:
    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }

    static Task<void> keep(Task<Result<Received>> task, std::optional<Result<Received>>* into) {
        *into = co_await std::move(task);
    }

    /// A signal while a receive is pending.
    void receive_and_signal() {
        std::optional<Result<Received>> received;
        asio::co_spawn(context_, keep(shell_->receive("COMMAND-ID"), &received), asio::detached);
        context_.restart();
        while (context_.run_one_for(std::chrono::milliseconds(100)) > 0 && !received)
            continue;
        fmt::print("ok receive is {}\n", received ? "over" : "pending");
        say(run(shell_->signal("COMMAND-ID", management::Signal::ctrl_c)), "signal");
        context_.restart();
        while (!received)
            context_.run_one();
        say(*received, summary(*received));
    }

    asio::io_context context_;
    std::unique_ptr<http::Client> client_;
    std::unique_ptr<wsman::Transport> transport_;
    std::optional<wsman::WsmanShell> shell_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        fmt::print(stderr, "usage: management_driver URL kerberos|basic|ntlm STEP...\n");
        return 2;
    }
    Driver driver(arguments[1], arguments[2]);
    for (int i = 3; i < count; ++i)
        driver.step(arguments[i]);
    return 0;
}
