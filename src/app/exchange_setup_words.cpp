// Declares hqsync exchange setup and audit.
#include <memory>

#include "app/exchange_setup_command.hpp"
#include "app/words.hpp"

namespace hqsync::app {
namespace {

struct SetupWords {
    ManagementWish wish;
    SetupOptions setup;
    std::vector<std::string> users;
};
using Said = std::shared_ptr<SetupWords>;

/// Who asks; --user means mailboxes here.
void add_login(CLI::App* added, ManagementWish& wish) {
    added->add_option("--uri", wish.uri, "http://SERVER/PowerShell/; else as configured")
        ->type_name("URL");
    added->add_option("--login", wish.user, "the administrator: name@REALM, 'DOMAIN\\name'")
        ->type_name("NAME");
    added->add_option("--auth", wish.auth, "kerberos, basic, ntlm, oauth")
        ->check(CLI::IsMember({"kerberos", "basic", "ntlm", "oauth"}));
    auto* password = added->add_option("--password-file", wish.password_file,
                                       "else $HQSYNC_EXCHANGE_PASSWORD, else it is asked for");
    password->type_name("FILE")->check(CLI::ExistingFile);
    added->add_option("--keytab-file", wish.keytab_file, "keys of the account (Kerberos)")
        ->type_name("FILE")
        ->check(CLI::ExistingFile)
        ->excludes(password);
    added->add_flag("--allow-redirection", wish.allow_redirection,
                    "let the server lead elsewhere: https, the same host or a configured one");
    added->add_flag_callback(
        "--wait", [&wish] { wish.wait = std::chrono::seconds(900); },
        "while as many sessions are open as the account may hold, up to 15 minutes");
}

void add_whom(CLI::App* added, SetupOptions& setup) {
    auto* group = added->add_option("--group", setup.group,
                                    "the users are the members of this group (name or DN)");
    added
        ->add_option("--attribute", setup.attribute,
                     "the users have CustomAttribute1=VALUE to CustomAttribute15=VALUE")
        ->type_name("NAME=VALUE")
        ->excludes(group);
    added->add_option("--account", setup.account, "who logs in to EWS; else exchange.user")
        ->type_name("NAME");
    added->add_option("--app-id", setup.app_id, "client id; else exchange.client_id")
        ->type_name("ID");
    added
        ->add_option("--object-id", setup.object_id,
                     "of the enterprise application; else exchange.object_id")
        ->type_name("ID");
    added->add_option("--name", setup.name, "all that is made is named NAME-…")
        ->check([](const std::string& name) {
            constexpr auto letters =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
            const bool is_good = !name.empty() && name.size() <= 40 &&
                                 name.find_first_not_of(letters) == std::string::npos;
            return is_good ? std::string() : std::string("letters, digits, - and _, at most 40");
        })
        ->capture_default_str();
}

void add_how(CLI::App* added, SetupOptions& setup) {
    added->add_option("--inside", setup.probes.inside, "a mailbox that must be let in")
        ->type_name("MAIL");
    added->add_option("--outside", setup.probes.outside, "a mailbox that must be refused")
        ->type_name("MAIL");
    auto* concurrency = added->add_option("--ews-concurrency", setup.ews_concurrency,
                                          "calls at once; else what hqsync needs at most");
    concurrency->type_name("N|unlimited");
    added
        ->add_flag_callback(
            "--no-throttling-policy", [&setup] { setup.has_policy = false; },
            "leave throttling as it is")
        ->excludes(concurrency);
    auto* undo = added->add_flag("--undo", setup.undo, "take back what a set-up made");
    undo->excludes("--group")->excludes("--attribute");
    added->add_flag("--dry-run", setup.dry_run, "print the commands, run only those that read");
}

CLI::App* exchange_group(CLI::App& app) {
    const auto known =
        app.get_subcommands([](const CLI::App* each) { return each->get_name() == "exchange"; });
    if (!known.empty()) return known.front();
    auto* group = app.add_subcommand("exchange", "Run commands at Exchange's admin side");
    group->group(for_admins)->require_subcommand(1);
    return group;
}

}  // namespace

void add_exchange_setup_commands(CLI::App& app, Words& words) {
    auto* group = exchange_group(app);
    const auto said = std::make_shared<SetupWords>();

    auto* setup = group->add_subcommand("setup", "Give the sync its rights in Exchange, no more");
    setup->add_option("--config", words.invocation.config, "configuration file");
    add_whom(setup, said->setup);
    add_how(setup, said->setup);
    add_login(setup, said->wish);
    add_yes(setup, words);
    add_json(setup, words);
    setup->footer("Example:\n  hqsync exchange setup --group 'HQ Sync' --dry-run");
    setup->callback([&words, said] {
        words.chosen = [&words, said] {
            said->setup.confirmation = words.confirmation();
            return exchange_setup(words.invocation, said->wish, said->setup);
        };
    });

    auto* audit =
        group->add_subcommand("audit", "Exchange's counts next to what the sync believes");
    audit->add_option("--config", words.invocation.config, "configuration file");
    add_users(audit, words);
    add_login(audit, said->wish);
    add_json(audit, words);
    audit->footer("Example:\n  hqsync exchange audit --user anna@agentur.example");
    audit->callback([&words, said] {
        words.chosen = [&words, said] {
            return exchange_audit(words.invocation, said->wish, words.sync.users);
        };
    });
}

}  // namespace hqsync::app
