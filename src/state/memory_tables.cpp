// What a pass remembers of single contacts for a while: doubts and quarrels, and its memories as
// one.
#include "state/tables.hpp"

#include "state/rows.hpp"
#include "state/sql.hpp"
#include "state/sql_decisions.hpp"

namespace hqsync::state {

namespace {

constexpr Milliseconds quarrel_window = std::chrono::hours(1);
constexpr Milliseconds doubt_window = std::chrono::hours(24);

}  // namespace

Memories Tables::memories(const MailboxAddress& address, Instant now) {
    Memories memories;
    const auto mailbox = mailbox_id(address);
    auto kept_away = database_->query(sql::kept_away_of_mailbox);
    kept_away.bind(mailbox);
    while (kept_away.step()) {
        const ContactId contact(kept_away.integer());
        memories.kept_away.emplace(contact, role(kept_away.text()));
    }
    auto proposals = database_->query(sql::proposals_of_mailbox);
    proposals.bind(mailbox);
    while (proposals.step()) {
        auto proposal = read_proposal(proposals);
        if (proposal.state == Proposal::State::accepted) {
            memories.links.emplace(proposal.item, *proposal.contact);
        }
        auto item = proposal.item;
        memories.proposals.emplace(std::move(item), std::move(proposal));
    }
    auto doubtful = database_->query(sql::doubtful);
    doubtful.bind(mailbox).bind(milliseconds(now - doubt_window));
    while (doubtful.step())
        memories.doubtful.emplace(doubtful.integer());
    auto quarrels = database_->query(sql::quarrels);
    quarrels.bind(mailbox).bind(milliseconds(now - quarrel_window));
    while (quarrels.step()) {
        const ContactId contact(quarrels.integer());
        memories.quarrels.emplace(contact, size(quarrels.integer()));
    }
    return memories;
}

void Tables::doubt(std::int64_t mailbox, const std::vector<std::int64_t>& intents) {
    if (intents.empty()) return;
    for (const auto id : intents) {
        database_->query(sql::doubt_intent).bind(id).run();
        database_->query(sql::drop_intent).bind(id).run();
    }
    database_->query(sql::thin_doubtful).bind(mailbox).bind(doubt_window.count()).run();
}

void Tables::put_quarrels(std::int64_t mailbox,
                          const std::vector<std::pair<ContactId, Instant>>& quarrels) {
    if (quarrels.empty()) return;
    for (const auto& [contact, at] : quarrels) {
        database_->query(sql::put_quarrel)
            .bind(mailbox)
            .bind(contact.value())
            .bind(milliseconds(at))
            .run();
    }
    database_->query(sql::thin_quarrels).bind(mailbox).bind(quarrel_window.count()).run();
}

}  // namespace hqsync::state
