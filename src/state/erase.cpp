// Takes one contact out of the store: its rows, then what deleted rows leave behind in the file.
#include "state/tables.hpp"

#include "state/sql_erase.hpp"

namespace hqsync::state {

namespace {

constexpr int busy = 5;  // SQLITE_BUSY; the header is bound to the floor sqlite

}  // namespace

void Tables::block(ContactId contact) {
    database_->query(sql::block).bind(contact.value()).run();
}

std::set<ContactId> Tables::blocked() {
    std::set<ContactId> contacts;
    auto query = database_->query(sql::blocked);
    while (query.step())
        contacts.emplace(query.integer());
    return contacts;
}

Erased Tables::erase(ContactId contact) {
    database_->execute(sql::overwrite_deleted);
    const auto erased = erase_rows(contact);
    database_->execute(sql::rewrite_file);
    auto query = database_->query(sql::empty_log);
    if (!query.step() || query.integer() != 0) {
        throw sqlite::Error(busy, "the log cannot be emptied");
    }
    return erased;
}

Erased Tables::erase_rows(ContactId contact) {
    sqlite::Transaction transaction(*database_, sqlite::Transaction::Kind::write);
    std::set<std::int64_t> mailboxes;
    const auto erase_by = [&](std::string_view statement) {
        auto query = database_->query(statement);
        query.bind(contact.value());
        std::size_t count = 0;
        while (query.step()) {
            mailboxes.insert(query.integer());
            ++count;
        }
        return count;
    };
    Erased erased;
    erased.shadows = erase_by(sql::erase_shadows);
    erased.intents = erase_by(sql::erase_intents);
    erased.backups = erase_by(sql::erase_backups);
    erased.conflicts = erase_by(sql::erase_conflicts);
    erased.proposals = erase_by(sql::erase_proposals);
    erased.errors = erase_by(sql::erase_item_errors);
    erased.others = erase_by(sql::erase_kept_away) + erase_by(sql::erase_doubtful) +
                    erase_by(sql::erase_quarrels);
    for (const auto mailbox : mailboxes)
        ask(mailbox);
    transaction.commit();
    return erased;
}

}  // namespace hqsync::state
