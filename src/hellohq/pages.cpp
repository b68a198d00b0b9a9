// Paging by id. A page that is counted off ($skip) moves when somebody deletes a record meanwhile,
// and hides one: it would be taken for deleted. So the next page begins behind the last id. A link
// of the server is followed unless it counts off, or leads elsewhere.
#include "hellohq/pages.hpp"

#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "login/form.hpp"

namespace hqsync::hellohq {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t page_size_min = 50;
constexpr std::size_t pages_max = 100'000;
constexpr std::size_t empty_pages_max = 20;  // in a row, each with a link to the next

Fault incomplete(const char* code, const std::string& set, std::string_view what) {
    return {Reach::run, code,  fmt::format("{}: {}; nothing was taken from it", set, what),
            {},         false, true};
}

/// "A($select=Id),B" without what stands in parentheses.
std::string without_select(const std::string& expand) {
    std::string plain;
    int depth = 0;
    for (const char letter : expand) {
        if (letter == '(') ++depth;
        if (depth == 0) plain += letter;
        if (letter == ')') --depth;
    }
    return plain;
}

/// 400 and 404 mean a record elsewhere; here they end the pass.
Fault of_set(Fault fault, const std::string& set) {
    if (fault.reach != Reach::item) return fault;
    fault.reach = Reach::run;
    if (fault.code == "hq.gone") {
        fault.reach = Reach::configuration;
        fault.code = "hq.no_such_set";
        fault.detail = fmt::format(
            "helloHQ has no {}: hq.api_url is the address of its API without \"/v1\"", set);
    } else if (fault.code == "hq.refused") {
        fault.code = "hq.query";
        fault.detail = fmt::format("helloHQ refuses the question for {}: {}", set, fault.detail);
    } else {
        fault.code = "hq.answer";
        fault.detail = fmt::format("helloHQ does not answer the question for {}", set);
    }
    return fault;
}

bool counts_off(std::string_view link) {
    return link.find("$skip=") != link.npos || link.find("%24skip=") != link.npos;
}

}  // namespace

/// How far a set was read.
struct Pages::Progress {
    std::int64_t last = 0;  ///< id
    std::size_t records = 0;
    std::size_t in_page = 0;
    std::size_t empty_pages = 0;  ///< the last ones, in a row
    std::optional<std::size_t> counted;
    std::string link;  ///< of the page; empty: none

    Result<void> take_page(const std::string& set, const std::string& body, const Take& take) {
        simdjson::dom::parser parser;
        object page;
        simdjson::dom::array values;
        if (parser.parse(body).get(page) != simdjson::SUCCESS ||
            page["value"].get(values) != simdjson::SUCCESS) {
            return fail(incomplete("hq.short_read", set, "an answer is no list"));
        }
        std::uint64_t number = 0;
        if (!counted && page["@odata.count"].get(number) == simdjson::SUCCESS) counted = number;
        std::string_view next;
        link = page["@odata.nextLink"].get(next) == simdjson::SUCCESS ? std::string(next)
                                                                      : std::string();
        in_page = 0;
        for (const element value : values) {
            object record;
            std::int64_t id = 0;
            if (value.get(record) != simdjson::SUCCESS ||
                record["Id"].get(id) != simdjson::SUCCESS) {
                return fail({Reach::run, "hq.unreadable",
                             fmt::format("{}: a record behind id {} has no Id", set, last)});
            }
            if (id <= last) {
                return fail(incomplete("hq.duplicate_id", set,
                                       fmt::format("id {} came twice or out of order", id)));
            }
            last = id;
            ++in_page;
            ++records;
            const auto taken = take(record);
            if (!taken) return fail(taken.error());
        }
        empty_pages = in_page == 0 ? empty_pages + 1 : 0;
        if (empty_pages > empty_pages_max)
            return fail(incomplete("hq.short_read", set, "one empty page links to the next"));
        return {};
    }

