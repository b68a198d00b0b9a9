// Searching the whole mailbox: the Contacts folder and every folder below it, at any depth.
#include <algorithm>
#include <set>

#include <simdjson.h>

#include "graph/codec.hpp"
#include "graph/mailbox.hpp"
#include "graph/names.hpp"
#include "graph/query.hpp"

namespace hqsync::graph {

namespace {

constexpr int pages_max = 1'000;             // of one list
constexpr std::size_t folders_max = 10'000;  // more than Exchange allows in a mailbox by default

Fault unreadable() {
    return {Reach::mailbox, "graph.unreadable", "Graph gave an answer that is no list"};
}

Fault endless() {
    return {Reach::mailbox, "graph.endless", "Graph's lists of folders or contacts do not end"};
}

/// The entries of these pages; `parser` keeps the last page only, so each is taken at once.
template <class Take>
Result<void> each_entry(const std::vector<std::string>& pages, Take take) {
    simdjson::dom::parser parser;
    for (const auto& page : pages) {
        simdjson::dom::array list;
        if (parser.parse(page)["value"].get(list) != simdjson::SUCCESS) return fail(unreadable());
        for (const simdjson::dom::element element : list) {
            simdjson::dom::object entry;
            const bool is_entry = element.get(entry) == simdjson::SUCCESS;
            if (!is_entry || read_text(entry, "id").empty()) return fail(unreadable());
            take(entry);
        }
    }
    return {};
}

Result<std::string> next_link_of(const std::string& page) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(page).get(object) != simdjson::SUCCESS) return fail(unreadable());
    return read_text(object, "@odata.nextLink");
}

/// Unread is not empty: a list that cannot be read ends the search.
Fault unread(Fault fault) {
    if (fault.reach == Reach::item) fault.reach = Reach::mailbox;
    return fault;
}

}  // namespace

/// All pages of these lists, first pages in batches. A folder that went meanwhile has none.
Task<Result<std::vector<std::string>>> GraphMailbox::pages_of(std::vector<std::string> paths) {
    std::vector<std::string> pages;
    for (std::size_t start = 0; start < paths.size(); start += batch_size_max) {
        std::vector<Call> calls;
        const auto end = std::min(paths.size(), start + batch_size_max);
        for (auto i = start; i < end; ++i)
            calls.push_back({.path = paths[i]});
        auto answers = co_await service_.send_batch(std::move(calls));
        for (auto& answer : answers) {
            for (int page = 0;; ++page) {
                if (!answer && answer.error().code == "gone") break;
                if (!answer) co_return fail(unread(answer.error()));
                const auto next = next_link_of(answer->body);
                if (!next) co_return fail(next.error());
                pages.push_back(std::move(answer->body));
                if (next->empty()) break;
                if (page == pages_max) co_return fail(endless());
                answer = co_await service_.send({.path = *next});
            }
        }
    }
    co_return pages;
}

/// Level by level; v1.0 does not tell which folders have others below them.
Task<Result<std::vector<std::string>>> GraphMailbox::all_folders() {
    const std::string query = "?$top=100&$select=id";
    std::set<std::string> known;
    std::vector<std::string> paths = {user_path_ + "/contactFolders" + query};
    while (!paths.empty()) {
        const auto pages = co_await pages_of(std::move(paths));
        if (!pages) co_return fail(pages.error());
        paths.clear();
        const auto taken = each_entry(*pages, [&](simdjson::dom::object folder) {
            const auto id = read_text(folder, "id");
            if (!known.insert(id).second) return;
            paths.push_back(folder_path(FolderId(id)) + "/childFolders" + query);
        });
        if (!taken) co_return fail(taken.error());
        if (known.size() > folders_max) co_return fail(endless());
    }
    co_return std::vector<std::string>(known.begin(), known.end());
}

Task<Result<std::vector<FoundItem>>> GraphMailbox::find_everywhere(ContactMark mark) {
    const auto folders = co_await all_folders();
    if (!folders) co_return fail(folders.error());
    const auto query = "/contacts?$select=id,changeKey,parentFolderId&" + filter_of(mark) + "&" +
                       expand_of({contact_property});
    // The Contacts folder itself is not among the folders that Graph lists.
    std::vector<std::string> paths = {user_path_ + query};
    for (const auto& folder : *folders)
        paths.push_back(folder_path(FolderId(folder)) + query);
    const auto pages = co_await pages_of(std::move(paths));
    if (!pages) co_return fail(pages.error());
    std::vector<FoundItem> found;
    const auto taken = each_entry(*pages, [&](simdjson::dom::object item) {
        const auto text = read_property(item, contact_property);
        if (!text || parse_mark(*text) != mark) return;
        found.push_back({ItemId(read_text(item, "id")), ChangeKey(read_text(item, "changeKey")),
                         FolderId(read_text(item, "parentFolderId"))});
    });
    if (!taken) co_return fail(taken.error());
    co_return found;
}

}  // namespace hqsync::graph
