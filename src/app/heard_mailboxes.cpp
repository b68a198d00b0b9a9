// Gathers news.
#include "app/heard_mailboxes.hpp"

#include <algorithm>

namespace hqsync::app {
namespace {

constexpr int free_passes = 3;  ///< a change, its echo, and one more
constexpr int doublings_max = 5;

Milliseconds pause_after(int passes_in_a_row) {
    const auto doublings = std::clamp(passes_in_a_row - free_passes, 0, doublings_max);
    const auto pause = HeardMailboxes::gathering * (1 << doublings);
    return std::min<Milliseconds>(pause, HeardMailboxes::pause_max);
}

}  // namespace

void HeardMailboxes::hear(const MailboxAddress& mailbox, Instant now) {
    auto due = now + gathering;
    const auto passed = passed_.find(mailbox);
    if (passed != passed_.end()) {
        due = std::max(due, passed->second.last + pause_after(passed->second.in_a_row));
    }
    waiting_.emplace(mailbox, due);
}

std::vector<MailboxAddress> HeardMailboxes::take_due(Instant now) {
    std::erase_if(passed_, [&](const auto& each) { return now - each.second.last > calm; });
    std::vector<MailboxAddress> due;
    for (const auto& [mailbox, until] : waiting_)
        if (until <= now) due.push_back(mailbox);
    for (const auto& mailbox : due) {
        waiting_.erase(mailbox);
        auto& passed = passed_[mailbox];
        passed.last = now;
        ++passed.in_a_row;
    }
    return due;
}

std::optional<Instant> HeardMailboxes::next_due() const {
    std::optional<Instant> next;
    for (const auto& [mailbox, until] : waiting_)
        next = std::min(next.value_or(until), until);
    return next;
}

}  // namespace hqsync::app