    /// Where nothing was counted, an empty page is the end.
    [[nodiscard]] bool is_at_end(bool follows_link) const {
        if (!link.empty() && (in_page > 0 || follows_link)) return false;
        return in_page == 0 || (counted && records >= *counted);
    }
};

std::string Pages::path_of(const Query& query, std::int64_t behind) const {
    auto filter = query.filter;
    if (behind > 0) {
        const auto rest = fmt::format("Id gt {}", behind);
        filter = filter.empty() ? rest : fmt::format("({}) and {}", filter, rest);
    }
    auto path = fmt::format("/v1/{}?$orderby=Id&$top={}", query.set, learned_.page_size);
    if (behind == 0) path += "&$count=true";
    if (!query.select.empty()) path += "&$select=" + query.select;
    const auto expand =
        learned_.knows_select_in_expand ? query.expand : without_select(query.expand);
    if (!expand.empty()) path += "&$expand=" + expand;
    if (!filter.empty()) path += "&$filter=" + login::url_encoded(filter);
    return path;
}

/// The size of pages and $select within $expand are not documented: what is refused is asked for
/// more modestly.
Task<Result<Answer>> Pages::first_page(const Query& query) {
    while (true) {
        auto answer = co_await service_.send({.path = path_of(query, 0)});
        if (answer) co_return answer;
        if (answer.error().code != "hq.refused") co_return fail(of_set(answer.error(), query.set));
        if (learned_.page_size > page_size_min) {
            learned_.page_size = learned_.page_size > 100 ? 100 : page_size_min;
        } else if (learned_.knows_select_in_expand) {
            learned_ = {.page_size = 1000, .knows_select_in_expand = false};
        } else {
            co_return fail(of_set(answer.error(), query.set));
        }
    }
}

Task<Result<std::size_t>> Pages::count(std::string set) {
    auto answer = co_await service_.send(
        {.path = fmt::format("/v1/{}?$orderby=Id&$top=1&$count=true&$select=Id", set)});
    if (!answer) co_return fail(of_set(answer.error(), set));
    simdjson::dom::parser parser;
    std::uint64_t number = 0;
    if (parser.parse(answer->body)["@odata.count"].get(number) != simdjson::SUCCESS)
        co_return fail(incomplete("hq.short_read", set, "helloHQ does not count it"));
    co_return number;
}

Task<Result<std::size_t>> Pages::read(Query query, Take take) {
    Progress progress;
    auto answer = co_await first_page(query);
    for (std::size_t pages = 1;; ++pages) {
        if (!answer) co_return fail(of_set(answer.error(), query.set));
        const auto taken = progress.take_page(query.set, answer->body, take);
        if (!taken) co_return fail(taken.error());
        const bool follows = !progress.link.empty() && !counts_off(progress.link) &&
                             service_.leads_home(progress.link);
        if (progress.is_at_end(follows)) break;
        if (pages == pages_max)
            co_return fail(incomplete("hq.short_read", query.set, "there is no end of pages"));
        answer = co_await service_.send(
            {.path = follows ? progress.link : path_of(query, progress.last)});
    }
    if (!progress.counted || progress.records >= *progress.counted) co_return progress.records;
    // Somebody may have deleted records meanwhile: then HQ counts fewer by now.
    Progress again;
    auto recount = co_await first_page(
        {.set = query.set, .select = "Id", .expand = {}, .filter = query.filter});
    if (!recount) co_return fail(recount.error());
    const auto none = [](object) { return Result<void>{}; };
    const auto counted = again.take_page(query.set, recount->body, none);
    if (!counted) co_return fail(counted.error());
    if (again.counted && *again.counted == progress.records) co_return progress.records;
    co_return fail(incomplete("hq.short_read", query.set,
                              fmt::format("{} records came, helloHQ counts {}", progress.records,
                                          again.counted.value_or(*progress.counted))));
}

}  // namespace hqsync::hellohq
