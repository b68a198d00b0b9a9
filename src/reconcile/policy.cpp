// What the policies say about one field.
#include "reconcile/policy.hpp"

#include <utility>

#include "contact/text.hpp"

namespace hqsync::reconcile {

std::string_view name(Side side) {
    return side == Side::hq ? "hq" : "exchange";
}

Policies::Policies() {
    field_direction[std::to_underlying(Field::notes)] = Direction::exchange_only;
}

Direction direction_of(const Policies& policies, FolderRole folder, Field field) {
    const auto own = policies.field_direction[std::to_underlying(field)];
    if (own && *own != Direction::two_way) return *own;
    const auto wide = folder == FolderRole::mine ? policies.mine : policies.global;
    const bool is_writable = is_of_contact_person(field);
    return wide == Direction::two_way && !is_writable ? Direction::hq_to_exchange : wide;
}

Preference preference_of(const Policies& policies, Field field) {
    return policies.field_conflict[std::to_underlying(field)].value_or(policies.conflict);
}

bool is_placeholder(const Policies& policies, std::string_view email) {
    const auto at = email.rfind('@');
    if (at == std::string_view::npos) return false;
    return policies.placeholder_domains.contains(folded(trimmed(email.substr(at + 1))));
}

}  // namespace hqsync::reconcile
