// The way back: what a user edited in his mailbox goes to HQ, contact by contact.
#include <algorithm>
#include <utility>

#include "card/write_back.hpp"
#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

using reconcile::Plan;
using reconcile::Side;

/// What HQ cannot hold: its own text is put back by the next pass, and the user's is listed.
Conflict refused(const Pass& pass, const FieldChange& change, ContactId contact, std::string hq) {
    return {.mailbox = pass.address,
            .contact = contact,
            .field = change.field,
            .hq = std::move(hq),
            .exchange = change.text,
            .winner = Side::hq,
            .cause = "refused_by_hq",
            .at = pass.run.ports.clock.now(),
            .taken = {}};
}

/// Writes to HQ. False: nothing is agreed upon, the next round or pass sees to it.
Task<Result<bool>> write(Pass& pass, const ContactPerson& before, const ContactPerson& after,
                         Receipt& receipt) {
    if (after == before) co_return true;
    const auto stored = co_await pass.run.ports.hq_writer.replace(before, after);
    if (stored) {
        pass.report.needs_round = true;
        ++pass.report.counts.pulled;
        co_return true;
    }
    const auto& fault = stored.error();
    if (fault.reach != Reach::item) co_return fail(fault);
    // HQ moved on since this round read it: the next one reads it again and merges anew.
    if (fault.transient || fault.code == "hq.gone") {
        pass.report.needs_round = true;
    } else {
        note_error(pass, {before.id, fault.code, fault.detail, pass.run.ports.clock.now(), 1},
                   receipt);
    }
    co_return false;
}

Task<Result<void>> pull_one(Pass& pass, const reconcile::Pull& pull, Plan& plan) {
    const auto* person = find(*pass.run.snapshot, pull.contact);
    const auto known = pass.shadows.find(pull.contact);
    if (person == nullptr || known == pass.shadows.end()) co_return Result<void>{};
    auto back = card::write_back(*person, pull.changes, known->second.seen, pass.run.settings.card);
    Receipt receipt;
    const auto written = co_await write(pass, *person, back.contact, receipt);
    if (!written) co_return fail(written.error());
    if (*written) {
        auto& base = plan.bases[pull.contact];
        for (const auto& change : pull.changes) {
            base[change.field] = change.text;
            known->second.synced[change.field] = change.text;
            if (std::ranges::find(back.refused, change.field) == back.refused.end()) continue;
            pass.waiting.insert(pull.contact);
            receipt.conflicts.push_back(refused(pass, change, pull.contact,
                                                pass.run.shelf.card(pull.contact)[change.field]));
            ++pass.report.counts.conflicts;
        }
        receipt.shadows.emplace(pull.contact, known->second);
        if (pass.errors.erase(pull.contact) > 0) receipt.errors_cleared.push_back(pull.contact);
    }
    if (receipt.empty()) co_return Result<void>{};
    co_return co_await pass.run.ports.state.close(pass.address, std::move(receipt));
}

}  // namespace

Task<Result<void>> pull(Pass& pass, Plan& plan) {
    for (const auto& operation : plan.operations) {
        const auto* one = std::get_if<reconcile::Pull>(&operation);
        if (one == nullptr) continue;
        const auto done = co_await pull_one(pass, *one, plan);
        if (!done) co_return fail(done.error());
    }
    co_return Result<void>{};
}

}  // namespace hqsync::engine
