// Keeps who is subscribed where.
#include "ews/stream_group.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace hqsync::ews {

namespace {

constexpr Milliseconds first_pause{60'000};
constexpr Milliseconds pause_max{3'600'000};
constexpr int doublings_max = 6;
/// A server that lost the subscriptions may be gone, and its cookie would lead there again. Few
/// names, used in turn: cookie jars are kept for ever.
constexpr unsigned generations = 8;

}  // namespace

std::size_t StreamGroup::subscribed() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        members_, [](const Member& member) { return !member.subscription.empty(); }));
}

std::vector<std::string> StreamGroup::subscriptions() const {
    std::vector<std::string> result;
    for (const auto& member : members_)
        if (!member.subscription.empty()) result.push_back(member.subscription);
    return result;
}

const StreamGroup::Member* StreamGroup::owner_of(std::string_view subscription) const {
    if (subscription.empty()) return nullptr;
    const auto found = std::ranges::find(members_, subscription, &Member::subscription);
    return found == members_.end() ? nullptr : &*found;
}

bool StreamGroup::holds(const Watched& watched) const {
    return std::ranges::find(members_, watched, &Member::watched) != members_.end();
}

void StreamGroup::add(Watched watched) {
    const auto place = std::ranges::lower_bound(
        members_, watched.mailbox, {},
        [](const Member& member) -> const MailboxAddress& { return member.watched.mailbox; });
    auto primary = watched.mailbox;
    members_.insert(place, {std::move(watched), std::move(primary), {}, 0, {}});
}

void StreamGroup::remove(const MailboxAddress& mailbox) {
    const auto found = std::ranges::find_if(
        members_, [&](const Member& member) { return member.watched.mailbox == mailbox; });
    if (found == members_.end()) return;
    leave(*found);
    members_.erase(found);
    if (anchor_ == mailbox) begin_anew();
}

std::optional<StreamGroup::Member> StreamGroup::due(Instant now) const {
    const auto found = std::ranges::find_if(members_, [&](const Member& member) {
        return member.subscription.empty() && member.retry_at <= now;
    });
    if (found == members_.end()) return std::nullopt;
    return *found;
}

std::optional<Instant> StreamGroup::next_due() const {
    std::optional<Instant> next;
    for (const auto& member : members_) {
        if (!member.subscription.empty()) continue;
        next = std::min(next.value_or(member.retry_at), member.retry_at);
    }
    return next;
}

void StreamGroup::subscribed(const Watched& watched, std::string subscription,
                             MailboxAddress primary) {
    auto* member = find(watched);
    if (member == nullptr) {
        leaving_.emplace_back(std::move(primary), std::move(subscription));
        return;
    }
    if (anchor_ == watched.mailbox) anchor_primary_ = primary;
    member->subscription = std::move(subscription);
    member->primary = std::move(primary);
    member->failures = 0;
}

void StreamGroup::failed(const Watched& watched, Instant now) {
    auto* member = find(watched);
    if (member == nullptr) return;
    const auto pause = first_pause * (1 << std::min(member->failures, doublings_max));
    member->retry_at = now + std::min<Milliseconds>(pause, pause_max);
    ++member->failures;
    if (anchor_ == watched.mailbox) begin_anew();
}

void StreamGroup::lost(std::string_view subscription) {
    const auto found = std::ranges::find(members_, subscription, &Member::subscription);
    if (found != members_.end()) found->subscription.clear();
}

void StreamGroup::begin_anew() {
    for (auto& member : members_)
        leave(member);
    anchor_.reset();
    anchor_primary_.reset();
    ++generation_;
}

Affinity StreamGroup::affinity(const Member& next) {
    if (!anchor_) {
        anchor_ = next.watched.mailbox;
        anchor_primary_ = next.primary;
    }
    return {*anchor_primary_,
            fmt::format("stream of {} {}", anchor_->value(), generation_ % generations)};
}

std::vector<std::pair<MailboxAddress, std::string>> StreamGroup::take_leaving() {
    return std::exchange(leaving_, {});
}

StreamGroup::Member* StreamGroup::find(const Watched& watched) {
    const auto found = std::ranges::find(members_, watched, &Member::watched);
    return found == members_.end() ? nullptr : &*found;
}

void StreamGroup::leave(Member& member) {
    if (member.subscription.empty()) return;
    leaving_.emplace_back(member.primary, std::exchange(member.subscription, {}));
}

}  // namespace hqsync::ews
