// contacts/delta: rounds over a folder's changes in their order.
#pragma once

#include <string>

#include "sim/graph_message.hpp"
#include "sim/mailbox.hpp"

namespace hqsync::sim {

/// A token says where the round stands; it stays good until the mailbox's generation changes.
Reply answer_delta(const Request& request, Mailbox& mailbox, Folder& folder,
                   const std::string& url);

}  // namespace hqsync::sim
