// The state store on SQLite: each call is one short transaction on the calling thread; those that
// passes make again and again are gathered (group_commit.hpp).
#include "state/sqlite_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "sqlite/database.hpp"
#include "state/group_commit.hpp"
#include "state/sql_schema.hpp"
#include "state/tables.hpp"

namespace hqsync::state {

namespace {

using reconcile::Shadow;
using sqlite::Database;

constexpr std::string_view what = "state database";

/// Held by a run until the process ends, however it ends.
class RunLock {
public:
    static Result<std::unique_ptr<RunLock>> take(const std::string& path) {
        const auto file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file < 0) {
            return fail({Reach::configuration, "state.lock",
                         fmt::format("{} cannot be written: {}", path, std::strerror(errno))});
        }
        std::unique_ptr<RunLock> lock(new RunLock(file));
        if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
        return fail({Reach::configuration, "state.locked",
                     "another hqsync sync works on this state; wait until it has ended"});
    }
    ~RunLock() { ::close(file_); }
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

private:
    explicit RunLock(int file) : file_(file) {}
    int file_;
};

class SqliteStore final : public StateStore {
public:
    SqliteStore(std::unique_ptr<Database> database, std::unique_ptr<RunLock> lock)
        : lock_(std::move(lock)), commits_(*database), tables_(std::move(database)) {}

