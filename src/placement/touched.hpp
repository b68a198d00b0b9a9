// What a changed record can move: a rectangle of users and contacts, no larger than the change.
#pragma once

#include <vector>

#include "directory/snapshot.hpp"
#include "placement/people.hpp"
#include "placement/relations.hpp"

namespace hqsync::placement {

/// All sorted, each id once.
struct Touched {
    std::vector<UserId> users;    ///< whose placement of one of `contacts` may change
    std::vector<UserId> rewired;  ///< among them, those for whom a rule may fire otherwise
    std::vector<ContactId> contacts;
};

/// Asked before the change is taken over.
Touched touched_by(const RecordChange& change, const Relations& relations, const People& people);

}  // namespace hqsync::placement
