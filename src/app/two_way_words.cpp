// Declares the commands for what users change, and those that look, restore and erase.
#include <CLI/CLI.hpp>

#include "app/words.hpp"

namespace hqsync::app {
namespace {

constexpr const char* for_users_changes = "For what users change";
constexpr const char* for_safety = "To verify, restore and erase";

void add_conflicts(CLI::App& app, Words& words) {
    auto* conflicts = action(
        app, words, {"conflicts", "Fields that HQ and a mailbox had changed differently"},
        [](const Words& said) {
            return list_conflicts(said.invocation, {.user = said.user, .limit = said.limit});
        },
        "hqsync conflicts --user anna@agentur.example\n"
        "  hqsync conflicts take 12 exchange");
    add_user(conflicts, words)->description("only of this mailbox");
    conflicts->add_option("--limit", words.limit, "conflicts at most")
        ->check(CLI::Range(1, 100000));
    add_json(conflicts, words);
    conflicts->group(for_users_changes);

    auto* take = action(
        *conflicts, words, {"take", "Give HQ the value of one side after all"},
        [](const Words& said) { return take_conflict(said.invocation, said.id, said.text); },
        "hqsync conflicts take 12 exchange");
    take->add_option("ID", words.id, "as conflicts lists it")->required();
    take->add_option("SIDE", words.text, "hq or exchange")->required();
}

void add_proposals(CLI::App& app, Words& words) {
    auto* proposals = action(
        app, words, {"proposals", "Contacts that users made and that HQ does not have"},
        [](const Words& said) { return list_proposals(said.invocation, said.listing()); },
        "hqsync proposals\n"
        "  hqsync proposals accept 3 --company 12\n"
        "  hqsync proposals link 5 --contact 10007\n"
        "  hqsync proposals dismiss 4");
    proposals->add_flag("--all", words.all, "accepted, dismissed and erased ones too");
    add_json(proposals, words);
    proposals->group(for_users_changes);

    auto* accept = action(
        *proposals, words, {"accept", "Make a contact of HQ of it"},
        [](const Words& said) {
            return accept_proposal(said.invocation, said.id, said.company,
                                   said.is_another ? Candidates::is_another : Candidates::ask);
        },
        "hqsync proposals accept 3 --company 12");
    accept->add_option("ID", words.id, "as proposals lists it")->required();
    accept->add_option("--company", words.company, "id of its company in HQ")
        ->required()
        ->type_name("ID");
    accept->add_flag("--another", words.is_another,
                     "it is somebody else than the contacts that it may be");
    auto* link = action(
        *proposals, words, {"link", "Say that it is a contact that HQ has"},
        [](const Words& said) {
            return link_proposal(said.invocation, said.id, said.contact.value_or(0));
        },
        "hqsync proposals link 5 --contact 10007");
    link->add_option("ID", words.id, "as proposals lists it")->required();
    add_contact(link, words)->required();
    auto* dismiss = action(
        *proposals, words, {"dismiss", "Leave it to its user"},
        [](const Words& said) { return dismiss_proposal(said.invocation, said.id); },
        "hqsync proposals dismiss 4");
    dismiss->add_option("ID", words.id, "as proposals lists it")->required();
}

void add_bring_back(CLI::App& app, Words& words) {
    auto* command = action(
        app, words, {"bring-back", "Bring a contact back that its user deleted"},
        [](const Words& said) {
            if (said.all) return list_kept_away(said.invocation);
            if (said.user.empty() || !said.contact)
                return refuse("bring-back needs --user and --contact, or --list");
            return bring_back(said.invocation, said.user, *said.contact);
        },
        "hqsync bring-back --user anna@agentur.example --contact 10007");
    add_user(command, words);
    add_contact(command, words);
    command->add_flag("--list", words.all, "show what is kept away instead");
    add_json(command, words);
    command->group(for_users_changes);
}

void add_backup(CLI::App& app, Words& words) {
    auto* backup = action(
        app, words, {"backup", "The runs, and what they overwrote and removed in a mailbox"},
        [](const Words& said) {
            if (!said.user.empty())
                return list_backups(
                    said.invocation,
                    {.user = said.user,
                     .contact = said.contact,
                     .run = said.run,
                     .contents = said.contents ? Contents::shown : Contents::hidden});
            if (said.contact || said.run || said.contents)
                return refuse("--contact, --run and --contents need --user");
            return list_runs(said.invocation, said.limit);
        },
        "hqsync backup --user anna@agentur.example --run 12 --contents");
    add_user(backup, words);
    add_contact(backup, words)->description("only of this contact");
    backup->add_option("--run", words.run, "only of this run")->type_name("RUN");
    backup->add_flag("--contents", words.contents, "the texts too, not only the fields' names");
    backup->add_option("--limit", words.limit, "runs at most")->check(CLI::Range(1, 100000));
    add_json(backup, words);
    backup->group(for_safety);
}

void add_restore(CLI::App& app, Words& words) {
    auto* restore_command = action(
        app, words, {"restore", "Put back what runs overwrote or removed in a mailbox"},
        [](const Words& said) {
            return restore(said.invocation, {.user = said.user,
                                             .before_run = said.run.value_or(0),
                                             .contact = said.contact,
                                             .dry_run = said.sync.dry_run,
                                             .confirmation = said.confirmation()});
        },
        "hqsync restore --user anna@agentur.example --before 12 --contact 10007 --dry-run");
    add_user(restore_command, words)->required();
    restore_command->add_option("--before", words.run, "as it was before this run")
        ->required()
        ->type_name("RUN");
    add_contact(restore_command, words)->description("only this contact");
    restore_command->add_flag("--dry-run", words.sync.dry_run, "show it, write nothing");
    add_yes(restore_command, words);
    add_json(restore_command, words);
    restore_command->group(for_safety);
}

}  // namespace

void add_two_way_commands(CLI::App& app, Words& words) {
    add_conflicts(app, words);
    add_proposals(app, words);
    add_bring_back(app, words);
}

void add_safety_commands(CLI::App& app, Words& words) {
    auto* verify_command = action(
        app, words, {"verify", "Compare the mailboxes, read whole, with the plan; write nothing"},
        [](const Words& said) { return verify(said.invocation, said.sync.users); },
        "hqsync verify --user anna@agentur.example");
    add_users(verify_command, words);
    add_json(verify_command, words);
    verify_command->group(for_safety);
    add_backup(app, words);
    add_restore(app, words);
    auto* erase_command = action(
        app, words, {"erase", "Take a person out of all mailboxes and all memory, for ever"},
        [](const Words& said) {
            return erase(said.invocation, said.contact.value_or(0), said.confirmation());
        },
        "hqsync erase --contact 10007");
    add_contact(erase_command, words)->required();
    add_yes(erase_command, words);
    add_json(erase_command, words);
    erase_command->group(for_safety);
}

}  // namespace hqsync::app
