// The state store on SQLite: each call is one short transaction on the calling thread.
#include "state/sqlite_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "sqlite/database.hpp"
#include "state/card_json.hpp"
#include "state/sql.hpp"

namespace hqsync::state {

namespace {

using reconcile::Shadow;
using sqlite::Database;
using sqlite::Query;
using sqlite::Transaction;

constexpr std::string_view what = "state database";
constexpr int corrupt = 11;  // SQLITE_CORRUPT; the header is bound to the floor sqlite

std::int64_t milliseconds(Instant instant) {
    return instant.time_since_epoch().count();
}
Instant instant(std::int64_t milliseconds) {
    return Instant(Milliseconds(milliseconds));
}

std::int64_t number(std::size_t count) {
    return static_cast<std::int64_t>(count);
}
std::size_t size(std::int64_t count) {
    return static_cast<std::size_t>(count);
}

/// A role that no version ever wrote means that somebody wrote into the file.
FolderRole role(const std::string& text) {
    const auto found = folder_role_named(text);
    if (!found) throw sqlite::Error(corrupt, "unknown folder role");
    return *found;
}

/// An unreadable card is never taken for an empty one: what the reader typed would count as HQ's.
ContactCard card(const std::string& json) {
    auto decoded = decode_card(json);
    if (!decoded) throw sqlite::Error(corrupt, "unreadable card");
    return *std::move(decoded);
}

Intent::Kind kind(const std::string& text) {
    if (text == "create") return Intent::Kind::create;
    if (text == "move") return Intent::Kind::move;
    throw sqlite::Error(corrupt, "unknown kind of intent");
}

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

Shadow read_shadow(Query& query) {
    Shadow shadow;
    shadow.item = ItemId(query.text());
    shadow.change_key = ChangeKey(query.text());
    shadow.folder = role(query.text());
    shadow.synced = card(query.text());
    const auto seen = query.optional_text();
    shadow.seen = seen ? card(*seen) : shadow.synced;
    return shadow;
}

Intent read_intent(Query& query) {
    Intent intent;
    intent.id = query.integer();
    intent.kind = kind(query.text());
    intent.contact = ContactId(query.integer());
    intent.folder = role(query.text());
    const auto source = query.optional_text();
    if (source) intent.source = ItemId(*source);
    intent.card = card(query.text());
    intent.synced = card(query.text());
    intent.opened = instant(query.integer());
    return intent;
}

ItemError read_item_error(Query& query) {
    ItemError error;
    error.contact = ContactId(query.integer());
    error.code = query.text();
    error.detail = query.text();
    error.since = instant(query.integer());
    error.attempts = static_cast<std::uint32_t>(query.integer());
    return error;
}

/// All SQL, synchronous; a pool of threads can be put between this and the port later.
class Tables {
public:
    explicit Tables(std::unique_ptr<Database> database) : database_(std::move(database)) {}

