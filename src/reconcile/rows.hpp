// The three trees joined contact by contact.
#pragma once

#include <map>
#include <vector>

#include "reconcile/plan.hpp"

namespace hqsync::reconcile {

/// Everything known of one contact.
struct Row {
    const Desired* desired = nullptr;
    const Shadow* shadow = nullptr;
    std::vector<const Observed*> items;  ///< observed with its mark
    bool is_gone = false;                ///< the shadow's item is in neither folder any more, or
                                         ///< bears our mark no more
    bool has_lost_mark = false;          ///< the latter
};

using Rows = std::map<ContactId, Row>;

/// The rows point into the trees and live no longer than they.
Rows rows_of(const Trees& trees);

/// Which of several items of one mark is ours, when none is known: the one where it belongs, with
/// least to change, the oldest, the smallest id. The row has items.
const Observed* chosen(const Row& row);

/// The item of the mark that is ours among the observed ones; nullptr when there is none.
const Observed* ours_among(const Row& row);

}  // namespace hqsync::reconcile
