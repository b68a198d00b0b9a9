// hqsync exchange run and import.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "app/command_catalogue.hpp"
#include "app/compose.hpp"
#include "app/config.hpp"
#include "app/exchange_commands.hpp"
#include "app/exchange_config.hpp"
#include "app/exchange_session.hpp"
#include "app/management_output.hpp"

namespace hqsync::app {
namespace {

/// Nothing was sent: the line is wrong.
ExitCode refuse_line(const Fault& fault) {
    return refuse(to_text(fault));
}

Result<std::optional<ImportedCommands>> imported_before(const Config& config,
                                                        const ManagementPlace& place) {
    const auto catalogue = CommandCatalogue::open(config);
    if (!catalogue) return fail(catalogue.error());
    return (*catalogue)->read(place);
}

}  // namespace

ExitCode exchange_run(const Invocation& invocation, const ManagementWish& wish,
                      const std::string& line) {
    const auto config = exchange_config(invocation.config, wish);
    if (!config) return complain(config.error());
    const auto place = management_place(*config, wish);
    if (!place) return complain(place.error());
    const auto imported = imported_before(*config, *place);
    if (!imported) return complain(imported.error());
    auto command = checked_command(line, *imported);
    if (!command) return refuse_line(command.error());
    const auto name = command->name;

    auto session = ExchangeSession::open(*config, wish);
    if (!session) return complain(session.error());
    const auto output = (*session)->run(*std::move(command));
    const auto closed = (*session)->close();
    // Signals end the process again, however long it prints.
    if (closed) session->reset();
    if (!output) return complain(output.error());
    tell_complaints(name, *output);
    if (invocation.output == Output::json) {
        fmt::print("{}\n", output_as_json(name, *output));
    } else {
        fmt::print("{}", objects_as_text(output->objects, terminal_columns()));
    }
    if (!closed) return ExitCode::failed;
    return output->errors.empty() ? ExitCode::done : ExitCode::item_errors;
}

ExitCode exchange_import(const Invocation& invocation, const ManagementWish& wish) {
    const auto config = exchange_config(invocation.config, wish);
    if (!config) return complain(config.error());
    const auto catalogue = CommandCatalogue::open(*config);
    if (!catalogue) return complain(catalogue.error());
    const auto session = ExchangeSession::open(*config, wish);
    if (!session) return complain(session.error());
    auto commands = (*session)->commands();
    const auto place = (*session)->place();
    const auto closed = (*session)->close();
    if (!commands) return complain(commands.error());
    const ImportedCommands imported{SystemClock().now(), *std::move(commands)};
    const auto kept = (*catalogue)->replace(place, imported);
    if (!kept) return complain(kept.error());
    std::size_t parameters = 0;
    for (const auto& command : imported.commands)
        parameters += command.parameters.size();
    if (invocation.output == Output::json) {
        Json json;
        json.begin_object();
        json.field("uri", place.uri);
        json.field("account", account_name(place));
        json.field("fetched", iso_time(imported.fetched));
        json.key("commands");
        json.begin_array();
        for (const auto& command : imported.commands) {
            json.begin_object();
            json.field("name", command.name);
            json.key("parameters");
            json.begin_array();
            for (const auto& parameter : command.parameters)
                json.value(parameter.name);
            json.end_array();
            json.end_object();
        }
        json.end_array();
        json.end_object();
        fmt::print("{}\n", json.text());
    } else {
        fmt::print("{} commands with {} parameters of {}\n", imported.commands.size(), parameters,
                   place.host());
    }
    return closed ? ExitCode::done : ExitCode::failed;
}

}  // namespace hqsync::app
