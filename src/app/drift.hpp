// How a mailbox differs from what it should hold: read out of the plan of a survey.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "placement/placement.hpp"
#include "reconcile/plan.hpp"

namespace hqsync::app {

struct Drift {
    enum class Kind : std::uint8_t {
        missing,       ///< HQ wants it, and it is not there
        extra,         ///< of a contact that HQ has no more, or a double of one that is there
        wrong_folder,  ///< in the other of the two folders
        different,     ///< fields differ from HQ's
        not_allowed,   ///< of a contact that this user must not see; `rule` says why
        unsent,        ///< an edit of the user that HQ has not got
        unknown_copy,  ///< a second item with a mark, and with a content of its own
        contested,     ///< differs, and is left in peace because another program writes it too
    };
    Kind kind;
    ContactId contact;
    std::optional<ItemId> item = {};
    std::optional<FolderRole> folder = {};  ///< where it is; of a missing one: where it should be
    std::vector<Field> fields = {};
    std::optional<placement::AbsenceRule> rule = {};

    bool operator==(const Drift&) const = default;
};
inline constexpr std::size_t drift_kinds = 8;

/// "missing", …: fixed for scripts.
std::string_view name(Drift::Kind kind);

/// In the order of the plan. An adopted item is none: it stands as it should, only the state did
/// not know it.
std::vector<Drift> drift_of(const reconcile::Plan& plan, const placement::Placements& placements,
                            UserId user);

}  // namespace hqsync::app
