// Makes what was observed true in the store, before anything is written on top of it.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "contact/canonical.hpp"
#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

using reconcile::Observed;
using reconcile::Plan;
using reconcile::Shadow;
using reconcile::Trees;

std::set<ContactId> contacts_of(const Plan& plan) {
    std::set<ContactId> contacts(plan.in_peace.begin(), plan.in_peace.end());
    for (const auto& operation : plan.operations) {
        contacts.insert(std::visit([](const auto& any) { return any.contact; }, operation));
    }
    return contacts;
}

/// The shadow once the observation is taken in.
std::optional<Shadow> shadow_of(const Pass& pass, const Receipt& receipt, ContactId contact) {
    const auto observed = receipt.shadows.find(contact);
    if (observed != receipt.shadows.end()) return observed->second;
    const auto known = pass.shadows.find(contact);
    if (known != pass.shadows.end()) return known->second;
    return std::nullopt;
}

/// A contact that needs no operation is in step, whoever brought it there: both sides agree, and an
/// old error of it is over.
void take_agreement(const Pass& pass, const Plan& plan, Receipt& receipt) {
    const auto busy = contacts_of(plan);
    for (const auto& [contact, base] : plan.bases) {
        if (busy.contains(contact)) continue;
        auto shadow = shadow_of(pass, receipt, contact);
        if (!shadow || shadow->synced == base) continue;
        shadow->synced = base;
        receipt.shadows[contact] = std::move(shadow);
    }
    for (const auto& [contact, error] : pass.errors) {
        if (!busy.contains(contact) && !pass.unsettled.contains(contact)) {
            receipt.errors_cleared.push_back(contact);
        }
    }
}

std::string_view cause_of(const Plan& plan, ContactId contact) {
    for (const auto& operation : plan.operations) {
        const auto* remove = std::get_if<reconcile::Remove>(&operation);
        if (remove == nullptr || remove->contact != contact) continue;
        return remove->cause == reconcile::Cause::hq_deletion ? "deleted_in_hq" : "left_mailbox";
    }
    return "both_edited";
}

void take_conflicts(Pass& pass, const Plan& plan, Receipt& receipt) {
    for (const auto& [contact, conflicts] : plan.conflicts) {
        for (const auto& each : conflicts) {
            receipt.conflicts.push_back({.mailbox = pass.address,
                                         .contact = contact,
                                         .field = each.field,
                                         .hq = each.hq,
                                         .exchange = each.exchange,
                                         .winner = each.winner,
                                         .cause = std::string(cause_of(plan, contact)),
                                         .at = pass.run.ports.clock.now(),
                                         .taken = {}});
            ++pass.report.counts.conflicts;
        }
    }
}

/// Somebody else saved the item since we last saw it.
bool is_touched(const Pass& pass, const Observed& item) {
    if (!item.mark || item.mark->system != pass.run.system) return false;
    const auto known = pass.shadows.find(item.mark->contact);
    return known != pass.shadows.end() && known->second.item == item.item &&
           known->second.change_key != item.change_key;
}

Fault quarrel_fault(std::size_t times, const std::string& last) {
    return {Reach::item, "loop",
            fmt::format("another program saved this contact {} times within an hour against what "
                        "HQ wants or without any difference, last at {}; it is left in peace until "
                        "nobody has saved it for an hour",
                        times, last.empty() ? "an unknown time" : last)};
}

/// Counts who saves without a difference, or saves what we leave in peace, and reports what is
/// contested.
void take_quarrels(Pass& pass, const Plan& plan, const Trees& trees, Receipt& receipt) {
    const auto now = pass.run.ports.clock.now();
    std::map<ContactId, std::string> contested;
    for (const auto contact : plan.in_peace) {
        const auto shadow = shadow_of(pass, receipt, contact);
        contested[contact] = shadow ? shadow->touched_on : std::string();
    }
    for (const auto& item : trees.observed) {
        if (!is_touched(pass, item)) continue;
        const auto contact = item.mark->contact;
        const bool is_left = trees.in_peace.contains(contact);
        if (!is_left && !differing_fields(item.card, pass.shadows.at(contact).seen).empty())
            continue;
        receipt.quarrels.emplace_back(contact, now);
        if (is_left) contested[contact] = item.modified_on;
    }
    for (const auto& [contact, last] : contested) {
        const auto fault = quarrel_fault(pass.memories.quarrels[contact], last);
        std::erase(receipt.errors_cleared, contact);
        note_error(pass, {contact, fault.code, fault.detail, now, 1}, receipt);
    }
}

/// New contacts of the user, and the end of those that are gone or somebody's by now. Answers the
/// accepted ones that cannot be linked: they are remembered as decided while their item is there,
/// or the same person would be proposed again.
std::vector<Proposal> take_proposals(Pass& pass, const Plan& plan, const Trees& trees,
                                     Receipt& receipt) {
    auto& known = pass.memories.proposals;
    for (const auto& finding : plan.findings) {
        const auto before = known.find(finding.item);
        const bool is_known = before != known.end() && before->second.card == finding.card &&
                              (before->second.candidates == finding.candidates ||
                               before->second.state == Proposal::State::dismissed);
        const bool is_erased =
            before != known.end() && before->second.state == Proposal::State::erased;
        if (is_known || is_erased) continue;
        Proposal proposal{.mailbox = pass.address,
                          .item = finding.item,
                          .card = finding.card,
                          .candidates = finding.candidates,
                          .contact = {},
                          .since = pass.run.ports.clock.now()};
        receipt.proposals.push_back(std::move(proposal));
    }
    std::vector<Proposal> moot;
    std::set<ItemId> unmarked;
    std::set<ItemId> ended(trees.gone.begin(), trees.gone.end());
    for (const auto& item : trees.observed) {
        (item.mark ? ended : unmarked).insert(item.item);
    }
    for (const auto& [item, proposal] : known) {
        const bool is_lost = trees.complete && !unmarked.contains(item);
        // Accepted, but the rules do not show it to this user, or HQ deleted it since.
        const bool is_moot = proposal.state == Proposal::State::accepted && proposal.contact &&
                             !trees.desired.contains(*proposal.contact) &&
                             !pass.unsettled.contains(*proposal.contact);
        if (is_lost || ended.contains(item)) {
            receipt.proposals_ended.push_back(item);
        } else if (is_moot) {
            moot.push_back(proposal);
        }
    }
    return moot;
}

}  // namespace

Task<Result<void>> take_in(Pass& pass, const Plan& plan, const Trees& trees) {
    Receipt receipt;
    receipt.shadows = plan.observed_shadows;
    receipt.kept_away = plan.kept_away;
    take_agreement(pass, plan, receipt);
    take_conflicts(pass, plan, receipt);
    take_quarrels(pass, plan, trees, receipt);
    const auto moot = take_proposals(pass, plan, trees, receipt);
    for (const auto& proposal : moot) {
        const auto noted = co_await pass.run.ports.state.set_proposal(
            proposal.id, Proposal::State::dismissed, proposal.contact);
        if (!noted) co_return fail(noted.error());
    }
    for (const auto& [contact, shadow] : receipt.shadows) {
        if (shadow) {
            pass.shadows.insert_or_assign(contact, *shadow);
        } else if (pass.shadows.erase(contact) > 0) {
            pass.vanished.insert(contact);
        }
    }
    for (const auto contact : receipt.errors_cleared)
        pass.errors.erase(contact);
    if (receipt.empty()) co_return Result<void>{};
    co_return co_await pass.run.ports.state.close(pass.address, std::move(receipt));
}

}  // namespace hqsync::engine
