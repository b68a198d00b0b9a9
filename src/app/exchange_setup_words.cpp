// Declares hqsync exchange setup and audit.
#include <memory>

#include <CLI/CLI.hpp>

#include "app/exchange_commands.hpp"
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

}  // namespace

void add_exchange_setup_commands(CLI::App& group, Words& words) {
    const auto said = std::make_shared<SetupWords>();

    auto* setup = group.add_subcommand("setup", "Give the sync its rights in Exchange, no more");
    setup->add_option("--config", words.invocation.config, "configuration file");
    add_whom(setup, said->setup);
    add_how(setup, said->setup);
    add_opening_options(setup, said->wish);
    add_yes(setup, words);
    add_json(setup, words);
    setup->footer("Example:\n  hqsync exchange setup --group 'HQ Sync' --dry-run");
    setup->callback([&words, said] {
        words.chosen = [&words, said] {
            said->setup.confirmation = words.confirmation();
            return exchange_setup(words.invocation, said->wish, said->setup);
        };
    });

    auto* audit = group.add_subcommand("audit", "Exchange's counts next to what the sync believes");
    audit->add_option("--config", words.invocation.config, "configuration file");
    add_users(audit, words);
    add_opening_options(audit, said->wish, "--login");
    add_json(audit, words);
    audit->footer("Example:\n  hqsync exchange audit --user anna@agentur.example");
    audit->callback([&words, said] {
        words.chosen = [&words, said] {
            return exchange_audit(words.invocation, said->wish, words.sync.users);
        };
    });
}

}  // namespace hqsync::app
