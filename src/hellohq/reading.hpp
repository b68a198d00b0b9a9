// Reads one table: whole, or what changed since.
#pragma once

#include "async/clock.hpp"
#include "hellohq/pages.hpp"
#include "hellohq/records.hpp"
#include "hellohq/tables.hpp"

namespace hqsync::hellohq {

/// UpdatedOn is the time of saving, which may show some time later: what is asked for again
/// overlaps by this much.
inline constexpr Milliseconds overlap{600'000};
inline constexpr std::size_t ids_at_once = 40;  // of one question, an address stays below 2 KiB

/// Where the last reading ended, by the clock of HQ, and by how much it may have missed.
struct Since {
    Instant now;
    Milliseconds took{0};  ///< see Tables
};
/// "UpdatedOn gt 2026-11-26T18:15:00Z" for what changed since `latest`, or since now where that
/// lies before; empty when `latest` is no time. A time without a zone is taken for the earliest one
/// that it may be.
std::string changed_since(const std::string& latest, Since since);

/// Fewer than half of what there was: rather a right that was taken away, or a mistake.
Result<void> check_size(std::string_view set, std::size_t before, std::size_t after);

/// Lists that tell who sees whom must be there, if only empty or null: a server that leaves out
/// what it was asked for has not said that nobody belongs to it.
Result<void> check_relations(simdjson::dom::object record, const Shape& form);

template <class Record>
Take take_into(std::map<std::int64_t, Record>& rows) {
    return [&rows](simdjson::dom::object json) -> Result<void> {
        Record record;
        const auto checked = check_relations(json, shape(record));
        if (!checked) return fail(checked.error());
        const auto read_well = read(json, Origin::hq, record);
        if (!read_well) return fail(read_well.error());
        const auto id = record.id.value();
        rows.insert_or_assign(id, std::move(record));
        return {};
    };
}

/// Once more when the set moved under the reading.
template <class Record>
Task<Result<std::map<std::int64_t, Record>>> read_rows(Pages& pages, Query query) {
    for (int tries = 1;; ++tries) {
        std::map<std::int64_t, Record> rows;
        const auto done = co_await pages.read(query, take_into(rows));
        if (done) co_return rows;
        const bool may_settle =
            done.error().code == "hq.short_read" || done.error().code == "hq.duplicate_id";
        if (!may_settle || tries == 2) co_return fail(done.error());
    }
}

template <class Record>
void take_rows(Table<Record>& table, std::map<std::int64_t, Record> rows) {
    for (auto& [id, record] : rows) {
        table.latest = later(table.latest, record.updated_on);
        table.rows.insert_or_assign(id, std::move(record));
    }
}

template <class Record>
Task<Result<void>> read_table(Pages& pages, Table<Record>& table) {
    const auto& form = shape(Record{});
    auto rows = co_await read_rows<Record>(
        pages, {.set = std::string(form.set), .expand = std::string(form.expand)});
    if (!rows) co_return fail(rows.error());
    const auto checked = check_size(form.set, table.rows.size(), rows->size());
    if (!checked) co_return fail(checked.error());
    table = {};
    take_rows(table, *std::move(rows));
    co_return Result<void>{};
}

template <class Record>
Task<Result<void>> read_by_id(Pages& pages, Table<Record>& table, std::vector<std::int64_t> ids) {
    const auto& form = shape(Record{});
    for (std::size_t start = 0; start < ids.size(); start += ids_at_once) {
        std::string filter;
        for (auto i = start; i < std::min(ids.size(), start + ids_at_once); ++i)
            filter += (filter.empty() ? "Id eq " : " or Id eq ") + std::to_string(ids[i]);
        auto rows = co_await read_rows<Record>(
            pages,
            {.set = std::string(form.set), .expand = std::string(form.expand), .filter = filter});
        if (!rows) co_return fail(rows.error());
        take_rows(table, *std::move(rows));
    }
    co_return Result<void>{};
}

template <class Record>
bool has_other_relations(const Record& known, const Record& swept) {
    if constexpr (requires { relations_of(known); })
        return relations_of(known) != relations_of(swept);
    return false;
}

/// All ids, with those of related records: finds what is gone, and what UpdatedOn does not tell.
template <class Record>
Task<Result<void>> sweep(Pages& pages, Table<Record>& table) {
    const auto& form = shape(Record{});
    auto swept = co_await read_rows<Record>(
        pages,
        {.set = std::string(form.set), .select = "Id", .expand = std::string(form.relations)});
    if (!swept) co_return fail(swept.error());
    const auto checked = check_size(form.set, table.rows.size(), swept->size());
    if (!checked) co_return fail(checked.error());
    std::erase_if(table.rows, [&](const auto& row) { return !swept->contains(row.first); });
    std::vector<std::int64_t> ids;
    for (const auto& [id, record] : *swept) {
        const auto known = table.rows.find(id);
        const bool is_new = known == table.rows.end();
        if (is_new || has_other_relations(known->second, record)) ids.push_back(id);
    }
    co_return co_await read_by_id(pages, table, std::move(ids));
}

/// False: UpdatedOn is not there to ask by; nothing was read.
template <class Record>
Task<Result<bool>> read_changed(Pages& pages, Table<Record>& table, Since since) {
    const auto& form = shape(Record{});
    const auto filter = changed_since(table.latest, since);
    if (filter.empty()) co_return false;
    auto rows = co_await read_rows<Record>(
        pages,
        {.set = std::string(form.set), .expand = std::string(form.expand), .filter = filter});
    if (!rows) co_return fail(rows.error());
    take_rows(table, *std::move(rows));
    co_return true;
}

/// Changes and relations; the whole table where UpdatedOn is missing.
template <class Record>
Task<Result<void>> update_table(Pages& pages, Table<Record>& table, Since since) {
    const auto changed = co_await read_changed(pages, table, since);
    if (!changed) co_return fail(changed.error());
    if (!*changed) co_return co_await read_table(pages, table);
    co_return co_await sweep(pages, table);
}

}  // namespace hqsync::hellohq
