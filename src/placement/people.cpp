// One bitmap of contacts for each user, and the sets of users that the settings make.
#include "placement/people.hpp"

#include <utility>

#include "placement/bitmap.hpp"

namespace hqsync::placement {

People::People(const Rules& rules, std::string today)
    : only_my_contacts_(rules.only_my_contacts),
      global_folder_(rules.global_folder),
      global_folder_of_(rules.global_folder_of),
      today_(std::move(today)) {}

void People::take(const User& user) {
    auto& person = persons_[user.id];
    person.is_synced = placement::is_synced(user, today_);
    if (person.is_synced && shows_global(user.id)) {
        global_readers_.insert(user.id);
    } else {
        global_readers_.erase(user.id);
    }
}

void People::remove(UserId user) {
    global_readers_.erase(user);
    persons_.erase(user);
}

bool People::is_synced(UserId user) const {
    const auto person = persons_.find(user);
    return person != persons_.end() && person->second.is_synced;
}

bool People::changes_sync(const User& user) const {
    return is_synced(user.id) != placement::is_synced(user, today_);
}

std::vector<UserId> People::synced() const {
    std::vector<UserId> ids;
    for (const auto& [id, person] : persons_) {
        if (person.is_synced) ids.push_back(id);
    }
    return ids;
}

const Roaring& People::mine(UserId user) const {
    static const Roaring none;
    const auto person = persons_.find(user);
    return person == persons_.end() ? none : person->second.mine;
}

void People::add_mine(UserId user, const std::vector<ContactId>& contacts) {
    auto& mine = persons_[user].mine;
    for (const auto contact : contacts)
        mine.add(bit(contact));
}

void People::remove_mine(UserId user, ContactId contact) {
    const auto person = persons_.find(user);
    if (person != persons_.end()) person->second.mine.remove(bit(contact));
}

void People::shrink() {
    for (auto& [id, person] : persons_) {
        person.mine.runOptimize();
        person.mine.shrinkToFit();
    }
}

bool People::shows_global(UserId user) const {
    if (only_my_contacts_) return false;
    const auto own = global_folder_of_.find(user);
    return own == global_folder_of_.end() ? global_folder_ : own->second;
}

std::size_t People::bytes() const {
    std::size_t sum = global_readers_.size() * sizeof(UserId);
    for (const auto& [id, person] : persons_)
        sum += sizeof(id) + sizeof(person) + person.mine.getSizeInBytes();
    return sum;
}

}  // namespace hqsync::placement
