// The loop is let run until nobody joins any more; then all that waits is written at once.
#include "state/group_commit.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace hqsync::state {

namespace {

constexpr std::string_view what = "state database";
/// Of the loop. An answer that has come in needs a few of them until its receipt is written.
constexpr int quiet_rounds = 4;
constexpr int rounds_max = 64;
constexpr std::size_t entries_max = 256;

}  // namespace

struct GroupCommit::Entry {
    Work work;
    asio::steady_timer* done = nullptr;  ///< its end is the commit; null: nobody waits any more
    std::optional<Result<void>> outcome = {};
};

struct GroupCommit::Group {
    sqlite::Database& database;
    std::vector<std::shared_ptr<Entry>> waiting = {};
    asio::any_io_executor gatherer = {};  ///< of the loop that the last gathering goes round

    void commit() {
        const auto entries = std::exchange(waiting, {});
        const auto written = sqlite::guarded(what, [&] {
            sqlite::Transaction all(database, sqlite::Transaction::Kind::write);
            for (const auto& entry : entries)
                write(*entry);
            all.commit();
        });
        for (const auto& entry : entries) {
            if (!written) entry->outcome = fail(written.error());
            if (entry->done != nullptr) entry->done->cancel();
        }
    }

    void write(Entry& entry) {
        if (entry.done == nullptr) return;
        entry.outcome = sqlite::guarded(what, [&] {
            sqlite::Transaction own(database, sqlite::Transaction::Kind::write);
            entry.work();
            own.commit();
        });
    }
};

/// Goes round the loop behind all that is ready.
struct GroupCommit::Gathering {
    asio::any_io_executor executor;
    std::weak_ptr<Group> group;
    std::size_t seen = 0;
    int quiet = 0;
    int rounds = 0;

    void operator()() {
        const auto here = group.lock();
        if (!here || here->waiting.empty()) return;
        const auto size = here->waiting.size();
        quiet = size == seen ? quiet + 1 : 0;
        seen = size;
        const bool is_full = size >= entries_max || ++rounds >= rounds_max;
        if (is_full || quiet >= quiet_rounds) return here->commit();
        const auto next = executor;
        asio::post(next, std::move(*this));
    }
};

GroupCommit::GroupCommit(sqlite::Database& database)
    : group_(std::make_shared<Group>(Group{database})) {}

GroupCommit::~GroupCommit() = default;

Task<Result<void>> GroupCommit::write(Work work) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer done(executor, asio::steady_timer::time_point::max());
    const auto entry = std::make_shared<Entry>(Entry{std::move(work), &done});
    // The loop may be torn down while this waits; then its entry is not written.
    const std::shared_ptr<void> end(nullptr, [entry](void*) { entry->done = nullptr; });
    auto& waiting = group_->waiting;
    std::erase_if(waiting, [](const auto& other) { return other->done == nullptr; });
    waiting.push_back(entry);
    // Another loop may have stopped with writes that still wait: this one goes round for them too.
    if (waiting.size() == 1 || group_->gatherer != executor) {
        group_->gatherer = executor;
        asio::post(executor, Gathering{executor, group_});
    }
    asio::error_code ended;
    co_await done.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (entry->outcome) co_return *entry->outcome;
    co_return fail({Reach::run, "database.stopped", "the program ends before this was written"});
}

}  // namespace hqsync::state
