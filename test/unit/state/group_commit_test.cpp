// Writes of several mailboxes share a commit, and each still stands by itself.
#include <filesystem>

#include <gtest/gtest.h>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include "state/group_commit.hpp"
#include "unit/state/sqlite_files.hpp"

namespace hqsync::state {
namespace {

constexpr int mailboxes = 20;

MailboxAddress address_of(int number) {
    return MailboxAddress("user" + std::to_string(number) + "@agentur.example");
}

Task<void> finish(StateStore* store, int number, int* done) {
    MailboxState state;
    state.server = "ews";
    const auto written = co_await store->finish(address_of(number), std::move(state));
    if (written) ++*done;
}

/// The write-ahead log grows by whole pages with each commit.
std::uintmax_t log_size(const Folder& folder) {
    std::error_code none;
    const auto size = std::filesystem::file_size(folder.file() + "-wal", none);
    return none ? 0 : size;
}

TEST(GroupCommit, MakesWhatIsReadyInOneMomentDurableAtOnce) {
    int done = 0;
    const Folder apart;
    const auto one_by_one = opened(apart.file());
    const auto empty = log_size(apart);
    for (int i = 0; i < mailboxes; ++i) {
        asio::io_context context;
        asio::co_spawn(context, finish(one_by_one.get(), i, &done), asio::detached);
        context.run();
    }
    const auto cost_apart = log_size(apart) - empty;

    const Folder together;
    const auto store = opened(together.file());
    const auto before = log_size(together);
    asio::io_context context;
    for (int i = 0; i < mailboxes; ++i)
        asio::co_spawn(context, finish(store.get(), i, &done), asio::detached);
    context.run();
    EXPECT_EQ(done, 2 * mailboxes);
    EXPECT_LT((log_size(together) - before) * 4, cost_apart);

    const auto later = opened(together.file());
    int kept = 0;
    asio::io_context reading;
    asio::co_spawn(
        reading,
        [&]() -> Task<void> {
            for (int i = 0; i < mailboxes; ++i) {
                const auto state = co_await later->mailbox(address_of(i));
                if (state && state->server == "ews") ++kept;
            }
        },
        asio::detached);
    reading.run();
    EXPECT_EQ(kept, mailboxes);
}

/// Two writes of one moment.
struct Two {
    Folder folder;
    std::unique_ptr<sqlite::Database> database = raw(folder.file());
    GroupCommit commits{*database};
    std::optional<Result<void>> first, second;

    void set(std::string_view value) {
        database->execute("INSERT INTO setting (key, value) VALUES ('" + std::string(value) +
                          "', 'x')");
    }
    Task<void> write(GroupCommit::Work work, std::optional<Result<void>>* outcome) {
        *outcome = co_await commits.write(std::move(work));
    }
    std::int64_t settings() {
        auto query = database->query("SELECT count(*) FROM setting");
        return query.step() ? query.integer() : -1;
    }
};

TEST(GroupCommit, AWriteThatFailsLeavesTheOthers) {
    Two two;
    asio::io_context context;
    const auto bad = [&] {
        two.set("half");
        two.database->execute("INSERT INTO nowhere VALUES (1)");
    };
    asio::co_spawn(context, two.write(bad, &two.first), asio::detached);
    asio::co_spawn(context, two.write([&] { two.set("whole"); }, &two.second), asio::detached);
    context.run();
    ASSERT_TRUE(two.first && two.second);
    EXPECT_EQ(two.first->error().code, "database.failed");
    EXPECT_TRUE(*two.second);
    EXPECT_EQ(two.settings(), 1);
}

TEST(GroupCommit, WhatNobodyWaitsForAnyMoreIsNotWritten) {
    Two two;
    {
        asio::io_context context;
        asio::co_spawn(context, two.write([&] { two.set("lost"); }, &two.first), asio::detached);
        context.poll_one();  // it waits, and the loop ends here
    }
    EXPECT_FALSE(two.first);
    asio::io_context context;
    asio::co_spawn(context, two.write([&] { two.set("kept"); }, &two.second), asio::detached);
    context.run();
    ASSERT_TRUE(two.second);
    EXPECT_TRUE(*two.second);
    EXPECT_EQ(two.settings(), 1);
}

TEST(GroupCommit, ALoopThatStoppedHoldsUpNobody) {
    Two two;
    asio::io_context stopped;
    asio::co_spawn(stopped, two.write([&] { two.set("first"); }, &two.first), asio::detached);
    stopped.poll_one();  // it waits, and nobody turns this loop any more
    asio::io_context context;
    asio::co_spawn(context, two.write([&] { two.set("second"); }, &two.second), asio::detached);
    context.run_for(std::chrono::seconds(20));
    ASSERT_TRUE(two.second);
    EXPECT_TRUE(*two.second);
    EXPECT_EQ(two.settings(), 2);
}

}  // namespace
}  // namespace hqsync::state
