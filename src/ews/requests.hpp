// EWS requests as XML: the operation's element, which the service puts into an envelope. Pure;
// sources: ews.md §3 to §5, messages.xsd, types.xsd. Each is valid by the official schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "contact/card.hpp"
#include "port/exchange.hpp"

namespace hqsync::ews {

enum class Distinguished : std::uint8_t { root, contacts, deleted_items };  ///< root: msgfolderroot
using FolderName = std::variant<Distinguished, FolderId>;

/// Id, parent, display name, class and our mark of each, in this order.
std::string get_folders(std::span<const FolderName> folders);
/// Below each parent, at any depth: folders with our mark or one of our names. One response
/// message a parent.
std::string find_our_folders(std::span<const FolderName> parents);
/// Every contact folder below the parent, at any depth. From `offset` on.
std::string find_contact_folders(FolderName parent, std::size_t offset);
/// A contact folder with the role's name and mark. EWS: a typed folder must not name its class.
std::string create_folder(FolderName parent, FolderRole role);
std::string mark_folder(const FolderId& folder, FolderRole role);

/// Ids and change keys only: SyncFolderItems cannot show a body (ews.md §3). `page` 1 to 512.
std::string sync_items(const FolderId& folder, const std::optional<SyncState>& since,
                       std::size_t page);
/// Ids of the items with this mark, in each folder; one response message a folder. From `offset`.
std::string find_marked(std::span<const FolderId> folders, const ContactMark& mark,
                        std::size_t offset);
/// Ids of all items of a folder, from `offset` on. FindItem shows no body either.
std::string list_items(const FolderId& folder, std::size_t offset);
/// Content, mark, times, parent folder and photos of each.
std::string get_items(std::span<const ItemId> items);
/// Parent folder and mark only, of items whose content cannot be read.
std::string get_marks(std::span<const ItemId> items);

/// All into one folder. EWS: CreateItem is not idempotent.
std::string create_items(const FolderId& folder, std::span<const CreateItem* const> creates);
/// One property a Set/DeleteItemField; NeverOverwrite. An address is written by parts, an e-mail
/// entry that is emptied goes with its companions (ews.md §0.3). An update without any effect on
/// the item is not to be sent: `has_effect` is false.
std::string update_items(std::span<const UpdateItem> updates);
bool has_effect(const UpdateItem& update);
/// Takes our mark off.
std::string unmark_item(const ItemId& item, const ChangeKey& change_key);
/// The answers give the new ids (ews.md §0.4).
std::string move_items(const FolderId& to, std::span<const ItemId> items);
enum class DeleteType : std::uint8_t { hard, to_deleted_items };
std::string delete_items(std::span<const ItemId> items, DeleteType type);

/// The contact photo (an attachment with IsContactPhoto). `photo` are the octets of a JPEG.
std::string create_photo(const ItemId& item, const ChangeKey& change_key, std::string_view photo);
std::string get_attachment(std::string_view attachment);
std::string delete_attachment(std::string_view attachment);

/// Created, Modified, Deleted, Moved, Copied of the folders of one mailbox.
std::string subscribe(std::span<const FolderId> folders);
/// `minutes` 1 to 30: how long the server keeps the answer open.
std::string streaming_events(std::span<const std::string> subscriptions, int minutes);
std::string unsubscribe(std::string_view subscription);

/// The envelope around an operation: version Exchange2013_SP1, zone UTC, and, when there is one,
/// the mailbox to act for by its primary address.
std::string envelope(std::string_view operation, const std::optional<MailboxAddress>& impersonated);

}  // namespace hqsync::ews