    std::int64_t mailbox_id(const MailboxAddress& address) {
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

    MailboxState mailbox(const MailboxAddress& address) {
        const auto id = mailbox_id(address);
        MailboxState state;
        {
            auto row = database_->query(sql::mailbox_row);
            row.bind(id).step();
            state.desired_fingerprint = static_cast<std::uint64_t>(row.integer());
            state.applied_rules = row.text();
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

    std::map<ContactId, Shadow> shadows(const MailboxAddress& address) {
        std::map<ContactId, Shadow> shadows;
        auto query = database_->query(sql::shadows);
        query.bind(mailbox_id(address));
        while (query.step()) {
            const ContactId contact(query.integer());
            shadows.emplace_hint(shadows.end(), contact, read_shadow(query));
        }
        return shadows;
    }

    std::vector<Intent> open_intents(const MailboxAddress& address) {
        std::vector<Intent> intents;
        auto query = database_->query(sql::intents);
        query.bind(mailbox_id(address));
        while (query.step())
            intents.push_back(read_intent(query));
        return intents;
    }

    std::vector<ItemError> item_errors(const MailboxAddress& address) {
        std::vector<ItemError> errors;
        auto query = database_->query(sql::item_errors);
        query.bind(mailbox_id(address));
        while (query.step())
            errors.push_back(read_item_error(query));
        return errors;
    }

    std::vector<Intent> open(const MailboxAddress& address, std::vector<Intent> intents) {
        Transaction transaction(*database_, Transaction::Kind::write);
        const auto mailbox = mailbox_id(address);
        for (auto& intent : intents) {
            std::optional<std::string> source;
            if (intent.source) source = intent.source->value();
            database_->query(sql::put_intent)
                .bind(mailbox)
                .bind(intent.kind == Intent::Kind::move ? "move" : "create")
                .bind(intent.contact.value())
                .bind(name(intent.folder))
                .bind_optional(source)
                .bind(encode(intent.card))
                .bind(encode(intent.synced))
                .bind(milliseconds(intent.opened))
                .run();
            intent.id = database_->last_row_id();
        }
        transaction.commit();
        return intents;
    }

    void close(const MailboxAddress& address, const Receipt& receipt) {
        Transaction transaction(*database_, Transaction::Kind::write);
        const auto mailbox = mailbox_id(address);
        for (const auto& [contact, shadow] : receipt.shadows) {
            if (shadow) {
                put_shadow(mailbox, contact, *shadow);
            } else {
                database_->query(sql::drop_shadow).bind(mailbox).bind(contact.value()).run();
            }
        }
        for (const auto id : receipt.closed_intents) {
            database_->query(sql::drop_intent).bind(id).run();
        }
        for (const auto contact : receipt.errors_cleared) {
            database_->query(sql::drop_item_error).bind(mailbox).bind(contact.value()).run();
        }
        for (const auto& error : receipt.errors) {
            database_->query(sql::put_item_error)
                .bind(mailbox)
                .bind(error.contact.value())
                .bind(error.code)
                .bind(error.detail)
                .bind(milliseconds(error.since))
                .bind(std::int64_t{error.attempts})
                .run();
        }
        transaction.commit();
    }

    void finish(const MailboxAddress& address, const MailboxState& state) {
        Transaction transaction(*database_, Transaction::Kind::write);
        const auto id = mailbox_id(address);
        database_->query(sql::finish_mailbox)
            .bind(static_cast<std::int64_t>(state.desired_fingerprint))
            .bind(state.applied_rules)
            .bind(id)
            .run();
        database_->query(sql::drop_folders).bind(id).run();
        for (const auto& [which, folder] : state.folders) {
            std::optional<std::string> since;
            if (folder.since) since = folder.since->value();
            database_->query(sql::put_folder)
                .bind(id)
                .bind(name(which))
                .bind(folder.id.value())
                .bind_optional(since)
                .run();
        }
        transaction.commit();
    }

    void forget(const MailboxAddress& address) {
        Transaction transaction(*database_, Transaction::Kind::write);
        const auto id = mailbox_id(address);
        database_->query(sql::drop_shadows).bind(id).run();
        database_->query(sql::drop_folders).bind(id).run();
        database_->query(sql::finish_mailbox).bind(std::int64_t{0}).bind("").bind(id).run();
        transaction.commit();
    }

    void hold(const Held& held) {
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

    std::vector<Held> held() {
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

    bool approve(const std::string& plan_hash) {
        auto query = database_->query(sql::approve);
        query.bind(plan_hash);
        bool found = false;
        while (query.step())
            found = true;
        return found;
    }

    void unhold(const MailboxAddress& address) {
        database_->query(sql::drop_held).bind(mailbox_id(address)).run();
    }

    std::size_t source_contacts() {
        auto query = database_->query(sql::source_contacts);
        return query.step() ? size(query.integer()) : 0;
    }

    void set_source_contacts(std::size_t count) {
        database_->query(sql::put_source_contacts).bind(number(count)).run();
    }

    std::map<std::string, std::string> settings() {
        std::map<std::string, std::string> settings;
        auto query = database_->query(sql::settings);
        while (query.step()) {
            auto key = query.text();
            settings.emplace(std::move(key), query.text());
        }
        return settings;
    }

    void change_setting(const SettingChange& change) {
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

    std::vector<SettingChange> setting_history(std::size_t limit) {
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

    void record(const PassRecord& pass) {
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
            .bind(number(counts.failed))
            .bind(static_cast<std::int64_t>(counts.requests))
            .bind(pass.outcome)
            .bind(pass.fault)
            .run();
        database_->query(sql::thin_passes).bind(id).bind(id).run();
        transaction.commit();
    }

    std::vector<PassRecord> last_passes() {
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
            pass.counts.failed = size(query.integer());
            pass.counts.requests = static_cast<std::uint64_t>(query.integer());
            pass.outcome = query.text();
            pass.fault = query.text();
            passes.push_back(std::move(pass));
        }
        return passes;
    }

    std::vector<std::pair<MailboxAddress, ItemError>> all_item_errors() {
        std::vector<std::pair<MailboxAddress, ItemError>> errors;
        auto query = database_->query(sql::all_item_errors);
        while (query.step()) {
            MailboxAddress address(query.text());
            errors.emplace_back(std::move(address), read_item_error(query));
        }
        return errors;
    }

    std::map<MailboxAddress, std::size_t> shadow_counts() {
        std::map<MailboxAddress, std::size_t> counts;
        auto query = database_->query(sql::shadow_counts);
        while (query.step()) {
            MailboxAddress address(query.text());
            counts.emplace(std::move(address), size(query.integer()));
        }
        return counts;
    }

private:
    void put_shadow(std::int64_t mailbox, ContactId contact, const Shadow& shadow) {
        std::optional<std::string> seen;
        if (shadow.seen != shadow.synced) seen = encode(shadow.seen);
        database_->query(sql::put_shadow)
            .bind(mailbox)
            .bind(contact.value())
            .bind(shadow.item.value())
            .bind(shadow.change_key.value())
            .bind(name(shadow.folder))
            .bind(encode(shadow.synced))
            .bind_optional(seen)
            .run();
    }

    std::unique_ptr<Database> database_;
};

class SqliteStore final : public StateStore {
public:
    SqliteStore(std::unique_ptr<Database> database, std::unique_ptr<RunLock> lock)
        : lock_(std::move(lock)), tables_(std::move(database)) {}

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
    Task<Result<std::vector<Intent>>> open(MailboxAddress address,
                                           std::vector<Intent> intents) override {
        co_return sqlite::guarded(what, [&] { return tables_.open(address, std::move(intents)); });
    }
    Task<Result<void>> close(MailboxAddress address, Receipt receipt) override {
        co_return sqlite::guarded(what, [&] { tables_.close(address, receipt); });
    }
    Task<Result<void>> finish(MailboxAddress address, MailboxState state) override {
        co_return sqlite::guarded(what, [&] { tables_.finish(address, state); });
    }
    Task<Result<void>> forget(MailboxAddress address) override {
        co_return sqlite::guarded(what, [&] { tables_.forget(address); });
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
    Task<Result<std::size_t>> source_contacts() override {
        co_return sqlite::guarded(what, [&] { return tables_.source_contacts(); });
    }
    Task<Result<void>> set_source_contacts(std::size_t count) override {
        co_return sqlite::guarded(what, [&] { tables_.set_source_contacts(count); });
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
