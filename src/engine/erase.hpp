// Takes a person out of every mailbox and out of what hqsync remembers, and looks whether it is
// true.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/run.hpp"

namespace hqsync::engine {

/// What was found in one mailbox.
struct MailboxErasure {
    MailboxAddress mailbox;
    std::size_t items = 0;       ///< removed
    std::size_t folders = 0;     ///< that held them
    std::optional<Fault> fault;  ///< why it is not known to be without the person
};

/// Numbers only: a receipt holds no personal data.
struct Erasure {
    Instant when;
    std::size_t searched = 0;               ///< mailboxes that answered to the end
    std::vector<MailboxErasure> mailboxes;  ///< that held the person, or failed; in the given order
    Erased remembered;                      ///< rows of the state store
    bool is_complete = false;               ///< read back: nothing is left where we can look
};

/// Blocks the contact for ever, removes its items for good wherever the protocol shows them, reads
/// back, and forgets it. A mailbox that fails is reported, the others go on; running it again is
/// safe. HQ's own record is not touched.
Task<Result<Erasure>> erase(Ports ports, ContactId contact, std::vector<MailboxAddress> mailboxes);

}  // namespace hqsync::engine
