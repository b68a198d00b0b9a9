// Who sees which contact in which folder, and why: pure rules over one snapshot of HQ.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "directory/snapshot.hpp"

namespace hqsync::placement {

/// The settings that decide who sees what.
struct Rules {
    /// Compared without case (Unicode), and with trimmed ends.
    std::vector<std::string> excluded_company_types = {"Interessent"};
    bool only_my_contacts = false;
    bool global_folder = true;
    /// Exceptions of single users to `global_folder`.
    std::map<UserId, bool> global_folder_of;
    /// Persons who were erased: never shown to anybody again, whatever HQ says.
    std::set<ContactId> erased = {};

    bool operator==(const Rules&) const = default;
};

enum class Place : std::uint8_t { mine, global, absent };
std::string_view name(Place place);

/// Why a contact is in HQ Meine Kontakte.
enum class Rule : std::uint8_t { company_responsible, project_member, lead_responsible };
std::string_view name(Rule rule);  ///< "company_responsible", …: fixed for scripts

struct Reason {
    Rule rule;
    std::int64_t record;  ///< id of the company, project or lead that fired the rule

    auto operator<=>(const Reason&) const = default;
};

/// Why a contact is in neither folder.
enum class AbsenceRule : std::uint8_t {
    excluded_company_type,  ///< a type of its company is excluded
    only_my_contacts,       ///< it would be global, and the system shows only my contacts
    global_folder_off,      ///< it would be global, and the folder is off for all or for this user
    not_in_hq,              ///< HQ has no such contact
    erased,                 ///< the person was erased
    user_not_synced,        ///< no such user, or one without mailbox address, or one who left
};
std::string_view name(AbsenceRule rule);

struct Absence {
    AbsenceRule rule;
    std::int64_t record = 0;  ///< the company with an excluded type, else 0
    std::string detail;       ///< the type's name, else empty

    bool operator==(const Absence&) const = default;
};

/// The answer for one user and one contact. `reasons` (sorted) is not empty exactly when the place
/// is mine; `absence` is there exactly when it is absent.
struct Placement {
    Place place = Place::absent;
    std::vector<Reason> reasons;
    std::optional<Absence> absence;

    bool operator==(const Placement&) const = default;
};

/// A user's mailbox to keep: he has a work address and had not left on `today` (ISO date).
bool is_synced(const User& user, std::string_view today);

/// A pair whose placement an update changed.
struct Moved {
    UserId user;
    ContactId contact;
    Place before;
    Place after;

    auto operator<=>(const Moved&) const = default;
};

/// The placements of all synced users. Holds, for each user, a bitmap of his contacts, and the
/// relations back from each record, so that a changed record costs what hangs on it.
/// 10,000 users × 20,000 contacts stay under 1 GiB.
class Placements {
public:
    /// `today` as ISO date decides who has left. Keeps what it needs of the snapshot.
    Placements(const Snapshot& snapshot, Rules rules, std::string today);
    ~Placements();
    Placements(Placements&&) noexcept;
    Placements& operator=(Placements&&) noexcept;

    /// Takes over one changed record and answers the pairs that it moved, sorted by user and
    /// contact; pairs absent before and after are not among them. Equal to a computation from
    /// scratch on the changed snapshot, when the changes come in the order of `difference`.
    std::vector<Moved> update(const RecordChange& change);

    /// Synced users, sorted.
    [[nodiscard]] std::vector<UserId> users() const;
    /// The contacts of HQ with this place, sorted: each contact is in exactly one of the three
    /// lists. For a user that is not synced, known or not, all of them are absent.
    [[nodiscard]] std::vector<ContactId> mine(UserId user) const;
    [[nodiscard]] std::vector<ContactId> global(UserId user) const;
    [[nodiscard]] std::vector<ContactId> absent(UserId user) const;
    [[nodiscard]] Place place(UserId user, ContactId contact) const;
    /// With all reasons, or the absence.
    [[nodiscard]] Placement explain(UserId user, ContactId contact) const;
    /// Pairs of user and contact that the last update looked at; 0 before the first.
    [[nodiscard]] std::size_t update_cost() const;
    /// Bytes held, for the benchmark.
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Index;
    std::unique_ptr<Index> index_;
};

}  // namespace hqsync::placement
