// What a user does in his mailbox during the demo: past the program, through Graph, as Outlook
// does.
#pragma once

#include <string>

#include "base/id.hpp"
#include "base/result.hpp"

namespace hqsync::app {

struct DemoUser {
    std::string url;     ///< of the simulator
    std::string secret;  ///< of its client
    MailboxAddress mailbox;

    /// Writes another mobile number into the item of this contact.
    Result<void> change_mobile(ContactId contact, const std::string& number) const;
};

}  // namespace hqsync::app
