// Words of the prompt itself, and commands of the server.
#include "app/exchange_prompt.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/management_output.hpp"
#include "app/table.hpp"
#include "app/type_name.hpp"
#include "base/utf8.hpp"

namespace hqsync::app {
namespace {

constexpr std::chrono::hours good_for{24};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view first_word(std::string_view text) {
    return text.substr(0, text.find_first_of(" \t"));
}

void print_parameters(const management::CommandInfo& command) {
    Table table({{"parameter"}, {"type"}, {"aliases"}, {"needed"}});
    for (const auto& parameter : command.parameters) {
        table.add({"-" + parameter.name,
                   parameter.is_switch ? "(switch)" : short_type_name(parameter.type),
                   fmt::format("{}", fmt::join(parameter.aliases, ", ")),
                   parameter.is_mandatory.value_or(false) ? "yes" : ""});
    }
    fmt::print("{}", table.text());
}

}  // namespace

ExchangePrompt::ExchangePrompt(ExchangeSession& session, CommandCatalogue& catalogue, Output output)
    : session_(session), catalogue_(catalogue), output_(output) {}

void ExchangePrompt::know_commands() {
    auto kept = catalogue_.read(session_.place());
    if (kept) imported_ = *std::move(kept);
    if (imported_ && SystemClock().now() < imported_->fetched + good_for) return;
    (void)import();
}

ExchangePrompt::Then ExchangePrompt::told(const Fault& fault) {
    fmt::print(stderr, "hqsync: {}\n", to_text(fault));
    return fault.reach == Reach::item ? Then::failed : Then::broken;
}

ExchangePrompt::Then ExchangePrompt::import() {
    auto commands = session_.commands();
    if (!commands) return told(commands.error());
    imported_ = ImportedCommands{SystemClock().now(), *std::move(commands)};
    std::ranges::sort(imported_->commands, {}, &management::CommandInfo::name);
    const auto kept = catalogue_.replace(session_.place(), *imported_);
    if (!kept) {
        fmt::print(stderr, "hqsync: {}\n", to_text(kept.error()));
        return Then::failed;
    }
    return Then::next;
}

ExchangePrompt::Then ExchangePrompt::help(std::string_view name) const {
    if (name.empty()) {
        fmt::print(
            "COMMAND -Parameter value …   a command of Exchange, {} are known; Tab completes\n"
            "help COMMAND                 its parameters\n"
            "import                       fetch the commands anew\n"
            "exit                         give the session back and end\n",
            command_count());
        return Then::next;
    }
    const auto* command = imported_ ? imported_->find(name) : nullptr;
    if (command == nullptr) {
        fmt::print(stderr, "hqsync: there is no command {} for this account\n",
                   printable(std::string(name)));
        return Then::failed;
    }
    fmt::print("{}\n", printable(command->name));
    if (!command->resolved.empty() && command->resolved != command->name)
        fmt::print("stands for {}\n", printable(command->resolved));
    if (!command->help_url.empty()) fmt::print("{}\n", printable(command->help_url));
    if (!command->parameters.empty()) print_parameters(*command);
    return Then::next;
}

ExchangePrompt::Then ExchangePrompt::run(std::string_view line) {
    auto command = checked_command(line, imported_);
    if (!command) return told(command.error());
    const auto name = command->name;
    const auto output = session_.run(*std::move(command));
    if (!output) return told(output.error());
    std::fflush(stdout);
    tell_complaints(name, *output);
    if (output_ == Output::json) {
        fmt::print("{}\n", output_as_json(name, *output));
    } else {
        fmt::print("{}", objects_as_text(output->objects, terminal_columns()));
    }
    return output->errors.empty() ? Then::next : Then::failed;
}

ExchangePrompt::Then ExchangePrompt::take(std::string_view line) {
    const auto text = trimmed(line);
    const auto word = first_word(text);
    auto then = Then::next;
    if (text.empty() || text.starts_with('#')) {
        then = Then::next;
    } else if (text == "exit" || text == "quit") {
        return Then::exit;
    } else if (word == "help") {
        then = help(trimmed(text.substr(word.size())));
    } else if (text == "import") {
        then = import();
        if (then == Then::next) fmt::print("{} commands\n", command_count());
    } else {
        then = run(text);
    }
    std::fflush(stdout);
    return then;
}

std::vector<std::string> ExchangePrompt::complete(std::string_view before) const {
    std::vector<std::string> words;
    const auto line = before.substr(std::min(before.find_first_not_of(" \t"), before.size()));
    const auto first = first_word(line);
    const bool is_first = first.size() == line.size();
    const bool is_help = first == "help" && line.find_first_of(" \t") != std::string_view::npos;
    if (is_first) words = {"exit", "help", "import"};
    if (!imported_) return words;
    if (is_first || is_help) {
        for (const auto& command : imported_->commands)
            words.push_back(command.name);
        return words;
    }
    const auto* command = imported_->find(first);
    if (command == nullptr) return words;
    for (const auto& parameter : command->parameters)
        words.push_back("-" + parameter.name);
    std::ranges::sort(words);
    return words;
}

}  // namespace hqsync::app
