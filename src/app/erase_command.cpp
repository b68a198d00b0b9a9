// hqsync erase: takes a person out of every mailbox and out of what hqsync remembers. The receipt
// holds no personal data: mailboxes are named by the id of their user in HQ.
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include <fmt/format.h>

#include "app/confirm.hpp"
#include "app/context.hpp"
#include "app/json.hpp"
#include "app/table.hpp"
#include "async/await.hpp"
#include "engine/erase.hpp"

namespace hqsync::app {
namespace {

using Names = std::map<MailboxAddress, std::string>;

/// All mailboxes that may hold the person, each with its name in the receipt: "user 7", or
/// "former 1" for the first mailbox (by address) whose user HQ does not have any more.
Result<Names> mailboxes_of(const Directory& directory, StateStore& state) {
    std::set<MailboxAddress> addresses;
    for (const auto& [user, address] : synced_mailboxes(directory))
        addresses.insert(address);
    const auto counts = await(state.shadow_counts());
    if (!counts) return fail(counts.error());
    for (const auto& [address, count] : *counts)
        addresses.insert(address);
    const auto passes = await(state.last_passes());
    if (!passes) return fail(passes.error());
    for (const auto& pass : *passes)
        addresses.insert(pass.mailbox);
    Names names;
    std::size_t former = 0;
    for (const auto& address : addresses) {
        const auto user = directory.users.find(address);
        names.emplace(address, user != directory.users.end()
                                   ? fmt::format("user {}", user->second.value())
                                   : fmt::format("former {}", ++former));
    }
    return names;
}

std::string question(const Directory& directory, ContactId contact, std::size_t mailboxes) {
    const auto* person = find(*directory.snapshot, contact);
    const auto who = person == nullptr
                         ? std::string("HQ does not have it")
                         : fmt::format("{} {}", person->first_name, person->last_name);
    return fmt::format(
        "Contact {} ({}) goes for good out of {} mailboxes and out of all that hqsync remembers, "
        "and is never synchronised again. Go on?",
        contact.value(), who, mailboxes);
}

struct Receipt {
    ContactId contact;
    const engine::Erasure& erasure;
    const Names& names;
    bool is_in_hq = false;
};

std::vector<std::pair<std::string_view, std::size_t>> remembered_of(const Erased& erased) {
    return {{"shadows", erased.shadows},     {"intents", erased.intents},
            {"backups", erased.backups},     {"conflicts", erased.conflicts},
            {"proposals", erased.proposals}, {"errors", erased.errors},
            {"others", erased.others}};
}

void print_text(const Receipt& receipt) {
    const auto& erasure = receipt.erasure;
    fmt::print("Receipt of an erasure\n{:<22}{}\n{:<22}{}\n{:<22}{}\n", "contact",
               receipt.contact.value(), "time", iso_time(erasure.when), "mailboxes searched",
               erasure.searched);
    fmt::print("{:<22}", "remembered, erased");
    for (const auto& [what, count] : remembered_of(erasure.remembered))
        fmt::print("{}{} {}", what == "shadows" ? "" : ", ", what, count);
    fmt::print("\n{:<22}{}\n", "complete", erasure.is_complete ? "yes" : "no");
    using enum Table::Align;
    Table table({{"mailbox"}, {"items", right}, {"folders", right}, {"fault"}});
    for (const auto& each : erasure.mailboxes)
        table.add({receipt.names.at(each.mailbox), fmt::to_string(each.items),
                   fmt::to_string(each.folders), each.fault ? each.fault->code : std::string()});
    fmt::print("{}", table.empty() ? "No mailbox held the person.\n" : table.text());
    if (receipt.is_in_hq)
        fmt::print(
            "HQ still has the contact: its record stays there. It is never synchronised "
            "again.\n");
}

void print_json(const Receipt& receipt) {
    const auto& erasure = receipt.erasure;
    Json json;
    json.begin_object();
    json.field("contact", receipt.contact.value());
    json.field("when", iso_time(erasure.when));
    json.field("searched", erasure.searched);
    json.field("complete", erasure.is_complete);
    json.field("in_hq", receipt.is_in_hq);
    json.key("mailboxes");
    json.begin_array();
    for (const auto& each : erasure.mailboxes) {
        json.begin_object();
        json.field("mailbox", receipt.names.at(each.mailbox));
        json.field("items", each.items);
        json.field("folders", each.folders);
        json.key("fault");
        if (each.fault) {
            json.value(each.fault->code);
        } else {
            json.null();
        }
        json.end_object();
    }
    json.end_array();
    json.key("remembered");
    json.begin_object();
    for (const auto& [what, count] : remembered_of(erasure.remembered))
        json.field(what, count);
    json.end_object();
    json.end_object();
    fmt::print("{}\n", json.text());
}

/// A number that was typed wrong is blocked as well; nobody would notice.
bool is_unheard_of(const Receipt& receipt) {
    const auto remembered = remembered_of(receipt.erasure.remembered);
    return !receipt.is_in_hq && receipt.erasure.mailboxes.empty() &&
           std::ranges::all_of(remembered, [](const auto& each) { return each.second == 0; });
}

}  // namespace

ExitCode erase(const Invocation& invocation, std::int64_t contact, Confirmation confirmation) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    // A run beside it would write the person down again.
    auto works = open_works(*config, Share::run);
    if (!works) return complain(works.error());
    const auto directory = read_directory(*works->hq, *works->state);
    if (!directory) return complain(directory.error());
    const auto names = mailboxes_of(*directory, *works->state);
    if (!names) return complain(names.error());
    const auto agreed = consent(invocation.output, confirmation,
                                question(*directory, ContactId(contact), names->size()));
    if (agreed != Consent::given) return without_consent(agreed);

    std::vector<MailboxAddress> mailboxes;
    for (const auto& [address, name] : *names)
        mailboxes.push_back(address);
    const auto erasure =
        await_on(works->line->context,
                 engine::erase(works->ports(), ContactId(contact), std::move(mailboxes)));
    if (!erasure)
        return complain({.reach = Reach::run, .code = "run.stopped", .detail = "it was stopped"});
    if (!*erasure) return complain(erasure->error());
    const Receipt receipt{.contact = ContactId(contact),
                          .erasure = **erasure,
                          .names = *names,
                          .is_in_hq = find(*directory->snapshot, ContactId(contact)) != nullptr};
    if (invocation.output == Output::json) {
        print_json(receipt);
    } else {
        print_text(receipt);
    }
    if (is_unheard_of(receipt))
        fmt::print(stderr,
                   "hqsync: neither HQ nor a mailbox nor the state has contact {}: was another one "
                   "meant? It is blocked all the same\n",
                   contact);
    if (receipt.erasure.is_complete) return ExitCode::done;
    fmt::print(stderr, "hqsync: the erasure is not complete: mend the faults and repeat it\n");
    return ExitCode::failed;
}

}  // namespace hqsync::app
