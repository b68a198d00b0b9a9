// What tells that mailboxes changed, where the protocol has it. It only hurries: what is not told
// is found by asking, sooner or later.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "async/task.hpp"
#include "base/id.hpp"

namespace hqsync {

/// A mailbox with the folders in which changes matter.
struct Watched {
    MailboxAddress mailbox;
    std::vector<FolderId> folders;
    bool operator==(const Watched&) const = default;
};

/// Called on the engine's thread, between two steps of whatever goes on there: it must not take
/// long, and must not destroy who calls it. Own writes are told like those of others, one change
/// may be told several times, and a mailbox is told once without a change whenever the way to it
/// begins anew: what happened before that is not known.
using Heard = std::function<void(const MailboxAddress&)>;

class Notifications {
public:
    virtual ~Notifications() = default;
    /// From now on these mailboxes and no others; those that are watched already with the same
    /// folders stay so. Answers at once. What fails is tried again in the background with growing
    /// pauses; a mailbox that cannot be watched is not told of.
    virtual Task<void> watch(std::vector<Watched> mailboxes) = 0;
    /// Mailboxes whose changes would be told now.
    [[nodiscard]] virtual std::size_t watched() const = 0;
    /// Nothing is told any more; the server is told too, as far as it answers within a few seconds.
    virtual Task<void> end() = 0;
};

}  // namespace hqsync
