// Runs, and what they removed or overwrote.
#include "state/tables.hpp"

#include "state/field_changes_json.hpp"
#include "state/rows.hpp"
#include "state/sql_backups.hpp"
#include "state/sql_decisions.hpp"

namespace hqsync::state {

using sqlite::Transaction;

std::int64_t Tables::begin_run(Instant now) {
    database_->query(sql::begin_run).bind(milliseconds(now)).run();
    return database_->last_row_id();
}

std::vector<RunRecord> Tables::runs(std::size_t limit) {
    std::vector<RunRecord> runs;
    auto query = database_->query(sql::runs);
    query.bind(number(limit));
    while (query.step()) {
        RunRecord run;
        run.id = query.integer();
        run.started = instant(query.integer());
        run.removed = size(query.integer());
        run.overwritten = size(query.integer());
        runs.push_back(run);
    }
    return runs;
}

std::vector<Backup> Tables::backups(const BackupQuery& wanted) {
    std::vector<Backup> backups;
    auto query = database_->query(sql::backups);
    query.bind(wanted.from_run)
        .bind_optional(value_of(wanted.mailbox))
        .bind_optional(value_of(wanted.contact));
    while (query.step())
        backups.push_back(read_backup(query));
    return backups;
}

void Tables::restored(const std::vector<std::int64_t>& backups, Instant now) {
    Transaction transaction(*database_, Transaction::Kind::write);
    for (const auto id : backups)
        database_->query(sql::restore_backup).bind(milliseconds(now)).bind(id).run();
    transaction.commit();
}

void Tables::drop_backups_before(Instant limit) {
    Transaction transaction(*database_, Transaction::Kind::write);
    for (const auto& statement :
         {sql::drop_backups_before, sql::drop_conflicts_before, sql::drop_runs_before}) {
        database_->query(statement).bind(milliseconds(limit)).run();
    }
    transaction.commit();
}

void Tables::put_backup(std::int64_t mailbox, const Backup& backup) {
    std::optional<std::int64_t> restored;
    if (backup.restored) restored = milliseconds(*backup.restored);
    database_->query(sql::put_backup)
        .bind(backup.run)
        .bind(mailbox)
        .bind(backup.contact.value())
        .bind(name(backup.kind))
        .bind(name(backup.folder))
        .bind(encode(backup.before))
        .bind(milliseconds(backup.at))
        .bind_optional(restored)
        .run();
}

}  // namespace hqsync::state
