// Three tables; lists of names are kept one a line.
#include "app/command_catalogue.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "app/registered_shell.hpp"
#include "base/letter_case.hpp"

namespace hqsync::app {
namespace {

using management::CommandInfo;
using management::ParameterInfo;

constexpr std::string_view what = "catalogue of commands";
constexpr std::int32_t application_id = 0x68714D43;  // "hqMC"

constexpr std::string_view create_schema = R"sql(
CREATE TABLE catalogue (
    id INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    account TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    UNIQUE (endpoint, account)
) STRICT;
CREATE TABLE command (
    id INTEGER PRIMARY KEY,
    catalogue INTEGER NOT NULL REFERENCES catalogue (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    module TEXT NOT NULL,
    kind TEXT NOT NULL,
    resolved TEXT NOT NULL,
    help_url TEXT NOT NULL,
    output_types TEXT NOT NULL
) STRICT;
CREATE INDEX command_of ON command (catalogue);
CREATE TABLE parameter (
    id INTEGER PRIMARY KEY,
    command INTEGER NOT NULL REFERENCES command (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    aliases TEXT NOT NULL,
    is_switch INTEGER NOT NULL,
    is_mandatory INTEGER
) STRICT;
CREATE INDEX parameter_of ON parameter (command);
)sql";
constexpr std::array<std::string_view, 1> migrations = {create_schema};

constexpr std::string_view delete_catalogue =
    "DELETE FROM catalogue WHERE endpoint = ? AND account = ?";
constexpr std::string_view insert_catalogue =
    "INSERT INTO catalogue (endpoint, account, fetched) VALUES (?, ?, ?)";
constexpr std::string_view insert_command = R"sql(
INSERT INTO command (catalogue, name, module, kind, resolved, help_url, output_types)
VALUES (?, ?, ?, ?, ?, ?, ?))sql";
constexpr std::string_view insert_parameter = R"sql(
INSERT INTO parameter (command, name, type, aliases, is_switch, is_mandatory)
VALUES (?, ?, ?, ?, ?, ?))sql";
constexpr std::string_view select_catalogue =
    "SELECT id, fetched FROM catalogue WHERE endpoint = ? AND account = ?";
constexpr std::string_view select_commands = R"sql(
SELECT id, name, module, kind, resolved, help_url, output_types FROM command
WHERE catalogue = ? ORDER BY name COLLATE NOCASE)sql";
constexpr std::string_view select_parameters = R"sql(
SELECT command, parameter.name, type, aliases, is_switch, is_mandatory
FROM parameter JOIN command ON command.id = parameter.command
WHERE catalogue = ? ORDER BY parameter.id)sql";

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        text += name + "\n";
    return text;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        names.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return names;
}

void insert(sqlite::Database& database, std::int64_t catalogue, const CommandInfo& command) {
    database.query(insert_command)
        .bind(catalogue)
        .bind(std::string_view(command.name))
        .bind(std::string_view(command.module))
        .bind(std::string_view(command.kind))
        .bind(std::string_view(command.resolved))
        .bind(std::string_view(command.help_url))
        .bind(std::string_view(joined(command.output_types)))
        .run();
    const auto id = database.last_row_id();
    for (const auto& parameter : command.parameters) {
        const auto mandatory = parameter.is_mandatory
                                   ? std::optional<std::int64_t>(*parameter.is_mandatory ? 1 : 0)
                                   : std::nullopt;
        database.query(insert_parameter)
            .bind(id)
            .bind(std::string_view(parameter.name))
            .bind(std::string_view(parameter.type))
            .bind(std::string_view(joined(parameter.aliases)))
            .bind(std::int64_t{parameter.is_switch ? 1 : 0})
            .bind_optional(mandatory)
            .run();
    }
}

std::vector<std::pair<std::int64_t, CommandInfo>> read_commands(sqlite::Database& database,
                                                                std::int64_t catalogue) {
    std::vector<std::pair<std::int64_t, CommandInfo>> commands;
    auto query = database.query(select_commands);
    query.bind(catalogue);
    while (query.step()) {
        const auto id = query.integer();
        CommandInfo command;
        command.name = query.text();
        command.module = query.text();
        command.kind = query.text();
        command.resolved = query.text();
        command.help_url = query.text();
        command.output_types = split(query.text());
        commands.emplace_back(id, std::move(command));
    }
    return commands;
}

