// Stops a plan that would delete more than anybody expects, before its first deletion.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "reconcile/plan.hpp"

namespace hqsync::reconcile {

struct GuardLimits {
    std::size_t max_deletes = 250;        ///< guard.max_deletes, per mailbox and pass
    std::size_t max_delete_percent = 25;  ///< guard.max_delete_percent of the managed items
    /// Small mailboxes: one deletion of two contacts is 50 %. Up to this many are never held by
    /// the percentage.
    std::size_t free_deletes = 5;
    /// guard.source_shrink_percent: a source with this much fewer contacts blocks all deletions.
    std::size_t source_shrink_percent = 25;

    bool operator==(const GuardLimits&) const = default;
};

/// True when `now` is so much less than `before` that the source is not believed.
bool has_shrunk(std::size_t before, std::size_t now, const GuardLimits& limits);

/// Why a plan is held, with the numbers that decided it.
struct Hold {
    std::string plan_hash;      ///< 16 hex digits over the mailbox and every guarded deletion
    std::size_t deletions = 0;  ///< guarded ones: without moves, doubles and confirmed settings
    std::size_t managed = 0;
    std::size_t by_rule_change = 0;
    std::size_t by_hq_deletion = 0;
    bool source_shrunk = false;

    bool operator==(const Hold&) const = default;
};

/// nullopt: the plan may go on. An approval with the same hash has to be checked by the caller.
std::optional<Hold> check(const Plan& plan, const MailboxAddress& mailbox,
                          const GuardLimits& limits, bool source_shrunk);

/// For people: both numbers, both limits, the cause, and what to do.
std::string to_text(const Hold& hold, const GuardLimits& limits);

}  // namespace hqsync::reconcile
