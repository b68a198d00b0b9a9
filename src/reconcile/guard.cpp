// Counts a plan's deletions against the limits, and gives them one name to approve.
#include "reconcile/guard.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace hqsync::reconcile {

namespace {

/// FNV-1a: stable over versions and machines, as an approval has to be.
class Hash {
public:
    void take(std::string_view text) {
        for (const char letter : text)
            take_octet(static_cast<unsigned char>(letter));
        take_octet(0xFF);
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    void take_octet(unsigned char octet) { value_ = (value_ ^ octet) * 0x100000001b3U; }
    std::uint64_t value_ = 0xcbf29ce484222325U;
};

std::vector<const Remove*> guarded_removals(const Plan& plan, bool source_shrunk) {
    std::vector<const Remove*> removals;
    for (const auto& operation : plan.operations) {
        const auto* remove = std::get_if<Remove>(&operation);
        if (remove != nullptr && is_guarded(*remove, source_shrunk)) {
            removals.push_back(remove);
        }
    }
    std::ranges::sort(removals, {}, [](const Remove* remove) { return remove->contact; });
    return removals;
}

std::string hash_of(const MailboxAddress& mailbox, const std::vector<const Remove*>& removals) {
    Hash hash;
    hash.take(mailbox.value());
    for (const auto* remove : removals) {
        hash.take(fmt::format("{}", remove->contact.value()));
        hash.take(remove->item.value());
        hash.take(name(remove->folder));
    }
    return fmt::format("{:016x}", hash.value());
}

bool is_too_many(std::size_t deletions, std::size_t managed, const GuardLimits& limits) {
    if (deletions > limits.max_deletes) return true;
    return deletions * 100 > managed * limits.max_delete_percent;
}

}  // namespace

bool has_shrunk(const SourceCounts& before, const SourceCounts& now, const GuardLimits& limits) {
    const auto is_less = [&](std::size_t then, std::size_t today) {
        if (today >= then || then - today <= limits.source_shrink_free) return false;
        return (then - today) * 100 > then * limits.source_shrink_percent;
    };
    return is_less(before.contacts, now.contacts) || is_less(before.companies, now.companies) ||
           is_less(before.projects, now.projects) || is_less(before.leads, now.leads) ||
           is_less(before.users, now.users);
}

bool is_guarded(const Remove& remove, bool source_shrunk) {
    if (remove.cause == Cause::erasure) return false;
    return source_shrunk || remove.cause != Cause::confirmed_setting;
}

std::optional<Hold> check(const Plan& plan, const MailboxAddress& mailbox,
                          const GuardLimits& limits, bool source_shrunk) {
    const auto removals = guarded_removals(plan, source_shrunk);
    if (removals.empty()) return std::nullopt;
    if (!source_shrunk && !is_too_many(removals.size(), plan.managed, limits)) return std::nullopt;
    Hold hold;
    hold.plan_hash = hash_of(mailbox, removals);
    hold.deletions = removals.size();
    hold.managed = plan.managed;
    hold.source_shrunk = source_shrunk;
    for (const auto* remove : removals) {
        if (remove->cause == Cause::hq_deletion) ++hold.by_hq_deletion;
        if (remove->cause == Cause::rule_change) ++hold.by_rule_change;
    }
    return hold;
}

std::string to_text(const Hold& hold, const GuardLimits& limits) {
    const auto percent = hold.managed == 0 ? 100 : hold.deletions * 100 / hold.managed;
    std::string cause;
    if (hold.source_shrunk) cause = "fewer records from the source; ";
    cause += fmt::format("{} no longer in HQ, {} by a rule change", hold.by_hq_deletion,
                         hold.by_rule_change);
    return fmt::format(
        "{} deletions of {} managed contacts ({} %) are held; the limits are {} "
        "and {} %. Cause: {}. If they are right: hqsync approve {}",
        hold.deletions, hold.managed, percent, limits.max_deletes, limits.max_delete_percent, cause,
        hold.plan_hash);
}

}  // namespace hqsync::reconcile
