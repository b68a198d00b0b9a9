// One pass of one mailbox.
#pragma once

#include "engine/run_context.hpp"

namespace hqsync::engine {

/// Brings one mailbox in step and answers what happened; faults are in the report.
Task<MailboxReport> sync_mailbox(RunContext& run, MailboxAddress address, UserId user);

}  // namespace hqsync::engine