void read_parameters(sqlite::Database& database, std::int64_t catalogue,
                     std::vector<std::pair<std::int64_t, CommandInfo>>& commands) {
    std::unordered_map<std::int64_t, CommandInfo*> by_id;
    for (auto& [id, command] : commands)
        by_id.emplace(id, &command);
    auto query = database.query(select_parameters);
    query.bind(catalogue);
    while (query.step()) {
        auto* command = by_id.at(query.integer());
        ParameterInfo parameter;
        parameter.name = query.text();
        parameter.type = query.text();
        parameter.aliases = split(query.text());
        parameter.is_switch = query.integer() != 0;
        if (const auto mandatory = query.optional_integer())
            parameter.is_mandatory = *mandatory != 0;
        command->parameters.push_back(std::move(parameter));
    }
}

}  // namespace

const CommandInfo* ImportedCommands::find(std::string_view name) const {
    const auto found = std::ranges::find_if(commands, [&](const CommandInfo& command) {
        return equal_without_case(command.name, name);
    });
    return found == commands.end() ? nullptr : &*found;
}

Result<std::unique_ptr<CommandCatalogue>> CommandCatalogue::open(const Config& config) {
    auto file = config.state_database;
    file += ".commands";
    auto database = sqlite::Disposable::open(file, {application_id, migrations, what});
    if (!database) return fail(database.error());
    return std::unique_ptr<CommandCatalogue>(new CommandCatalogue(*std::move(database)));
}

Result<void> CommandCatalogue::replace(const ManagementPlace& place,
                                       const ImportedCommands& imported) {
    return database_.run([&](sqlite::Database& database) {
        const auto account = account_name(place);
        sqlite::Transaction transaction(database, sqlite::Transaction::Kind::write);
        database.query(delete_catalogue)
            .bind(std::string_view(place.uri))
            .bind(std::string_view(account))
            .run();
        database.query(insert_catalogue)
            .bind(std::string_view(place.uri))
            .bind(std::string_view(account))
            .bind(std::int64_t{imported.fetched.time_since_epoch().count()})
            .run();
        const auto id = database.last_row_id();
        for (const auto& command : imported.commands)
            insert(database, id, command);
        transaction.commit();
    });
}

Result<std::optional<ImportedCommands>> CommandCatalogue::read(const ManagementPlace& place) {
    return database_.run([&](sqlite::Database& database) -> std::optional<ImportedCommands> {
        const auto account = account_name(place);
        sqlite::Transaction transaction(database, sqlite::Transaction::Kind::read);
        std::int64_t id = 0;
        ImportedCommands imported;
        {
            auto query = database.query(select_catalogue);
            query.bind(std::string_view(place.uri)).bind(std::string_view(account));
            if (!query.step()) return std::nullopt;
            id = query.integer();
            imported.fetched = Instant(Milliseconds(query.integer()));
        }
        auto commands = read_commands(database, id);
        read_parameters(database, id, commands);
        for (auto& [_, command] : commands)
            imported.commands.push_back(std::move(command));
        return imported;
    });
}

Result<management::Command> checked_command(std::string_view line,
                                            const std::optional<ImportedCommands>& imported) {
    const auto find = [&imported](std::string_view name) -> const CommandInfo* {
        return imported ? imported->find(name) : nullptr;
    };
    auto command = management::parse_command_line(line, find);
    // A list without any says nothing.
    if (!command || !imported || imported->commands.empty()) return command;
    const auto* info = imported->find(command->name);
    if (info == nullptr)
        return fail({Reach::item, "command.unknown",
                     fmt::format("{} is none of the {} commands that this account may run "
                                 "(hqsync exchange import reads them anew)",
                                 command->name, imported->commands.size())});
    // The REST way tells names only.
    if (info->parameters.empty()) return command;
    const auto checked = management::check_parameters(*command, *info);
    if (!checked) return fail(checked.error());
    return command;
}

}  // namespace hqsync::app
