// FindItem and FindFolder.
#include <algorithm>
#include <map>

#include "sim/ews_call.hpp"
#include "sim/ews_fields.hpp"
#include "sim/ews_item_shape.hpp"
#include "sim/ews_search.hpp"
#include "sim/ews_shape.hpp"

namespace hqsync::sim {

namespace {

// EWS: at most 250 entries a page with a restriction, 1000 without (throttling of 2013 and later).
constexpr std::size_t restricted_page_max = 250;
constexpr std::size_t page_max = 1000;

std::optional<EwsError> check_item_path(pugi::xml_node node) {
    if (is_of_others(node)) return std::nullopt;
    const auto path = read_path(node);
    if (!path) return path.error();
    if (path->key == "item:Body" || path->key == "item:Attachments" ||
        path->key == "contacts:CompleteName") {
        auto error = ews_error("ErrorUnsupportedPathForQuery");
        error.path = node;
        return error;
    }
    return std::nullopt;
}

std::optional<EwsError> check_folder_path(pugi::xml_node node) {
    if (std::string_view(node.name()) == "t:ExtendedFieldURI") {
        const auto path = read_extended_path(node);
        return path ? std::nullopt : std::optional(path.error());
    }
    if (std::string_view(node.attribute("FieldURI").value()).starts_with("folder:"))
        return std::nullopt;
    auto error = ews_error("ErrorUnsupportedPathForQuery");
    error.path = node;
    return error;
}

Values values_of_item(const Contact& contact) {
    return [&contact](pugi::xml_node node) {
        const auto path = read_path(node);
        return path ? values_of(contact, *path) : std::vector<std::string>();
    };
}

std::expected<std::vector<Key>, EwsError> sought_items(const EwsCall& call, const Place& place) {
    const auto restriction = call.request.child("m:Restriction");
    const auto order = call.request.child("m:SortOrder");
    for (const auto part : {restriction, order}) {
        if (auto wrong = check_paths(part, check_item_path)) return std::unexpected(*wrong);
    }
    std::vector<Key> found;
    const Mailbox& mailbox = *place.mailbox;
    const bool is_normal =
        std::string_view(call.request.attribute("Traversal").value()) == "Shallow";
    if (is_root(place.folder) || !is_normal) return found;
    const auto& contacts = mailbox.contents().contacts;
    for (const Key key : mailbox.folders().at(place.folder).contacts) {
        const Contact& contact = contacts.at(key);
        if (!restriction || matches(first_element(restriction), values_of_item(contact)))
            found.push_back(key);
    }
    // Newest first, where the request has no order.
    std::ranges::sort(found, [&](Key one, Key other) {
        const auto left = values_of_item(contacts.at(one));
        const auto right = values_of_item(contacts.at(other));
        if (comes_before(order, left, right)) return true;
        return !comes_before(order, right, left) && one > other;
    });
    return found;
}

void find_in(EwsCall& call, const Place& place, const ItemShape& shape) {
    auto found = sought_items(call, place);
    const auto view = [&call] {
        for (const char* const name : {"m:IndexedPageItemView", "m:FractionalPageItemView"}) {
            if (const auto node = call.request.child(name)) return node;
        }
        return pugi::xml_node();
    }();
    const bool is_restricted = static_cast<bool>(call.request.child("m:Restriction"));
    auto page =
        read_page(view, found ? found->size() : 0, is_restricted ? restricted_page_max : page_max);
    if (!found || !page) {
        add_failure(call.messages, "FindItem", found ? page.error() : found.error());
        return;
    }
    auto root = add(add_success(call.messages, "FindItem"), "m:RootFolder");
    write_page(root, *page);
    auto list = add(root, "t:Items");
    for (std::size_t i = page->first; i < page->first + page->count; ++i)
        write_item(list, {place.mailbox, &place.mailbox->contact((*found)[i])}, shape);
}

Values values_of_folder(const Mailbox& mailbox, const Folder& folder) {
    return [&mailbox, &folder](pugi::xml_node node) -> std::vector<std::string> {
        if (std::string_view(node.name()) == "t:ExtendedFieldURI") {
            const auto path = read_extended_path(node);
            const auto mark = path ? folder.marks.find(path->canonical) : folder.marks.end();
            if (mark == folder.marks.end()) return {};
            return {mark->second};
        }
        const std::string_view uri = node.attribute("FieldURI").value();
        if (uri == "folder:DisplayName") return {folder.name};
        if (uri == "folder:FolderClass") return {folder.kind};
        if (uri == "folder:TotalCount") return {std::to_string(folder.contacts.size())};
        if (uri == "folder:ChildFolderCount")
            return {std::to_string(children_at(mailbox, folder.key).size())};
        if (uri == "folder:FolderId") return {ews_id_of(mailbox, folder.key)};
        if (uri == "folder:ParentFolderId") return {ews_id_of(mailbox, folder.parent)};
        return {};
    };
}

enum class Depth : std::uint8_t { shallow, deep };

void gather(const Mailbox& mailbox, Key parent, Depth depth, std::vector<Key>& found) {
    for (const Key child : children_at(mailbox, parent)) {
        found.push_back(child);
        if (depth == Depth::deep) gather(mailbox, child, depth, found);
    }
}

void find_below(EwsCall& call, const Place& place, const FolderShape& shape) {
    const auto restriction = call.request.child("m:Restriction");
    if (const auto wrong = check_paths(restriction, check_folder_path)) {
        add_failure(call.messages, "FindFolder", *wrong);
        return;
    }
    const std::string_view traversal = call.request.attribute("Traversal").value();
    std::vector<Key> found;
    if (traversal != "SoftDeleted")
        gather(*place.mailbox, place.folder, traversal == "Deep" ? Depth::deep : Depth::shallow,
               found);
    std::erase_if(found, [&](Key key) {
        const Folder folder = folder_at({place.mailbox, key});
        return restriction &&
               !matches(first_element(restriction), values_of_folder(*place.mailbox, folder));
    });
    auto view = call.request.child("m:IndexedPageFolderView");
    if (!view) view = call.request.child("m:FractionalPageFolderView");
    const auto page = read_page(view, found.size(), page_max);
    if (!page) {
        add_failure(call.messages, "FindFolder", page.error());
        return;
    }
    auto root = add(add_success(call.messages, "FindFolder"), "m:RootFolder");
    write_page(root, *page);
    auto list = add(root, "t:Folders");
    for (std::size_t i = page->first; i < page->first + page->count; ++i)
        write_folder(list, {place.mailbox, found[i]}, shape);
}

}  // namespace

void find_item(EwsCall& call) {
    // A part that was ignored would find too much.
    for (const char* const part :
         {"m:QueryString", "m:GroupBy", "m:DistinguishedGroupBy", "m:SeekToConditionPageItemView",
          "m:CalendarView", "m:ContactsView"}) {
        if (call.request.child(part)) call.fault = ews_error("ErrorInvalidRequest");
    }
    const auto shape = read_item_shape(call.request.child("m:ItemShape"), Reach::found);
    for (const auto id : elements(call.request.child("m:ParentFolderIds"))) {
        const auto place = call.folder(id);
        if (!place || !shape) {
            add_failure(call.messages, "FindItem", place ? shape.error() : place.error());
        } else {
            find_in(call, *place, *shape);
        }
    }
}

void find_folder(EwsCall& call) {
    const auto shape = read_folder_shape(call.request.child("m:FolderShape"));
    for (const auto id : elements(call.request.child("m:ParentFolderIds"))) {
        const auto place = call.folder(id);
        if (!place) {
            add_failure(call.messages, "FindFolder", place.error());
        } else {
            find_below(call, *place, shape);
        }
    }
}

}  // namespace hqsync::sim
