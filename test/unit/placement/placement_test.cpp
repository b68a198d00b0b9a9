// The placement rules against a second, naive implementation, and updates against recomputation.
#include "placement/placement.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/placement/random_directory.hpp"

namespace hqsync::placement {
namespace {

using test::Dice;
using test::Sizes;

constexpr auto today = "2026-11-23";

/// The rules as the issue words them, with loops and nothing else.
class Naive {
public:
    Naive(const Snapshot& snapshot, Rules rules) : snapshot_(snapshot), rules_(std::move(rules)) {}

    [[nodiscard]] Placement place(const User& user, const ContactPerson& contact) const {
        Placement placement;
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

Rules random_rules(Dice& dice) {
    Rules rules;
    rules.only_my_contacts = dice.chance(25);
    rules.global_folder = dice.chance(75);
    if (dice.chance(30)) rules.global_folder_of[UserId(1)] = dice.chance(50);
    if (dice.chance(20)) rules.excluded_company_types = {"lieferant"};
    if (dice.chance(10)) rules.excluded_company_types.clear();
    return rules;
}

bool is_expected_user(const User& user) {
    return !user.email_work.empty() && !user.leaving_date.starts_with("2020");
}

TEST(Placements, AgreeWithANaiveImplementationOnRandomDirectories) {
    std::size_t pairs = 0;
    std::size_t mine = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Dice dice(seed);
        const auto snapshot = test::random_directory(dice, Sizes{});
        const auto rules = random_rules(dice);
        const Placements placements(snapshot, rules, today);
        const Naive naive(snapshot, rules);
        for (const auto& user : snapshot.users) {
            for (const auto& contact : snapshot.contacts) {
                const auto found = placements.explain(user.id, contact.id);
                if (!is_expected_user(user)) {
                    ASSERT_EQ(found.absence->rule, AbsenceRule::user_not_synced);
                    continue;
                }
                ASSERT_EQ(found, naive.place(user, contact)) << "seed " << seed;
                ASSERT_EQ(found.place, placements.place(user.id, contact.id));
                ++pairs;
                if (found.place == Place::mine) ++mine;
            }
        }
    }
    // A generator that never fires a rule would prove nothing.
    EXPECT_GT(pairs, 10'000U);
    EXPECT_GT(mine, 1'000U);
}

TEST(Placements, PutEveryContactIntoExactlyOneListOfEachUser) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Dice dice(seed);
        const auto snapshot = test::random_directory(dice, Sizes{});
        const Placements placements(snapshot, random_rules(dice), today);
        for (const auto user : placements.users()) {
            std::vector<ContactId> all = placements.mine(user);
            for (const auto contact : placements.global(user))
                all.push_back(contact);
            for (const auto contact : placements.absent(user))
                all.push_back(contact);
            std::ranges::sort(all);
            std::vector<ContactId> expected;
            for (const auto& contact : snapshot.contacts)
                expected.push_back(contact.id);
            ASSERT_EQ(all, expected) << "seed " << seed;
        }
    }
}

/// One random record replaced by another of its kind, added, or removed where nothing needs it.
RecordChange random_change(Dice& dice, const Sizes& sizes) {
    switch (dice.below(8)) {
        case 0: return test::random_company(dice, sizes, 100 + dice.below(sizes.companies));
        case 1: return test::random_contact(dice, sizes, 1000 + dice.below(sizes.contacts));
        case 2: return test::random_project(dice, sizes, 300 + dice.below(sizes.projects + 2));
        case 3: return test::random_lead(dice, sizes, 700 + dice.below(sizes.leads + 2));
        case 4: return test::random_user(dice, 1 + dice.below(sizes.users));
        case 5: return ProjectId(300 + dice.below(sizes.projects));
        case 6: return LeadId(700 + dice.below(sizes.leads));
        default: return test::random_project(dice, sizes, 300 + dice.below(sizes.projects));
    }
}

template <class Record>
void put(std::vector<Record>& records, const Record& record) {
    const auto place = std::ranges::lower_bound(records, record.id, {}, &Record::id);
    if (place != records.end() && place->id == record.id) {
        *place = record;
    } else {
        records.insert(place, record);
    }
}

void take(Snapshot& snapshot, const RecordChange& change) {
    if (const auto* company = std::get_if<Company>(&change)) put(snapshot.companies, *company);
    if (const auto* contact = std::get_if<ContactPerson>(&change)) put(snapshot.contacts, *contact);
    if (const auto* project = std::get_if<Project>(&change)) put(snapshot.projects, *project);
    if (const auto* lead = std::get_if<Lead>(&change)) put(snapshot.leads, *lead);
    if (const auto* user = std::get_if<User>(&change)) put(snapshot.users, *user);
    if (const auto* project = std::get_if<ProjectId>(&change)) {
        std::erase_if(snapshot.projects, [&](const Project& each) { return each.id == *project; });
    }
    if (const auto* lead = std::get_if<LeadId>(&change)) {
        std::erase_if(snapshot.leads, [&](const Lead& each) { return each.id == *lead; });
    }
    if (const auto* contact = std::get_if<ContactId>(&change)) {
        std::erase_if(snapshot.contacts,
                      [&](const ContactPerson& each) { return each.id == *contact; });
    }
}

std::vector<Moved> moved_between(const Placements& before, const Placements& after,
                                 const Snapshot& older, const Snapshot& newer) {
    std::set<UserId> users;
    std::set<ContactId> contacts;
    for (const auto* snapshot : {&older, &newer}) {
        for (const auto& user : snapshot->users)
            users.insert(user.id);
        for (const auto& contact : snapshot->contacts)
            contacts.insert(contact.id);
    }
    std::vector<Moved> moved;
    for (const auto user : users) {
        for (const auto contact : contacts) {
            const auto from = before.place(user, contact);
            const auto to = after.place(user, contact);
            if (from != to) moved.push_back({user, contact, from, to});
        }
    }
    return moved;
}

TEST(Placements, UpdatedByRandomChangesEqualARecomputation) {
    std::size_t moves = 0;
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
        Dice dice(seed);
        auto snapshot = test::random_directory(dice, Sizes{});
        const auto rules = random_rules(dice);
        Placements updated(snapshot, rules, today);
        for (int step = 0; step < 12; ++step) {
            const auto older = snapshot;
            const Placements before(older, rules, today);
            const auto change = random_change(dice, Sizes{});
            take(snapshot, change);
            const auto moved = updated.update(change);
            const Placements fresh(snapshot, rules, today);
            ASSERT_EQ(moved, moved_between(before, fresh, older, snapshot)) << "seed " << seed;
            moves += moved.size();
            for (const auto& user : snapshot.users) {
                ASSERT_EQ(updated.mine(user.id), fresh.mine(user.id)) << "seed " << seed;
                ASSERT_EQ(updated.global(user.id), fresh.global(user.id)) << "seed " << seed;
            }
        }
    }
    EXPECT_GT(moves, 1'000U);
}

TEST(Placements, ForgetADeletedContactAndKnowAnAddedOne) {
    Dice dice(7);
    auto snapshot = test::random_directory(dice, Sizes{});
    Placements placements(snapshot, Rules{}, today);
    const auto user = placements.users().front();
    const ContactId contact(1003);
    const auto person = *find(snapshot, contact);
    for (auto& project : snapshot.projects) {
        if (std::erase(project.contact_persons, contact) > 0) placements.update(project);
    }
    for (auto& lead : snapshot.leads) {
        if (std::erase(lead.contact_persons, contact) > 0) placements.update(lead);
    }
    placements.update(contact);
    EXPECT_EQ(placements.explain(user, contact).absence->rule, AbsenceRule::not_in_hq);
    placements.update(person);
    take(snapshot, person);
    const Placements fresh(snapshot, Rules{}, today);
    EXPECT_EQ(placements.explain(user, contact), fresh.explain(user, contact));
}

TEST(IsSynced, LeavesOutWhoHasNoAddressOrHasLeft) {
    User user;
    EXPECT_FALSE(is_synced(user, today));
    user.email_work = "jule@agentur.example";
    EXPECT_TRUE(is_synced(user, today));
    user.leaving_date = "2026-11-23T00:00:00";
    EXPECT_TRUE(is_synced(user, today)) << "on his last day he still works";
    user.leaving_date = "22.11.2026";
    EXPECT_FALSE(is_synced(user, today));
    for (const auto* no_date : {"bald", "abcd-ef-gh", "0001-01-01T00:00:00", "2020-02-30"}) {
        user.leaving_date = no_date;
        EXPECT_TRUE(is_synced(user, today)) << no_date;
    }
    user.leaving_date = " 2020-01-31 ";
    EXPECT_FALSE(is_synced(user, today));
    user.leaving_date = "";
    user.email_work = " \u00A0\t";
    EXPECT_FALSE(is_synced(user, today)) << "blanks are no address";
}

}  // namespace
}  // namespace hqsync::placement
