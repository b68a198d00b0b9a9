// hqsync exchange connect: a session and a prompt, or lines from stdin.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "app/command_catalogue.hpp"
#include "app/config.hpp"
#include "app/exchange_commands.hpp"
#include "app/exchange_config.hpp"
#include "app/exchange_prompt.hpp"
#include "app/exchange_session.hpp"
#include "app/line_editor.hpp"

namespace hqsync::app {
namespace {

using End = LineEditor::End;

constexpr std::size_t line_max = 65'536;

/// Lines of a pipe or a file.
class PlainLines {
public:
    PlainLines(ExchangeSession& session, Milliseconds idle) : session_(session), idle_(idle) {}

    LineEditor::Line read() {
        for (;;) {
            if (const auto end = held_.find('\n'); end != std::string::npos) {
                auto line = held_.substr(0, end);
                held_.erase(0, end + 1);
                return {End::line, std::move(line)};
            }
            if (is_over_) {
                if (held_.empty()) return {End::end_of_input, {}};
                return {End::line, std::exchange(held_, {})};
            }
            if (held_.size() > line_max) {
                fmt::print(stderr, "hqsync: a line is longer than {} octets\n", line_max);
                return {End::ended, {}};
            }
            switch (session_.wait_for_input(STDIN_FILENO, idle_)) {
                case ExchangeSession::Wake::readable: take(); break;
                case ExchangeSession::Wake::interrupt: return {End::interrupt, {}};
                case ExchangeSession::Wake::ended: return {End::ended, {}};
                case ExchangeSession::Wake::idle: return {End::idle, {}};
            }
        }
    }

private:
    void take() {
        std::array<char, 4096> octets{};
        const auto count = ::read(STDIN_FILENO, octets.data(), octets.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
        if (count <= 0) {
            is_over_ = true;
            return;
        }
        held_.append(octets.data(), static_cast<std::size_t>(count));
    }

    ExchangeSession& session_;
    Milliseconds idle_;
    std::string held_;
    bool is_over_ = false;
};

LineEditor::Wake wake_of(ExchangeSession::Wake wake) {
    switch (wake) {
        case ExchangeSession::Wake::readable: return LineEditor::Wake::readable;
        case ExchangeSession::Wake::interrupt: return LineEditor::Wake::interrupt;
        case ExchangeSession::Wake::ended: return LineEditor::Wake::ended;
        case ExchangeSession::Wake::idle: return LineEditor::Wake::idle;
    }
    return LineEditor::Wake::ended;
}

struct Outcome {
    bool is_broken = false;
    bool has_failed_lines = false;
    bool is_idle = false;
};

template <class Reader>
Outcome take_lines(Reader& reader, ExchangePrompt& prompt) {
    Outcome outcome;
    for (;;) {
        const auto line = reader.read();
        outcome.is_idle = line.end == End::idle;
        if (line.end != End::line) return outcome;
        const auto then = prompt.take(line.text);
        outcome.has_failed_lines = outcome.has_failed_lines || then == ExchangePrompt::Then::failed;
        outcome.is_broken = then == ExchangePrompt::Then::broken;
        if (outcome.is_broken || then == ExchangePrompt::Then::exit) return outcome;
    }
}

Outcome converse(ExchangeSession& session, ExchangePrompt& prompt, Milliseconds idle) {
    if (::isatty(STDIN_FILENO) != 1) {
        PlainLines lines(session, idle);
        return take_lines(lines, prompt);
    }
    fmt::print("{} as {}: {} commands. help tells more, exit ends and gives the session back.\n",
               session.place().host(), account_name(session.place()), prompt.command_count());
    std::fflush(stdout);
    LineEditor editor(
        session.place().host() + "> ",
        {.wait = [&session, idle] { return wake_of(session.wait_for_input(STDIN_FILENO, idle)); },
         .complete = [&prompt](std::string_view before) { return prompt.complete(before); }});
    return take_lines(editor, prompt);
}

}  // namespace

ExitCode exchange_connect(const Invocation& invocation, const ManagementWish& wish,
                          std::chrono::seconds idle) {
    const auto config = exchange_config(invocation.config, wish);
    if (!config) return complain(config.error());
    const auto catalogue = CommandCatalogue::open(*config);
    if (!catalogue) return complain(catalogue.error());
    const auto session = ExchangeSession::open(*config, wish, CtrlC::stops_command);
    if (!session) return complain(session.error());
    ExchangePrompt prompt(**session, **catalogue, invocation.output);
    prompt.know_commands();
    const auto outcome = converse(**session, prompt, idle);
    if (outcome.is_idle)
        fmt::print(stderr, "hqsync: nothing was typed for {} s, the session ends\n", idle.count());
    const bool is_ended = (*session)->ending().has_value();
    const auto closed = (*session)->close();
    if (!closed || (outcome.is_broken && !is_ended)) return ExitCode::failed;
    // At a prompt somebody has seen what failed.
    const bool is_script = ::isatty(STDIN_FILENO) != 1;
    return is_script && outcome.has_failed_lines ? ExitCode::item_errors : ExitCode::done;
}

}  // namespace hqsync::app
