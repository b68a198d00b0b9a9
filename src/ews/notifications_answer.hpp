// What one envelope of the streaming answer says (GetStreamingEvents, ews.md §8). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"

namespace hqsync::ews {

/// Something happened in the folder, or to the folder itself. A move names both folders.
struct FolderEvent {
    std::string subscription;
    FolderId folder;

    bool operator==(const FolderEvent&) const = default;
};

struct Notifications {
    std::vector<FolderEvent> events;  ///< each once; empty: a sign of life
    bool is_closed = false;           ///< the server ends the answer: ask again
    std::vector<std::string> lost;    ///< subscriptions that the server does not know any more
    std::optional<Fault> fault;       ///< of the message, or of a SOAP fault in the stream
};

/// One envelope as the splitter gives it (wire/splitter.hpp). Fault (mailbox) "ews.unreadable" when
/// it is no answer of GetStreamingEvents.
Result<Notifications> read_notifications(std::string envelope);

}  // namespace hqsync::ews
