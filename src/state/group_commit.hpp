// Writes of several mailboxes made durable by one commit.
#pragma once

#include <functional>
#include <memory>

#include "async/task.hpp"
#include "base/result.hpp"
#include "sqlite/database.hpp"

namespace hqsync::state {

/// A commit waits for the disk (milliseconds), however much it holds. So writes that become ready
/// in the same moment, of many mailboxes at work on one thread, share one. Each stands or falls by
/// itself; none is answered before all are durable. Not thread-safe.
class GroupCommit {
public:
    using Work = std::function<void()>;

    /// `database` outlives the group.
    explicit GroupCommit(sqlite::Database& database);
    ~GroupCommit();
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    /// Runs `work` inside a transaction, soon: it owns what it uses. Faults: those of the
    /// sqlite::Error that it threw, or of the commit.
    Task<Result<void>> write(Work work);

private:
    struct Entry;
    struct Group;
    struct Gathering;

    std::shared_ptr<Group> group_;
};

}  // namespace hqsync::state
