// A line as an admin types it, into a command with parameters. Values only: what PowerShell would
// have to evaluate is refused, because no server of ours would run it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "management/command_metadata.hpp"
#include "management/session.hpp"

namespace hqsync::management {

/// The imported command of this name (without case), or null.
using FindCommand = std::function<const CommandInfo*(std::string_view name)>;

/// `Get-Mailbox -ResultSize 5 -Identity "Anna Muster" -Force -Users a,b -Confirm:$false -X
/// @{Add="a"}`
///
/// Values: bare words, 'single' and "double" quotes, numbers, $true, $false, $null, lists with
/// commas or @(…), tables @{name=value; …}. A number is one only when it is written as it would be
/// printed (7, not 007); else it stays a text, which servers turn into the number they want.
/// What is imported decides where it can: a switch takes no value but behind ":", and a parameter
/// for a SecureString gets a Secret. Without it a parameter takes the value that follows, if any.
///
/// Faults (item) name the column, counted in characters from 1: "command.script" (pipes, variables,
/// calls, script blocks, redirections, several commands), "command.syntax" (anything else).
Result<Command> parse_command_line(std::string_view line, const FindCommand& find = {});

}  // namespace hqsync::management
