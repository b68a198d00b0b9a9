// Prints what a watch does, line by line.
#include "app/watch_lines.hpp"

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/compose.hpp"
#include "app/run_once.hpp"
#include "app/run_report.hpp"

namespace hqsync::app {
namespace {

/// What is wrong with a mailbox, as far as it is news: ids and codes. Empty: nothing.
std::string trouble_of(const engine::MailboxReport& report) {
    if (report.fault) return report.fault->code;
    std::string text;
    if (report.hold) text = report.hold->plan_hash;
    for (const auto& error : report.item_errors)
        text += fmt::format(" {}:{}", error.contact.value(), error.code);
    return text;
}

void print_text(const engine::MailboxReport& report, std::string_view at,
                const reconcile::GuardLimits& limits) {
    const auto& address = report.mailbox.value();
    const auto done = text_of(report.counts);
    if (report.fault) {
        fmt::print("{} {}: failed: {}\n", at, address, to_text(*report.fault));
    } else if (!done.empty()) {
        fmt::print("{} {}: {}\n", at, address, done);
    } else if (!report.hold && report.item_errors.empty()) {
        fmt::print("{} {}: works again\n", at, address);
    }
    if (report.hold) {
        fmt::print("{} {}: held: {}\n", at, address, reconcile::to_text(*report.hold, limits));
    }
    for (const auto& error : report.item_errors)
        fmt::print("{} {}: contact {}: {}: {}\n", at, address, error.contact.value(), error.code,
                   error.detail);
}

void print_json(const engine::MailboxReport& report, std::string_view at, std::string_view cause,
                const reconcile::GuardLimits& limits) {
    Json json;
    json.begin_object();
    json.field("at", at);
    json.field("cause", cause);
    write_mailbox(json, report, limits);
    json.end_object();
    fmt::print("{}\n", json.text());
}

}  // namespace

std::string text_of(const PassCounts& counts) {
    const std::array<std::pair<std::size_t, std::string_view>, 7> parts = {{
        {counts.created, "created"},
        {counts.updated, "updated"},
        {counts.moved, "moved"},
        {counts.deleted, "deleted"},
        {counts.adopted, "adopted"},
        {counts.pulled, "pulled"},
        {counts.conflicts, "conflicts"},
    }};
    std::string text;
    for (const auto& [count, word] : parts) {
        if (count == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word);
    }
    return text;
}

bool WatchLines::is_told(const engine::MailboxReport& report) {
    const auto trouble = trouble_of(report);
    const auto known = trouble_.find(report.mailbox);
    const bool is_news = known == trouble_.end() ? !trouble.empty() : known->second != trouble;
    if (trouble.empty()) {
        trouble_.erase(report.mailbox);
    } else {
        trouble_.insert_or_assign(report.mailbox, trouble);
    }
    if (is_news) return telling_ == Telling::all || !trouble.empty();
    return telling_ == Telling::all && !text_of(report.counts).empty();
}

void WatchLines::tell(const engine::RunReport& report, std::string_view cause, Instant now,
                      const Config& config) {
    const auto at = iso_time(now);
    std::optional<reconcile::GuardLimits> limits;
    for (const auto& mailbox : report.mailboxes) {
        if (!is_told(mailbox)) continue;
        if (mailbox.hold && !limits) limits = limits_of(config);
        if (output_ == Output::json) {
            print_json(mailbox, at, cause, limits.value_or(reconcile::GuardLimits{}));
        } else {
            print_text(mailbox, at, limits.value_or(reconcile::GuardLimits{}));
        }
    }
    // Who reads a pipe or a journal wants the line now.
    std::fflush(stdout);
}

void WatchLines::tell(const Fault& fault) {
    if (fault_ == fault.code) return;
    fault_ = fault.code;
    complain(fault);
}

void WatchLines::worked() {
    if (!fault_.empty()) fmt::print(stderr, "hqsync: works again\n");
    fault_.clear();
}

}  // namespace hqsync::app
