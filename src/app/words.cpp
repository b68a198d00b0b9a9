// Declares what commands have in common.
#include "app/words.hpp"

#include <CLI/CLI.hpp>

namespace hqsync::app {

CLI::App* action(CLI::App& parent, Words& words, std::pair<const char*, const char*> name_help,
                 Action run, const char* example) {
    auto* added = parent.add_subcommand(name_help.first, name_help.second);
    added->add_option("--config", words.invocation.config, "configuration file");
    added->footer(std::string("Example:\n  ") + example);
    added->callback([&words, run, added] {
        // The parser calls the commands below first.
        if (added->get_subcommands().empty()) words.chosen = [&words, run] { return run(words); };
    });
    return added;
}

void add_json(CLI::App* added, Words& words) {
    added->add_flag("--json", words.json, "print JSON (docs/json.md)");
}

void add_yes(CLI::App* added, Words& words) {
    added->add_flag("--yes", words.yes, "the effect is wanted: do not ask");
}

void add_users(CLI::App* added, Words& words) {
    added->add_option("--user", words.sync.users, "only this mailbox; may be repeated")
        ->type_name("MAIL")
        ->expected(1)
        ->take_all();
}

CLI::Option* add_user(CLI::App* added, Words& words) {
    return added->add_option("--user", words.user, "mailbox address")->type_name("MAIL");
}

CLI::Option* add_contact(CLI::App* added, Words& words) {
    return added->add_option("--contact", words.contact, "id in HQ")
        ->type_name("ID")
        ->check(CLI::Range(1, id_max));
}

}  // namespace hqsync::app
