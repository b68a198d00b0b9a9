// The commands below `hqsync exchange`: what each is told, and its function. Each prints its answer
// to stdout, messages to stderr, and gives the session back before it returns.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "app/commands.hpp"
#include "app/management_place.hpp"

namespace CLI {
class App;
}

namespace hqsync::app {

struct Words;

/// One pipeline as a line: "Get-Mailbox -ResultSize 5".
ExitCode exchange_run(const Invocation& invocation, const ManagementWish& wish,
                      const std::string& line);

/// `idle`: so long without a line at the prompt, and it ends.
ExitCode exchange_connect(const Invocation& invocation, const ManagementWish& wish,
                          std::chrono::seconds idle);

ExitCode exchange_import(const Invocation& invocation, const ManagementWish& wish);

/// Whom the list of sessions asks.
enum class SessionList : std::uint8_t { here, and_server };
ExitCode exchange_sessions(const Invocation& invocation, const ManagementWish& wish,
                           SessionList list);

/// Which ones are given back: one by its id or the beginning of it; else those that processes left
/// behind, or with Listing::all also those that are in use.
ExitCode exchange_remove_sessions(const Invocation& invocation, const ManagementWish& wish,
                                  const std::string& id, Listing which);

/// --uri, --user, --auth, --password-file, --keytab-file into `wish`, which outlives the parser.
/// `user`: the name of that option, where --user means mailboxes.
void add_login_options(CLI::App* added, ManagementWish& wish, const char* user = "--user");
/// And, for commands that open a session, --allow-redirection, --wait, --wait-seconds.
void add_opening_options(CLI::App* added, ManagementWish& wish, const char* user = "--user");

/// The group `exchange`.
void add_exchange_commands(CLI::App& app, Words& words);

}  // namespace hqsync::app
