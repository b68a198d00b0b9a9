// Streaming subscriptions and the open answers that read them.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/ews_events.hpp"
#include "sim/ews_message.hpp"
#include "sim/stream.hpp"
#include "sim/time.hpp"

namespace hqsync::sim {

/// Of a mailbox; the figures of the real service until told otherwise.
struct StreamLimits {
    std::int64_t subscriptions = 20;        ///< EwsMaxSubscriptions
    std::int64_t hanging_connections = 10;  ///< HangingConnectionLimit
    std::int64_t heartbeat_seconds = 45;
    std::int64_t minute_seconds = 60;          ///< how long a minute of ConnectionTimeout takes
    std::int64_t subscription_seconds = 1800;  ///< how long one lives that nobody reads
};

/// What a subscription is about.
struct Interest {
    Mailbox* mailbox = nullptr;
    std::set<Key> folders;                     ///< empty: all
    std::set<std::string, std::less<>> kinds;  ///< "CreatedEvent"
};

/// Who reads which subscriptions, and for how long.
struct StreamRequest {
    Mailbox* charged = nullptr;  ///< whose allowance of connections it takes; null: nobody's
    std::uint64_t connection = 0;
    std::vector<std::string> ids = {};
    std::int64_t minutes = 0;
};

/// The beginning of an answer; without a stream it is all of it.
struct StreamStart {
    std::string body;
    std::shared_ptr<Stream> stream;
};

class EwsSubscriptions {
public:
    EwsSubscriptions(std::string_view domain, Now now);

    /// The id; ErrorExceededSubscriptionCount.
    std::expected<std::string, EwsError> subscribe(Interest interest);
    /// Whether there was one.
    bool unsubscribe(std::string_view id);
    /// ErrorExceededConnectionCount. Ids that are none are named in the answer.
    std::expected<StreamStart, EwsError> open(const StreamRequest& request);

    /// How many live.
    [[nodiscard]] std::size_t size();

    /// Sends what has happened and what is due. To be called now and then while there are streams.
    void tick();
    [[nodiscard]] bool has_streams() const { return !streams_.empty(); }
    /// The client hung up.
    void closed(std::uint64_t connection);

    /// A crash in the middle of all streams of the mailbox; of all mailboxes when empty.
    void drop_streams(std::string_view mailbox);
    /// The server has forgotten the subscriptions, as after a failover.
    void lose(std::string_view mailbox);

    StreamLimits limits;

private:
    struct Subscription {
        Interest interest = {};
        std::uint64_t seen = 0;  ///< sequence of the mailbox
        FolderTree known;
        std::int64_t dies_at = 0;
    };
    struct OpenStream {
        std::shared_ptr<Stream> stream;
        Mailbox* charged = nullptr;
        std::vector<std::string> ids;
        std::int64_t ends_at = 0;
        std::int64_t beats_at = 0;
        std::uint64_t beats = 0;
    };

    void forget_old();
    /// Takes a subscription from the stream that reads it.
    void detach(std::string_view id);
    void release(const OpenStream& stream);
    /// False when the stream has ended.
    bool serve(OpenStream& stream);
    bool send_news(OpenStream& stream, const std::string& id);
    void beat(OpenStream& stream);

    std::string server_;
    Now now_;
    std::uint64_t made_ = 0;
    std::map<std::string, Subscription, std::less<>> subscriptions_;  ///< by id
    std::map<std::uint64_t, OpenStream> streams_;                     ///< by connection
};

}  // namespace hqsync::sim
