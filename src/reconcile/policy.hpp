// Which side may change which field, and who wins where both did. Policies are values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "contact/card.hpp"

namespace hqsync::reconcile {

/// The way that changes of a field may take.
enum class Direction : std::uint8_t {
    two_way,         ///< an edit in the mailbox goes to HQ
    hq_to_exchange,  ///< HQ leads: an edit in the mailbox is put back where HQ has a text
    exchange_only,   ///< HQ's text stands there until somebody writes in the mailbox; what he wrote
                     ///< is never sent to HQ and never overwritten
};

/// Who wins a field that both sides changed differently.
enum class Preference : std::uint8_t {
    hq,
    exchange,
    newest,  ///< whose record was saved later; HQ where that is not known
};

enum class Side : std::uint8_t { hq, exchange };
std::string_view name(Side side);

/// What happens to a contact that a user deleted from his mailbox.
enum class UserDeletion : std::uint8_t {
    restore,   ///< it comes back with the next pass
    remember,  ///< it stays away until it leaves the folder and enters it again, or is brought back
};

/// What happens to a contact that a user made in HQ Meine Kontakte.
enum class UserCreation : std::uint8_t { propose, create, ignore };

struct Policies {
    Direction mine = Direction::two_way;
    Direction global = Direction::hq_to_exchange;
    /// Narrows the direction of the folder for one field; absent: follows the folder.
    std::array<std::optional<Direction>, field_count> field_direction = {};
    Preference conflict = Preference::hq;
    std::array<std::optional<Preference>, field_count> field_conflict = {};
    UserDeletion user_deletion = UserDeletion::restore;
    UserCreation user_creation = UserCreation::propose;
    bool adopt_unmarked = false;
    /// Lower case. An address in one of these domains never goes to HQ.
    std::set<std::string, std::less<>> placeholder_domains = {"nomail.de", "nomail.invalid"};
    /// Writes against another program in one hour before an item is left in peace.
    std::size_t loop_writes_max = 5;

    /// Notes are the reader's unless told otherwise: what he writes about a person is not meant for
    /// all of his colleagues.
    Policies();

    bool operator==(const Policies&) const = default;
};

/// What holds for a field in a folder: the narrower of both; never two_way for a field that HQ does
/// not keep with the contact person.
Direction direction_of(const Policies& policies, FolderRole folder, Field field);
Preference preference_of(const Policies& policies, Field field);
/// True for an address that hqsync made up (by its domain, compared without case).
bool is_placeholder(const Policies& policies, std::string_view email);

}  // namespace hqsync::reconcile
