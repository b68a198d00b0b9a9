// Three trees in, one plan out: what has to be done in one mailbox, complete and printable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "contact/card.hpp"

namespace hqsync::reconcile {

/// Why HQ does not want a contact in the mailbox any more; decides whether the guard counts it.
enum class Cause : std::uint8_t {
    hq_deletion,        ///< HQ has no such contact any more
    rule_change,        ///< HQ's relations or types changed: the rules now place it nowhere
    confirmed_setting,  ///< a setting does it whose effect the admin saw and confirmed
};
std::string_view name(Cause cause);

// --- tree 1: what HQ wants

struct Desired {
    FolderRole folder;
    ContactCard card;

    bool operator==(const Desired&) const = default;
};

// --- tree 2: what was last synced

/// A managed item as the last pass left it.
struct Shadow {
    ItemId item;
    ChangeKey change_key;
    FolderRole folder;
    ContactCard synced;  ///< what HQ's side last put there: the base of the three-way comparison
    ContactCard seen;    ///< what the mailbox last showed; differs where the user added something

    bool operator==(const Shadow&) const = default;
};

// --- tree 3: what Exchange says now

/// An item in one of our two folders, as read.
struct Observed {
    ItemId item;
    ChangeKey change_key;
    FolderRole folder;
    std::optional<ContactMark> mark;  ///< none: the user's own item, never touched
    ContactCard card;
    std::string created_on;  ///< ISO time of creation; decides between two of one mark

    bool operator==(const Observed&) const = default;
};

/// An item that vanished from our folders since the last pass and is not in the other one.
struct Trees {
    std::string system;  ///< HQ system id; foreign marks are not ours
    std::map<ContactId, Desired> desired;
    std::map<ContactId, Cause> undesired;  ///< cause for each shadowed or marked contact not
                                           ///< desired; missing here means hq_deletion
    std::map<ContactId, Shadow> shadows;
    std::vector<Observed> observed;  ///< all items (complete) or the changed ones (not complete)
    std::vector<ItemId> gone;        ///< ids known to be in neither folder any more
    bool complete = false;           ///< `observed` is the whole of both folders
    std::vector<ContactId> rewrite;  ///< items whose last write failed: their seen is not trusted
};

// --- the plan

struct Create {
    ContactId contact;
    FolderRole folder;
    ContactCard card;
    bool operator==(const Create&) const = default;
};
/// Changed fields only. Refused by the server when the change key is not current any more.
struct Update {
    ContactId contact;
    ItemId item;
    ChangeKey change_key;
    std::vector<FieldChange> changes;
    bool operator==(const Update&) const = default;
};
/// Between the two folders, keeping whatever the user added; `changes` are written on the way.
struct Move {
    ContactId contact;
    ItemId item;
    ChangeKey change_key;
    FolderRole from;
    FolderRole to;
    std::vector<FieldChange> changes;
    bool operator==(const Move&) const = default;
};
struct Remove {
    ContactId contact;
    ItemId item;
    ChangeKey change_key;
    FolderRole folder;
    Cause cause;
    bool operator==(const Remove&) const = default;
};
/// A marked item that the state does not know: it becomes known. No request.
struct Adopt {
    ContactId contact;
    ItemId item;
    bool operator==(const Adopt&) const = default;
};
/// A second item of one mark whose content differs from the one kept: the mark is taken off it and
/// it is the user's own from then on.
struct Unmark {
    ContactId contact;
    ItemId item;
    ChangeKey change_key;
    bool operator==(const Unmark&) const = default;
};
/// A second item of one mark with nothing of its own (the same canonical card): deleted, never
/// counted as a deletion by the guard.
struct RemoveDouble {
    ContactId contact;
    ItemId item;
    ChangeKey change_key;
    bool operator==(const RemoveDouble&) const = default;
};

using Operation = std::variant<Create, Update, Move, Remove, Adopt, Unmark, RemoveDouble>;

/// In the order of execution: adoptions, moves, updates, creations, unmarkings, doubles, removals.
struct Plan {
    std::vector<Operation> operations;
    /// The shadows as they stand once observation is taken in, before any operation is carried out
    /// (new change keys, new seen cards, adopted items, dropped items). Only changed entries;
    /// nullopt: the shadow is to be dropped.
    std::map<ContactId, std::optional<Shadow>> observed_shadows;
    std::size_t managed = 0;  ///< managed items in the mailbox before the plan: the guard's base

    bool operator==(const Plan&) const = default;
};

Plan make_plan(const Trees& trees);

/// What is to be written so that `seen` shows what HQ wants, and nothing the user added is lost:
/// HQ's value wins where HQ has one; a value that HQ emptied is cleared only when the user had not
/// changed it; notes that the user changed stay; categories of the user stay beside HQ's.
std::vector<FieldChange> field_changes(const ContactCard& desired, const ContactCard& synced,
                                       const ContactCard& seen);

/// `card` with the changes taken over.
ContactCard with(ContactCard card, const std::vector<FieldChange>& changes);

/// One line per operation, ids only (no contents of contacts): for `plan` and for tests.
std::string to_text(const Plan& plan);

}  // namespace hqsync::reconcile
