// Of the run and its admin: held plans, settings and their history, passes, what all mailboxes
// have.
#include "state/tables.hpp"

#include "state/rows.hpp"
#include "state/sql.hpp"

namespace hqsync::state {

using sqlite::Transaction;

void Tables::hold(const Held& held) {
    const auto& hold = held.hold;
    database_->query(sql::put_held)
        .bind(mailbox_id(held.mailbox))
        .bind(hold.plan_hash)
        .bind(number(hold.deletions))
        .bind(number(hold.managed))
        .bind(number(hold.by_rule_change))
        .bind(number(hold.by_hq_deletion))
        .bind(std::int64_t{hold.source_shrunk})
        .bind(milliseconds(held.since))
        .bind(std::int64_t{held.approved})
        .run();
}

std::vector<Held> Tables::held() {
    std::vector<Held> all;
    auto query = database_->query(sql::held);
    while (query.step()) {
        Held held;
        held.mailbox = MailboxAddress(query.text());
        held.hold.plan_hash = query.text();
        held.hold.deletions = size(query.integer());
        held.hold.managed = size(query.integer());
        held.hold.by_rule_change = size(query.integer());
        held.hold.by_hq_deletion = size(query.integer());
        held.hold.source_shrunk = query.integer() != 0;
        held.since = instant(query.integer());
        held.approved = query.integer() != 0;
        all.push_back(std::move(held));
    }
    return all;
}

bool Tables::approve(const std::string& plan_hash) {
    auto query = database_->query(sql::approve);
    query.bind(plan_hash);
    bool found = false;
    while (query.step())
        found = true;
    return found;
}

void Tables::unhold(const MailboxAddress& address) {
    database_->query(sql::drop_held).bind(mailbox_id(address)).run();
}

reconcile::SourceCounts Tables::source_counts() {
    auto query = database_->query(sql::source_counts);
    if (!query.step()) return {};
    reconcile::SourceCounts counts;
    counts.contacts = size(query.integer());
    counts.companies = size(query.integer());
    counts.projects = size(query.integer());
    counts.leads = size(query.integer());
    counts.users = size(query.integer());
    return counts;
}

void Tables::set_source_counts(const reconcile::SourceCounts& counts) {
    database_->query(sql::put_source_counts)
        .bind(number(counts.contacts))
        .bind(number(counts.companies))
        .bind(number(counts.projects))
        .bind(number(counts.leads))
        .bind(number(counts.users))
        .run();
}

std::map<std::string, std::string> Tables::settings() {
    std::map<std::string, std::string> settings;
    auto query = database_->query(sql::settings);
    while (query.step()) {
        auto key = query.text();
        settings.emplace(std::move(key), query.text());
    }
    return settings;
}

void Tables::change_setting(const SettingChange& change) {
    Transaction transaction(*database_, Transaction::Kind::write);
    const auto key = change.user.empty() ? change.key : change.key + "@" + change.user;
    if (change.to.empty()) {
        database_->query(sql::drop_setting).bind(key).run();
    } else {
        database_->query(sql::put_setting).bind(key).bind(change.to).run();
    }
    database_->query(sql::put_setting_change)
        .bind(milliseconds(change.when))
        .bind(change.who)
        .bind(change.key)
        .bind(change.user)
        .bind(change.from)
        .bind(change.to)
        .run();
    transaction.commit();
}

std::vector<SettingChange> Tables::setting_history(std::size_t limit) {
    std::vector<SettingChange> history;
    auto query = database_->query(sql::setting_history);
    query.bind(number(limit));
    while (query.step()) {
        SettingChange change;
        change.when = instant(query.integer());
        change.who = query.text();
        change.key = query.text();
        change.user = query.text();
        change.from = query.text();
        change.to = query.text();
        history.push_back(std::move(change));
    }
    return history;
}

void Tables::record(const PassRecord& pass) {
    Transaction transaction(*database_, Transaction::Kind::write);
    const auto id = mailbox_id(pass.mailbox);
    const auto& counts = pass.counts;
    database_->query(sql::put_pass)
        .bind(id)
        .bind(milliseconds(pass.started))
        .bind(milliseconds(pass.ended))
        .bind(number(counts.created))
        .bind(number(counts.updated))
        .bind(number(counts.moved))
        .bind(number(counts.deleted))
        .bind(number(counts.adopted))
        .bind(number(counts.conflicts))
        .bind(number(counts.pulled))
        .bind(number(counts.failed))
        .bind(static_cast<std::int64_t>(counts.requests))
        .bind(pass.outcome)
        .bind(pass.fault)
        .run();
    database_->query(sql::thin_passes).bind(id).bind(id).run();
    transaction.commit();
}

std::vector<PassRecord> Tables::last_passes() {
    std::vector<PassRecord> passes;
    auto query = database_->query(sql::last_passes);
    while (query.step()) {
        PassRecord pass;
        pass.mailbox = MailboxAddress(query.text());
        pass.started = instant(query.integer());
        pass.ended = instant(query.integer());
        pass.counts.created = size(query.integer());
        pass.counts.updated = size(query.integer());
        pass.counts.moved = size(query.integer());
        pass.counts.deleted = size(query.integer());
        pass.counts.adopted = size(query.integer());
        pass.counts.conflicts = size(query.integer());
        pass.counts.pulled = size(query.integer());
        pass.counts.failed = size(query.integer());
        pass.counts.requests = static_cast<std::uint64_t>(query.integer());
        pass.outcome = query.text();
        pass.fault = query.text();
        passes.push_back(std::move(pass));
    }
    return passes;
}

std::vector<std::pair<MailboxAddress, ItemError>> Tables::all_item_errors() {
    std::vector<std::pair<MailboxAddress, ItemError>> errors;
    auto query = database_->query(sql::all_item_errors);
    while (query.step()) {
        MailboxAddress address(query.text());
        errors.emplace_back(std::move(address), read_item_error(query));
    }
    return errors;
}

std::map<MailboxAddress, std::size_t> Tables::shadow_counts() {
    std::map<MailboxAddress, std::size_t> counts;
    auto query = database_->query(sql::shadow_counts);
    while (query.step()) {
        MailboxAddress address(query.text());
        counts.emplace(std::move(address), size(query.integer()));
    }
    return counts;
}

}  // namespace hqsync::state
