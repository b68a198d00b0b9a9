// Finding items by our mark: in our folders, or anywhere in the mailbox.
#include <algorithm>
#include <map>
#include <set>

#include "ews/faults.hpp"
#include "ews/mailbox.hpp"
#include "ews/observed.hpp"

namespace hqsync::ews {

namespace {

using reconcile::Observed;

constexpr int pages_max = 1'000;             // of one list
constexpr std::size_t folders_max = 10'000;  // more than Exchange allows in a mailbox by default

struct Search {
    std::vector<FolderId> folders;
    ContactMark mark;
    std::set<FolderId> gone = {};
    std::set<ItemId> items = {};
};

/// What one page says; answers the offset of the next, if there is one.
Result<std::optional<std::size_t>> take_page(Search& search, const FolderId& folder,
                                             const Result<ItemPage>& page) {
    if (!page && is_folder_gone(page.error())) {
        search.gone.insert(folder);
        return std::nullopt;
    }
    if (!page) return fail(of_mailbox(page.error()));
    for (const auto& item : page->items)
        search.items.insert(item.item);
    if (page->is_last) return std::nullopt;
    return page->next;
}

/// All ids that bear the mark: the first pages of many folders in one request, further pages one
/// by one (two items of one mark are rare, pages of them are not seen).
Task<Result<void>> find_ids(Service& service, Search& search) {
    const auto request = [&search](Places places) {
        return find_marked(pick(search.folders, places), search.mark, 0);
    };
    const auto firsts = co_await ask_each<ItemPage>(service, search.folders.size(), Effect::none,
                                                    request, read_found);
    for (std::size_t i = 0; i < firsts.size(); ++i) {
        const auto& folder = search.folders[i];
        auto next = take_page(search, folder, firsts[i]);
        for (int count = 0; next && *next; ++count) {
            if (count == pages_max) co_return fail(endless("list of found items"));
            const auto page = co_await ask_one<ItemPage>(
                service, find_marked(std::span(&folder, 1), search.mark, **next), Effect::none,
                read_found);
            next = take_page(search, folder, page);
        }
        if (!next) co_return fail(next.error());
    }
    co_return Result<void>{};
}

}  // namespace

Task<Result<std::vector<Observed>>> EwsMailbox::find_marked(ContactMark mark,
                                                            std::vector<Folder> folders) {
    Search search{.folders = {}, .mark = mark};
    for (const auto& folder : folders)
        search.folders.push_back(folder.id);
    const auto found = co_await find_ids(service_, search);
    if (!found) co_return fail(found.error());
    if (!search.gone.empty()) co_return fail(folder_gone());
    auto items = co_await read({search.items.begin(), search.items.end()}, std::move(folders));
    if (!items) co_return fail(items.error());
    // Exchange compares texts without case.
    std::erase_if(*items, [&](const Observed& item) { return item.mark != mark; });
    co_return items;
}

/// FindFolder Deep below the root shows the folders below Deleted Items too; removed contacts lie
/// in Deleted Items itself, which is no contact folder.
Task<Result<std::vector<FolderId>>> EwsMailbox::contact_folders() {
    std::set<FolderId> folders;
    std::size_t offset = 0;
    for (int count = 0;; ++count) {
        const auto page = co_await ask_one<FolderPage>(
            service_, find_contact_folders(Distinguished::root, offset), Effect::none,
            read_folders);
        if (!page) co_return fail(of_mailbox(page.error()));
        for (const auto& folder : page->folders)
            folders.insert(folder.id);
        if (page->is_last) break;
        const bool is_stuck = page->next <= offset || count == pages_max;
        if (is_stuck || folders.size() > folders_max) co_return fail(endless("list of folders"));
        offset = page->next;
    }
    for (const auto name : {Distinguished::contacts, Distinguished::deleted_items}) {
        const auto folder = co_await folder_of(name);
        if (!folder) co_return fail(folder.error());
        folders.insert(*folder);
    }
    co_return std::vector<FolderId>(folders.begin(), folders.end());
}

Task<Result<std::vector<FoundItem>>> EwsMailbox::find_everywhere(ContactMark mark) {
    const auto folders = co_await contact_folders();
    if (!folders) co_return fail(folders.error());
    Search search{.folders = *folders, .mark = mark};
    const auto searched = co_await find_ids(service_, search);
    if (!searched) co_return fail(searched.error());
    const auto items = co_await get_present({search.items.begin(), search.items.end()});
    if (!items) co_return fail(items.error());
    std::vector<FoundItem> found;
    for (const auto& item : *items) {
        if (item.mark == mark) found.push_back({item.item, item.change_key, item.folder});
    }
    co_return found;
}

}  // namespace hqsync::ews
