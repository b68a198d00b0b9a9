// The order of the sets, and how old what is kept may get.
#include "hellohq/reading.hpp"

#include <fmt/format.h>

#include "contact/date.hpp"
#include "hellohq/hellohq.hpp"

namespace hqsync::hellohq {

namespace {

/// What no increment sees (an address that was changed without its contact) is seen by then.
constexpr std::chrono::hours whole_again{6};

}  // namespace

std::string changed_since(const std::string& latest, Instant now) {
    const auto time = time_of(latest);
    if (!time) return {};
    // A record from the future must not hide what is changed until then.
    const auto since = std::chrono::floor<std::chrono::seconds>(std::min(*time, now) - overlap);
    const auto day = std::chrono::floor<std::chrono::days>(since);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(since - day);
    return fmt::format("UpdatedOn gt {:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                       static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

Result<void> check_size(std::string_view set, std::size_t before, std::size_t after) {
    constexpr std::size_t few = 10;  // so few may well go at once
    if (before < few || after * 2 >= before) return {};
    return fail({Reach::run, "hq.shrunk",
                 fmt::format("{}: helloHQ shows {} records, {} last time: a right may be missing. "
                             "Nothing was changed. If it is true, hqsync hq reread takes it",
                             set, after, before)});
}

Result<void> HelloHq::load() {
    if (is_loaded_) return {};
    auto tables = cache_->load(source_);
    if (!tables) return fail(tables.error());
    tables_ = *std::move(tables);
    is_loaded_ = true;
    return {};
}

/// Those that refer come before those that they refer to (`joined`).
Task<Result<void>> HelloHq::read_everything(Tables& tables) {
    const auto began = clock_.now();
    const auto leads = co_await read_table(pages_, tables.leads);
    if (!leads) co_return fail(leads.error());
    const auto projects = co_await read_table(pages_, tables.projects);
    if (!projects) co_return fail(projects.error());
    const auto contacts = co_await read_table(pages_, tables.contacts);
    if (!contacts) co_return fail(contacts.error());
    const auto companies = co_await read_table(pages_, tables.companies);
    if (!companies) co_return fail(companies.error());
    const auto users = co_await read_table(pages_, tables.users);
    if (!users) co_return fail(users.error());
    const auto subsystems = co_await read_table(pages_, tables.subsystems);
    if (!subsystems) co_return fail(subsystems.error());
    tables.read_whole = began;
    co_return Result<void>{};
}

Task<Result<void>> HelloHq::read_changes(Tables& tables) {
    const auto now = clock_.now();
    const auto leads = co_await update_table(pages_, tables.leads, now);
    if (!leads) co_return fail(leads.error());
    const auto projects = co_await update_table(pages_, tables.projects, now);
    if (!projects) co_return fail(projects.error());
    const auto contacts = co_await read_changed(pages_, tables.contacts, now);
    if (!contacts) co_return fail(contacts.error());
    Result<void> rest;
    if (!*contacts) {
        rest = co_await read_table(pages_, tables.contacts);
    } else {
        // Contacts have no relation of their own: as many as are known means that none is gone.
        const auto number = co_await pages_.count(std::string(shape(ContactPerson{}).set));
        if (!number) co_return fail(number.error());
        const bool is_complete = *number == tables.contacts.rows.size();
        if (!is_complete) rest = co_await sweep(pages_, tables.contacts);
    }
    if (!rest) co_return fail(rest.error());
    const auto companies = co_await update_table(pages_, tables.companies, now);
    if (!companies) co_return fail(companies.error());
    const auto users = co_await read_table(pages_, tables.users);
    if (!users) co_return fail(users.error());
    co_return co_await read_table(pages_, tables.subsystems);
}

Task<Result<SnapshotPtr>> HelloHq::snapshot() {
    const auto turn = co_await reading_.enter();
    const auto loaded = load();
    if (!loaded) co_return fail(loaded.error());
    auto tables = tables_;
    const auto now = clock_.now();
    const auto& last = tables.read_whole;
    const bool is_fresh = last && *last <= now && now < *last + whole_again;
    Result<void> done;
    if (is_fresh) {
        done = co_await read_changes(tables);
    } else {
        done = co_await read_everything(tables);
    }
    if (!done) co_return fail(done.error());
    const auto stored = cache_->store(source_, tables_, tables);
    if (!stored) co_return fail(stored.error());
    tables_ = std::move(tables);
    co_return std::make_shared<const Snapshot>(joined(tables_));
}

}  // namespace hqsync::hellohq
