// hqsync placements: who sees which contact where, with the reasons.
#include <cstdio>

#include <fmt/format.h>

#include "app/context.hpp"
#include "app/json.hpp"
#include "app/table.hpp"

namespace hqsync::app {
namespace {

struct Sight {
    std::string mail;
    UserId user;
};

void write_mine(Json& json, const placement::Placements& placements, UserId user) {
    json.key("mine");
    json.begin_array();
    for (const auto contact : placements.mine(user)) {
        json.begin_object();
        json.field("contact", contact.value());
        json.key("reasons");
        json.begin_array();
        for (const auto& reason : placements.explain(user, contact).reasons) {
            json.begin_object();
            json.field("rule", placement::name(reason.rule));
            json.field("record", reason.record);
            json.end_object();
        }
        json.end_array();
        json.end_object();
    }
    json.end_array();
}

void print_json(const placement::Placements& placements, const Sight& sight) {
    Json json;
    json.begin_object();
    json.field("user", sight.mail);
    write_mine(json, placements, sight.user);
    json.key("global");
    json.begin_array();
    for (const auto contact : placements.global(sight.user)) {
        json.begin_object();
        json.field("contact", contact.value());
        json.end_object();
    }
    json.end_array();
    json.key("absent");
    json.begin_array();
    for (const auto contact : placements.absent(sight.user)) {
        const auto placed = placements.explain(sight.user, contact);
        json.begin_object();
        json.field("contact", contact.value());
        json.field("reason", placement::name(placed.absence.value().rule));
        json.end_object();
    }
    json.end_array();
    json.end_object();
    fmt::print("{}\n", json.text());
}

std::string reasons_text(const placement::Placement& placed) {
    std::string text;
    for (const auto& reason : placed.reasons)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", placement::name(reason.rule),
                            reason.record);
    if (!placed.absence) return text;
    text = placement::name(placed.absence->rule);
    if (placed.absence->record != 0) text += fmt::format(" {}", placed.absence->record);
    return text;
}

void print_text(const placement::Placements& placements, const Sight& sight) {
    const auto mine = placements.mine(sight.user);
    const auto global = placements.global(sight.user);
    const auto absent = placements.absent(sight.user);
    fmt::print("{}: {} in HQ Meine Kontakte, {} in HQ Globale Kontakte, {} in neither\n\n",
               sight.mail, mine.size(), global.size(), absent.size());
    Table table({{"contact", Table::Align::right}, {"place"}, {"why"}});
    for (const auto& contacts : {mine, global, absent})
        for (const auto contact : contacts) {
            const auto placed = placements.explain(sight.user, contact);
            table.add({fmt::to_string(contact.value()), std::string(placement::name(placed.place)),
                       reasons_text(placed)});
        }
    fmt::print("{}", table.text());
}

}  // namespace

ExitCode placements(const Invocation& invocation, const std::string& user) {
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    const auto id = user_named(reading->directory, user);
    if (!id) return complain(id.error());
    const auto* record = find(*reading->directory.snapshot, *id);
    if (!placement::is_synced(*record, reading->directory.today))
        return complain(
            {.reach = Reach::configuration,
             .code = "user.not_synced",
             .detail = fmt::format("user {} is not synchronised: he has left", id->value())});
    const auto all = placements_of(reading->directory);
    const Sight sight{mailbox_named(user).value(), *id};
    if (invocation.output == Output::json) {
        print_json(all, sight);
    } else {
        print_text(all, sight);
    }
    return ExitCode::done;
}

}  // namespace hqsync::app
