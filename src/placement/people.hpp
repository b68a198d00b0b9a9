// The users: whose mailbox is kept, who reads the global folder, and the contacts of each.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <roaring/roaring.hh>

#include "placement/placement.hpp"

namespace hqsync::placement {

/// Asked by id; a user that is not known is not synced and has no contacts.
class People {
public:
    People(const Rules& rules, std::string today);

    void take(const User& user);
    void remove(UserId user);

    [[nodiscard]] bool is_synced(UserId user) const;
    /// Whether taking the record over makes him synced, or ends it.
    [[nodiscard]] bool changes_sync(const User& user) const;
    [[nodiscard]] std::vector<UserId> synced() const;
    /// By the settings, whether he is synced or not.
    [[nodiscard]] bool shows_global(UserId user) const;
    /// Synced, and with a global folder.
    [[nodiscard]] const std::set<UserId>& global_readers() const { return global_readers_; }

    /// By the rules alone: contacts of excluded companies are among them, and users that are not
    /// synced have theirs too, so that neither has to be worked out anew when that changes.
    [[nodiscard]] const Roaring& mine(UserId user) const;
    void add_mine(UserId user, const std::vector<ContactId>& contacts);
    void remove_mine(UserId user, ContactId contact);
    /// Gives back what growing bitmaps hold in reserve.
    void shrink();

    [[nodiscard]] std::size_t bytes() const;

private:
    struct Person {
        Roaring mine;
        bool is_synced = false;
    };

    bool only_my_contacts_;
    bool global_folder_;
    std::map<UserId, bool> global_folder_of_;
    std::string today_;
    std::map<UserId, Person> persons_;
    std::set<UserId> global_readers_;
};

}  // namespace hqsync::placement
