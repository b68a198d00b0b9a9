// The placement rules as they are worded, a second time and naively, and random settings.
#pragma once

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "placement/placement.hpp"
#include "unit/placement/random_directory.hpp"

namespace hqsync::placement::test {

using hqsync::test::Dice;

inline constexpr auto today = "2026-11-23";

inline bool is_expected_user(const User& user) {
    return !user.email_work.empty() && !user.leaving_date.starts_with("2020");
}

/// Loops over everything and nothing else. Keeps a reference to the snapshot.
class Naive {
public:
    Naive(const Snapshot& snapshot, Rules rules) : snapshot_(snapshot), rules_(std::move(rules)) {}

    [[nodiscard]] Placement placement(const User& user, const ContactPerson& contact) const {
        Placement placement;
        if (!is_expected_user(user)) {
            placement.absence = {AbsenceRule::user_not_synced, 0, ""};
            return placement;
        }
        for (const auto& company : snapshot_.companies) {
            if (contact.company != company.id) continue;
            for (const auto& type : company.types) {
                if (!excluded(type.name) || placement.absence) continue;
                placement.absence = {AbsenceRule::excluded_company_type, company.id.value(),
                                     type.name};
            }
            if (has(company.responsible_users, user.id)) {
                placement.reasons.push_back({Rule::company_responsible, company.id.value()});
            }
        }
        for (const auto& project : snapshot_.projects) {
            if (has(project.contact_persons, contact.id) && has(project.members, user.id)) {
                placement.reasons.push_back({Rule::project_member, project.id.value()});
            }
        }
        for (const auto& lead : snapshot_.leads) {
            if (has(lead.contact_persons, contact.id) && lead.responsible_user == user.id) {
                placement.reasons.push_back({Rule::lead_responsible, lead.id.value()});
            }
        }
        if (placement.absence) {
            placement.reasons.clear();
        } else if (!placement.reasons.empty()) {
            placement.place = Place::mine;
        } else if (rules_.only_my_contacts) {
            placement.absence = {AbsenceRule::only_my_contacts, 0, ""};
        } else if (!shows_global(user.id)) {
            placement.absence = {AbsenceRule::global_folder_off, 0, ""};
        } else {
            placement.place = Place::global;
        }
        std::ranges::sort(placement.reasons);
        return placement;
    }

private:
    template <class T>
    static bool has(const std::vector<T>& values, T value) {
        return std::ranges::find(values, value) != values.end();
    }
    [[nodiscard]] bool excluded(const std::string& type) const {
        return std::ranges::any_of(rules_.excluded_company_types, [&](const std::string& one) {
            return plain(one) == plain(type);
        });
    }
    static std::string plain(std::string text) {
        std::erase(text, ' ');
        for (auto& letter : text)
            letter = static_cast<char>(std::tolower(letter));
        return text;
    }
    [[nodiscard]] bool shows_global(UserId user) const {
        for (const auto& [who, shown] : rules_.global_folder_of) {
            if (who == user) return shown;
        }
        return rules_.global_folder;
    }

    const Snapshot& snapshot_;
    Rules rules_;
};

inline Rules random_rules(Dice& dice) {
    Rules rules;
    rules.only_my_contacts = dice.chance(25);
    rules.global_folder = dice.chance(75);
    if (dice.chance(30)) rules.global_folder_of[UserId(1)] = dice.chance(50);
    if (dice.chance(20)) rules.excluded_company_types = {"lieferant"};
    if (dice.chance(10)) rules.excluded_company_types.clear();
    return rules;
}

}  // namespace hqsync::placement::test
