// The mailboxes of a domain, which all faces of the simulator share.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/mailbox.hpp"

namespace hqsync::sim {

class Domain {
public:
    Domain(std::string_view name, std::uint64_t seed, Now now);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::int64_t now() const { return now_(); }
    /// Made on first access for every address of the domain; null for other ones. Lives as long as
    /// the domain.
    Mailbox* mailbox(std::string_view address_or_user_id);
    [[nodiscard]] std::vector<Mailbox*> mailboxes() const;

private:
    std::string name_;
    std::uint64_t seed_;
    Now now_;
    std::map<std::string, std::unique_ptr<Mailbox>, std::less<>> mailboxes_;  ///< by address
    std::map<std::string, std::string, std::less<>> by_user_id_;
};

}  // namespace hqsync::sim
