// Which mailboxes are to pass because something was heard of them, and when.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "async/clock.hpp"
#include "base/id.hpp"

namespace hqsync::app {

/// One change is told several times, and what a pass writes comes back as news: so news are
/// gathered, and a mailbox that passes again and again waits longer each time. A pass after our own
/// write finds silence and writes nothing, which ends it; news that came while a pass went on are
/// not thrown away, because somebody may have edited what the pass had read already.
class HeardMailboxes {
public:
    /// From the first news to the pass.
    static constexpr Milliseconds gathering{2'000};
    /// The longest time between two passes of a mailbox that has news all the time: nothing that
    /// goes round in circles costs more.
    static constexpr Milliseconds pause_max{60'000};
    /// Without a pass for so long a mailbox is calm again.
    static constexpr Milliseconds calm{180'000};

    void hear(const MailboxAddress& mailbox, Instant now);
    /// Those whose time has come; they pass now.
    std::vector<MailboxAddress> take_due(Instant now);
    /// All mailboxes pass now.
    void forget() { waiting_.clear(); }
    /// When the next one is due.
    [[nodiscard]] std::optional<Instant> next_due() const;

private:
    struct Passed {
        Instant last;
        int in_a_row = 0;
    };
    std::map<MailboxAddress, Instant> waiting_;  ///< until when
    std::map<MailboxAddress, Passed> passed_;    ///< those that are not calm
};

}  // namespace hqsync::app
