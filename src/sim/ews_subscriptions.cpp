// A stream sends news of its subscriptions, heartbeats, and ends when its time is over.
#include "sim/ews_subscriptions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base64.hpp"
#include "sim/ews_notification.hpp"

namespace hqsync::sim {

namespace {

constexpr std::size_t events_max = 50;  ///< of one notification (EWS: GetStreamingEvents)

bool concerns(const Interest& interest, const MailboxEvent& event) {
    if (!interest.kinds.contains(name_of(event.kind))) return false;
    if (interest.folders.empty()) return true;
    const auto& folders = interest.folders;
    return folders.contains(event.folder) || folders.contains(event.parent) ||
           folders.contains(event.old_parent);
}

bool is_of(const Mailbox* mailbox, std::string_view address) {
    return address.empty() || (mailbox != nullptr && mailbox->address() == address);
}

}  // namespace

EwsSubscriptions::EwsSubscriptions(std::string_view domain, Now now)
    : server_(fmt::format("exchange.{}", domain)), now_(std::move(now)) {}

std::size_t EwsSubscriptions::size() {
    forget_old();
    return subscriptions_.size();
}

void EwsSubscriptions::forget_old() {
    std::set<std::string, std::less<>> read;
    for (const auto& [connection, stream] : streams_)
        read.insert(stream.ids.begin(), stream.ids.end());
    std::erase_if(subscriptions_, [&](const auto& one) {
        return one.second.dies_at <= now_() && !read.contains(one.first);
    });
}

std::expected<std::string, EwsError> EwsSubscriptions::subscribe(Interest interest) {
    forget_old();
    const Mailbox& mailbox = *interest.mailbox;
    const auto held = std::ranges::count_if(
        subscriptions_, [&](const auto& one) { return one.second.interest.mailbox == &mailbox; });
    if (held >= limits.subscriptions)
        return std::unexpected(ews_error("ErrorExceededSubscriptionCount"));
    // With the time, so that an id of an earlier run is none.
    auto id = to_base64(fmt::format("\x27{}{:016x}{:016x}", server_, now_(), ++made_));
    Subscription made{.seen = mailbox.contents().sequence,
                      .known = folder_tree(mailbox),
                      .dies_at = now_() + limits.subscription_seconds};
    made.interest = std::move(interest);
    subscriptions_.emplace(id, std::move(made));
    return id;
}

bool EwsSubscriptions::unsubscribe(std::string_view id) {
    forget_old();
    const auto at = subscriptions_.find(id);
    if (at == subscriptions_.end()) return false;
    detach(id);
    subscriptions_.erase(at);
    return true;
}

void EwsSubscriptions::detach(std::string_view id) {
    for (auto at = streams_.begin(); at != streams_.end();) {
        OpenStream& stream = at->second;
        if (std::erase(stream.ids, id) == 0 || !stream.ids.empty()) {
            ++at;
            continue;
        }
        // Nothing is left to tell.
        const auto open = stream.stream;
        at = streams_.erase(at);
        if (!open->send) continue;
        open->send(connection_status("Closed"));
        open->end();
    }
}

void EwsSubscriptions::release(const OpenStream& stream) {
    for (const auto& id : stream.ids) {
        const auto at = subscriptions_.find(id);
        if (at != subscriptions_.end()) at->second.dies_at = now_() + limits.subscription_seconds;
    }
}

std::expected<StreamStart, EwsError> EwsSubscriptions::open(const StreamRequest& request) {
    forget_old();
    std::vector<std::string> good;
    std::vector<std::string> lost;
    for (const auto& id : request.ids)
        (subscriptions_.contains(id) ? good : lost).push_back(id);
    if (good.empty()) return StreamStart{lost_subscriptions(lost), nullptr};
    for (const auto& id : good)
        detach(id);
    const auto hanging = std::ranges::count_if(
        streams_, [&](const auto& one) { return one.second.charged == request.charged; });
    if (hanging >= limits.hanging_connections)
        return std::unexpected(ews_error("ErrorExceededConnectionCount"));
    OpenStream& stream = streams_[request.connection];
    stream = OpenStream{.stream = std::make_shared<Stream>(),
                        .charged = request.charged,
                        .ids = std::move(good),
                        .ends_at = now_() + request.minutes * limits.minute_seconds,
                        .beats_at = now_() + limits.heartbeat_seconds};
    std::string body = lost.empty() ? std::string() : lost_subscriptions(lost);
    body += connection_status("OK");
    return StreamStart{std::move(body), stream.stream};
}

bool EwsSubscriptions::send_news(OpenStream& stream, const std::string& id) {
    const auto at = subscriptions_.find(id);
    if (at == subscriptions_.end()) return false;
    Subscription& subscription = at->second;
    const Mailbox& mailbox = *subscription.interest.mailbox;
    const auto sequence = mailbox.contents().sequence;
    if (sequence == subscription.seen && mailbox.folders().size() == subscription.known.size())
        return false;
    auto events = events_since(mailbox, subscription.seen, subscription.known);
    subscription.seen = sequence;
    subscription.known = folder_tree(mailbox);
    std::erase_if(events,
                  [&](const auto& event) { return !concerns(subscription.interest, event); });
    for (std::size_t from = 0; from < events.size(); from += events_max) {
        const auto part =
            std::span(events).subspan(from, std::min(events_max, events.size() - from));
        stream.stream->send(notification(
            {.mailbox = mailbox, .subscription = id, .events = part, .seconds = now_()}));
    }
    return !events.empty();
}

void EwsSubscriptions::beat(OpenStream& stream) {
    // Both forms have been seen of real servers; a client has to bear either.
    const bool is_status = stream.beats++ % 2 == 0;
    stream.stream->send(is_status ? connection_status("OK") : status_event(stream.ids.front()));
}

bool EwsSubscriptions::serve(OpenStream& stream) {
    bool has_sent = false;
    for (const auto& id : stream.ids)
        has_sent = send_news(stream, id) || has_sent;
    const auto now = now_();
    if (now >= stream.ends_at) {
        stream.stream->send(connection_status("Closed"));
        stream.stream->end();
        return false;
    }
    if (has_sent) stream.beats_at = now + limits.heartbeat_seconds;
    if (now >= stream.beats_at) {
        beat(stream);
        stream.beats_at = now + limits.heartbeat_seconds;
    }
    return true;
}

void EwsSubscriptions::tick() {
    for (auto at = streams_.begin(); at != streams_.end();) {
        // A fault may hold the answer back before it has begun, or answer something else.
        const bool has_begun = static_cast<bool>(at->second.stream->send);
        const bool may_begin = at->second.stream.use_count() > 1;
        if (has_begun ? serve(at->second) : may_begin) {
            ++at;
        } else {
            release(at->second);
            at = streams_.erase(at);
        }
    }
}

void EwsSubscriptions::closed(std::uint64_t connection) {
    const auto at = streams_.find(connection);
    if (at == streams_.end()) return;
    release(at->second);
    streams_.erase(at);
}

void EwsSubscriptions::drop_streams(std::string_view mailbox) {
    for (auto at = streams_.begin(); at != streams_.end();) {
        if (!is_of(at->second.charged, mailbox)) {
            ++at;
            continue;
        }
        const auto open = at->second.stream;
        release(at->second);
        at = streams_.erase(at);
        if (open->drop) open->drop();
    }
}

void EwsSubscriptions::lose(std::string_view mailbox) {
    std::set<std::string, std::less<>> lost;
    for (const auto& [id, subscription] : subscriptions_) {
        if (is_of(subscription.interest.mailbox, mailbox)) lost.insert(id);
    }
    for (auto& [connection, stream] : streams_) {
        std::vector<std::string> gone;
        std::ranges::copy_if(stream.ids, std::back_inserter(gone),
                             [&](const auto& id) { return lost.contains(id); });
        if (!gone.empty() && stream.stream->send) stream.stream->send(lost_subscriptions(gone));
    }
    for (const auto& id : lost)
        unsubscribe(id);
}

}  // namespace hqsync::sim
