// Declares all commands with their help, and calls the one that was named.
#include "app/command_line.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/exchange_commands.hpp"
#include "app/words.hpp"

namespace hqsync::app {
namespace {

constexpr const char* for_questions = "For questions";
constexpr const char* for_hq = "For HQ";
constexpr const char* for_trying = "For trying it out";

void add_sync_commands(CLI::App& app, Words& words) {
    auto* sync_command = action(
        app, words, {"sync", "Bring the contacts of HQ into the mailboxes"},
        [](const Words& said) { return sync(said.invocation, said.sync); },
        "hqsync sync --user anna@agentur.example --dry-run");
    add_users(sync_command, words);
    sync_command->add_flag("--dry-run", words.sync.dry_run, "show the plan, write nothing");
    sync_command->add_flag("--quiet", words.sync.quiet, "print only what went wrong");
    add_json(sync_command, words);
    sync_command->group(for_admins);

    auto* watch_command = action(
        app, words, {"watch", "Keep the mailboxes in step until it is ended"},
        [](const Words& said) {
            return watch(said.invocation, said.sync.quiet ? Telling::faults : Telling::all);
        },
        "hqsync watch --quiet");
    watch_command->add_flag("--quiet", words.sync.quiet, "print only what went wrong");
    add_json(watch_command, words);
    watch_command->group(for_admins);

    auto* plan_command = action(
        app, words, {"plan", "Show what a sync would do, and write nothing"},
        [](const Words& said) { return plan(said.invocation, said.sync.users); },
        "hqsync plan --user anna@agentur.example");
    add_users(plan_command, words);
    add_json(plan_command, words);
    plan_command->group(for_admins);

    auto* approve_command = action(
        app, words, {"approve", "Let exactly one held plan be carried out"},
        [](const Words& said) { return approve(said.invocation, said.text); },
        "hqsync approve 0123456789abcdef");
    approve_command->add_option("PLAN-HASH", words.text, "as sync and status print it")->required();
    approve_command->group(for_admins);
}

void add_reading_commands(CLI::App& app, Words& words) {
    auto* status_command = action(
        app, words, {"status", "How each mailbox stands, what failed, what is held"},
        [](const Words& said) { return status(said.invocation); }, "hqsync status --json");
    add_json(status_command, words);
    status_command->group(for_admins);

    auto* explain_command = action(
        app, words, {"explain", "Why a contact is in a user's folder, or why it is not"},
        [](const Words& said) {
            return explain(said.invocation, said.user, said.contact.value_or(0));
        },
        "hqsync explain --user anna@agentur.example --contact 10007");
    add_user(explain_command, words)->required();
    add_contact(explain_command, words)->required();
    add_json(explain_command, words);
    explain_command->group(for_questions);

    auto* placements_command = action(
        app, words, {"placements", "All contacts of a user with their folder and the reasons"},
        [](const Words& said) { return placements(said.invocation, said.user); },
        "hqsync placements --user anna@agentur.example --json");
    add_user(placements_command, words)->required();
    add_json(placements_command, words);
    placements_command->group(for_questions);
}

ExitCode edit_setting(const Words& said, std::optional<std::string> value) {
    return change_setting(said.invocation, {.key = said.text,
                                            .value = std::move(value),
                                            .user = said.user,
                                            .confirmation = said.confirmation()});
}

void add_setting_edits(CLI::App& group, Words& words) {
    auto* set = action(
        group, words, {"set", "Show the effect of a new value, ask, and store it"},
        [](const Words& said) { return edit_setting(said, said.value.front()); },
        "hqsync settings set sync.global_folder off --user anna@agentur.example");
    set->add_option("KEY", words.text, "name of the setting")->required();
    set->add_option("VALUE", words.value, "true, 250, \"Interessent, Alt\"")
        ->required()
        ->expected(1)
        ->allow_extra_args(false);
    auto* unset = action(
        group, words, {"unset", "Back to the default, asked for like a new value"},
        [](const Words& said) { return edit_setting(said, std::nullopt); },
        "hqsync settings unset sync.only_my_contacts --yes");
    unset->add_option("KEY", words.text, "name of the setting")->required();
    for (auto* edit : {set, unset}) {
        edit->add_option("--user", words.user, "for this mailbox only")->type_name("MAIL");
        add_yes(edit, words);
        add_json(edit, words);
    }
}

void add_settings_commands(CLI::App& app, Words& words) {
    auto* group = app.add_subcommand("settings", "Look at the settings and change them");
    group->group(for_admins)->require_subcommand(1);
    auto* list = action(
        *group, words, {"list", "The settings with value, default and meaning"},
        [](const Words& said) { return list_settings(said.invocation, said.listing()); },
        "hqsync settings list --all");
    list->add_flag("--all", words.all, "those of single fields too, where they are not set");
    add_json(list, words);
    auto* get = action(
        *group, words, {"get", "The value of one setting"},
        [](const Words& said) { return get_setting(said.invocation, said.text, said.user); },
        "hqsync settings get guard.max_deletes");
    get->add_option("KEY", words.text, "name of the setting")->required();
    get->add_option("--user", words.user, "as it is for this mailbox")->type_name("MAIL");
    add_json(get, words);
    add_setting_edits(*group, words);
    auto* history = action(
        *group, words, {"history", "Who changed what, when, from what to what; newest first"},
        [](const Words& said) { return setting_history(said.invocation, said.limit); },
        "hqsync settings history --limit 10");
    history->add_option("--limit", words.limit, "changes at most")->check(CLI::Range(1, 100000));
    add_json(history, words);
}

CLI::App* record_action(CLI::App& group, Words& words,
                        std::pair<const char*, const char*> name_help, Action run,
                        const char* example) {
    auto* added = action(group, words, name_help, run, example);
    added
        ->add_option("ENTITY", words.record.entity,
                     "contact, company, project, lead, user or subsystem")
        ->required();
    add_json(added, words);
    return added;
}

void add_hq_files(CLI::App& group, Words& words) {
    auto* import = action(
        group, words, {"import", "Replace HQ by the JSON files of a folder, all or nothing"},
        [](const Words& said) { return hq_import(said.invocation, said.text); },
        "hqsync hq import ./export-of-hellohq");
    auto* export_command = action(
        group, words, {"export", "Write HQ as JSON files that import reads"},
        [](const Words& said) { return hq_export(said.invocation, said.text); },
        "hqsync hq export ./backup");
    auto* apply = action(
        group, words, {"apply", "Carry out a JSON file of edits, all or nothing"},
        [](const Words& said) { return hq_apply(said.invocation, said.text); },
        "hqsync hq apply edits.json");
    import->add_option("DIR", words.text, "folder with Users.json and so on")->required();
    export_command->add_option("DIR", words.text, "folder, made when missing")->required();
    apply
        ->add_option("FILE", words.text, R"([{"op":"set","entity":"contact","id":1,"fields":{…}}])")
        ->required();
    auto* counts = action(
        group, words, {"counts", "How many records HQ holds"},
        [](const Words& said) { return hq_counts(said.invocation); }, "hqsync hq counts --json");
    for (auto* added : {import, export_command, apply, counts})
        add_json(added, words);
}

void add_hq_commands(CLI::App& app, Words& words) {
    auto* group =
        app.add_subcommand("hq", "Look into HQ, edit the embedded one, log in to helloHQ");
    group->group(for_hq)->require_subcommand(1);
    add_hq_files(*group, words);
    add_serve_command(*group, words);
    add_hellohq_commands(*group, words);
    auto* show = record_action(
        *group, words, {"show", "One record"},
        [](const Words& said) { return hq_show(said.invocation, said.record); },
        "hqsync hq show contact 10007 --json");
    auto* set = record_action(
        *group, words, {"set", "Change fields of one record"},
        [](const Words& said) { return hq_set(said.invocation, said.record, said.assignments); },
        "hqsync hq set contact 10007 PhoneMobile=\"0171 1234567\"\n"
        "  hqsync hq set project 5 Members+=7 ContactPersons=10007,10008\n"
        "  hqsync hq set contact 10007 DefaultAddress.Email=neu@kunde.example");
    auto* remove = record_action(
        *group, words, {"delete", "Remove one record"},
        [](const Words& said) { return hq_delete(said.invocation, said.record); },
        "hqsync hq delete contact 10007");
    auto* add = record_action(
        *group, words, {"add", "A new record; prints its id"},
        [](const Words& said) {
            return hq_add(said.invocation, said.record.entity, said.assignments);
        },
        "hqsync hq add contact FirstName=Jana LastName=Vogt CompanyId=12");
    for (auto* added : {show, set, remove})
        added->add_option("ID", words.record.id, "id in HQ")
            ->required()
            ->check(CLI::Range(1, id_max));
    for (auto* added : {set, add})
        added->add_option("Field=Value", words.assignments, "+= and -= for lists")
            ->required()
            ->expected(1, 1000);
}

void add_trying_commands(CLI::App& app, Words& words) {
    auto* sim =
        app.add_subcommand("sim", "An Exchange simulator that speaks Microsoft Graph and EWS");
    auto& simulator = words.simulator;
    sim->add_option("--listen", simulator.listen, "HOST:PORT")->capture_default_str();
    sim->add_option("--domain", simulator.domain, "each address of it has a mailbox")
        ->capture_default_str();
    sim->add_option("--state", simulator.state_file, "file that keeps the mailboxes");
    sim->add_option("--seed", simulator.seed, "of ids and keys")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    sim->add_option("--record", simulator.record_file, "file for requests and answers");
    sim->add_option("--tenant", simulator.tenant, "accepted tenant")->capture_default_str();
    sim->add_option("--client-id", simulator.client_id, "accepted client")->capture_default_str();
    sim->add_option("--client-secret", simulator.client_secret, "its (worthless) secret");
    sim->add_option("--client-certificate", simulator.client_certificate_file,
                    "its certificate (PEM), accepted besides the secret");
    sim->add_option("--ews-user", simulator.ews_user, "account that EWS lets in")
        ->capture_default_str();
    sim->add_option("--ews-password-file", simulator.ews_password_file,
                    "file with its password (absent: simulator)");
    sim->add_option("--ews-auth", simulator.ews_auth,
                    "what EWS offers, of negotiate, ntlm, basic, bearer; with commas")
        ->capture_default_str();
    sim->add_flag("--allow-remote", simulator.allow_remote, "listen beyond loopback, without TLS");
    sim->footer("Example:\n  hqsync sim --listen 127.0.0.1:8025 --domain agentur.example");
    sim->callback([&words] { words.chosen = [&words] { return simulate(words.simulator); }; });
    sim->group(for_trying);

    auto* demo_command = app.add_subcommand("demo", "The whole way on sample data, on loopback");
    demo_command->add_option("--keep", words.text, "keep databases and configuration in DIR");
    demo_command->footer("Example:\n  hqsync demo");
    demo_command->add_flag("--hellohq", words.demo_hellohq,
                           "read and write HQ by helloHQ's API, over a socket");
    demo_command->callback([&words] {
        words.chosen = [&words] {
            return demo(words.text,
                        words.demo_hellohq ? DemoSource::hellohq : DemoSource::embedded);
        };
    });
    demo_command->group(for_trying);

    auto* init_command = app.add_subcommand("init", "Write a commented hqsync.toml");
    init_command->add_option("DIR", words.text, "folder; the current one when absent");
    init_command->footer("Example:\n  hqsync init /etc/hqsync");
    init_command->callback([&words] {
        words.chosen = [&words] { return init(words.text.empty() ? "." : words.text); };
    });
    init_command->group(for_trying);

    auto* version = app.add_subcommand("version", "The version of this program");
    version->callback([&words] {
        words.chosen = [] {
            fmt::print("hqsync {}\n", HQSYNC_VERSION);
            return ExitCode::done;
        };
    });
    version->group(for_trying);
}

ExitCode unwritten(std::string_view why) {
    return complain({.reach = Reach::run,
                     .code = "output.failed",
                     .detail = fmt::format("the answer could not be written: {}", why)});
}

/// An answer that could not be written is none, whatever was done: a full disk must not look like
/// an empty list.
ExitCode told(ExitCode code) {
    const bool was_written = std::ferror(stdout) == 0;
    if (std::fflush(stdout) != 0) return unwritten(std::strerror(errno));
    return was_written ? code : unwritten("what should read it has ended, or is full");
}

/// "hqsync exchange run": as far as the line was understood.
std::string command_path(const CLI::App& app) {
    auto path = app.get_name();
    const auto* at = &app;
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().back();
        path += " " + at->get_name();
    }
    return path;
}

int parse_and_run(int count, char** arguments) {
    CLI::App app(
        "hqsync keeps the contacts of helloHQ in the Exchange mailboxes of its users.\n"
        "Exit codes: 0 done, 1 failed, 2 usage, 3 done with findings, 4 held by the guard.",
        "hqsync");
    Words words;
    app.set_version_flag("--version", "hqsync " HQSYNC_VERSION);
    app.add_option("--config", words.invocation.config,
                   "configuration; else $HQSYNC_CONFIG, ./hqsync.toml, /etc/hqsync/hqsync.toml");
    app.require_subcommand(1);
    app.set_help_flag("--help,-h", "this help; COMMAND --help tells more");
    add_sync_commands(app, words);
    add_reading_commands(app, words);
    add_settings_commands(app, words);
    add_two_way_commands(app, words);
    add_safety_commands(app, words);
    add_exchange_commands(app, words);
    add_hq_commands(app, words);
    add_trying_commands(app, words);
    try {
        app.parse(count, arguments);
    } catch (const CLI::Success& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        // The parser only misses a command where it met a word that is none.
        const auto strangers = app.remaining(true);
        const bool stranger = !strangers.empty() && !strangers.front().starts_with('-');
        const auto line = stranger ? fmt::format("{} is not understood here", strangers.front())
                                   : std::string(error.what());
        return static_cast<int>(refuse(fmt::format("{} ({} --help)", line, command_path(app))));
    }
    words.invocation.output = words.json ? Output::json : Output::text;
    return static_cast<int>(told(words.chosen()));
}

}  // namespace

int run_command_line(int count, char** arguments) {
    try {
        return parse_and_run(count, arguments);
    } catch (const std::system_error& failed) {
        // A full disk is none of ours.
        if (std::ferror(stdout) != 0) return static_cast<int>(unwritten(failed.code().message()));
        fmt::print(stderr, "hqsync: internal error: {}\n", failed.what());
        return static_cast<int>(ExitCode::failed);
    } catch (const std::exception& bug) {
        fmt::print(stderr, "hqsync: internal error: {}\n", bug.what());
        return static_cast<int>(ExitCode::failed);
    }
}

}  // namespace hqsync::app
