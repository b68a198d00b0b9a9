// hqsync status: how each mailbox stands, what failed, what is held, and where things are.
#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/compose.hpp"
#include "app/json.hpp"
#include "app/kept_away.hpp"
#include "app/table.hpp"
#include "async/await.hpp"

namespace hqsync::app {
namespace {

/// Everything that the state tells.
struct Overview {
    std::vector<PassRecord> passes;
    std::vector<std::pair<MailboxAddress, ItemError>> errors;
    std::vector<Held> held;
    std::map<MailboxAddress, std::size_t> contacts;
    std::map<MailboxAddress, std::map<ContactId, FolderRole>> kept_away;
    std::size_t open_proposals = 0;
    std::size_t source_contacts = 0;
};

Result<Overview> look(StateStore& state) {
    auto passes = await(state.last_passes());
    if (!passes) return fail(passes.error());
    auto errors = await(state.all_item_errors());
    if (!errors) return fail(errors.error());
    auto held = await(state.held());
    if (!held) return fail(held.error());
    auto contacts = await(state.shadow_counts());
    if (!contacts) return fail(contacts.error());
    auto kept_away = await(state.kept_away());
    if (!kept_away) return fail(kept_away.error());
    const auto proposals = await(state.proposals());
    if (!proposals) return fail(proposals.error());
    const auto source = await(state.source_counts());
    if (!source) return fail(source.error());
    const auto open = std::ranges::count(*proposals, Proposal::State::open, &Proposal::state);
    return Overview{.passes = std::move(*passes),
                    .errors = std::move(*errors),
                    .held = std::move(*held),
                    .contacts = std::move(*contacts),
                    .kept_away = std::move(*kept_away),
                    .open_proposals = static_cast<std::size_t>(open),
                    .source_contacts = source->contacts};
}

std::size_t count_of(const std::map<MailboxAddress, std::size_t>& counts,
                     const MailboxAddress& mailbox) {
    const auto found = counts.find(mailbox);
    return found == counts.end() ? 0 : found->second;
}

std::vector<std::pair<std::string, std::string>> config_rows(const Config& config) {
    const auto& exchange = config.exchange;
    std::vector<std::pair<std::string, std::string>> rows = {
        {"file", config.file.string()},
        {"hq.source", config.hq.source},
        {"hq.database", config.hq.database.string()},
        {"hq.system", config.hq.system},
        {"exchange.api", exchange.api}};
    if (exchange.api == "ews") {
        rows.emplace_back("exchange.ews_url",
                          exchange.ews_url.empty() ? "(Autodiscover)" : exchange.ews_url);
        rows.emplace_back("exchange.auth", exchange.auth);
    } else {
        rows.emplace_back("exchange.graph_url", exchange.graph_url);
        rows.emplace_back("exchange.tenant", exchange.tenant);
    }
    rows.emplace_back("state.database", config.state_database.string());
    return rows;
}

void print_text(const Config& config, const Overview& overview) {
    for (const auto& [key, value] : config_rows(config))
        fmt::print("{:<20}{}\n", key, value);
    fmt::print("{:<20}{}\n\n", "contacts in HQ",
               overview.source_contacts == 0 ? "not synchronised yet"
                                             : fmt::to_string(overview.source_contacts));
    using enum Table::Align;
    Table table({{"mailbox"},
                 {"contacts", right},
                 {"last pass"},
                 {"outcome"},
                 {"requests", right},
                 {"item errors", right}});
    for (const auto& pass : overview.passes) {
        const auto errors = std::ranges::count(overview.errors, pass.mailbox,
                                               &std::pair<MailboxAddress, ItemError>::first);
        const auto outcome =
            pass.fault.empty() ? pass.outcome : fmt::format("{} ({})", pass.outcome, pass.fault);
        table.add({pass.mailbox.value(), fmt::to_string(count_of(overview.contacts, pass.mailbox)),
                   iso_time(pass.ended), outcome, fmt::to_string(pass.counts.requests),
                   fmt::to_string(errors)});
    }
    fmt::print("{}", table.empty() ? "No mailbox was synchronised yet.\n" : table.text());
    for (const auto& [mailbox, error] : overview.errors)
        fmt::print("{}: contact {}: {}: {} ({} attempts)\n", mailbox.value(), error.contact.value(),
                   error.code, error.detail, error.attempts);
    for (const auto& held : overview.held)
        fmt::print("{}: {} deletions of {} are held since {}: hqsync approve {}{}\n",
                   held.mailbox.value(), held.hold.deletions, held.hold.managed,
                   iso_time(held.since), held.hold.plan_hash, held.approved ? " (approved)" : "");
    for (const auto& [mailbox, contacts] : overview.kept_away)
        fmt::print("{}: {} contacts that the user deleted stay away: hqsync bring-back --list\n",
                   mailbox.value(), contacts.size());
    if (overview.open_proposals > 0)
        fmt::print("{} contacts of users may become contacts of HQ: hqsync proposals\n",
                   overview.open_proposals);
}

void write_pass(Json& json, const PassRecord& pass, const Overview& overview) {
    json.begin_object();
    json.field("mailbox", pass.mailbox.value());
    json.field("contacts", count_of(overview.contacts, pass.mailbox));
    json.field("started", iso_time(pass.started));
    json.field("ended", iso_time(pass.ended));
    json.field("outcome", pass.outcome);
    json.field("fault", pass.fault);
    json.field("created", pass.counts.created);
    json.field("updated", pass.counts.updated);
    json.field("moved", pass.counts.moved);
    json.field("deleted", pass.counts.deleted);
    json.field("adopted", pass.counts.adopted);
    json.field("conflicts", pass.counts.conflicts);
    json.field("pulled", pass.counts.pulled);
    json.field("failed", pass.counts.failed);
    json.field("requests", pass.counts.requests);
    json.end_object();
}

void write_troubles(Json& json, const Overview& overview) {
    json.key("item_errors");
    json.begin_array();
    for (const auto& [mailbox, error] : overview.errors) {
        json.begin_object();
        json.field("mailbox", mailbox.value());
        json.field("contact", error.contact.value());
        json.field("code", error.code);
        json.field("detail", error.detail);
        json.field("since", iso_time(error.since));
        json.field("attempts", error.attempts);
        json.end_object();
    }
    json.end_array();
    json.key("held");
    json.begin_array();
    for (const auto& held : overview.held) {
        json.begin_object();
        json.field("mailbox", held.mailbox.value());
        json.field("plan", held.hold.plan_hash);
        json.field("deletions", held.hold.deletions);
        json.field("managed", held.hold.managed);
        json.field("since", iso_time(held.since));
        json.field("approved", held.approved);
        json.end_object();
    }
    json.end_array();
}

void print_json(const Config& config, const Overview& overview) {
    Json json;
    json.begin_object();
    json.key("config");
    json.begin_object();
    for (const auto& [key, value] : config_rows(config))
        json.field(key, value);
    json.end_object();
    json.field("source_contacts", overview.source_contacts);
    json.key("mailboxes");
    json.begin_array();
    for (const auto& pass : overview.passes)
        write_pass(json, pass, overview);
    json.end_array();
    write_troubles(json, overview);
    json.key("kept_away");
    write_kept_away(json, overview.kept_away);
    json.field("open_proposals", overview.open_proposals);
    json.end_object();
    fmt::print("{}\n", json.text());
}

}  // namespace

ExitCode status(const Invocation& invocation) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const auto state = open_state(*config, Share::beside_a_run);
    if (!state) return complain(state.error());
    const auto overview = look(**state);
    if (!overview) return complain(overview.error());
    if (invocation.output == Output::json) {
        print_json(*config, *overview);
    } else {
        print_text(*config, *overview);
    }
    return ExitCode::done;
}

}  // namespace hqsync::app
