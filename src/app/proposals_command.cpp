// hqsync proposals: contacts that users made, to be taken into HQ or to be left alone.
#include <algorithm>
#include <cassert>
#include <cstdio>

#include <fmt/format.h>

#include "app/context.hpp"
#include "app/json.hpp"
#include "app/table.hpp"
#include "async/await.hpp"
#include "engine/accept.hpp"
#include "reconcile/same_person.hpp"

namespace hqsync::app {
namespace {

using State = Proposal::State;

std::string_view state_name(State state) {
    switch (state) {
        case State::open: return "open";
        case State::dismissed: return "dismissed";
        case State::accepting: return "accepting";
        case State::accepted: return "accepted";
        case State::erased: return "erased";
    }
    return "unknown";
}

std::string candidates_text(const Proposal& proposal) {
    std::string text;
    for (const auto candidate : proposal.candidates)
        text += fmt::format("{}{}", text.empty() ? "" : ",", candidate.value());
    return text;
}

void print_text(const std::vector<Proposal>& proposals) {
    if (proposals.empty()) {
        fmt::print("Nothing is proposed.\n");
        return;
    }
    Table table({{"id", Table::Align::right},
                 {"since"},
                 {"mailbox"},
                 {"state"},
                 {"name"},
                 {"company"},
                 {"e-mail"},
                 {"contact"},
                 {"may be"}});
    for (const auto& each : proposals) {
        const auto& card = each.card;
        const auto made_name = fmt::format("{} {}", card[Field::given_name], card[Field::surname]);
        table.add({fmt::to_string(each.id), iso_time(each.since), each.mailbox.value(),
                   std::string(state_name(each.state)),
                   made_name == " " ? card[Field::display_name] : made_name, card[Field::company],
                   card[Field::email1],
                   each.contact ? fmt::to_string(each.contact->value()) : std::string(),
                   candidates_text(each)});
    }
    fmt::print("{}", table.text());
}

void print_json(const std::vector<Proposal>& proposals) {
    Json json;
    json.begin_array();
    for (const auto& each : proposals) {
        json.begin_object();
        json.field("id", each.id);
        json.field("since", iso_time(each.since));
        json.field("mailbox", each.mailbox.value());
        json.field("item", each.item.value());
        json.field("state", state_name(each.state));
        json.key("contact");
        if (each.contact) {
            json.value(each.contact->value());
        } else {
            json.null();
        }
        json.key("candidates");
        json.begin_array();
        for (const auto candidate : each.candidates)
            json.value(candidate.value());
        json.end_array();
        json.key("card");
        json.begin_object();
        for (const auto field : all_fields())
            if (!each.card[field].empty()) json.field(name(field), each.card[field]);
        json.end_object();
        json.end_object();
    }
    json.end_array();
    fmt::print("{}\n", json.text());
}

Fault proposal_fault(std::string_view code, std::string detail) {
    return {.reach = Reach::item, .code = std::string(code), .detail = std::move(detail)};
}

Fault erased_fault(std::int64_t id) {
    return proposal_fault("proposal.erased",
                          fmt::format("proposal {} is of a person who was erased", id));
}

Fault accepting_fault(std::int64_t id) {
    return proposal_fault(
        "proposal.accepting",
        fmt::format("the acceptance of proposal {} was cut off and HQ may have it: accept it again",
                    id));
}

Fault accepted_fault(const Proposal& proposal) {
    return proposal_fault("proposal.accepted",
                          fmt::format("proposal {} was accepted: it is contact {} of HQ",
                                      proposal.id, proposal.contact.value_or(ContactId{}).value()));
}

/// Accepting needs HQ and the state only.
class NoExchange final : public Exchange {
public:
    std::unique_ptr<Mailbox> mailbox(MailboxAddress) override {
        assert(false && "no mailbox is reached here");
        std::abort();
    }
    [[nodiscard]] std::string_view server() const override { return "none"; }
};

struct Opened {
    Config config;
    std::unique_ptr<StateStore> state;
    Proposal proposal;
};

Result<Opened> open_proposal(const Invocation& invocation, std::int64_t id, Share share) {
    auto config = load_config(invocation.config);
    if (!config) return fail(config.error());
    auto state = open_state(*config, share);
    if (!state) return fail(state.error());
    auto proposal = await((*state)->proposal(id));
    if (!proposal) return fail(proposal.error());
    if (!*proposal)
        return fail(proposal_fault(
            "proposal.unknown",
            fmt::format("there is no proposal {}; hqsync proposals lists them", id)));
    return Opened{std::move(*config), std::move(*state), **std::move(proposal)};
}

/// Why the user's item cannot be this contact's.
std::optional<Fault> objection_to_link(const Directory& directory, const Opened& opened,
                                       ContactId contact) {
    const auto& mailbox = opened.proposal.mailbox;
    const auto user = directory.users.find(mailbox);
    const bool is_wanted =
        user != directory.users.end() &&
        placements_of(directory).place(user->second, contact) != placement::Place::absent;
    if (!is_wanted)
        return proposal_fault("proposal.no_contact",
                              fmt::format("contact {} is not in the mailbox {}: hqsync explain "
                                          "tells why",
                                          contact.value(), mailbox.value()));
    const auto all = await(opened.state->proposals());
    if (!all) return all.error();
    const auto other = std::ranges::find_if(*all, [&](const Proposal& each) {
        return each.mailbox == mailbox && each.state == State::accepted && each.contact == contact;
    });
    if (other == all->end()) return std::nullopt;
    return proposal_fault("proposal.linked",
                          fmt::format("proposal {} of this mailbox is contact {} already",
                                      other->id, contact.value()));
}

}  // namespace

ExitCode list_proposals(const Invocation& invocation, Listing listing) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const auto state = open_state(*config, Share::beside_a_run);
    if (!state) return complain(state.error());
    auto proposals = await((*state)->proposals());
    if (!proposals) return complain(proposals.error());
    // One whose acceptance was cut off has to be accepted again.
    if (listing == Listing::usual)
        std::erase_if(*proposals, [](const Proposal& each) {
            return each.state != State::open && each.state != State::accepting;
        });
    if (invocation.output == Output::json) {
        print_json(*proposals);
    } else {
        print_text(*proposals);
    }
    return ExitCode::done;
}

