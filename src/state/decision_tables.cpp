// What people decide: conflicts, proposals, contacts kept away.
#include "state/tables.hpp"

#include "state/card_json.hpp"
#include "state/contact_ids_json.hpp"
#include "state/rows.hpp"
#include "state/sql.hpp"
#include "state/sql_decisions.hpp"

namespace hqsync::state {

using reconcile::Side;
using sqlite::Transaction;

std::vector<Conflict> Tables::conflicts(std::size_t limit) {
    std::vector<Conflict> conflicts;
    auto query = database_->query(sql::conflicts);
    query.bind(number(limit));
    while (query.step())
        conflicts.push_back(read_conflict(query));
    return conflicts;
}

std::optional<Conflict> Tables::conflict(std::int64_t id) {
    auto query = database_->query(sql::conflict);
    if (!query.bind(id).step()) return std::nullopt;
    return read_conflict(query);
}

void Tables::take(std::int64_t conflict, Side side) {
    database_->query(sql::take_conflict).bind(reconcile::name(side)).bind(conflict).run();
}

std::vector<Proposal> Tables::proposals() {
    std::vector<Proposal> proposals;
    auto query = database_->query(sql::proposals);
    while (query.step())
        proposals.push_back(read_proposal(query));
    return proposals;
}

std::optional<Proposal> Tables::proposal(std::int64_t id) {
    auto query = database_->query(sql::proposal);
    if (!query.bind(id).step()) return std::nullopt;
    return read_proposal(query);
}

bool Tables::set_proposal(std::int64_t id, Proposal::State state,
                          std::optional<ContactId> contact) {
    Transaction transaction(*database_, Transaction::Kind::write);
    std::optional<std::int64_t> mailbox;
    {
        auto query = database_->query(sql::set_proposal);
        query.bind(name(state)).bind_optional(value_of(contact)).bind(id);
        while (query.step())
            mailbox = query.integer();
    }
    if (!mailbox) return false;
    if (state == Proposal::State::accepted) ask(*mailbox);
    transaction.commit();
    return true;
}

bool Tables::bring_back(const MailboxAddress& address, ContactId contact) {
    Transaction transaction(*database_, Transaction::Kind::write);
    std::optional<std::int64_t> mailbox;
    {
        auto query = database_->query(sql::bring_back);
        query.bind(address.value()).bind(contact.value());
        while (query.step())
            mailbox = query.integer();
    }
    if (!mailbox) return false;
    ask(*mailbox);
    transaction.commit();
    return true;
}

std::map<MailboxAddress, std::map<ContactId, FolderRole>> Tables::kept_away() {
    std::map<MailboxAddress, std::map<ContactId, FolderRole>> all;
    auto query = database_->query(sql::kept_away);
    while (query.step()) {
        auto& mailbox = all[MailboxAddress(query.text())];
        const ContactId contact(query.integer());
        mailbox.emplace(contact, role(query.text()));
    }
    return all;
}

void Tables::ask(std::int64_t mailbox) {
    database_->query(sql::ask_mailbox).bind(mailbox).run();
}

void Tables::put_conflict(std::int64_t mailbox, const Conflict& conflict) {
    std::optional<std::string> taken;
    if (conflict.taken) taken = reconcile::name(*conflict.taken);
    database_->query(sql::put_conflict)
        .bind(mailbox)
        .bind(conflict.contact.value())
        .bind(name(conflict.field))
        .bind(conflict.hq)
        .bind(conflict.exchange)
        .bind(reconcile::name(conflict.winner))
        .bind(conflict.cause)
        .bind(milliseconds(conflict.at))
        .bind_optional(taken)
        .run();
}

void Tables::put_proposal(std::int64_t mailbox, const Proposal& proposal) {
    database_->query(sql::put_proposal)
        .bind(mailbox)
        .bind(proposal.item.value())
        .bind(encode(proposal.card))
        .bind(encode(proposal.candidates))
        .bind(name(proposal.state))
        .bind_optional(value_of(proposal.contact))
        .bind(milliseconds(proposal.since))
        .run();
}

void Tables::put_kept_away(std::int64_t mailbox, ContactId contact,
                           std::optional<FolderRole> folder) {
    if (folder) {
        database_->query(sql::put_kept_away)
            .bind(mailbox)
            .bind(contact.value())
            .bind(name(*folder))
            .run();
    } else {
        database_->query(sql::drop_kept_away).bind(mailbox).bind(contact.value()).run();
    }
}

}  // namespace hqsync::state
