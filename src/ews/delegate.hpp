// Requests for a mailbox that is shared with the account, instead of impersonation.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"

namespace hqsync::ews {

/// The operation with every DistinguishedFolderId naming the mailbox: without it "contacts" are the
/// account's own. Ids of folders and items name their mailbox themselves.
std::string for_mailbox(std::string_view operation, const MailboxAddress& mailbox);

}  // namespace hqsync::ews
