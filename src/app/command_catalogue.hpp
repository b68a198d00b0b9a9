// The commands that were imported, kept beside the state: for completion, and for checking a line
// before anything is sent.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "app/management_place.hpp"
#include "async/clock.hpp"
#include "base/result.hpp"
#include "management/command_check.hpp"
#include "management/command_line.hpp"
#include "management/command_metadata.hpp"
#include "sqlite/disposable.hpp"

namespace hqsync::app {

/// What one account may run at one place.
struct ImportedCommands {
    Instant fetched{};
    std::vector<management::CommandInfo> commands;  ///< sorted by name, without case

    /// Without case; null: not among them. Lives as long as `commands`.
    [[nodiscard]] const management::CommandInfo* find(std::string_view name) const;
};

/// A file of its own (`state.database` with ".commands"): it can be deleted at any time, and a
/// damaged one is begun anew.
class CommandCatalogue {
public:
    static Result<std::unique_ptr<CommandCatalogue>> open(const Config& config);

    Result<void> replace(const ManagementPlace& place, const ImportedCommands& imported);
    /// None: never imported.
    Result<std::optional<ImportedCommands>> read(const ManagementPlace& place);

private:
    explicit CommandCatalogue(sqlite::Disposable database) : database_(std::move(database)) {}
    sqlite::Disposable database_;
};

/// The command that a line is, checked against what was imported, if anything was. Faults as of
/// management::parse_command_line and check_parameters; "command.unknown" (item): not imported.
Result<management::Command> checked_command(std::string_view line,
                                            const std::optional<ImportedCommands>& imported);

}  // namespace hqsync::app
