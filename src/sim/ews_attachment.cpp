// Attachments of contacts: the photo and plain files.
#include <algorithm>

#include "sim/base64.hpp"
#include "sim/ews_call.hpp"
#include "sim/ews_edit.hpp"
#include "sim/ews_item_shape.hpp"
#include "sim/graph_contact.hpp"

namespace hqsync::sim {

namespace {

struct Found {
    Item item;
    const Attachment* file = nullptr;  ///< null: the photo
};

std::expected<Found, EwsError> find(EwsCall& call, pugi::xml_node id) {
    const auto read = read_ews_id(id.attribute("Id").value());
    if (!read || read->kind != EwsIdKind::attachment)
        return std::unexpected(ews_error("ErrorInvalidAttachmentId"));
    const auto mailbox = call.mailbox_of(*read);
    if (!mailbox) return std::unexpected(mailbox.error());
    const auto& contacts = (*mailbox)->contents().contacts;
    const auto at = contacts.find(read->contact);
    if (at == contacts.end()) return std::unexpected(ews_error("ErrorItemNotFound"));
    Contact& contact = (*mailbox)->contact(read->contact);
    Found found{.item = {*mailbox, &contact}};
    const std::string_view text = id.attribute("Id").value();
    if (!contact.photo.empty() && attachment_id(found.item, nullptr) == text) return found;
    for (const auto& file : contact.attachments) {
        found.file = &file;
        if (attachment_id(found.item, &file) == text) return found;
    }
    return std::unexpected(ews_error("ErrorItemNotFound"));
}

/// EWS: an attachment's id tells the new change key of its item.
void set_root(pugi::xml_node id, const Item& item) {
    set(id, "RootItemId", ews_id_of(*item.mailbox, *item.contact));
    set(id, "RootItemChangeKey", change_key(*item.contact));
}

std::optional<EwsError> create_one(EwsCall& call, const Item& item, pugi::xml_node attachment) {
    if (auto ordered = call.ordered(attachment)) return ordered;
    const auto& files = item.contact->attachments;
    const Key key = files.empty() ? 1 : files.back().key + 1;
    if (auto wrong = attach(*item.contact, attachment, key)) return wrong;
    item.mailbox->save(*item.contact);
    const bool is_photo = attachment.child("t:IsContactPhoto").text().as_bool();
    auto list = add(add_success(call.messages, "CreateAttachment"), "m:Attachments");
    auto id = add(add(list, "t:FileAttachment"), "t:AttachmentId");
    set(id, "Id", attachment_id(item, is_photo ? nullptr : &item.contact->attachments.back()));
    set_root(id, item);
    return std::nullopt;
}

}  // namespace

void create_attachment(EwsCall& call) {
    const auto id = call.request.child("m:ParentItemId");
    const auto item = call.item(id);
    for (const auto attachment : elements(call.request.child("m:Attachments"))) {
        std::optional<EwsError> wrong;
        if (!item) {
            wrong = item.error();
        } else {
            wrong = create_one(call, *item, attachment);
        }
        if (wrong) add(add_failure(call.messages, "CreateAttachment", *wrong), "m:Attachments");
    }
}

void get_attachment(EwsCall& call) {
    for (const auto id : elements(call.request.child("m:AttachmentIds"))) {
        const auto found = find(call, id);
        if (!found) {
            add(add_failure(call.messages, "GetAttachment", found.error()), "m:Attachments");
            continue;
        }
        auto list = add(add_success(call.messages, "GetAttachment"), "m:Attachments");
        write_attachment(list, found->item, found->file);
        const auto& content =
            found->file == nullptr ? found->item.contact->photo : found->file->content;
        add(list.last_child(), "t:Content", to_base64(content));
    }
}

void delete_attachment(EwsCall& call) {
    for (const auto id : elements(call.request.child("m:AttachmentIds"))) {
        const auto ordered = call.ordered(id);
        const auto found = find(call, id);
        if (ordered || !found) {
            add_failure(call.messages, "DeleteAttachment", ordered ? *ordered : found.error());
            continue;
        }
        Contact& contact = *found->item.contact;
        if (found->file == nullptr) {
            contact.photo.clear();
        } else {
            std::erase_if(contact.attachments, [key = found->file->key](const Attachment& one) {
                return one.key == key;
            });
        }
        found->item.mailbox->save(contact);
        auto message = add_success(call.messages, "DeleteAttachment");
        set_root(add(message, "m:RootItemId"), found->item);
    }
}

}  // namespace hqsync::sim
