// Three trees in, one plan out: what has to be done in one mailbox, complete and printable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "contact/card.hpp"
#include "reconcile/merge.hpp"
#include "reconcile/policy.hpp"

namespace hqsync::reconcile {

/// Why HQ does not want a contact in the mailbox any more; decides whether the guard counts it.
enum class Cause : std::uint8_t {
    hq_deletion,        ///< HQ has no such contact any more
    rule_change,        ///< HQ's relations or types changed: the rules now place it nowhere
    erasure,            ///< the person was erased: nothing of him may be kept anywhere
    confirmed_setting,  ///< a setting does it whose effect the admin saw and confirmed
};
std::string_view name(Cause cause);

// --- tree 1: what HQ wants

struct Desired {
    FolderRole folder;
    ContactCard card;
    std::string updated_on;  ///< when HQ saved the contact person, as HQ gave it; may be empty

    bool operator==(const Desired&) const = default;
};

// --- tree 2: what was last synced

/// A managed item as the last pass left it.
struct Shadow {
    ItemId item;
    ChangeKey change_key;
    FolderRole folder;
    ContactCard synced;  ///< what both sides last agreed on: the base of the three-way comparison
    ContactCard seen;    ///< what the mailbox last showed; differs where the user added something
    /// When somebody else last saved the item (ISO time); empty: nobody but us ever did, so that it
    /// holds nothing but what we wrote.
    std::string touched_on = {};
    /// Fields of which the server keeps another text than we wrote (Graph: an address that is none
    /// is dropped): what it keeps is no edit of anybody.
    std::vector<FieldChange> kept = {};

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
    std::string created_on;   ///< ISO time of creation; decides between two of one mark
    std::string modified_on;  ///< ISO time of the last save

    bool operator==(const Observed&) const = default;
};

/// All that a plan is made of.
struct Trees {
    std::string system;  ///< HQ system id; foreign marks are not ours
    std::map<ContactId, Desired> desired;
    std::map<ContactId, Cause> undesired;  ///< cause for each shadowed or marked contact not
                                           ///< desired; missing here means hq_deletion
    std::map<ContactId, Shadow> shadows;
    std::vector<Observed> observed;  ///< all items (complete) or the changed ones (not complete)
    std::vector<ItemId> gone;        ///< ids known to be in neither folder any more
    bool complete = false;           ///< `observed` is the whole of both folders
    Policies policies;
    /// Contacts that the user deleted and that stay away, with the folder they were wanted in then.
    std::map<ContactId, FolderRole> kept_away;
    /// Items without mark that became contacts of HQ (accepted proposals): to be marked.
    std::map<ItemId, ContactId> links;
    /// Contacts of which a create was given up as not done and may still have been carried out
    /// late.
    std::set<ContactId> doubtful;
    /// Contacts that another program fights over: nothing is written to their items.
    std::set<ContactId> in_peace;
    /// Folders that were made anew: what is missing from them was not deleted one by one.
    std::set<FolderRole> renewed;
};

// --- the plan

/// Where a removed item goes.
enum class Disposal : std::uint8_t {
    forever,        ///< it held nothing but what we wrote
    deleted_items,  ///< somebody else saved it meanwhile: he can look there for what was his
};

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
/// Edits in the mailbox that go to HQ. No request to Exchange.
struct Pull {
    ContactId contact;
    ItemId item;
    std::vector<FieldChange> changes;
    bool operator==(const Pull&) const = default;
};
/// An item without mark that is this contact: it gets the mark, and the changes with it.
struct Link {
    ContactId contact;
    ItemId item;
    ChangeKey change_key;
    FolderRole folder;  ///< where it lies; one that belongs elsewhere is moved by the next pass
    std::vector<FieldChange> changes;
    ContactCard seen;
    bool operator==(const Link&) const = default;
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
    Disposal disposal;
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
    ContactCard seen;
    bool operator==(const Unmark&) const = default;
};
/// A second item of one mark with nothing of its own (the same canonical card), or our item of a
/// contact that somebody linked to an item of the user's own: deleted, never counted as a deletion
/// by the guard.
struct RemoveDouble {
    ContactId contact;
    ItemId item;
    ChangeKey change_key;
    bool operator==(const RemoveDouble&) const = default;
};

using Operation =
    std::variant<Create, Update, Move, Remove, Adopt, Unmark, RemoveDouble, Pull, Link>;

/// An item of the user's own in HQ Meine Kontakte, or one that may be a contact of HQ.
struct Finding {
    ItemId item;
    ContactCard card;
    /// Contacts that it may be, but nobody can tell which one (adopt.unmarked); empty: a new
    /// person.
    std::vector<ContactId> candidates;
    bool operator==(const Finding&) const = default;
};

/// Operations in the order of execution: adoptions, pulls, links, moves, updates, creations,
/// unmarkings, doubles, removals.
struct Plan {
    std::vector<Operation> operations;
    /// The shadows as they stand once observation is taken in, before any operation is carried out
    /// (new change keys, new seen cards, adopted items, dropped items). Only changed entries;
    /// nullopt: the shadow is to be dropped.
    std::map<ContactId, std::optional<Shadow>> observed_shadows;
    std::size_t managed = 0;  ///< managed items in the mailbox before the plan: the guard's base
    /// What both sides agree on once the operations on a wanted contact, save its pull, are done.
    std::map<ContactId, ContactCard> bases;
    std::map<ContactId, std::vector<FieldConflict>> conflicts;
    /// Changes of `Trees::kept_away`; nullopt: stays away no more.
    std::map<ContactId, std::optional<FolderRole>> kept_away;
    std::vector<Finding> findings;
    /// Contacts of which another plan has to be made once this one is carried out.
    std::vector<ContactId> again;
    /// Contacts left in peace although something would have to be written.
    std::vector<ContactId> in_peace;

    bool operator==(const Plan&) const = default;
};

Plan make_plan(const Trees& trees);

/// What the server keeps of the fields of `written` in another way, as its answer shows them.
std::vector<FieldChange> kept_otherwise(const std::vector<FieldChange>& written,
                                        const ContactCard& answer);

/// What somebody made of the item: where the server keeps a text of ours in its own way, ours.
ContactCard edited(const Shadow& shadow);

/// `card` with the changes taken over.
ContactCard with(ContactCard card, const std::vector<FieldChange>& changes);

/// One line per operation, ids only (no contents of contacts): for `plan` and for tests.
std::string to_text(const Plan& plan);

}  // namespace hqsync::reconcile
