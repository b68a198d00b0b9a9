// What the engine asks of an Exchange mailbox, whichever protocol carries it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "async/task.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "contact/card.hpp"
#include "port/notifications.hpp"
#include "reconcile/plan.hpp"

namespace hqsync {

/// Our folder in the mailbox. Ids of folders are constant.
struct Folder {
    FolderRole role;
    FolderId id;

    bool operator==(const Folder&) const = default;
};

/// One entry of a change listing; what it contains is read apart, when it is no echo.
struct ChangedItem {
    ItemId item;
    ChangeKey change_key;
    bool operator==(const ChangedItem&) const = default;
};

struct FolderChanges {
    std::vector<ChangedItem> changed;
    std::vector<ItemId> left;  ///< no longer in this folder: deleted or moved, `read` tells
    SyncState next;            ///< ask from here the next time
};

/// What is written. One write is one request (or one entry of a batch).
struct CreateItem {
    FolderId folder;
    ContactMark mark;
    ContactCard card;
};
struct UpdateItem {
    ItemId item;
    ChangeKey change_key;
    std::vector<FieldChange> changes;
    ContactCard seen;  ///< the item as last read: protocols that write whole groups (an address,
                       ///< the phones of a kind) fill the unchanged parts from here
    std::optional<ContactMark> mark = {};  ///< put on the item in the same request
};
/// Copies everything the item has (also what is no `Field`, and the photo) to `to`, with the
/// changes, then deletes the source.
struct MoveItem {
    ItemId item;
    ChangeKey change_key;
    FolderId to;
    ContactMark mark;
    std::vector<FieldChange> changes;
};
/// Second half of a move whose first half is there: what the copy lacks (photo) is brought over,
/// then the source is deleted. A source that is gone is success. A source that is not any more as
/// it was when it was copied stays: a copy that nobody else saved goes, any other stays beside it,
/// and the fault is "conflict".
struct FinishMove {
    ItemId source;
    std::optional<ChangeKey> copied_from;  ///< of the source; none: not known
    ItemId copy;
    ChangeKey copy_key;  ///< as last read; answered again when somebody else saved the copy since
    bool is_copy_ours_alone = false;  ///< nobody else saved the copy before `copy_key`
};
struct RemoveItem {
    ItemId item;
    ChangeKey change_key;  ///< the item must not have changed since
    reconcile::Disposal disposal = reconcile::Disposal::forever;
};
struct UnmarkItem {
    ItemId item;
    ChangeKey change_key;
};

using Write = std::variant<CreateItem, UpdateItem, MoveItem, FinishMove, RemoveItem, UnmarkItem>;

/// The item after the write. `card` is there when the answer showed the content (as the server
/// keeps it, which may differ in form from what was sent).
struct Written {
    ItemId item;
    ChangeKey change_key;
    std::optional<ContactCard> card;
};

/// An item wherever it lies in the mailbox.
struct FoundItem {
    ItemId item;
    ChangeKey change_key;
    FolderId folder;
    bool operator==(const FoundItem&) const = default;
};

/// One mailbox. All calls are made one after the other by the pass that owns it; the adapter
/// spreads them over at most the protocol's allowance (Graph 4, EWS 2 at once), waits as the server
/// asks, retries what is safe to repeat, and answers with a Fault what is not. Waits end at the
/// adapter's deadline with a fault of reach mailbox.
class Mailbox {
public:
    /// Whether folders that are known are looked for: one may lie in Deleted Items by now.
    enum class Trust : std::uint8_t { known, nothing };

    virtual ~Mailbox() = default;

    /// Finds our two folders by their mark, else adopts unmarked ones of our names, else creates
    /// them. `known` are the ids of the last pass: taken as they are, or preferred where several
    /// folders bear one mark.
    /// `wanted` names the roles to create when missing; others are answered only when they exist.
    virtual Task<Result<std::vector<Folder>>> open_folders(std::vector<Folder> known,
                                                           std::vector<FolderRole> wanted,
                                                           Trust trust) = 0;

    /// All changes since `since`; without one, a first round that answers every item of the folder.
    /// Fault of reach folder: the state is worthless, start without one.
    virtual Task<Result<FolderChanges>> changes_since(Folder folder,
                                                      std::optional<SyncState> since) = 0;

    /// Every item of the folder with mark and content.
    virtual Task<Result<std::vector<reconcile::Observed>>> survey(Folder folder) = 0;

    /// The items by id, wherever in `folders` they are. Missing from the answer: gone from the
    /// mailbox, or in a folder that is not ours.
    virtual Task<Result<std::vector<reconcile::Observed>>> read(std::vector<ItemId> items,
                                                                std::vector<Folder> folders) = 0;

    /// Items with this mark in the folders. Used to settle an open intent.
    virtual Task<Result<std::vector<reconcile::Observed>>> find_marked(
        ContactMark mark, std::vector<Folder> folders) = 0;

    /// Items with this mark in any contact folder of the mailbox that the protocol shows, also
    /// those that a user moved out of our folders. Used to erase a person.
    virtual Task<Result<std::vector<FoundItem>>> find_everywhere(ContactMark mark) = 0;

    /// Carries out up to `batch_size()` writes and answers each in its place. A fault with
    /// `outcome_unknown` on a create or a move has to be settled by `find_marked`, on an update by
    /// reading the item.
    virtual Task<std::vector<Result<Written>>> apply(std::vector<Write> writes) = 0;

    /// As asked for, until the server said that it is another one's alias (EWS:
    /// ErrorNonPrimarySmtpAddress): then the address that owns the mailbox.
    [[nodiscard]] virtual MailboxAddress primary_address() const = 0;
    /// Writes of one `apply` that cost one round trip.
    [[nodiscard]] virtual std::size_t batch_size() const = 0;
    /// Requests (batch entries counted singly) and writes sent so far.
    [[nodiscard]] virtual std::uint64_t requests() const = 0;
    [[nodiscard]] virtual std::uint64_t writes() const = 0;
};

class Exchange {
public:
    virtual ~Exchange() = default;
    /// Opens nothing; the first call of the mailbox does. The exchange outlives its mailboxes.
    virtual std::unique_ptr<Mailbox> mailbox(MailboxAddress address) = 0;
    /// Whose ids and sync states these are: "graph", "ews". What was remembered of another one is
    /// no history.
    [[nodiscard]] virtual std::string_view server() const = 0;
    /// Null: there are none, mailboxes have to be asked. One at a time; ended before the exchange.
    virtual std::unique_ptr<Notifications> notifications(Heard) { return nullptr; }
};

}  // namespace hqsync
