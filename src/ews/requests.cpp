// Operations with their elements in the order of messages.xsd.
#include "ews/requests.hpp"

#include <array>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "ews/contact_xml.hpp"
#include "ews/paths.hpp"

namespace hqsync::ews {

namespace {

using wire::Writer;

/// EWS: FindItem with a restriction shows 250 at most on its own account, without one 1000.
constexpr std::size_t restricted_page = 250;
constexpr std::size_t item_page = 1000;
constexpr std::size_t folder_page = 1000;

std::string_view distinguished_id(Distinguished folder) {
    switch (folder) {
        case Distinguished::root: return "msgfolderroot";
        case Distinguished::contacts: return "contacts";
        case Distinguished::deleted_items: return "deleteditems";
    }
    return "";
}

void write_folder(Writer& xml, const FolderName& folder) {
    if (const auto* distinguished = std::get_if<Distinguished>(&folder)) {
        xml.open("t:DistinguishedFolderId").attribute("Id", distinguished_id(*distinguished));
    } else {
        xml.open("t:FolderId").attribute("Id", std::get<FolderId>(folder).value());
    }
    xml.close();
}

template <class Folders>
void write_folders(Writer& xml, std::string_view element, const Folders& folders) {
    xml.open(element);
    for (const auto& folder : folders)
        write_folder(xml, folder);
    xml.close();
}

void write_item(Writer& xml, std::string_view element, const ItemId& item,
                const ChangeKey& change_key) {
    xml.open(element).attribute("Id", item.value());
    if (!change_key.value().empty()) xml.attribute("ChangeKey", change_key.value());
    xml.close();
}

void write_items(Writer& xml, std::span<const ItemId> items) {
    xml.open("m:ItemIds");
    for (const auto& item : items)
        write_item(xml, "t:ItemId", item, ChangeKey());
    xml.close();
}

void open_shape(Writer& xml, std::string_view element) {
    xml.open(element).element("t:BaseShape", "IdOnly");
}

void write_folder_shape(Writer& xml) {
    open_shape(xml, "m:FolderShape");
    xml.open("t:AdditionalProperties");
    for (const auto uri : {"folder:ParentFolderId", "folder:DisplayName", "folder:FolderClass"})
        write_path(xml, field(uri));
    write_path(xml, role_path);
    xml.close().close();
}

void write_view(Writer& xml, std::string_view element, std::size_t page, std::size_t offset) {
    xml.open(element)
        .attribute("MaxEntriesReturned", std::to_string(page))
        .attribute("Offset", std::to_string(offset))
        .attribute("BasePoint", "Beginning")
        .close();
}

void write_equal(Writer& xml, const Path& path, std::string_view value) {
    xml.open("t:IsEqualTo");
    write_path(xml, path);
    xml.open("t:FieldURIOrConstant").open("t:Constant").attribute("Value", value).close().close();
    xml.close();
}

/// The ids of what FindItem finds, with what is needed to tell them apart.
void write_found_shape(Writer& xml, std::span<const Path> properties) {
    open_shape(xml, "m:ItemShape");
    if (!properties.empty()) {
        xml.open("t:AdditionalProperties");
        for (const auto& path : properties)
            write_path(xml, path);
        xml.close();
    }
    xml.close();
}

}  // namespace

std::string get_folders(std::span<const FolderName> folders) {
    Writer xml;
    xml.open("m:GetFolder");
    write_folder_shape(xml);
    write_folders(xml, "m:FolderIds", folders);
    return std::move(xml).done();
}

std::string find_our_folders(std::span<const FolderName> parents) {
    Writer xml;
    xml.open("m:FindFolder").attribute("Traversal", "Deep");
    write_folder_shape(xml);
    write_view(xml, "m:IndexedPageFolderView", folder_page, 0);
    xml.open("m:Restriction").open("t:Or").open("t:Exists");
    write_path(xml, role_path);
    xml.close();
    for (const auto role : {FolderRole::mine, FolderRole::global})
        write_equal(xml, field("folder:DisplayName"), display_name(role));
    xml.close().close();
    write_folders(xml, "m:ParentFolderIds", parents);
    return std::move(xml).done();
}

std::string find_contact_folders(FolderName parent, std::size_t offset) {
    Writer xml;
    xml.open("m:FindFolder").attribute("Traversal", "Deep");
    write_folder_shape(xml);
    write_view(xml, "m:IndexedPageFolderView", folder_page, offset);
    // Classes of one's own begin like that of contacts: "IPF.Contact.MOC.QuickContacts".
    xml.open("m:Restriction").open("t:Contains");
    xml.attribute("ContainmentMode", "Prefixed").attribute("ContainmentComparison", "IgnoreCase");
    write_path(xml, field("folder:FolderClass"));
    xml.open("t:Constant").attribute("Value", "IPF.Contact").close();
    xml.close().close();
    write_folders(xml, "m:ParentFolderIds", std::array{std::move(parent)});
    return std::move(xml).done();
}

std::string create_folder(FolderName parent, FolderRole role) {
    Writer xml;
    xml.open("m:CreateFolder").open("m:ParentFolderId");
    write_folder(xml, parent);
    xml.close().open("m:Folders").open("t:ContactsFolder");
    xml.element("t:DisplayName", display_name(role));
    write_property(xml, role_path, name(role));
    return std::move(xml).done();
}

std::string mark_folder(const FolderId& folder, FolderRole role) {
    Writer xml;
    xml.open("m:UpdateFolder").open("m:FolderChanges").open("t:FolderChange");
    write_folder(xml, folder);
    xml.open("t:Updates").open("t:SetFolderField");
    write_path(xml, role_path);
    xml.open("t:ContactsFolder");
    write_property(xml, role_path, name(role));
    return std::move(xml).done();
}

std::string sync_items(const FolderId& folder, const std::optional<SyncState>& since,
                       std::size_t page) {
    Writer xml;
    xml.open("m:SyncFolderItems");
    write_found_shape(xml, {});
    write_folders(xml, "m:SyncFolderId", std::array<FolderName, 1>{folder});
    if (since) xml.element("m:SyncState", since->value());
    xml.element("m:MaxChangesReturned", std::to_string(page));
    return std::move(xml).done();
}

std::string find_marked(std::span<const FolderId> folders, const ContactMark& mark,
                        std::size_t offset) {
    Writer xml;
    xml.open("m:FindItem").attribute("Traversal", "Shallow");
    write_found_shape(xml, std::array{field("item:ParentFolderId"), mark_path});
    write_view(xml, "m:IndexedPageItemView", restricted_page, offset);
    xml.open("m:Restriction");
    write_equal(xml, mark_path, to_text(mark));
    xml.close();
    write_folders(xml, "m:ParentFolderIds", folders);
    return std::move(xml).done();
}

std::string list_items(const FolderId& folder, std::size_t offset) {
    Writer xml;
    xml.open("m:FindItem").attribute("Traversal", "Shallow");
    write_found_shape(xml, {});
    write_view(xml, "m:IndexedPageItemView", item_page, offset);
    write_folders(xml, "m:ParentFolderIds", std::array{folder});
    return std::move(xml).done();
}

std::string get_items(std::span<const ItemId> items) {
    Writer xml;
    xml.open("m:GetItem");
    open_shape(xml, "m:ItemShape");
    xml.element("t:BodyType", "Text").open("t:AdditionalProperties");
    for (const auto uri : {"item:ParentFolderId", "item:DateTimeCreated", "item:LastModifiedTime",
                           "item:Attachments"})
        write_path(xml, field(uri));
    write_path(xml, mark_path);
    write_card_paths(xml);
    xml.close().close();
    write_items(xml, items);
    return std::move(xml).done();
}

std::string get_marks(std::span<const ItemId> items) {
    Writer xml;
    xml.open("m:GetItem");
    open_shape(xml, "m:ItemShape");
    xml.open("t:AdditionalProperties");
    write_path(xml, field("item:ParentFolderId"));
    write_path(xml, mark_path);
    xml.close().close();
    write_items(xml, items);
    return std::move(xml).done();
}

std::string create_items(const FolderId& folder, std::span<const CreateItem* const> creates) {
    Writer xml;
    xml.open("m:CreateItem");
    write_folders(xml, "m:SavedItemFolderId", std::array{folder});
    xml.open("m:Items");
    for (const auto* create : creates)
        write_contact(xml, create->card, create->mark);
    return std::move(xml).done();
}

std::string update_items(std::span<const UpdateItem> updates) {
    Writer xml;
    xml.open("m:UpdateItem").attribute("ConflictResolution", "NeverOverwrite");
    xml.open("m:ItemChanges");
    for (const auto& update : updates) {
        xml.open("t:ItemChange");
        write_item(xml, "t:ItemId", update.item, update.change_key);
        xml.open("t:Updates");
        write_updates(xml, update);
        xml.close().close();
    }
    return std::move(xml).done();
}

bool has_effect(const UpdateItem& update) {
    Writer xml;
    write_updates(xml, update);
    return !std::move(xml).done().empty();
}

std::string unmark_item(const ItemId& item, const ChangeKey& change_key) {
    Writer xml;
    xml.open("m:UpdateItem").attribute("ConflictResolution", "NeverOverwrite");
    xml.open("m:ItemChanges").open("t:ItemChange");
    write_item(xml, "t:ItemId", item, change_key);
    xml.open("t:Updates").open("t:DeleteItemField");
    write_path(xml, mark_path);
    return std::move(xml).done();
}

std::string move_items(const FolderId& to, std::span<const ItemId> items) {
    Writer xml;
    xml.open("m:MoveItem");
    write_folders(xml, "m:ToFolderId", std::array{to});
    write_items(xml, items);
    return std::move(xml).done();
}

std::string delete_items(std::span<const ItemId> items, DeleteType type) {
    Writer xml;
    xml.open("m:DeleteItem")
        .attribute("DeleteType", type == DeleteType::hard ? "HardDelete" : "MoveToDeletedItems");
    write_items(xml, items);
    return std::move(xml).done();
}

std::string create_photo(const ItemId& item, const ChangeKey& change_key, std::string_view photo) {
    Writer xml;
    xml.open("m:CreateAttachment");
    write_item(xml, "m:ParentItemId", item, change_key);
    xml.open("m:Attachments").open("t:FileAttachment");
    // Outlook knows the photo by this name.
    xml.element("t:Name", "ContactPicture.jpg").element("t:ContentType", "image/jpeg");
    xml.element("t:IsInline", "false").element("t:IsContactPhoto", "true");
    xml.element("t:Content", to_base64(photo));
    return std::move(xml).done();
}

std::string get_attachment(std::string_view attachment) {
    Writer xml;
    xml.open("m:GetAttachment").open("m:AttachmentIds");
    xml.open("t:AttachmentId").attribute("Id", attachment);
    return std::move(xml).done();
}

std::string delete_attachment(std::string_view attachment) {
    Writer xml;
    xml.open("m:DeleteAttachment").open("m:AttachmentIds");
    xml.open("t:AttachmentId").attribute("Id", attachment);
    return std::move(xml).done();
}

std::string subscribe(std::span<const FolderId> folders) {
    Writer xml;
    xml.open("m:Subscribe").open("m:StreamingSubscriptionRequest");
    write_folders(xml, "t:FolderIds", folders);
    xml.open("t:EventTypes");
    for (const auto event :
         {"CopiedEvent", "CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent"})
        xml.element("t:EventType", event);
    return std::move(xml).done();
}

std::string streaming_events(std::span<const std::string> subscriptions, int minutes) {
    Writer xml;
    xml.open("m:GetStreamingEvents").open("m:SubscriptionIds");
    for (const auto& subscription : subscriptions)
        xml.element("t:SubscriptionId", subscription);
    xml.close().element("m:ConnectionTimeout", std::to_string(minutes));
    return std::move(xml).done();
}

std::string unsubscribe(std::string_view subscription) {
    Writer xml;
    xml.open("m:Unsubscribe").element("m:SubscriptionId", subscription);
    return std::move(xml).done();
}

std::string envelope(std::string_view operation,
                     const std::optional<MailboxAddress>& impersonated) {
    Writer xml;
    xml.raw(R"(<?xml version="1.0" encoding="utf-8"?>)").open("s:Envelope");
    xml.attribute("xmlns:s", "http://schemas.xmlsoap.org/soap/envelope/");
    xml.attribute("xmlns:t", "http://schemas.microsoft.com/exchange/services/2006/types");
    xml.attribute("xmlns:m", "http://schemas.microsoft.com/exchange/services/2006/messages");
    xml.open("s:Header");
    xml.open("t:RequestServerVersion").attribute("Version", "Exchange2013_SP1").close();
    if (impersonated) {
        xml.open("t:ExchangeImpersonation").open("t:ConnectingSID");
        xml.element("t:PrimarySmtpAddress", impersonated->value()).close().close();
    }
    xml.open("t:TimeZoneContext").open("t:TimeZoneDefinition").attribute("Id", "UTC");
    xml.close().close().close();
    xml.open("s:Body").raw(operation);
    return std::move(xml).done();
}

}  // namespace hqsync::ews
