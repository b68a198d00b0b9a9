// EWS answers, read without regard to element order or prefixes (ews.md §0.6). Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "contact/card.hpp"
#include "port/exchange.hpp"

namespace hqsync::ews {

/// One a response message, in the order of the request: what it shows, or its fault by the table
/// of errors (ews/errors.hpp).
template <class Shown>
using Each = std::vector<Result<Shown>>;

struct FolderShown {
    FolderId id;
    FolderId parent;
    std::string display_name;
    std::string folder_class;        ///< "IPF.Contact…"; empty: not said
    std::optional<FolderRole> role;  ///< by our mark
};
struct FolderPage {
    std::vector<FolderShown> folders;
    std::size_t next = 0;  ///< offset to go on at
    bool is_last = true;
};

struct ItemShown {
    ItemId item;
    ChangeKey change_key;
    FolderId folder;
    std::optional<ContactMark> mark;
    ContactCard card;
    std::string created_on;  ///< ISO
    std::string modified_on;
    std::vector<std::string> photos;  ///< attachment ids
};
struct ItemReference {
    ItemId item;
    ChangeKey change_key;
    FolderId folder;  ///< empty where the answer does not say
    std::optional<ContactMark> mark;
};
struct ItemPage {
    std::vector<ItemReference> items;
    std::size_t next = 0;
    bool is_last = true;
};
struct SyncPage {
    std::vector<ChangedItem> changed;
    std::vector<ItemId> left;
    SyncState next;
    bool is_last = true;
};
struct PhotoShown {
    std::string attachment;
    std::string content;   ///< octets; only by GetAttachment
    ChangeKey change_key;  ///< of the item, after the write (RootItemChangeKey); else empty
};

// Fault (mailbox) "ews.unreadable" when the answer is no XML, or not of that operation, or does not
// have `count` response messages (a wrong number cannot be told apart). The answer is taken by
// value because it is read where it lies: move it in.
Result<Each<FolderPage>> read_folders(std::string answer, std::size_t count);
Result<Each<SyncPage>> read_sync_page(std::string answer);
Result<Each<ItemPage>> read_found(std::string answer, std::size_t count);
/// A message without a contact is "gone" (a distribution list is none). Fault "ews.unreadable"
/// names the element that is no text, entry or date: taken for empty, it would look as if somebody
/// had cleared it.
Result<Each<ItemShown>> read_items(std::string answer, std::size_t count);
/// Of CreateItem, UpdateItem and MoveItem.
Result<Each<ItemReference>> read_written(std::string answer, std::size_t count);
/// Of any operation whose answer shows nothing that is needed (DeleteItem, UpdateFolder, ...).
Result<Each<std::monostate>> read_done(std::string answer, std::size_t count);
/// Of CreateAttachment, GetAttachment and DeleteAttachment.
Result<Each<PhotoShown>> read_photo(std::string answer, std::size_t count);
Result<std::string> read_subscription(std::string answer);

}  // namespace hqsync::ews
