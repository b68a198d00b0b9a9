// Addresses are compared without case.
#include "sim/domain.hpp"

#include "sim/graph_message.hpp"

namespace hqsync::sim {

Domain::Domain(std::string_view name, std::uint64_t seed, Now now)
    : name_(lower(name)), seed_(seed), now_(std::move(now)) {}

Mailbox* Domain::mailbox(std::string_view name) {
    if (const auto id = by_user_id_.find(name); id != by_user_id_.end()) {
        return mailboxes_.at(id->second).get();
    }
    const auto address = lower(name);
    const auto at = address.find('@');
    if (at == 0 || at == std::string::npos || address.substr(at + 1) != name_) return nullptr;
    auto& made = mailboxes_[address];
    if (!made) {
        made = std::make_unique<Mailbox>(address, seed_, now_);
        by_user_id_[made->user_id()] = address;
    }
    return made.get();
}

std::vector<Mailbox*> Domain::mailboxes() const {
    std::vector<Mailbox*> all;
    for (const auto& [address, mailbox] : mailboxes_)
        all.push_back(mailbox.get());
    return all;
}

}  // namespace hqsync::sim
