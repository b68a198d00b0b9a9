// The order of the sets, and how old what is kept may get.
#include "hellohq/reading.hpp"

#include <fmt/format.h>

#include "contact/date.hpp"
#include "hellohq/hellohq.hpp"

namespace hqsync::hellohq {

namespace {

/// What no increment sees (an address that was changed without its contact) is seen by then.
constexpr std::chrono::hours whole_again{6};
constexpr std::chrono::hours zone_max{14};  // no place on earth is farther ahead of UTC

bool has_zone(std::string_view time) {
    return time.ends_with('Z') || time.find_first_of("+-", time.find('T')) != time.npos;
}

}  // namespace

std::string changed_since(const std::string& latest, Since since) {
    const auto time = time_of(latest);
    if (!time) return {};
    // A record from the future must not hide what is changed until then.
    auto from = std::min(*time, since.now) - overlap - since.took;
    if (!has_zone(latest)) from -= zone_max;
    const auto second = std::chrono::floor<std::chrono::seconds>(from);
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(second - day);
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

Result<void> check_relations(simdjson::dom::object record, const Shape& form) {
    for (auto rest = form.relations; !rest.empty();) {
        const auto name = rest.substr(0, rest.find_first_of("(,"));
        simdjson::dom::element list;
        if (record[name].get(list) != simdjson::SUCCESS) {
            return fail({Reach::run, "hq.unreadable",
                         fmt::format("{}({}): {} was asked for and is not there", form.set,
                                     id_of(record, "Id").value_or(0), name)});
        }
        rest.remove_prefix(name.size());
        if (rest.starts_with('(')) rest.remove_prefix(std::min(rest.find(')') + 1, rest.size()));
        if (rest.starts_with(',')) rest.remove_prefix(1);
    }
    return {};
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
    co_return Result<void>{};
}

Task<Result<void>> HelloHq::read_changes(Tables& tables) {
    const Since since{.now = clock_.now(), .took = tables.took};
    const auto leads = co_await update_table(pages_, tables.leads, since);
    if (!leads) co_return fail(leads.error());
    const auto projects = co_await update_table(pages_, tables.projects, since);
    if (!projects) co_return fail(projects.error());
    const auto contacts = co_await read_changed(pages_, tables.contacts, since);
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
    const auto companies = co_await update_table(pages_, tables.companies, since);
    if (!companies) co_return fail(companies.error());
    const auto users = co_await read_table(pages_, tables.users);
    if (!users) co_return fail(users.error());
    co_return co_await read_table(pages_, tables.subsystems);
}

Task<Result<SnapshotPtr>> HelloHq::snapshot() {
    const auto turn = co_await reading_.enter();
    // What another process read meanwhile, or was told to forget, is where this one goes on.
    const auto is_alone = cache_->is_as_left();
    if (!is_alone) co_return fail(is_alone.error());
    is_loaded_ = is_loaded_ && *is_alone;
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
    if (!is_fresh) tables.read_whole = now;
    tables.took = std::max(Milliseconds(0), clock_.now() - now);
    const auto stored = cache_->store(source_, tables_, tables);
    if (!stored) co_return fail(stored.error());
    tables_ = std::move(tables);
    co_return std::make_shared<const Snapshot>(joined(tables_));
}

}  // namespace hqsync::hellohq
