// Of one mailbox: folders, shadows, intents, errors of records.
#include "state/tables.hpp"

#include <optional>

#include "state/card_json.hpp"
#include "state/field_changes_json.hpp"
#include "state/rows.hpp"
#include "state/sql.hpp"
#include "state/sql_decisions.hpp"

namespace hqsync::state {

using reconcile::Shadow;
using sqlite::Transaction;

std::int64_t Tables::mailbox_id(const MailboxAddress& address) {
    {
        auto known = database_->query(sql::mailbox_id);
        known.bind(address.value());
        if (known.step()) return known.integer();
    }
    database_->query(sql::make_mailbox).bind(address.value()).run();
    auto made = database_->query(sql::mailbox_id);
    made.bind(address.value());
    made.step();
    return made.integer();
}

MailboxState Tables::mailbox(const MailboxAddress& address) {
    const auto id = mailbox_id(address);
    MailboxState state;
    {
        auto row = database_->query(sql::mailbox_row);
        row.bind(id).step();
        asked_[id] = row.integer();
        state.desired_fingerprint = static_cast<std::uint64_t>(row.integer());
        state.applied_rules = row.text();
        state.server = row.text();
        state.open_work = size(row.integer());
    }
    auto folders = database_->query(sql::folders);
    folders.bind(id);
    while (folders.step()) {
        const auto which = role(folders.text());
        FolderState folder{FolderId(folders.text()), {}};
        const auto since = folders.optional_text();
        if (since) folder.since = SyncState(*since);
        state.folders.emplace(which, std::move(folder));
    }
    return state;
}

std::map<ContactId, Shadow> Tables::shadows(const MailboxAddress& address) {
    std::map<ContactId, Shadow> shadows;
    auto query = database_->query(sql::shadows);
    query.bind(mailbox_id(address));
    while (query.step()) {
        const ContactId contact(query.integer());
        shadows.emplace_hint(shadows.end(), contact, read_shadow(query));
    }
    return shadows;
}

std::vector<Intent> Tables::open_intents(const MailboxAddress& address) {
    std::vector<Intent> intents;
    auto query = database_->query(sql::intents);
    query.bind(mailbox_id(address));
    while (query.step())
        intents.push_back(read_intent(query));
    return intents;
}

std::vector<ItemError> Tables::item_errors(const MailboxAddress& address) {
    std::vector<ItemError> errors;
    auto query = database_->query(sql::item_errors);
    query.bind(mailbox_id(address));
    while (query.step())
        errors.push_back(read_item_error(query));
    return errors;
}

std::vector<Intent> Tables::open(const MailboxAddress& address, std::vector<Intent> intents,
                                 const std::vector<Backup>& backups) {
    Transaction transaction(*database_, Transaction::Kind::write);
    const auto mailbox = mailbox_id(address);
    for (auto& intent : intents) {
        database_->query(sql::put_intent)
            .bind(mailbox)
            .bind(name(intent.kind))
            .bind(intent.contact.value())
            .bind(name(intent.folder))
            .bind_optional(value_of(intent.source))
            .bind_optional(value_of(intent.copied_from))
            .bind(encode(intent.card))
            .bind(encode(intent.synced))
            .bind(milliseconds(intent.opened))
            .run();
        intent.id = database_->last_row_id();
    }
    for (const auto& backup : backups)
        put_backup(mailbox, backup);
    transaction.commit();
    return intents;
}

void Tables::close(const MailboxAddress& address, const Receipt& receipt) {
    Transaction transaction(*database_, Transaction::Kind::write);
    const auto mailbox = mailbox_id(address);
    for (const auto& [contact, shadow] : receipt.shadows) {
        if (shadow) {
            put_shadow(mailbox, contact, *shadow);
        } else {
            database_->query(sql::drop_shadow).bind(mailbox).bind(contact.value()).run();
        }
    }
    for (const auto id : receipt.closed_intents)
        database_->query(sql::drop_intent).bind(id).run();
    doubt(mailbox, receipt.abandoned_intents);
    for (const auto contact : receipt.errors_cleared) {
        database_->query(sql::drop_item_error).bind(mailbox).bind(contact.value()).run();
    }
    for (const auto& error : receipt.errors)
        put_item_error(mailbox, error);
    for (const auto& conflict : receipt.conflicts)
        put_conflict(mailbox, conflict);
    for (const auto& [contact, folder] : receipt.kept_away)
        put_kept_away(mailbox, contact, folder);
    for (const auto& proposal : receipt.proposals)
        put_proposal(mailbox, proposal);
    for (const auto& item : receipt.proposals_ended) {
        database_->query(sql::drop_proposal).bind(mailbox).bind(item.value()).run();
    }
    put_quarrels(mailbox, receipt.quarrels);
    transaction.commit();
}

void Tables::finish(const MailboxAddress& address, const MailboxState& state) {
    Transaction transaction(*database_, Transaction::Kind::write);
    const auto id = mailbox_id(address);
    database_->query(sql::finish_mailbox)
        .bind(asked_[id])
        .bind(static_cast<std::int64_t>(state.desired_fingerprint))
        .bind(state.applied_rules)
        .bind(state.server)
        .bind(id)
        .run();
    database_->query(sql::drop_folders).bind(id).run();
    for (const auto& [which, folder] : state.folders) {
        database_->query(sql::put_folder)
            .bind(id)
            .bind(name(which))
            .bind(folder.id.value())
            .bind_optional(value_of(folder.since))
            .run();
    }
    transaction.commit();
}

void Tables::forget(const MailboxAddress& address) {
    Transaction transaction(*database_, Transaction::Kind::write);
    const auto id = mailbox_id(address);
    database_->query(sql::drop_shadows).bind(id).run();
    database_->query(sql::drop_folders).bind(id).run();
    database_->query(sql::forget_mailbox).bind(id).run();
    transaction.commit();
}

std::map<MailboxAddress, MailboxAddress> Tables::aliases() {
    std::map<MailboxAddress, MailboxAddress> aliases;
    auto query = database_->query(sql::aliases);
    while (query.step()) {
        MailboxAddress primary(query.text());
        aliases.emplace(std::move(primary), query.text());
    }
    return aliases;
}

void Tables::set_alias(const MailboxAddress& primary, const MailboxAddress& address) {
    database_->query(sql::put_alias).bind(primary.value()).bind(address.value()).run();
}

void Tables::put_shadow(std::int64_t mailbox, ContactId contact, const Shadow& shadow) {
    std::optional<std::string> seen;
    if (shadow.seen != shadow.synced) seen = encode(shadow.seen);
    std::optional<std::string> kept;
    if (!shadow.kept.empty()) kept = encode(shadow.kept);
    database_->query(sql::put_shadow)
        .bind(mailbox)
        .bind(contact.value())
        .bind(shadow.item.value())
        .bind(shadow.change_key.value())
        .bind(name(shadow.folder))
        .bind(encode(shadow.synced))
        .bind_optional(seen)
        .bind(shadow.touched_on)
        .bind_optional(kept)
        .run();
}

void Tables::put_item_error(std::int64_t mailbox, const ItemError& error) {
    database_->query(sql::put_item_error)
        .bind(mailbox)
        .bind(error.contact.value())
        .bind(error.code)
        .bind(error.detail)
        .bind(milliseconds(error.since))
        .bind(std::int64_t{error.attempts})
        .run();
}

}  // namespace hqsync::state
