// Contacts that users made: accepted by hand, or at once where the settings say so.
#include <algorithm>
#include <utility>

#include "card/write_back.hpp"
#include "contact/canonical.hpp"
#include "contact/text.hpp"
#include "engine/accept.hpp"
#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

using State = Proposal::State;

/// The person without what never goes to HQ: notes, unless an admin decided otherwise. The folder's
/// direction is about edits; somebody decided that this person is to be one of HQ.
ContactPerson wanted_of(CompanyId company, ContactCard card, const settings::Settings& settings) {
    for (const auto field : all_fields()) {
        const auto own = settings.policies.field_direction[std::to_underlying(field)];
        if (own && *own != reconcile::Direction::two_way) card[field].clear();
    }
    return card::new_contact(company, card, settings.card).contact;
}

/// The contact that a cut-off acceptance made: all that was to be written, in whichever company.
std::optional<ContactId> made_before(const Snapshot& snapshot, const ContactPerson& wanted) {
    const auto is_he = [&](const ContactPerson& person) {
        auto same = wanted;
        same.id = person.id;
        same.company = person.company;
        same.updated_on = person.updated_on;
        if (same.default_address && person.default_address) {
            same.default_address->id = person.default_address->id;
        }
        same.addresses = person.addresses;
        return same == person;
    };
    const auto found = std::ranges::find_if(snapshot.contacts, is_he);
    if (found == snapshot.contacts.end()) return std::nullopt;
    return found->id;
}

/// The one company of that name; nullopt: none, or several.
std::optional<CompanyId> company_named(const Snapshot& snapshot, const std::string& name) {
    std::optional<CompanyId> found;
    if (trimmed(name).empty()) return found;
    for (const auto& company : snapshot.companies) {
        if (!same(Field::company, company.name, name)) continue;
        if (found) return std::nullopt;
        found = company.id;
    }
    return found;
}

/// Somebody of that name is there already, for whatever reason this user does not see him.
bool is_in_company(const Snapshot& snapshot, CompanyId company, const ContactCard& card) {
    return std::ranges::any_of(snapshot.contacts, [&](const ContactPerson& person) {
        return person.company == company &&
               same(Field::given_name, person.first_name, card[Field::given_name]) &&
               same(Field::surname, person.last_name, card[Field::surname]);
    });
}

bool is_to_be_created(const Proposal& proposal) {
    const bool is_undecided = proposal.state == State::open || proposal.state == State::accepting;
    return is_undecided && proposal.candidates.empty();
}

}  // namespace

Task<Result<ContactId>> accept(Ports ports, Proposal proposal, CompanyId company,
                               SnapshotPtr snapshot, settings::Settings settings) {
    const auto wanted = wanted_of(company, proposal.card, settings);
    std::optional<ContactId> contact;
    if (proposal.state == State::accepting) contact = made_before(*snapshot, wanted);
    if (!contact) {
        const auto noted =
            co_await ports.state.set_proposal(proposal.id, State::accepting, std::nullopt);
        if (!noted) co_return fail(noted.error());
        const auto made = co_await ports.hq_writer.create(wanted);
        if (!made) {
            const bool is_open = !made.error().outcome_unknown;
            if (is_open) {
                const auto undone =
                    co_await ports.state.set_proposal(proposal.id, State::open, std::nullopt);
                if (!undone) co_return fail(undone.error());
            }
            co_return fail(made.error());
        }
        contact = made->id;
    }
    const auto noted = co_await ports.state.set_proposal(proposal.id, State::accepted, contact);
    if (!noted) co_return fail(noted.error());
    co_return *contact;
}

Task<Result<void>> settle_acceptances(Pass& pass) {
    if (pass.run.options.dry_run) co_return Result<void>{};
    for (auto& [item, proposal] : pass.memories.proposals) {
        if (proposal.state != State::accepting) continue;
        const auto wanted = wanted_of(CompanyId{}, proposal.card, pass.run.settings);
        const auto contact = made_before(*pass.run.snapshot, wanted);
        if (!contact) continue;
        const auto noted =
            co_await pass.run.ports.state.set_proposal(proposal.id, State::accepted, contact);
        if (!noted) co_return fail(noted.error());
        proposal.state = State::accepted;
        proposal.contact = contact;
        pass.memories.links.emplace(item, *contact);
    }
    co_return Result<void>{};
}

Task<Result<void>> create_in_hq(Pass& pass, const reconcile::Plan& plan) {
    const bool is_wanted =
        pass.run.settings.policies.user_creation == reconcile::UserCreation::create;
    if (!is_wanted || (plan.findings.empty() && pass.memories.proposals.empty())) {
        co_return Result<void>{};
    }
    const auto now = pass.run.ports.clock.now();
    const auto memories = co_await pass.run.ports.state.memories(pass.address, now);
    if (!memories) co_return fail(memories.error());
    for (const auto& [item, proposal] : memories->proposals) {
        if (!is_to_be_created(proposal)) continue;
        const auto company = company_named(*pass.run.snapshot, proposal.card[Field::company]);
        const bool is_clear =
            company && !is_in_company(*pass.run.snapshot, *company, proposal.card);
        if (!is_clear) continue;
        const auto made = co_await accept(pass.run.ports, proposal, *company, pass.run.snapshot,
                                          pass.run.settings);
        if (made) {
            pass.report.needs_round = true;
        } else if (made.error().reach != Reach::item) {
            co_return fail(made.error());
        }
        // Refused: it stays a proposal, for somebody to look at.
    }
    co_return Result<void>{};
}

}  // namespace hqsync::engine
