// The three-way comparison of one card, field by field: what goes to the mailbox, what to HQ, and
// where both sides disagree.
#pragma once

#include <string>
#include <vector>

#include "contact/card.hpp"
#include "reconcile/policy.hpp"

namespace hqsync::reconcile {

/// A field that both sides changed differently; `winner` by the policy.
struct FieldConflict {
    Field field;
    std::string hq;        ///< what HQ has
    std::string exchange;  ///< what the mailbox shows
    Side winner;

    bool operator==(const FieldConflict&) const = default;
};

/// The three cards of a contact, and what decides between them.
struct Views {
    const ContactCard& desired;  ///< what HQ wants now
    const ContactCard& synced;   ///< what both sides last agreed on; empty without history
    const ContactCard& seen;     ///< what the mailbox shows now
    FolderRole folder;           ///< where it was edited: its direction holds
    Side newer = Side::hq;       ///< whose record was saved later
};

struct Merge {
    std::vector<FieldChange> push;  ///< to be written to the mailbox
    std::vector<FieldChange> pull;  ///< to be written to HQ; an empty text clears
    std::vector<FieldConflict> conflicts;
    /// What both sides agree on once `push` is written and before `pull` is: fields to pull keep
    /// their old base, so that a pull that fails is found again.
    ContactCard base;

    bool operator==(const Merge&) const = default;
};

/// What a user typed is in `pull`, stays in the mailbox, or is named by a conflict or by a push
/// that puts HQ's text back; it never vanishes otherwise.
Merge merge(const Views& views, const Policies& policies);

}  // namespace hqsync::reconcile
