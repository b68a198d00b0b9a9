// Reads answers; a message is read only when it is no error.
#include "ews/answers.hpp"

#include <algorithm>
#include <charconv>

#include "base/base64.hpp"
#include "ews/contact_reader.hpp"
#include "ews/messages.hpp"
#include "ews/paths.hpp"

namespace hqsync::ews {

namespace {

using wire::Element;

template <class Shown, class Read>
Result<Each<Shown>> read_each(const Result<Messages>& messages, const Read& read) {
    if (!messages) return fail(messages.error());
    Each<Shown> each;
    each.reserve(messages->each.size());
    for (const auto& message : messages->each) {
        if (message.fault) {
            each.push_back(fail(*message.fault));
        } else {
            each.push_back(read(message.element));
        }
    }
    return each;
}

/// Of writes: an answer that cannot be read says nothing of whether they were done.
template <class Shown>
Result<Each<Shown>> of_writes(Result<Each<Shown>> each) {
    const auto mark = [](Fault& fault) {
        if (fault.code == "ews.unreadable") fault.outcome_unknown = true;
    };
    if (!each) {
        mark(each.error());
        return each;
    }
    for (auto& one : *each) {
        if (!one) mark(one.error());
    }
    return each;
}

std::string id_of(Element element) {
    return std::string(element.attribute("Id").value_or(""));
}
ChangeKey change_key_of(Element element) {
    return ChangeKey(std::string(element.attribute("ChangeKey").value_or("")));
}

std::optional<bool> boolean(std::string_view text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return std::nullopt;
}

std::optional<ContactMark> mark_of(Element item) {
    const auto text = read_property(item, mark_path);
    return text ? parse_mark(*text) : std::nullopt;
}

/// Where a listing goes on.
struct Paging {
    std::size_t next = 0;
    bool is_last = true;
};
Result<Paging> paging_of(Element root) {
    const auto is_last = boolean(root.attribute("IncludesLastItemInRange").value_or(""));
    if (!is_last) return fail(unreadable("does not say whether the listing goes on"));
    Paging paging{0, *is_last};
    const auto next = root.attribute("IndexedPagingOffset").value_or("");
    const auto read = std::from_chars(next.data(), next.data() + next.size(), paging.next);
    if (!*is_last && read.ec != std::errc{}) {
        return fail(unreadable("does not say where the listing goes on"));
    }
    return paging;
}

Result<FolderShown> read_folder(Element folder) {
    FolderShown shown;
    shown.id = FolderId(id_of(folder.child("FolderId")));
    if (shown.id.value().empty()) return fail(unreadable("shows a folder without id"));
    shown.parent = FolderId(id_of(folder.child("ParentFolderId")));
    shown.display_name = folder.child("DisplayName").text();
    shown.folder_class = folder.child("FolderClass").text();
    const auto role = read_property(folder, role_path);
    if (role) shown.role = folder_role_named(*role);
    return shown;
}

Result<FolderPage> read_folder_page(Element message) {
    FolderPage page;
    const auto root = message.child("RootFolder");
    if (root) {
        const auto paging = paging_of(root);
        if (!paging) return fail(paging.error());
        page.next = paging->next;
        page.is_last = paging->is_last;
    }
    const auto holder = root ? root.child("Folders") : message.child("Folders");
    for (const auto element : holder.children()) {
        auto folder = read_folder(element);
        if (!folder) return fail(folder.error());
        page.folders.push_back(*std::move(folder));
    }
    return page;
}

Result<ItemReference> read_reference(Element item) {
    const auto id = item.child("ItemId");
    if (id_of(id).empty()) return fail(unreadable("shows an item without id"));
    return ItemReference{ItemId(id_of(id)), change_key_of(id),
                         FolderId(id_of(item.child("ParentFolderId"))), mark_of(item)};
}

bool is_contact(Element item) {
    return item.name() == "Contact";
}

Result<ItemPage> read_item_page(Element message) {
    const auto root = message.child("RootFolder");
    const auto paging = paging_of(root);
    if (!paging) return fail(paging.error());
    ItemPage page{{}, paging->next, paging->is_last};
    for (const auto element : root.child("Items").children()) {
        if (!is_contact(element)) continue;
        auto item = read_reference(element);
        if (!item) return fail(item.error());
        page.items.push_back(*std::move(item));
    }
    return page;
}

/// Create and Update hold the item, Delete its id; a ReadFlagChange is nothing to a contact.
Result<SyncPage> read_changes(Element message) {
    SyncPage page;
    const auto is_last = boolean(message.child("IncludesLastItemInRange").text());
    page.next = SyncState(message.child("SyncState").text());
    if (!is_last || page.next.value().empty()) {
        return fail(unreadable("does not say how to sync on"));
    }
    page.is_last = *is_last;
    for (const auto change : message.child("Changes").children()) {
        if (change.name() == "Delete") {
            const auto id = id_of(change.child("ItemId"));
            if (id.empty()) return fail(unreadable("shows an item without id"));
            page.left.emplace_back(id);
        }
        if (change.name() != "Create" && change.name() != "Update") continue;
        const auto contact = change.child("Contact");
        if (!contact) continue;  // a distribution list
        const auto item = read_reference(contact);
        if (!item) return fail(item.error());
        page.changed.push_back({item->item, item->change_key});
    }
    return page;
}

std::vector<std::string> photos_of(Element contact) {
    std::vector<std::string> photos;
    for (const auto attachment : contact.child("Attachments").children()) {
        if (boolean(attachment.child("IsContactPhoto").text()) != true) continue;
        auto id = id_of(attachment.child("AttachmentId"));
        if (!id.empty()) photos.push_back(std::move(id));
    }
    return photos;
}

Result<ItemShown> read_item(Element message) {
    const auto contact = message.child("Items").child("Contact");
    if (!contact) return fail({Reach::item, "gone", "the answer shows no contact"});
    auto reference = read_reference(contact);
    if (!reference) return fail(reference.error());
    auto card = read_contact(contact);
    if (!card) return fail(card.error());
    return ItemShown{std::move(reference->item),
                     std::move(reference->change_key),
                     std::move(reference->folder),
                     std::move(reference->mark),
                     *std::move(card),
                     contact.child("DateTimeCreated").text(),
                     contact.child("LastModifiedTime").text(),
                     photos_of(contact)};
}

Result<ItemReference> read_written_item(Element message) {
    auto item = read_reference(message.child("Items").first());
    if (!item) item.error().reach = Reach::item;
    return item;
}

/// CreateAttachment and GetAttachment show the attachment, DeleteAttachment its item only.
Result<PhotoShown> read_photo_message(Element message) {
    PhotoShown photo;
    const auto attachment = message.child("Attachments").first();
    const auto id = attachment.child("AttachmentId");
    const auto root = attachment ? id : message.child("RootItemId");
    photo.attachment = id_of(id);
    photo.change_key = ChangeKey(std::string(root.attribute("RootItemChangeKey").value_or("")));
    auto content = from_base64(attachment.child("Content").text());
    if (!content) return fail(unreadable("shows an attachment that is no base64"));
    photo.content = *std::move(content);
    return photo;
}

}  // namespace

Result<Each<FolderPage>> read_folders(std::string answer, std::size_t count) {
    const auto messages = read_messages(
        std::move(answer), {"GetFolder", "FindFolder", "CreateFolder", "UpdateFolder"}, count);
    return read_each<FolderPage>(messages, read_folder_page);
}

Result<Each<SyncPage>> read_sync_page(std::string answer) {
    return read_each<SyncPage>(read_messages(std::move(answer), {"SyncFolderItems"}, 1),
                               read_changes);
}

Result<Each<ItemPage>> read_found(std::string answer, std::size_t count) {
    return read_each<ItemPage>(read_messages(std::move(answer), {"FindItem"}, count),
                               read_item_page);
}

Result<Each<ItemShown>> read_items(std::string answer, std::size_t count) {
    return read_each<ItemShown>(read_messages(std::move(answer), {"GetItem"}, count), read_item);
}

Result<Each<ItemReference>> read_written(std::string answer, std::size_t count) {
    const auto messages =
        read_messages(std::move(answer), {"CreateItem", "UpdateItem", "MoveItem"}, count);
    return of_writes(read_each<ItemReference>(messages, read_written_item));
}

Result<Each<std::monostate>> read_done(std::string answer, std::size_t count) {
    const auto nothing = [](Element) { return Result<std::monostate>{}; };
    return of_writes(
        read_each<std::monostate>(read_messages(std::move(answer), {}, count), nothing));
}

Result<Each<PhotoShown>> read_photo(std::string answer, std::size_t count) {
    const auto messages = read_messages(
        std::move(answer), {"CreateAttachment", "GetAttachment", "DeleteAttachment"}, count);
    return of_writes(read_each<PhotoShown>(messages, read_photo_message));
}

Result<std::string> read_subscription(std::string answer) {
    const auto messages = read_messages(std::move(answer), {"Subscribe"}, 1);
    if (!messages) return fail(messages.error());
    const auto& message = messages->each.front();
    if (message.fault) return fail(*message.fault);
    auto subscription = message.element.child("SubscriptionId").text();
    if (subscription.empty()) return fail(unreadable("names no subscription"));
    return subscription;
}

}  // namespace hqsync::ews
