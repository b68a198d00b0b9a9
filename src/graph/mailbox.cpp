// Reading a mailbox: change listings, surveys, items by id and by mark.
#include "graph/mailbox.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <simdjson.h>

#include "graph/codec.hpp"
#include "graph/names.hpp"
#include "graph/query.hpp"

namespace hqsync::graph {

namespace {

using reconcile::Observed;

// Delta and listings stop here: ten million entries are no mailbox but a loop.
constexpr int pages_max = 20'000;

Fault unreadable(std::string_view what) {
    return {Reach::mailbox, "graph.unreadable", fmt::format("Graph showed {}", what)};
}

Fault no_list() {
    return unreadable("something that is no list of contacts");
}

Fault folder_gone() {
    return {Reach::folder, "folder_gone", "a folder of ours is gone"};
}

std::optional<FolderRole> role_of(const std::vector<Folder>& folders, std::string_view id) {
    const auto found = std::ranges::find_if(
        folders, [&](const Folder& folder) { return folder.id.value() == id; });
    if (found == folders.end()) return std::nullopt;
    return found->role;
}

Result<Observed> observed_item(simdjson::dom::object item, FolderRole role) {
    Observed observed;
    observed.item = ItemId(read_text(item, "id"));
    observed.change_key = ChangeKey(read_text(item, "changeKey"));
    if (observed.item.value().empty() || observed.change_key.value().empty()) {
        return fail(unreadable("a contact without id or change key"));
    }
    observed.folder = role;
    const auto mark = read_property(item, contact_property);
    if (mark) observed.mark = parse_mark(*mark);
    auto card = read_card(item);
    if (!card) return fail(card.error());
    observed.card = *std::move(card);
    observed.created_on = read_text(item, "createdDateTime");
    observed.modified_on = read_text(item, "lastModifiedDateTime");
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
        if (item.value().empty()) return false;
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
    : address_(std::move(address)),
      user_path_("/users/" + url_encoded(address_.value())),
      service_(std::move(service)) {}

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
        if (!answer && answer.error().code == "gone") co_return fail(folder_gone());
        if (!answer && since && answer.error().code == "graph.foreign_link") {
            co_return fail({Reach::folder, "sync_state_lost",
                            "the delta token is of another service: graph_url was changed"});
        }
        if (!answer) co_return fail(answer.error());
        simdjson::dom::parser parser;
        simdjson::dom::object object;
        if (parser.parse(answer->body).get(object) != simdjson::SUCCESS ||
            !take_page(object, items)) {
            co_return fail(no_list());
        }
        changes.next = SyncState(read_text(object, "@odata.deltaLink"));
        path = read_text(object, "@odata.nextLink");
        if (path.empty()) break;
    }
    if (changes.next.value().empty()) co_return fail(no_list());
    for (auto& [item, change_key] : items) {
        if (change_key) {
            changes.changed.push_back({item, *std::move(change_key)});
        } else {
            changes.left.push_back(item);
        }
    }
    co_return changes;
}

Task<Result<std::vector<Observed>>> GraphMailbox::list_items(std::string path, FolderRole role) {
    std::vector<Observed> items;
    for (int page = 0; !path.empty() && page < pages_max; ++page) {
        auto answer = co_await service_.send({.path = std::move(path)});
        if (!answer && answer.error().code == "gone") co_return fail(folder_gone());
        if (!answer) co_return fail(answer.error());
        simdjson::dom::parser parser;
        simdjson::dom::object object;
        simdjson::dom::array list;
        if (parser.parse(answer->body).get(object) != simdjson::SUCCESS ||
            object["value"].get(list) != simdjson::SUCCESS) {
            co_return fail(no_list());
        }
        for (const simdjson::dom::element element : list) {
            simdjson::dom::object item;
            if (element.get(item) != simdjson::SUCCESS) co_return fail(no_list());
            auto observed = observed_item(item, role);
            if (!observed) co_return fail(observed.error());
            items.push_back(*std::move(observed));
        }
        path = read_text(object, "@odata.nextLink");
    }
    // Half a folder would look as if the other half had been deleted.
    if (!path.empty()) co_return fail(unreadable("a list that does not end"));
    co_return items;
}

Task<Result<std::vector<Observed>>> GraphMailbox::survey(Folder folder) {
    auto path = folder_path(folder.id) + "/contacts?$top=500&" + card_query();
    co_return co_await list_items(std::move(path), folder.role);
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
                co_return fail(no_list());
            }
            const auto role = role_of(folders, read_text(item, "parentFolderId"));
            if (!role) continue;
            auto observed = observed_item(item, *role);
            if (!observed) co_return fail(observed.error());
            found.push_back(*std::move(observed));
        }
    }
    co_return found;
}

Task<Result<std::vector<Observed>>> GraphMailbox::find_marked(ContactMark mark,
                                                              std::vector<Folder> folders) {
    std::vector<Observed> found;
    for (const auto& folder : folders) {
        auto path = folder_path(folder.id) + "/contacts?" + filter_of(mark) + "&" + card_query();
        auto items = co_await list_items(std::move(path), folder.role);
        if (!items) co_return fail(items.error());
        for (auto& item : *items) {
            // The service compares values without case.
            if (item.mark == mark) found.push_back(std::move(item));
        }
    }
    co_return found;
}

}  // namespace hqsync::graph
