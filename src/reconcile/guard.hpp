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
    /// guard.source_shrink_percent: a source with this much fewer records of a kind blocks all
    /// deletions.
    std::size_t source_shrink_percent = 25;
    /// Up to this many records of a kind fewer are not taken for a source that answered half.
    std::size_t source_shrink_free = 5;

    bool operator==(const GuardLimits&) const = default;
};

/// How many records of each kind a source answered with: every kind decides who sees what.
struct SourceCounts {
    std::size_t contacts = 0;
    std::size_t companies = 0;
    std::size_t projects = 0;
    std::size_t leads = 0;
    std::size_t users = 0;

    bool operator==(const SourceCounts&) const = default;
};

/// True when there is so much less of a kind than before that the source is not believed.
bool has_shrunk(const SourceCounts& before, const SourceCounts& now, const GuardLimits& limits);

/// Why a plan is held, with the numbers that decided it.
struct Hold {
    std::string plan_hash;      ///< 16 hex digits over the mailbox and every guarded deletion
    std::size_t deletions = 0;  ///< guarded ones: without moves, doubles and confirmed settings
    std::size_t managed = 0;
    std::size_t by_rule_change = 0;
    std::size_t by_hq_deletion = 0;
    bool source_shrunk = false;  ///< then deletions by a confirmed setting are among them

    bool operator==(const Hold&) const = default;
};

/// Whether the guard keeps this deletion back while a plan is held: those that no admin confirmed,
/// and all but erasures while the source is not believed.
bool is_guarded(const Remove& remove, bool source_shrunk);

/// nullopt: the plan may go on. An approval with the same hash has to be checked by the caller.
std::optional<Hold> check(const Plan& plan, const MailboxAddress& mailbox,
                          const GuardLimits& limits, bool source_shrunk);

/// For people: both numbers, both limits, the cause, and what to do.
std::string to_text(const Hold& hold, const GuardLimits& limits);

}  // namespace hqsync::reconcile