ExitCode accept_proposal(const Invocation& invocation, std::int64_t id, std::int64_t company,
                         Candidates candidates) {
    // A run may accept too (user_create): one of both at a time, or HQ gets the person twice.
    const auto opened = open_proposal(invocation, id, Share::run);
    if (!opened) return complain(opened.error());
    const auto& proposal = opened->proposal;
    if (proposal.state == State::accepted && proposal.contact) {
        fmt::print("Proposal {} was accepted before: it is contact {}.\n", id,
                   proposal.contact->value());
        return ExitCode::done;
    }
    if (proposal.state == State::erased) return complain(erased_fault(id));
    if (!proposal.candidates.empty() && candidates == Candidates::ask)
        return complain(proposal_fault(
            "proposal.may_be_known",
            fmt::format("HQ may have this person: proposal {} may be contact {}. Link it (hqsync "
                        "proposals link {} --contact ID), or accept it with --another",
                        id, candidates_text(proposal), id)));
    const auto hq = open_hq(opened->config);
    if (!hq) return complain(hq.error());
    const auto directory = read_directory(**hq, *opened->state);
    if (!directory) return complain(directory.error());
    // Its user may not see it, so that his item is not linked; unless HQ deleted it since.
    if (proposal.contact && find(*directory->snapshot, *proposal.contact) != nullptr)
        return complain(accepted_fault(proposal));
    if (reconcile::is_blank(proposal.card))
        return complain(proposal_fault(
            "proposal.empty",
            fmt::format("what proposal {} shows is not known yet: run hqsync sync first", id)));
    if (find(*directory->snapshot, CompanyId(company)) == nullptr)
        return complain(
            proposal_fault("proposal.no_company", fmt::format("HQ has no company {}", company)));
    NoExchange nowhere;
    SystemClock clock;
    const engine::Ports ports{(*hq)->source(), (*hq)->writer(), nowhere, *opened->state, clock};
    const auto contact = (*hq)->run(engine::accept(ports, proposal, CompanyId(company),
                                                   directory->snapshot, directory->settings));
    if (!contact) return complain(contact.error());
    fmt::print("Contact {} was made. The next sync makes the user's item one of HQ's.\n",
               contact->value());
    return ExitCode::done;
}

ExitCode link_proposal(const Invocation& invocation, std::int64_t id, std::int64_t number) {
    const auto opened = open_proposal(invocation, id, Share::run);
    if (!opened) return complain(opened.error());
    const auto& proposal = opened->proposal;
    const ContactId contact(number);
    switch (proposal.state) {
        case State::open:
        case State::dismissed: break;
        case State::accepting: return complain(accepting_fault(id));
        case State::accepted:
            if (proposal.contact != contact) return complain(accepted_fault(proposal));
            fmt::print("Proposal {} was linked to contact {} before.\n", id, number);
            return ExitCode::done;
        case State::erased: return complain(erased_fault(id));
    }
    const auto hq = open_hq(opened->config);
    if (!hq) return complain(hq.error());
    const auto directory = read_directory(**hq, *opened->state);
    if (!directory) return complain(directory.error());
    const auto objection = objection_to_link(*directory, *opened, contact);
    if (objection) return complain(*objection);
    const auto done = await(opened->state->set_proposal(id, State::accepted, contact));
    if (!done) return complain(done.error());
    fmt::print("The next sync makes the user's item that of contact {}.\n", number);
    return ExitCode::done;
}

ExitCode dismiss_proposal(const Invocation& invocation, std::int64_t id) {
    const auto opened = open_proposal(invocation, id, Share::run);
    if (!opened) return complain(opened.error());
    switch (opened->proposal.state) {
        case State::open: break;
        case State::dismissed:
            fmt::print("Proposal {} was dismissed before.\n", id);
            return ExitCode::done;
        case State::accepting: return complain(accepting_fault(id));
        case State::accepted: return complain(accepted_fault(opened->proposal));
        case State::erased: return complain(erased_fault(id));
    }
    const auto done = await(opened->state->set_proposal(id, State::dismissed, std::nullopt));
    if (!done) return complain(done.error());
    fmt::print("Dismissed: the contact stays the user's own.\n");
    return ExitCode::done;
}

}  // namespace hqsync::app
