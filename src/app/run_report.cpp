// Prints what a run did: a table with totals, or JSON.
#include "app/run_report.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "app/run_once.hpp"
#include "app/table.hpp"

namespace hqsync::app {
namespace {

void add(PassCounts& sum, const PassCounts& counts) {
    sum.created += counts.created;
    sum.updated += counts.updated;
    sum.moved += counts.moved;
    sum.deleted += counts.deleted;
    sum.adopted += counts.adopted;
    sum.conflicts += counts.conflicts;
    sum.pulled += counts.pulled;
    sum.failed += counts.failed;
    sum.requests += counts.requests;
}

PassCounts total_of(const engine::RunReport& report) {
    PassCounts sum;
    for (const auto& mailbox : report.mailboxes)
        add(sum, mailbox.counts);
    return sum;
}

std::vector<std::string> row_of(const std::string& title, const PassCounts& counts) {
    return {title,
            fmt::to_string(counts.created),
            fmt::to_string(counts.updated),
            fmt::to_string(counts.moved),
            fmt::to_string(counts.deleted),
            fmt::to_string(counts.adopted),
            fmt::to_string(counts.pulled),
            fmt::to_string(counts.conflicts),
            fmt::to_string(counts.failed),
            fmt::to_string(counts.requests)};
}

void print_text(const engine::RunReport& report, const reconcile::GuardLimits& limits) {
    using enum Table::Align;
    Table table({{"mailbox"},
                 {"created", right},
                 {"updated", right},
                 {"moved", right},
                 {"deleted", right},
                 {"adopted", right},
                 {"pulled", right},
                 {"conflicts", right},
                 {"failed", right},
                 {"requests", right}});
    for (const auto& mailbox : report.mailboxes)
        table.add(row_of(mailbox.mailbox.value(), mailbox.counts));
    table.add(row_of(fmt::format("total of {}", report.mailboxes.size()), total_of(report)));
    fmt::print("{}", table.text());
    for (const auto& mailbox : report.mailboxes) {
        const auto& address = mailbox.mailbox.value();
        if (mailbox.fault) fmt::print("{}: failed: {}\n", address, to_text(*mailbox.fault));
        if (mailbox.hold)
            fmt::print("{}: held: {}\n", address, reconcile::to_text(*mailbox.hold, limits));
        for (const auto& error : mailbox.item_errors)
            fmt::print("{}: contact {}: {}: {}\n", address, error.contact.value(), error.code,
                       error.detail);
    }
    if (report.source_shrunk)
        fmt::print(
            "HQ answered with far fewer contacts than last time ({}): deletions are "
            "held.\n",
            report.source.contacts);
}

void write_counts(Json& json, const PassCounts& counts) {
    json.field("created", counts.created);
    json.field("updated", counts.updated);
    json.field("moved", counts.moved);
    json.field("deleted", counts.deleted);
    json.field("adopted", counts.adopted);
    json.field("conflicts", counts.conflicts);
    json.field("pulled", counts.pulled);
    json.field("failed", counts.failed);
    json.field("requests", counts.requests);
}

void write_fault(Json& json, const std::optional<Fault>& fault) {
    json.key("fault");
    if (!fault) return json.null();
    json.begin_object();
    json.field("reach", name(fault->reach));
    json.field("code", fault->code);
    json.field("detail", fault->detail);
    json.field("transient", fault->transient);
    json.end_object();
}

void write_hold(Json& json, const std::optional<reconcile::Hold>& hold,
                const reconcile::GuardLimits& limits) {
    json.key("hold");
    if (!hold) return json.null();
    json.begin_object();
    json.field("plan", hold->plan_hash);
    json.field("deletions", hold->deletions);
    json.field("managed", hold->managed);
    json.field("by_rule_change", hold->by_rule_change);
    json.field("by_hq_deletion", hold->by_hq_deletion);
    json.field("source_shrunk", hold->source_shrunk);
    json.field("text", reconcile::to_text(*hold, limits));
    json.end_object();
}

void write_item_errors(Json& json, const std::vector<ItemError>& errors) {
    json.key("item_errors");
    json.begin_array();
    for (const auto& error : errors) {
        json.begin_object();
        json.field("contact", error.contact.value());
        json.field("code", error.code);
        json.field("detail", error.detail);
        json.field("since", iso_time(error.since));
        json.field("attempts", error.attempts);
        json.end_object();
    }
    json.end_array();
}

void print_json(const engine::RunReport& report, const reconcile::GuardLimits& limits) {
    Json json;
    json.begin_object();
    json.field("contacts", report.source.contacts);
    json.field("source_shrunk", report.source_shrunk);
    write_fault(json, report.fault);
    json.key("total");
    json.begin_object();
    write_counts(json, total_of(report));
    json.end_object();
    json.key("mailboxes");
    json.begin_array();
    for (const auto& mailbox : report.mailboxes) {
        json.begin_object();
        write_mailbox(json, mailbox, limits);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    fmt::print("{}\n", json.text());
}

}  // namespace

void write_mailbox(Json& json, const engine::MailboxReport& mailbox,
                   const reconcile::GuardLimits& limits) {
    json.field("mailbox", mailbox.mailbox.value());
    json.field("user", mailbox.user.value());
    write_counts(json, mailbox.counts);
    write_fault(json, mailbox.fault);
    write_hold(json, mailbox.hold, limits);
    write_item_errors(json, mailbox.item_errors);
}

void print_run(Output output, const engine::RunReport& report,
               const reconcile::GuardLimits& limits) {
    if (output == Output::json) {
        print_json(report, limits);
    } else if (!report.fault) {
        print_text(report, limits);
    }
    if (report.fault) {
        complain(*report.fault);
        return;
    }
    const auto failed = std::ranges::count_if(
        report.mailboxes, [](const auto& mailbox) { return mailbox.fault.has_value(); });
    if (failed > 0)
        fmt::print(stderr, "hqsync: {} of {} mailboxes failed\n", failed, report.mailboxes.size());
}

}  // namespace hqsync::app
