// Reading a mailbox: change listings, surveys, items by id and by mark.
#include "graph/mailbox.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <simdjson.h>

#include "graph/codec.hpp"
#include "graph/names.hpp"

namespace hqsync::graph {

namespace {

using reconcile::Observed;

// Delta and listings stop here: ten million entries are no mailbox but a loop.
constexpr int pages_max = 20'000;

Fault unreadable() {
    return {Reach::mailbox, "graph.unreadable", "Graph gave an answer that is no list"};
}

std::optional<FolderRole> role_of(const std::vector<Folder>& folders, std::string_view id) {
    const auto found = std::ranges::find_if(
        folders, [&](const Folder& folder) { return folder.id.value() == id; });
    if (found == folders.end()) return std::nullopt;
    return found->role;
}

Observed observed_item(simdjson::dom::object item, FolderRole role) {
    Observed observed;
    observed.item = ItemId(read_text(item, "id"));
    observed.change_key = ChangeKey(read_text(item, "changeKey"));
    observed.folder = role;
    const auto mark = read_property(item, contact_property);
    if (mark) observed.mark = parse_mark(*mark);
    observed.card = read_card(item);
    observed.created_on = read_text(item, "createdDateTime");
    return observed;
}

std::string card_query() {
    return select_of_card() + "&" + expand_of({contact_property, fax_property});
}

/// What one page of a change listing says; the last word on an item counts (graph.md §3).
bool take_page(simdjson::dom::object page, std::map<ItemId, std::optional<ChangeKey>>& items) {
    simdjson::dom::array list;
    if (page["value"].get(list) != simdjson::SUCCESS) return false;
    for (const simdjson::dom::element element : list) {
        simdjson::dom::object entry;
        if (element.get(entry) != simdjson::SUCCESS) return false;
        ItemId item(read_text(entry, "id"));
        simdjson::dom::element removed;
        const bool is_removed = entry["@removed"].get(removed) == simdjson::SUCCESS;
        items[std::move(item)] =
            is_removed ? std::nullopt : std::optional(ChangeKey(read_text(entry, "changeKey")));
    }
    return true;
}

}  // namespace

std::string etag_of(const ChangeKey& change_key) {
    return fmt::format("W/\"{}\"", change_key.value());
}

GraphMailbox::GraphMailbox(MailboxAddress address, Service service)
    : user_path_("/users/" + url_encoded(address.value())), service_(std::move(service)) {}

std::string GraphMailbox::contact_path(const ItemId& item) const {
    return user_path_ + "/contacts/" + url_encoded(item.value());
}

std::string GraphMailbox::folder_path(const FolderId& folder) const {
    return user_path_ + "/contactFolders/" + url_encoded(folder.value());
}

Task<Result<FolderChanges>> GraphMailbox::changes_since(Folder folder,
                                                        std::optional<SyncState> since) {
    std::string path =
        since ? since->value() : folder_path(folder.id) + "/contacts/delta?$select=changeKey";
    std::map<ItemId, std::optional<ChangeKey>> items;
    FolderChanges changes;
    for (int page = 0; page < pages_max; ++page) {
        Call call{.path = std::move(path)};
        call.headers = {{"Prefer", "odata.maxpagesize=500, IdType=\"ImmutableId\""}};
        auto answer = co_await service_.send(std::move(call));
        if (!answer && answer.error().code == "gone") {
            co_return fail({Reach::folder, "folder_gone", "a folder of ours is gone"});
        }
        if (!answer) co_return fail(answer.error());
        simdjson::dom::parser parser;
        simdjson::dom::object object;
        if (parser.parse(answer->body).get(object) != simdjson::SUCCESS ||
            !take_page(object, items)) {
            co_return fail(unreadable());
        }
        changes.next = SyncState(read_text(object, "@odata.deltaLink"));
        path = read_text(object, "@odata.nextLink");
        if (path.empty()) break;
    }
    if (changes.next.value().empty()) co_return fail(unreadable());
    for (auto& [item, change_key] : items) {
        if (change_key) {
            changes.changed.push_back({item, *std::move(change_key)});
        } else {
            changes.left.push_back(item);
        }
    }
    co_return changes;
}

Task<Result<std::vector<Observed>>> GraphMailbox::list_items(std::string path,
                                                             std::vector<Folder> folders) {
    std::vector<Observed> items;
    for (int page = 0; !path.empty() && page < pages_max; ++page) {
        auto answer = co_await service_.send({.path = std::move(path)});
        if (!answer && answer.error().code == "gone") {
            co_return fail({Reach::folder, "folder_gone", "a folder of ours is gone"});
        }
        if (!answer) co_return fail(answer.error());
        simdjson::dom::parser parser;
        simdjson::dom::object object;
        simdjson::dom::array list;
        if (parser.parse(answer->body).get(object) != simdjson::SUCCESS ||
            object["value"].get(list) != simdjson::SUCCESS) {
            co_return fail(unreadable());
        }
        for (const simdjson::dom::element element : list) {
            simdjson::dom::object item;
            if (element.get(item) != simdjson::SUCCESS) co_return fail(unreadable());
            items.push_back(observed_item(item, folders.front().role));
        }
        path = read_text(object, "@odata.nextLink");
    }
    co_return items;
}

Task<Result<std::vector<Observed>>> GraphMailbox::survey(Folder folder) {
    auto path = folder_path(folder.id) + "/contacts?$top=500&" + card_query();
    std::vector<Folder> folders = {std::move(folder)};
    co_return co_await list_items(std::move(path), std::move(folders));
}

Task<Result<std::vector<Observed>>> GraphMailbox::read(std::vector<ItemId> items,
                                                       std::vector<Folder> folders) {
    std::vector<Observed> found;
    for (std::size_t start = 0; start < items.size(); start += batch_size_max) {
        std::vector<Call> calls;
        const auto end = std::min(items.size(), start + batch_size_max);
        for (auto i = start; i < end; ++i) {
            calls.push_back({.path = contact_path(items[i]) + "?" + card_query()});
        }
        const auto answers = co_await service_.send_batch(std::move(calls));
        for (const auto& answer : answers) {
            if (!answer && answer.error().code == "gone") continue;
            if (!answer) {
                // Unread is not gone: without this answer the pass cannot be told what is there.
                auto fault = answer.error();
                if (fault.reach == Reach::item) fault.reach = Reach::mailbox;
                co_return fail(std::move(fault));
            }
            simdjson::dom::parser parser;
            simdjson::dom::object item;
            if (parser.parse(answer->body).get(item) != simdjson::SUCCESS) {
                co_return fail(unreadable());
            }
            const auto role = role_of(folders, read_text(item, "parentFolderId"));
            if (role) found.push_back(observed_item(item, *role));
        }
    }
    co_return found;
}

Task<Result<std::vector<Observed>>> GraphMailbox::find_marked(ContactMark mark,
                                                              std::vector<Folder> folders) {
    std::vector<Observed> found;
    const auto filter = url_encoded(
        fmt::format("singleValueExtendedProperties/Any(ep: ep/id eq '{}' and ep/value eq '{}')",
                    contact_property, to_text(mark)));
    for (const auto& folder : folders) {
        auto path = folder_path(folder.id) + "/contacts?$filter=" + filter + "&" + card_query();
        std::vector<Folder> only = {folder};
        auto items = co_await list_items(std::move(path), std::move(only));
        if (!items) co_return fail(items.error());
        for (auto& item : *items) {
            // The service compares values without case.
            if (item.mark == mark) found.push_back(std::move(item));
        }
    }
    co_return found;
}

}  // namespace hqsync::graph
