// Declares the commands below `hqsync exchange`.
#include <memory>

#include <CLI/CLI.hpp>

#include "app/exchange_commands.hpp"
#include "app/exchange_setup_command.hpp"
#include "app/words.hpp"

namespace hqsync::app {
namespace {

/// What the parser fills for these commands.
struct ExchangeWords {
    ManagementWish wish;
    std::string text;  ///< line or id
    std::int64_t idle_seconds = 840;
    bool asks_server = false;
    bool all = false;
};
using Said = std::shared_ptr<ExchangeWords>;

using ExchangeAction = ExitCode (*)(const Invocation& invocation, const ExchangeWords& said);

CLI::App* exchange_action(CLI::App& group, Words& words, const Said& said,
                          std::pair<const char*, const char*> name_help, ExchangeAction run) {
    auto* added = group.add_subcommand(name_help.first, name_help.second);
    added->add_option("--config", words.invocation.config, "configuration file");
    added->callback([&words, said, run, added] {
        if (added->get_subcommands().empty())
            words.chosen = [&words, said, run] { return run(words.invocation, *said); };
    });
    return added;
}

void add_session_commands(CLI::App& group, Words& words, const Said& said) {
    auto* list =
        exchange_action(group, words, said, {"sessions", "What this tool holds open at Exchange"},
                        [](const Invocation& invocation, const ExchangeWords& told) {
                            return exchange_sessions(
                                invocation, told.wish,
                                told.asks_server ? SessionList::and_server : SessionList::here);
                        });
    auto* server =
        list->add_flag("--server", said->asks_server, "ask the server too, which logs in there");
    add_login_options(list, said->wish);
    for (const auto* name : {"--uri", "--user", "--auth", "--password-file", "--keytab-file"})
        list->get_option(name)->needs(server);
    add_json(list, words);
    list->footer("Example:\n  hqsync exchange sessions\n  hqsync exchange sessions remove");
    list->require_subcommand(0, 1);
    auto* remove = exchange_action(
        *list, words, said, {"remove", "Give back what ended processes left behind"},
        [](const Invocation& invocation, const ExchangeWords& told) {
            return exchange_remove_sessions(invocation, told.wish, told.text,
                                            told.all ? Listing::all : Listing::usual);
        });
    remove->add_option("ID", said->text,
                       "this one, also when it is in use; its beginning is enough");
    remove->add_flag("--all", said->all, "those in use by other processes, too")->excludes("ID");
    add_login_options(remove, said->wish);
    add_json(remove, words);
    remove->footer("Example:\n  hqsync exchange sessions remove --all");
}

}  // namespace

void add_login_options(CLI::App* added, ManagementWish& wish, const char* user) {
    added->add_option("--uri", wish.uri, "http://SERVER/PowerShell/; else as configured")
        ->type_name("URL");
    added->add_option(user, wish.user, "who asks: name@REALM, 'DOMAIN\\name'")->type_name("NAME");
    added->add_option("--auth", wish.auth, "kerberos, basic, ntlm, oauth")
        ->check(CLI::IsMember({"kerberos", "basic", "ntlm", "oauth"}));
    auto* password = added->add_option("--password-file", wish.password_file,
                                       "else $HQSYNC_MANAGEMENT_PASSWORD, else it is asked for");
    password->type_name("FILE")->check(CLI::ExistingFile);
    added->add_option("--keytab-file", wish.keytab_file, "keys of the account (Kerberos)")
        ->type_name("FILE")
        ->check(CLI::ExistingFile)
        ->excludes(password);
}

void add_opening_options(CLI::App* added, ManagementWish& wish, const char* user) {
    add_login_options(added, wish, user);
    added->add_flag("--allow-redirection", wish.allow_redirection,
                    "let the server lead elsewhere: https, the same host or a configured one");
    added->add_flag_callback(
        "--wait", [&wish] { wish.wait = wish.wait.value_or(std::chrono::seconds(900)); },
        "while as many sessions are open as the account may hold, up to 15 minutes");
    added
        ->add_option_function<std::int64_t>(
            "--wait-seconds",
            [&wish](std::int64_t seconds) { wish.wait = std::chrono::seconds(seconds); },
            "the same, so long at most")
        ->check(CLI::Range(1, 86'400));
}

void add_exchange_commands(CLI::App& app, Words& words) {
    auto* group = app.add_subcommand("exchange", "Run commands at Exchange's admin side");
    group->group(for_admins)->require_subcommand(1);
    const auto said = std::make_shared<ExchangeWords>();

    auto* connect = exchange_action(
        *group, words, said,
        {"connect", "A prompt for Exchange's commands; without a terminal, lines"},
        [](const Invocation& invocation, const ExchangeWords& told) {
            return exchange_connect(invocation, told.wish, std::chrono::seconds(told.idle_seconds));
        });
    add_opening_options(connect, said->wish);
    connect
        ->add_option("--idle-seconds", said->idle_seconds,
                     "so long without a line, and it ends; servers end it after 900")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    add_json(connect, words);
    connect->footer(
        "Example:\n  hqsync exchange connect --uri http://mail.agentur.example/PowerShell/ "
        "--user admin@AGENTUR.EXAMPLE");

    auto* run = exchange_action(*group, words, said,
                                {"run", "One command; the session is given back before the answer"},
                                [](const Invocation& invocation, const ExchangeWords& told) {
                                    return exchange_run(invocation, told.wish, told.text);
                                });
    run->add_option("COMMAND", said->text, "name and parameters, in quotes")->required();
    add_opening_options(run, said->wish);
    add_json(run, words);
    run->footer("Example:\n  hqsync exchange run 'Get-Mailbox -ResultSize 5' --json");

    auto* import = exchange_action(*group, words, said,
                                   {"import", "Fetch the commands that the account may run"},
                                   [](const Invocation& invocation, const ExchangeWords& told) {
                                       return exchange_import(invocation, told.wish);
                                   });
    add_opening_options(import, said->wish);
    add_json(import, words);
    import->footer("Example:\n  hqsync exchange import");

    add_session_commands(*group, words, said);
    add_exchange_setup_commands(*group, words);
}

}  // namespace hqsync::app
