// What the parser of the command line fills, and how a command is declared.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hqsync::app {

inline constexpr const char* for_admins = "For administrators";

inline constexpr std::int32_t id_max = 2'147'483'647;  // int32 in swagger-v1.json

/// What the parser fills and the chosen command reads.
struct Words {
    Invocation invocation;
    bool json = false;
    bool yes = false;
    bool all = false;
    bool contents = false;
    SyncOptions sync;
    std::string user;
    std::string text;  ///< plan hash, folder, file, key or side
    std::vector<std::string> value;
    std::optional<std::int64_t> contact;
    std::optional<std::int64_t> run;
    std::int64_t id = 0;  ///< of a conflict or a proposal
    std::int64_t company = 0;
    bool is_another = false;
    bool demo_hellohq = false;
    std::size_t limit = 50;
    RecordName record;
    std::vector<std::string> assignments;
    SimulatorOptions simulator;
    ServeOptions serve;
    HqLogin login;
    std::function<ExitCode()> chosen;

    [[nodiscard]] Listing listing() const { return all ? Listing::all : Listing::usual; }
    [[nodiscard]] Confirmation confirmation() const {
        return yes ? Confirmation::given : Confirmation::ask;
    }
};

using Action = ExitCode (*)(const Words&);

/// A command that does something, with an example below its help. Where it has commands below it,
/// its action is that of the bare word.
CLI::App* action(CLI::App& parent, Words& words, std::pair<const char*, const char*> name_help,
                 Action run, const char* example);

void add_json(CLI::App* added, Words& words);
void add_yes(CLI::App* added, Words& words);
/// --user MAIL, as often as wanted.
void add_users(CLI::App* added, Words& words);
/// --user MAIL.
CLI::Option* add_user(CLI::App* added, Words& words);
/// --contact ID.
CLI::Option* add_contact(CLI::App* added, Words& words);

// two_way_words.cpp, serve_command.cpp, hq_login_command.cpp
/// conflicts, proposals, bring-back.
void add_two_way_commands(CLI::App& app, Words& words);
/// hq login, logout, status, reread.
void add_hellohq_commands(CLI::App& group, Words& words);
/// hq serve.
void add_serve_command(CLI::App& group, Words& words);
/// verify, backup, restore, erase.
void add_safety_commands(CLI::App& app, Words& words);

}  // namespace hqsync::app
