// The mailboxes of one stream: their subscriptions, who is to be subscribed next, and how long
// those that failed are left alone. Moves nothing by itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/clock.hpp"
#include "ews/service.hpp"
#include "port/notifications.hpp"

namespace hqsync::ews {

class StreamGroup {
public:
    struct Member {
        Watched watched;
        MailboxAddress primary;    ///< whom to act for: the server corrects an alias
        std::string subscription;  ///< empty: none
        int failures = 0;
        Instant retry_at{};
    };

    [[nodiscard]] const std::vector<Member>& members() const { return members_; }
    [[nodiscard]] std::size_t subscribed() const;
    [[nodiscard]] std::vector<std::string> subscriptions() const;
    /// The mailbox that the subscription is for.
    [[nodiscard]] const Member* owner_of(std::string_view subscription) const;

    /// Whether the mailbox with these very folders is in the group.
    [[nodiscard]] bool holds(const Watched& watched) const;
    void add(Watched watched);
    void remove(const MailboxAddress& mailbox);

    /// The next one to subscribe, if one is due.
    [[nodiscard]] std::optional<Member> due(Instant now) const;
    /// When the next one is due; none: nobody lacks a subscription.
    [[nodiscard]] std::optional<Instant> next_due() const;
    /// Of one who was removed meanwhile the subscription leaves again.
    void subscribed(const Watched& watched, std::string subscription, MailboxAddress primary);
    /// Left alone for a minute, then twice as long each time, an hour at most. An anchor that fails
    /// is none: the others follow the next one.
    void failed(const Watched& watched, Instant now);

    /// The server does not know it any more.
    void lost(std::string_view subscription);
    /// All subscriptions go: the server may have lost them, or another one is to have them.
    void begin_anew();

    /// To the server of the first one that is, or is about to be, subscribed.
    [[nodiscard]] Affinity affinity(const Member& next);
    [[nodiscard]] bool has_leaving() const { return !leaving_.empty(); }
    /// Subscriptions that are not used any more, with whom they belong to.
    std::vector<std::pair<MailboxAddress, std::string>> take_leaving();

private:
    void leave(Member& member);
    Member* find(const Watched& watched);

    std::vector<Member> members_;  ///< sorted by address
    std::vector<std::pair<MailboxAddress, std::string>> leaving_;
    std::optional<MailboxAddress> anchor_;          ///< address of HQ
    std::optional<MailboxAddress> anchor_primary_;  ///< as the server corrected it
    unsigned generation_ = 0;
};

}  // namespace hqsync::ews
