// What HQ wants in one mailbox: placements joined with cards, and the fingerprint of both.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "card/make_card.hpp"
#include "contact/card.hpp"
#include "directory/snapshot.hpp"
#include "placement/placement.hpp"
#include "reconcile/plan.hpp"

namespace hqsync::engine {

/// The cards of a run, each made once, when first asked for.
class CardShelf {
public:
    CardShelf(SnapshotPtr snapshot, const card::CardRules& rules);

    /// The contact is one of the snapshot. The reference lives as long as the shelf.
    const ContactCard& card(ContactId contact);
    std::uint64_t fingerprint(ContactId contact);
    reconcile::Desired desired(ContactId contact, FolderRole folder);

private:
    struct Entry {
        ContactCard card;
        std::uint64_t fingerprint;
    };
    const Entry& entry(ContactId contact);

    SnapshotPtr snapshot_;
    card::CardMaker maker_;
    std::unordered_map<ContactId, Entry> entries_;
};

std::map<ContactId, reconcile::Desired> desired_of(UserId user,
                                                   const placement::Placements& placements,
                                                   CardShelf& shelf);

/// Changes whenever a contact enters, leaves, changes its folder or its card. Never 0.
std::uint64_t desired_fingerprint(UserId user, const placement::Placements& placements,
                                  CardShelf& shelf);

/// A deletion is the confirmed effect of a setting when the rules that the mailbox last went
/// through would have shown the contact: settings change only after their effect was seen and
/// confirmed.
reconcile::Cause cause_of(const placement::Absence& absence, UserId user,
                          const placement::Rules& applied);

}  // namespace hqsync::engine
