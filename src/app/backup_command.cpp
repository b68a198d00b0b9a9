// hqsync backup: what the runs of the last days overwrote and removed. Contents are printed on
// stdout only, and only when they are asked for.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "app/context.hpp"
#include "app/field_names.hpp"
#include "app/json.hpp"
#include "app/table.hpp"
#include "async/await.hpp"

namespace hqsync::app {
namespace {

std::string_view kind_name(Backup::Kind kind) {
    return kind == Backup::Kind::removed ? "removed" : "overwritten";
}

void print_text(const std::vector<RunRecord>& runs) {
    if (runs.empty()) {
        fmt::print("No run is remembered.\n");
        return;
    }
    using enum Table::Align;
    Table table({{"run", right}, {"started"}, {"removed", right}, {"overwritten", right}});
    for (const auto& run : runs)
        table.add({fmt::to_string(run.id), iso_time(run.started), fmt::to_string(run.removed),
                   fmt::to_string(run.overwritten)});
    fmt::print("{}", table.text());
}

void print_json(const std::vector<RunRecord>& runs) {
    Json json;
    json.begin_array();
    for (const auto& run : runs) {
        json.begin_object();
        json.field("run", run.id);
        json.field("started", iso_time(run.started));
        json.field("removed", run.removed);
        json.field("overwritten", run.overwritten);
        json.end_object();
    }
    json.end_array();
    fmt::print("{}\n", json.text());
}

void print_text(const std::vector<Backup>& backups, Contents contents) {
    if (backups.empty()) {
        fmt::print("Nothing of this mailbox was overwritten or removed.\n");
        return;
    }
    using enum Table::Align;
    Table table({{"run", right},
                 {"when"},
                 {"contact", right},
                 {"what"},
                 {"folder"},
                 {"fields"},
                 {"restored"}});
    for (const auto& each : backups)
        table.add({fmt::to_string(each.run), iso_time(each.at),
                   fmt::to_string(each.contact.value()), std::string(kind_name(each.kind)),
                   std::string(name(each.folder)), field_names(fields_of(each.before)),
                   each.restored ? iso_time(*each.restored) : std::string()});
    fmt::print("{}", table.text());
    if (contents == Contents::hidden) return;
    Table texts({{"run", right}, {"contact", right}, {"field"}, {"text"}});
    for (const auto& each : backups)
        for (const auto& change : each.before)
            texts.add({fmt::to_string(each.run), fmt::to_string(each.contact.value()),
                       std::string(name(change.field)), change.text});
    fmt::print("\n{}", texts.text());
}

void write_fields(Json& json, const Backup& backup, Contents contents) {
    json.key("fields");
    json.begin_array();
    for (const auto& change : backup.before)
        json.value(name(change.field));
    json.end_array();
    if (contents == Contents::hidden) return;
    json.key("contents");
    json.begin_object();
    for (const auto& change : backup.before)
        json.field(name(change.field), change.text);
    json.end_object();
}

void print_json(const std::vector<Backup>& backups, Contents contents) {
    Json json;
    json.begin_array();
    for (const auto& each : backups) {
        json.begin_object();
        json.field("id", each.id);
        json.field("run", each.run);
        json.field("when", iso_time(each.at));
        json.field("mailbox", each.mailbox.value());
        json.field("contact", each.contact.value());
        json.field("kind", kind_name(each.kind));
        json.field("folder", name(each.folder));
        write_fields(json, each, contents);
        json.key("restored");
        if (each.restored) {
            json.value(iso_time(*each.restored));
        } else {
            json.null();
        }
        json.end_object();
    }
    json.end_array();
    fmt::print("{}\n", json.text());
}

}  // namespace

ExitCode list_runs(const Invocation& invocation, std::size_t limit) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const auto state = open_state(*config, Share::beside_a_run);
    if (!state) return complain(state.error());
    const auto runs = await((*state)->runs(limit));
    if (!runs) return complain(runs.error());
    if (invocation.output == Output::json) {
        print_json(*runs);
    } else {
        print_text(*runs);
    }
    return ExitCode::done;
}

ExitCode list_backups(const Invocation& invocation, const BackupsWish& wish) {
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    BackupQuery query{
        .mailbox = mailbox_named(wish.user), .from_run = wish.run.value_or(0), .contact = {}};
    if (wish.contact) query.contact = ContactId(*wish.contact);
    auto backups = await(reading->state->backups(query));
    if (!backups) return complain(backups.error());
    if (wish.run)
        std::erase_if(*backups, [&](const Backup& each) { return each.run != *wish.run; });
    // The mailbox of somebody who is in HQ no more may have backups still.
    const auto user = user_named(reading->directory, wish.user);
    if (backups->empty() && !user) return complain(user.error());
    if (invocation.output == Output::json) {
        print_json(*backups, wish.contents);
    } else {
        print_text(*backups, wish.contents);
    }
    return ExitCode::done;
}

}  // namespace hqsync::app
