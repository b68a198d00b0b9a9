// Joins placements and cards, and names the cause when a contact is wanted no more.
#include "engine/desired.hpp"

#include <algorithm>
#include <utility>

#include "contact/canonical.hpp"
#include "contact/text.hpp"

namespace hqsync::engine {

namespace {

/// Spreads the bits of a sum's terms (the finaliser of splitmix64), so that terms cannot cancel.
std::uint64_t spread(std::uint64_t bits) {
    bits += 0x9e3779b97f4a7c15U;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
    return bits ^ (bits >> 31);
}

std::uint64_t term(ContactId contact, FolderRole folder, std::uint64_t card) {
    const auto place = static_cast<std::uint64_t>(contact.value()) * 2 + std::to_underlying(folder);
    return spread(spread(place) ^ card);
}

bool shows_global(const placement::Rules& rules, UserId user) {
    const auto own = rules.global_folder_of.find(user);
    return own == rules.global_folder_of.end() ? rules.global_folder : own->second;
}

bool excludes(const placement::Rules& rules, const std::string& type) {
    return std::ranges::any_of(rules.excluded_company_types, [&](const std::string& excluded) {
        return folded(trimmed(excluded)) == folded(trimmed(type));
    });
}

}  // namespace

CardShelf::CardShelf(SnapshotPtr snapshot, const card::CardRules& rules)
    : snapshot_(std::move(snapshot)), maker_(rules) {}

const ContactCard& CardShelf::card(ContactId contact) {
    return entry(contact).card;
}

reconcile::Desired CardShelf::desired(ContactId contact, FolderRole folder) {
    return {folder, card(contact), find(*snapshot_, contact)->updated_on};
}

std::uint64_t CardShelf::fingerprint(ContactId contact) {
    return entry(contact).fingerprint;
}

const CardShelf::Entry& CardShelf::entry(ContactId contact) {
    const auto known = entries_.find(contact);
    if (known != entries_.end()) return known->second;
    auto card = maker_.make(*snapshot_, *find(*snapshot_, contact));
    const auto print = hqsync::fingerprint(card);
    return entries_.emplace(contact, Entry{std::move(card), print}).first->second;
}

std::map<ContactId, reconcile::Desired> desired_of(UserId user,
                                                   const placement::Placements& placements,
                                                   CardShelf& shelf) {
    std::map<ContactId, reconcile::Desired> desired;
    for (const auto contact : placements.mine(user)) {
        desired.emplace(contact, shelf.desired(contact, FolderRole::mine));
    }
    for (const auto contact : placements.global(user)) {
        desired.emplace(contact, shelf.desired(contact, FolderRole::global));
    }
    return desired;
}

std::uint64_t desired_fingerprint(UserId user, const placement::Placements& placements,
                                  CardShelf& shelf) {
    std::uint64_t sum = 1;
    for (const auto contact : placements.mine(user)) {
        sum += term(contact, FolderRole::mine, shelf.fingerprint(contact));
    }
    for (const auto contact : placements.global(user)) {
        sum += term(contact, FolderRole::global, shelf.fingerprint(contact));
    }
    return sum == 0 ? 1 : sum;
}

reconcile::Cause cause_of(const placement::Absence& absence, UserId user,
                          const placement::Rules& applied) {
    using placement::AbsenceRule;
    using reconcile::Cause;
    const bool was_shown = !applied.only_my_contacts && shows_global(applied, user);
    switch (absence.rule) {
        case AbsenceRule::not_in_hq: return Cause::hq_deletion;
        case AbsenceRule::only_my_contacts:
        case AbsenceRule::global_folder_off:
            return was_shown ? Cause::confirmed_setting : Cause::rule_change;
        case AbsenceRule::excluded_company_type:
            return excludes(applied, absence.detail) ? Cause::rule_change
                                                     : Cause::confirmed_setting;
        case AbsenceRule::erased: return Cause::erasure;
        case AbsenceRule::user_not_synced: return Cause::rule_change;
    }
    return Cause::rule_change;
}

}  // namespace hqsync::engine
