// The envelopes of a stream: each is a document of its own, without a declaration.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/ews_events.hpp"

namespace hqsync::sim {

/// "OK" or "Closed".
std::string connection_status(std::string_view status);
std::string status_event(std::string_view subscription);
/// ErrorSubscriptionNotFound with the ids that are none.
std::string lost_subscriptions(const std::vector<std::string>& ids);

struct News {
    const Mailbox& mailbox;
    std::string_view subscription;
    std::span<const MailboxEvent> events;
    std::int64_t seconds;  ///< since 1970, of the time stamps
};
std::string notification(const News& news);

/// "CreatedEvent"
std::string_view name_of(EventKind kind);

}  // namespace hqsync::sim
