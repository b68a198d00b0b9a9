// Notifications of Exchange Server: streaming subscriptions, read over few connections (ews.md §8).
#pragma once

#include <memory>

#include "ews/connection.hpp"
#include "port/notifications.hpp"

namespace hqsync::ews {

/// A stream carries the subscriptions of up to so many mailboxes (ews.md §8).
inline constexpr std::size_t stream_members_max = 200;

/// Of `Options::streams` connections, each with a group of mailboxes that share the server of one
/// of them, the anchor; mailboxes beyond that are not watched. `heard` is called until `end` or the
/// answer's destruction; coroutines under way then keep the connection until their executor goes.
std::unique_ptr<hqsync::Notifications> streaming_notifications(
    std::shared_ptr<Connection> connection, Heard heard);

}  // namespace hqsync::ews
