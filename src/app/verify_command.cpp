// hqsync verify: reads the mailboxes whole, compares them with the plan, and writes nothing.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "app/context.hpp"
#include "app/drift.hpp"
#include "app/field_names.hpp"
#include "app/json.hpp"
#include "app/run_once.hpp"
#include "app/table.hpp"
#include "async/await.hpp"

namespace hqsync::app {
namespace {

struct Verified {
    const engine::MailboxReport& report;
    std::vector<Drift> drift;
};

std::vector<Verified> compare(const engine::RunReport& report,
                              const placement::Placements& placements) {
    std::vector<Verified> result;
    for (const auto& mailbox : report.mailboxes) {
        result.push_back({mailbox, {}});
        if (mailbox.plan) result.back().drift = drift_of(*mailbox.plan, placements, mailbox.user);
    }
    return result;
}

std::string detail_of(const Drift& drift) {
    std::string text(name(drift.kind));
    if (drift.rule) text += fmt::format(" ({})", placement::name(*drift.rule));
    if (drift.folder) text += fmt::format(", folder {}", name(*drift.folder));
    if (!drift.fields.empty()) text += ", fields " + field_names(drift.fields);
    return text;
}

void print_text(const std::vector<Verified>& mailboxes) {
    using enum Table::Align;
    std::vector<Table::Column> columns{{"mailbox"}, {"managed", right}};
    for (std::size_t kind = 0; kind < drift_kinds; ++kind)
        columns.push_back({std::string(name(static_cast<Drift::Kind>(kind))), right});
    Table table(std::move(columns));
    for (const auto& [report, drift] : mailboxes) {
        std::vector<std::string> row{report.mailbox.value(),
                                     report.plan ? fmt::to_string(report.plan->managed) : "?"};
        for (std::size_t kind = 0; kind < drift_kinds; ++kind)
            row.push_back(fmt::to_string(
                std::ranges::count(drift, static_cast<Drift::Kind>(kind), &Drift::kind)));
        table.add(std::move(row));
    }
    fmt::print("{}", table.text());
    for (const auto& [report, drift] : mailboxes) {
        if (report.fault)
            fmt::print("{}: not read: {}\n", report.mailbox.value(), to_text(*report.fault));
        for (const auto& each : drift)
            fmt::print("{}: contact {}: {}\n", report.mailbox.value(), each.contact.value(),
                       detail_of(each));
    }
}

template <class T, class Write>
void write_optional(Json& json, std::string_view key, const std::optional<T>& content,
                    Write write) {
    json.key(key);
    if (content) {
        write(*content);
    } else {
        json.null();
    }
}

void write_drift(Json& json, const Drift& drift) {
    json.begin_object();
    json.field("kind", name(drift.kind));
    json.field("contact", drift.contact.value());
    write_optional(json, "item", drift.item, [&](const auto& item) { json.value(item.value()); });
    write_optional(json, "folder", drift.folder, [&](const auto& role) { json.value(name(role)); });
    write_optional(json, "rule", drift.rule,
                   [&](const auto& rule) { json.value(placement::name(rule)); });
    json.key("fields");
    json.begin_array();
    for (const auto field : drift.fields)
        json.value(name(field));
    json.end_array();
    json.end_object();
}

void print_json(const std::vector<Verified>& mailboxes) {
    Json json;
    json.begin_object();
    json.key("mailboxes");
    json.begin_array();
    for (const auto& [report, drift] : mailboxes) {
        json.begin_object();
        json.field("mailbox", report.mailbox.value());
        write_optional(json, "fault", report.fault,
                       [&](const Fault& fault) { json.value(to_text(fault)); });
        write_optional(json, "managed", report.plan,
                       [&](const reconcile::Plan& plan) { json.value(plan.managed); });
        json.key("drift");
        json.begin_array();
        for (const auto& each : drift)
            write_drift(json, each);
        json.end_array();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    fmt::print("{}\n", json.text());
}

}  // namespace

ExitCode verify(const Invocation& invocation, const std::vector<std::string>& users) {
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    const auto report =
        run_once(reading->config, {.users = users, .dry_run = true, .survey = true});
    if (!report) return complain(report.error());
    if (report->fault) return complain(*report->fault);
    const auto mailboxes = compare(*report, placements_of(reading->directory));
    if (invocation.output == Output::json) {
        print_json(mailboxes);
    } else {
        print_text(mailboxes);
    }
    const auto failed = std::ranges::count_if(
        mailboxes, [](const Verified& each) { return each.report.fault.has_value(); });
    if (failed > 0) {
        fmt::print(stderr, "hqsync: {} of {} mailboxes could not be read\n", failed,
                   mailboxes.size());
        return ExitCode::failed;
    }
    const bool is_in_step =
        std::ranges::all_of(mailboxes, [](const Verified& each) { return each.drift.empty(); });
    return is_in_step ? ExitCode::done : ExitCode::item_errors;
}

}  // namespace hqsync::app
