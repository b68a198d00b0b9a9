// Filter, sort, page, write.
#include "hqapi/read.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "hqapi/json.hpp"

namespace hqsync::hqapi {

namespace {

void write_value(Json& json, const Value& value) {
    if (const auto* const text = std::get_if<std::string>(&value)) return json.value(*text);
    if (const auto* const time = std::get_if<Time>(&value)) return json.value(time->text);
    if (const auto* const whole = std::get_if<std::int64_t>(&value)) return json.value(*whole);
    if (const auto* const truth = std::get_if<bool>(&value)) return json.truth(*truth);
    json.null();
}

void keep_matching(std::vector<Row>& rows, const Subject& subject, const Query& query) {
    if (!query.filter) return;
    std::erase_if(rows, [&](const Row& row) { return !matches(*query.filter, subject, row); });
}

void sort(std::vector<Row>& rows, const Subject& subject, const Query& query) {
    if (query.sorts.empty()) return;
    using Keyed = std::pair<std::vector<Value>, Row>;
    std::vector<Keyed> keyed;
    keyed.reserve(rows.size());
    for (auto& row : rows) {
        std::vector<Value> keys;
        for (const auto& each : query.sorts)
            keys.push_back(evaluate(each.key, subject, row));
        keys.emplace_back(id_of(row));  // a total order, or pages would overlap
        keyed.emplace_back(std::move(keys), row);
    }
    std::ranges::stable_sort(keyed, [&](const Keyed& one, const Keyed& other) {
        for (std::size_t i = 0; i < one.first.size(); ++i) {
            const auto order = compare(one.first[i], other.first[i]);
            if (order == 0) continue;
            const bool is_down =
                i < query.sorts.size() && query.sorts[i].direction == Sort::Direction::down;
            return is_down ? order > 0 : order < 0;
        }
        return false;
    });
    rows.clear();
    for (auto& each : keyed)
        rows.push_back(std::move(each.second));
}

void write_row(Json& json, const Subject& subject, const Row& row, const Query& query);

void write_expansion(Json& json, const Subject& subject, const Row& row,
                     const Expansion& expansion) {
    auto rows = expansion.navigation->rows(subject.directory, row);
    const auto& query = expansion.query;
    const auto name = expansion.navigation->name;
    if (expansion.navigation->cardinality == Cardinality::one) {
        json.key(name);
        if (rows.empty()) return json.null();
        return write_row(json, subject, rows.front(), query);
    }
    keep_matching(rows, subject, query);
    sort(rows, subject, query);
    if (query.count == Query::Count::wanted)
        json.field(fmt::format("{}@odata.count", name), static_cast<std::int64_t>(rows.size()));
    const auto first = std::min(query.skip, rows.size());
    const auto last = first + std::min(query.top.value_or(rows.size()), rows.size() - first);
    json.key(name);
    json.begin_array();
    for (auto i = first; i < last; ++i)
        write_row(json, subject, rows[i], query);
    json.end_array();
}

void write_members(Json& json, const Subject& subject, const Row& row, const Query& query) {
    for (const auto& property : query.entity->properties) {
        const bool is_chosen =
            !query.select || std::ranges::find(*query.select, &property) != query.select->end();
        if (!is_chosen) continue;
        json.key(property.name);
        write_value(json, property.value(row));
    }
    for (const auto& expansion : query.expand)
        write_expansion(json, subject, row, expansion);
}

void write_row(Json& json, const Subject& subject, const Row& row, const Query& query) {
    json.begin_object();
    write_members(json, subject, row, query);
    json.end_object();
}

Reply too_much() {
    return error_reply(400, "This asks for too much work at once: fewer lists within lists.");
}

struct Page {
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t still_wanted = 0;  ///< of $top, behind this page
};

/// "o500": 500 records are read; "a10499": all up to that id are read.
Checked<std::size_t> start_of(const std::vector<Row>& rows, const Query& query) {
    if (query.token.empty()) return std::min(query.skip, rows.size());
    std::int64_t number = 0;
    const char* const end = query.token.data() + query.token.size();
    const auto read = std::from_chars(query.token.data() + 1, end, number);
    const bool is_number = read.ec == std::errc{} && read.ptr == end && number >= 0;
    const bool is_token = query.token[0] == 'o' || query.token[0] == 'a';
    if (!is_number || !is_token)
        return refuse("$skiptoken: it is none of ours; begin with the first page.");
    if (query.token[0] == 'o') return std::min(static_cast<std::size_t>(number), rows.size());
    const auto behind = std::ranges::upper_bound(rows, number, {}, id_of);
    return static_cast<std::size_t>(behind - rows.begin());
}

Page page_at(std::size_t first, std::size_t size, const Query& query, std::size_t page_size) {
    const auto wanted = std::min(query.top.value_or(size), size - first);
    const auto shown = std::min(wanted, page_size);
    return {first, first + shown, wanted - shown};
}

std::string next_link(const ListPlace& place, const std::vector<Row>& rows, const Page& page,
                      const Query& query) {
    std::string link = place.url + "?";
    for (const auto& [name, value] : place.options) {
        if (name == "$skip" || name == "$skiptoken" || name == "$top") continue;
        link += fmt::format("{}={}&", percent_encode(name), percent_encode(value));
    }
    if (query.top) link += fmt::format("$top={}&", *query.top - (page.last - page.first));
    const bool by_id = query.sorts.empty() && place.order == ListPlace::Order::by_id;
    return link + (by_id ? fmt::format("$skiptoken=a{}", id_of(rows[page.last - 1]))
                         : fmt::format("$skiptoken=o{}", page.last));
}

}  // namespace

std::string chosen(const Query& query) {
    std::string list;
    const auto add = [&list](std::string_view name, std::string_view behind) {
        list += fmt::format("{}{}{}", list.empty() ? "" : ",", name, behind);
    };
    if (query.select) {
        for (const auto* const property : *query.select)
            add(property->name, "");
    }
    for (const auto& expansion : query.expand) {
        const auto inner = chosen(expansion.query);
        add(expansion.navigation->name, inner.empty() ? "()" : inner);
    }
    return list.empty() ? list : "(" + list + ")";
}

Reply read_list(const Directory& directory, std::vector<Row> rows, const Query& query,
                const ListPlace& place) {
    Effort effort;
    const Subject subject{directory, effort};
    keep_matching(rows, subject, query);
    sort(rows, subject, query);
    const auto first = start_of(rows, query);
    if (!first) return error_reply(first.error());
    const auto page = page_at(*first, rows.size(), query, place.page_size);
    Json json;
    json.begin_object();
    json.field("@odata.context", place.context + chosen(query));
    if (query.count == Query::Count::wanted)
        json.field("@odata.count", static_cast<std::int64_t>(rows.size()));
    json.key("value");
    json.begin_array();
    for (auto i = page.first; i < page.last; ++i)
        write_row(json, subject, rows[i], query);
    json.end_array();
    if (effort.is_spent()) return too_much();
    if (page.still_wanted > 0) json.field("@odata.nextLink", next_link(place, rows, page, query));
    json.end_object();
    return json_reply(200, json.text());
}

Reply read_count(const Directory& directory, const std::vector<Row>& rows, const Query& query) {
    auto left = rows;
    Effort effort;
    keep_matching(left, {directory, effort}, query);
    if (effort.is_spent()) return too_much();
    return {200,
            std::to_string(left.size()),
            {{"Content-Type", "text/plain"}, {"OData-Version", "4.0"}}};
}

Reply read_single(const Directory& directory, const Row& row, const Query& query,
                  const std::string& context) {
    Effort effort;
    Json json;
    json.begin_object();
    json.field("@odata.context", context + chosen(query) + "/$entity");
    write_members(json, {directory, effort}, row, query);
    json.end_object();
    if (effort.is_spent()) return too_much();
    return json_reply(200, json.text());
}

Reply written(int status, const Directory& directory, const Row& row, const Query& query) {
    Effort effort;
    Json json;
    write_row(json, {directory, effort}, row, query);
    return json_reply(status, json.text());
}

}  // namespace hqsync::hqapi
