// Subscribes, reads the streams, and begins anew what broke.
#include "ews/notifications.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/this_coro.hpp>

#include "ews/answers.hpp"
#include "ews/errors.hpp"
#include "ews/notifications_answer.hpp"
#include "ews/requests.hpp"
#include "ews/service.hpp"
#include "ews/stream_group.hpp"
#include "wire/splitter.hpp"

namespace hqsync::ews {

namespace {

constexpr int stream_minutes = 30;  // EWS: the longest ConnectionTimeout
constexpr Milliseconds call_limit{30'000};
constexpr Milliseconds end_limit{5'000};
constexpr Milliseconds first_pause{1'000};
constexpr Milliseconds pause_max{300'000};
constexpr int doublings_max = 9;
constexpr Milliseconds nap_max{60'000};  // new members wait no longer than this
/// A stream that lived so long was a good one: its end is no sign of trouble.
constexpr Milliseconds good_life{60'000};

/// A group and how its stream fares.
struct Lane {
    StreamGroup group;
    bool is_served = false;
    bool is_stale = false;  ///< members came or went since the stream was opened
    int breaks = 0;         ///< in a row
};

/// Shared with the coroutines: they may outlive the answer to the caller by what they wait for.
struct Hub {
    std::shared_ptr<Connection> connection;
    Heard heard;
    std::vector<std::shared_ptr<Lane>> lanes = {};
    bool has_ended = false;

    [[nodiscard]] Clock& clock() const { return connection->clock(); }
    void tell(const MailboxAddress& mailbox) const {
        if (!has_ended) heard(mailbox);
    }
};

/// What one stream has said so far.
struct Reading {
    wire::Splitter splitter = wire::Splitter();
    std::optional<Fault> fault = {};
    bool is_closed = false;
    bool has_lost = false;
};

/// What the end of a stream means for the next one.
enum class Ending : std::uint8_t {
    go_on,      ///< the next one with the same subscriptions, at once when this one lived long
    wait,       ///< the same subscriptions, after a pause
    begin_anew  ///< after a pause, with new subscriptions
};

/// Not of this mailbox, but of the way to the server.
bool is_of_the_way(const Fault& fault) {
    return fault.code.starts_with("http.") || fault.code.starts_with("login.");
}

/// False: the stream is of no use any more.
bool take_news(const Hub& hub, Lane& lane, Reading& reading, const Notifications& news) {
    for (const auto& subscription : news.lost) {
        lane.group.lost(subscription);
        reading.has_lost = true;
    }
    for (const auto& event : news.events) {
        const auto* member = lane.group.owner_of(event.subscription);
        if (member != nullptr) hub.tell(member->watched.mailbox);
    }
    reading.is_closed = reading.is_closed || news.is_closed;
    if (news.fault && news.lost.empty()) reading.fault = news.fault;
    return !reading.fault;
}

http::Flow read(const Hub& hub, Lane& lane, Reading& reading, std::string_view chunk) {
    using enum http::Flow;
    if (hub.has_ended) return enough;
    auto documents = reading.splitter.take(chunk);
    if (!documents) reading.fault = documents.error();
    if (reading.fault) return enough;
    for (auto& document : *documents) {
        const auto news = read_notifications(std::move(document));
        if (!news) reading.fault = news.error();
        if (reading.fault || !take_news(hub, lane, reading, *news)) return enough;
    }
    // The server ends a closed answer by itself, and the connection with its login stays.
    if (reading.is_closed) return more;
    const bool wants_another =
        lane.is_stale || reading.has_lost || lane.group.due(hub.clock().now()).has_value();
    return wants_another ? enough : more;
}

Ending ending_of(const Fault& fault) {
    // Nothing was asked yet. Whether the login works, a subscription finds out, not a stream.
    const bool was_not_asked = fault.code == "throttled" || fault.code == "http.connect";
    return was_not_asked ? Ending::wait : Ending::begin_anew;
}

Ending ending_of(const Result<http::Response>& answer, const Reading& reading) {
    if (reading.fault) return ending_of(*reading.fault);
    if (reading.is_closed || reading.has_lost) return Ending::go_on;
    if (!answer) return ending_of(answer.error());
    if (answer->status == 200) return Ending::go_on;
    if (answer->status == 401) return Ending::begin_anew;
    const auto error = read_fault(answer->body);
    return ending_of((error ? judge(*error) : judge_status(answer->status)).fault);
}

/// One stream from its beginning to its end.
Task<Ending> stream(std::shared_ptr<Hub> hub, std::shared_ptr<Lane> lane) {
    lane->is_stale = false;
    const auto subscriptions = lane->group.subscriptions();
    const Call call{.operation = streaming_events(subscriptions, stream_minutes),
                    .affinity = lane->group.affinity(*lane->group.owner_of(subscriptions.front()))};
    const auto anchor = call.affinity->anchor;
    auto url = co_await hub->connection->ews_url(anchor);
    if (!url) co_return Ending::wait;
    const auto& options = hub->connection->options();
    auto request = request_for(call, anchor, options, *std::move(url));
    request.timeout = Milliseconds(0);
    request.silence_max = options.stream_silence;
    const auto reading = std::make_shared<Reading>();
    request.sink = [hub, lane, reading](std::string_view chunk) {
        return read(*hub, *lane, *reading, chunk);
    };
    const auto answer = co_await hub->connection->stream(std::move(request));
    co_return ending_of(answer, *reading);
}

/// Nobody has to know whether it worked: what is not read expires (ews.md §3).
Task<void> unsubscribe(std::shared_ptr<Hub> hub, std::shared_ptr<Lane> lane, Milliseconds limit) {
    const auto end = hub->clock().now() + limit;
    for (const auto& [mailbox, subscription] : lane->group.take_leaving()) {
        const auto left = end - hub->clock().now();
        if (left <= Milliseconds(0)) co_return;
        Service service(*hub->connection, mailbox);
        const auto answer =
            co_await service.send({.operation = ews::unsubscribe(subscription), .deadline = left});
        if (!answer && is_of_the_way(answer.error())) co_return;
    }
}

Task<Result<std::string>> subscribe(std::shared_ptr<Hub> hub, std::shared_ptr<Lane> lane,
                                    StreamGroup::Member member) {
    Service service(*hub->connection, member.primary);
    const Call call{.operation = ews::subscribe(member.watched.folders),
                    .affinity = lane->group.affinity(member),
                    .deadline = call_limit};
    auto answer = co_await service.send(call);
    if (!answer) co_return fail(answer.error());
    auto subscription = read_subscription(*std::move(answer));
    if (subscription) lane->group.subscribed(member.watched, *subscription, service.mailbox());
    co_return subscription;
}

/// All that are due. A subscription tells nothing of what happened before it. Fault: the way to the
/// server is closed.
Task<Result<void>> subscribe_due(std::shared_ptr<Hub> hub, std::shared_ptr<Lane> lane) {
    while (!hub->has_ended) {
        const auto member = lane->group.due(hub->clock().now());
        if (!member) break;
        const auto subscription = co_await subscribe(hub, lane, *member);
        if (subscription) {
            hub->tell(member->watched.mailbox);
            continue;
        }
        lane->group.failed(member->watched, hub->clock().now());
        if (is_of_the_way(subscription.error())) co_return fail(subscription.error());
    }
    co_return Result<void>{};
}

/// One round: subscriptions, then a stream for as long as it goes. Answers the pause after it;
/// none: the login is refused, and nothing is tried any more.
Task<std::optional<Milliseconds>> make_round(std::shared_ptr<Hub> hub, std::shared_ptr<Lane> lane) {
    co_await unsubscribe(hub, lane, call_limit);
    const auto reached = co_await subscribe_due(hub, lane);
    if (!reached && reached.error().code == "login.refused") co_return std::nullopt;
    auto ending = Ending::wait;
    if (reached && !hub->has_ended) {
        if (lane->group.subscribed() == 0) {
            const auto now = hub->clock().now();
            const auto next = lane->group.next_due().value_or(now);
            co_return std::clamp<Milliseconds>(next - now, first_pause, nap_max);
        }
        const auto opened = hub->clock().now();
        ending = co_await stream(hub, lane);
        const bool was_good = hub->clock().now() - opened >= good_life;
        if (was_good) lane->breaks = 0;
        // Whoever ends a stream at once may do so again and again.
        if (ending == Ending::go_on && (was_good || lane->is_stale)) co_return Milliseconds(0);
    }
    if (ending == Ending::begin_anew) lane->group.begin_anew();
    const auto pause = first_pause * (1 << std::min(lane->breaks, doublings_max));
    ++lane->breaks;
    co_return std::min<Milliseconds>(pause, pause_max);
}

Task<void> serve(std::shared_ptr<Hub> hub, std::shared_ptr<Lane> lane) {
    while (!hub->has_ended) {
        if (lane->group.members().empty() && !lane->group.has_leaving()) break;
        const auto pause = co_await make_round(hub, lane);
        if (!pause) break;
        if (*pause > Milliseconds(0) && !hub->has_ended) co_await hub->clock().sleep_for(*pause);
    }
    lane->is_served = false;
}

class StreamingNotifications final : public hqsync::Notifications {
public:
    StreamingNotifications(std::shared_ptr<Connection> connection, Heard heard)
        : hub_(std::make_shared<Hub>(std::move(connection), std::move(heard))) {}
    ~StreamingNotifications() override { hub_->has_ended = true; }
    StreamingNotifications(const StreamingNotifications&) = delete;
    StreamingNotifications& operator=(const StreamingNotifications&) = delete;

    Task<void> watch(std::vector<Watched> mailboxes) override {
        const auto executor = co_await asio::this_coro::executor;
        std::map<MailboxAddress, Watched> wanted;
        for (auto& each : mailboxes)
            if (!each.folders.empty()) wanted.emplace(each.mailbox, std::move(each));
        for (const auto& lane : hub_->lanes)
            keep(*lane, wanted);
        for (auto& [mailbox, watched] : wanted) {
            auto* lane = lane_with_room();
            if (lane == nullptr) break;
            lane->group.add(std::move(watched));
            lane->is_stale = true;
        }
        for (const auto& lane : hub_->lanes) {
            if (lane->is_served) continue;
            lane->is_served = true;
            asio::co_spawn(executor, serve(hub_, lane), [](std::exception_ptr bug) {
                if (bug) std::rethrow_exception(bug);
            });
        }
    }

    [[nodiscard]] std::size_t watched() const override {
        std::size_t sum = 0;
        for (const auto& lane : hub_->lanes)
            sum += lane->group.subscribed();
        return sum;
    }

    Task<void> end() override {
        hub_->has_ended = true;
        const auto end = hub_->clock().now() + end_limit;
        for (const auto& lane : hub_->lanes) {
            lane->group.begin_anew();
            const auto left = end - hub_->clock().now();
            if (left > Milliseconds(0)) co_await unsubscribe(hub_, lane, left);
        }
    }

private:
    /// Members that are not wanted as they are go, the others are not wanted any more.
    static void keep(Lane& lane, std::map<MailboxAddress, Watched>& wanted) {
        std::vector<MailboxAddress> leaving;
        for (const auto& member : lane.group.members()) {
            const auto found = wanted.find(member.watched.mailbox);
            const bool stays = found != wanted.end() && found->second == member.watched;
            if (stays) {
                wanted.erase(found);
            } else {
                leaving.push_back(member.watched.mailbox);
            }
        }
        for (const auto& mailbox : leaving)
            lane.group.remove(mailbox);
        lane.is_stale = lane.is_stale || !leaving.empty();
    }

    Lane* lane_with_room() {
        for (const auto& lane : hub_->lanes)
            if (lane->group.members().size() < stream_members_max) return lane.get();
        if (hub_->lanes.size() >= hub_->connection->options().streams) return nullptr;
        hub_->lanes.push_back(std::make_shared<Lane>());
        return hub_->lanes.back().get();
    }

    std::shared_ptr<Hub> hub_;
};

}  // namespace

std::unique_ptr<hqsync::Notifications> streaming_notifications(
    std::shared_ptr<Connection> connection, Heard heard) {
    return std::make_unique<StreamingNotifications>(std::move(connection), std::move(heard));
}

}  // namespace hqsync::ews