    Task<Result<MailboxState>> mailbox(MailboxAddress address) override {
        co_return sqlite::guarded(what, [&] { return tables_.mailbox(address); });
    }
    Task<Result<std::map<ContactId, Shadow>>> shadows(MailboxAddress address) override {
        co_return sqlite::guarded(what, [&] { return tables_.shadows(address); });
    }
    Task<Result<std::vector<Intent>>> open_intents(MailboxAddress address) override {
        co_return sqlite::guarded(what, [&] { return tables_.open_intents(address); });
    }
    Task<Result<std::vector<ItemError>>> item_errors(MailboxAddress address) override {
        co_return sqlite::guarded(what, [&] { return tables_.item_errors(address); });
    }
    Task<Result<Memories>> memories(MailboxAddress address, Instant now) override {
        co_return sqlite::guarded(what, [&] { return tables_.memories(address, now); });
    }
    Task<Result<std::vector<Intent>>> open(MailboxAddress address, std::vector<Intent> intents,
                                           std::vector<Backup> backups) override {
        const auto opened = std::make_shared<std::vector<Intent>>(std::move(intents));
        const auto written = co_await commits_.write(
            [this, opened, address = std::move(address), backups = std::move(backups)] {
                *opened = tables_.open(address, std::move(*opened), backups);
            });
        if (!written) co_return fail(written.error());
        co_return std::move(*opened);
    }
    Task<Result<void>> close(MailboxAddress address, Receipt receipt) override {
        co_return co_await commits_.write(
            [this, address = std::move(address), receipt = std::move(receipt)] {
                tables_.close(address, receipt);
            });
    }
    Task<Result<void>> finish(MailboxAddress address, MailboxState state) override {
        co_return co_await commits_.write(
            [this, address = std::move(address), state = std::move(state)] {
                tables_.finish(address, state);
            });
    }
    Task<Result<void>> forget(MailboxAddress address) override {
        co_return sqlite::guarded(what, [&] { tables_.forget(address); });
    }
    Task<Result<std::map<MailboxAddress, MailboxAddress>>> aliases() override {
        co_return sqlite::guarded(what, [&] { return tables_.aliases(); });
    }
    Task<Result<void>> set_alias(MailboxAddress primary, MailboxAddress address) override {
        co_return sqlite::guarded(what, [&] { tables_.set_alias(primary, address); });
    }
    Task<Result<void>> hold(Held held) override {
        co_return sqlite::guarded(what, [&] { tables_.hold(held); });
    }
    Task<Result<std::vector<Held>>> held() override {
        co_return sqlite::guarded(what, [&] { return tables_.held(); });
    }
    Task<Result<bool>> approve(std::string plan_hash) override {
        co_return sqlite::guarded(what, [&] { return tables_.approve(plan_hash); });
    }
    Task<Result<void>> unhold(MailboxAddress address) override {
        co_return sqlite::guarded(what, [&] { tables_.unhold(address); });
    }
    Task<Result<std::vector<Conflict>>> conflicts(std::size_t limit) override {
        co_return sqlite::guarded(what, [&] { return tables_.conflicts(limit); });
    }
    Task<Result<std::optional<Conflict>>> conflict(std::int64_t id) override {
        co_return sqlite::guarded(what, [&] { return tables_.conflict(id); });
    }
    Task<Result<void>> take(std::int64_t conflict, reconcile::Side side) override {
        co_return sqlite::guarded(what, [&] { tables_.take(conflict, side); });
    }
    Task<Result<std::vector<Proposal>>> proposals() override {
        co_return sqlite::guarded(what, [&] { return tables_.proposals(); });
    }
    Task<Result<std::optional<Proposal>>> proposal(std::int64_t id) override {
        co_return sqlite::guarded(what, [&] { return tables_.proposal(id); });
    }
    Task<Result<bool>> set_proposal(std::int64_t id, Proposal::State state,
                                    std::optional<ContactId> contact) override {
        co_return sqlite::guarded(what, [&] { return tables_.set_proposal(id, state, contact); });
    }
    Task<Result<bool>> bring_back(MailboxAddress address, ContactId contact) override {
        co_return sqlite::guarded(what, [&] { return tables_.bring_back(address, contact); });
    }
    Task<Result<std::map<MailboxAddress, std::map<ContactId, FolderRole>>>> kept_away() override {
        co_return sqlite::guarded(what, [&] { return tables_.kept_away(); });
    }
    Task<Result<std::int64_t>> begin_run(Instant now) override {
        co_return sqlite::guarded(what, [&] { return tables_.begin_run(now); });
    }
    Task<Result<std::vector<RunRecord>>> runs(std::size_t limit) override {
        co_return sqlite::guarded(what, [&] { return tables_.runs(limit); });
    }
    Task<Result<std::vector<Backup>>> backups(BackupQuery query) override {
        co_return sqlite::guarded(what, [&] { return tables_.backups(query); });
    }
    Task<Result<void>> restored(std::vector<std::int64_t> backups, Instant now) override {
        co_return sqlite::guarded(what, [&] { tables_.restored(backups, now); });
    }
    Task<Result<void>> drop_backups_before(Instant limit) override {
        co_return sqlite::guarded(what, [&] { tables_.drop_backups_before(limit); });
    }
    Task<Result<void>> block(ContactId contact) override {
        co_return sqlite::guarded(what, [&] { tables_.block(contact); });
    }
    Task<Result<std::set<ContactId>>> blocked() override {
        co_return sqlite::guarded(what, [&] { return tables_.blocked(); });
    }
    Task<Result<Erased>> erase(ContactId contact) override {
        co_return sqlite::guarded(what, [&] { return tables_.erase(contact); });
    }
    Task<Result<reconcile::SourceCounts>> source_counts() override {
        co_return sqlite::guarded(what, [&] { return tables_.source_counts(); });
    }
    Task<Result<void>> set_source_counts(reconcile::SourceCounts counts) override {
        co_return sqlite::guarded(what, [&] { tables_.set_source_counts(counts); });
    }
    Task<Result<std::map<std::string, std::string>>> settings() override {
        co_return sqlite::guarded(what, [&] { return tables_.settings(); });
    }
    Task<Result<void>> change_setting(SettingChange change) override {
        co_return sqlite::guarded(what, [&] { tables_.change_setting(change); });
    }
    Task<Result<std::vector<SettingChange>>> setting_history(std::size_t limit) override {
        co_return sqlite::guarded(what, [&] { return tables_.setting_history(limit); });
    }
    Task<Result<void>> record(PassRecord pass) override {
        co_return sqlite::guarded(what, [&] { tables_.record(pass); });
    }
    Task<Result<std::vector<PassRecord>>> last_passes() override {
        co_return sqlite::guarded(what, [&] { return tables_.last_passes(); });
    }
    Task<Result<std::vector<std::pair<MailboxAddress, ItemError>>>> all_item_errors() override {
        co_return sqlite::guarded(what, [&] { return tables_.all_item_errors(); });
    }
    Task<Result<std::map<MailboxAddress, std::size_t>>> shadow_counts() override {
        co_return sqlite::guarded(what, [&] { return tables_.shadow_counts(); });
    }

private:
    std::unique_ptr<RunLock> lock_;  ///< released last
    GroupCommit commits_;            ///< of what a pass writes; the rest commits by itself
    Tables tables_;
};

}  // namespace

Result<std::unique_ptr<StateStore>> open_sqlite(const std::string& path, Access access) {
    std::unique_ptr<RunLock> lock;
    if (access == Access::run) {
        auto taken = RunLock::take(path + ".lock");
        if (!taken) return fail(taken.error());
        lock = *std::move(taken);
    }
    auto database = Database::open(path, {sql::application_id, sql::migrations, what});
    if (!database) return fail(database.error());
    return std::make_unique<SqliteStore>(*std::move(database), std::move(lock));
}

}  // namespace hqsync::state
