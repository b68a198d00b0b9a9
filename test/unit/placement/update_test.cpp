// Updates against recomputation and the naive rules, edit by edit, and what they cost.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <utility>

#include "placement/placement.hpp"
#include "unit/directory/edits.hpp"
#include "unit/placement/naive.hpp"

namespace hqsync::placement {
namespace {

using hqsync::test::edited;
using test::Dice;
using test::Naive;
using test::today;

/// Every pair of either snapshot with its place.
std::map<std::pair<UserId, ContactId>, Place> places(const Placements& placements,
                                                     const Snapshot& older, const Snapshot& newer) {
    std::map<std::pair<UserId, ContactId>, Place> all;
    for (const auto* users : {&older.users, &newer.users}) {
        for (const auto& user : *users) {
            for (const auto* contacts : {&older.contacts, &newer.contacts}) {
                for (const auto& contact : *contacts) {
                    all[{user.id, contact.id}] = placements.place(user.id, contact.id);
                }
            }
        }
    }
    return all;
}

/// A directory, its placements kept up with it, and a second opinion on them.
class Followed {
public:
    Followed(Snapshot snapshot, Rules rules)
        : snapshot_(std::move(snapshot)),
          rules_(std::move(rules)),
          placements_(snapshot_, rules_, today) {}

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }

    /// Goes to the next snapshot by updates; the number of pairs that they moved. Each single
    /// update must report the moves that a recomputation sees.
    std::size_t follow(const Snapshot& next) {
        std::size_t moves = 0;
        for (const auto& change : difference(snapshot_, next)) {
            const auto older = snapshot_;
            const auto before = Placements(older, rules_, today);
            hqsync::test::apply(snapshot_, change);
            const auto moved = placements_.update(change);
            expect_same_moves(before, older, moved);
            EXPECT_GE(placements_.update_cost(), moved.size());
            moves += moved.size();
        }
        expect_naive_result();
        return moves;
    }

private:
    void expect_same_moves(const Placements& before, const Snapshot& older,
                           const std::vector<Moved>& moved) const {
        const Placements fresh(snapshot_, rules_, today);
        const auto old = places(before, older, snapshot_);
        std::vector<Moved> expected;
        for (const auto& [pair, place] : places(fresh, older, snapshot_)) {
            if (old.at(pair) == place) continue;
            expected.push_back({pair.first, pair.second, old.at(pair), place});
        }
        EXPECT_EQ(moved, expected);
        EXPECT_EQ(placements_.users(), fresh.users());
    }

    void expect_naive_result() const {
        const Naive naive(snapshot_, rules_);
        for (const auto& user : snapshot_.users) {
            for (const auto& contact : snapshot_.contacts) {
                EXPECT_EQ(placements_.explain(user.id, contact.id), naive.placement(user, contact));
            }
        }
    }

    Snapshot snapshot_;
    Rules rules_;
    Placements placements_;
};

struct Setting {
    std::string name;
    Rules rules;
};

std::vector<Setting> settings() {
    return {{"default", Rules{}},
            {"only my contacts", Rules{.only_my_contacts = true}},
            {"no global folder", Rules{.global_folder = false}},
            {"no global folder for user 1", Rules{.global_folder_of = {{UserId(1), false}}}},
            {"global folder for user 2 only",
             Rules{.global_folder = false, .global_folder_of = {{UserId(2), true}}}},
            {"other types excluded", Rules{.excluded_company_types = {" LIEFERANT", "Kunde"}}},
            {"no type excluded", Rules{.excluded_company_types = {}}}};
}

/// Series of edits of one kind, under every setting.
class EditsOfOneKind : public testing::TestWithParam<int> {};

TEST_P(EditsOfOneKind, LeadToWhatARecomputationGives) {
    for (const auto& [name, rules] : settings()) {
        std::size_t moves = 0;
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            SCOPED_TRACE(name + ", seed " + std::to_string(seed));
            Dice dice(seed);
            Followed followed(hqsync::test::whole_directory(dice), rules);
            for (int step = 0; step < 6; ++step)
                moves += followed.follow(edited(followed.snapshot(), dice, GetParam()));
            if (HasFailure()) return;
        }
        const bool is_subsystem = GetParam() == 5 || GetParam() == 11;
        EXPECT_EQ(moves == 0, is_subsystem)
            << name << ": a series that moves nothing shows nothing";
    }
}

std::string kind_name(const testing::TestParamInfo<int>& kind) {
    constexpr std::array names = {"PutUser",     "PutCompany",   "PutContact", "PutProject",
                                  "PutLead",     "PutSubsystem", "DropUser",   "DropCompany",
                                  "DropContact", "DropProject",  "DropLead",   "DropSubsystem"};
    return names.at(static_cast<std::size_t>(kind.param));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EditsOfOneKind, testing::Range(0, hqsync::test::edit_kinds),
                         kind_name);

TEST(Updates, OfManyKindsAtOnceLeadToWhatARecomputationGives) {
    std::size_t moves = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE(seed);
        Dice dice(seed);
        auto start = hqsync::test::whole_directory(dice);
        Followed followed(std::move(start), test::random_rules(dice));
        for (int step = 0; step < 4; ++step) {
            auto next = followed.snapshot();
            for (int edit = 0; edit < 5; ++edit) {
                next = edited(next, dice, static_cast<int>(dice.below(hqsync::test::edit_kinds)));
            }
            moves += followed.follow(next);
        }
        ASSERT_FALSE(testing::Test::HasFailure());
    }
    EXPECT_GT(moves, 2'000U);
}

/// Twenty synced users, twenty that are not; one company with two contacts and one responsible
/// user.
Snapshot one_company() {
    Snapshot snapshot;
    for (int i = 1; i <= 40; ++i) {
        User user;
        user.id = UserId(i);
        if (i <= 20) user.email_work = "user" + std::to_string(i) + "@agentur.example";
        snapshot.users.push_back(user);
    }
    Company company;
    company.id = CompanyId(7);
    company.responsible_users = {UserId(3)};
    snapshot.companies = {company};
    for (int i = 1; i <= 2; ++i) {
        ContactPerson contact;
        contact.id = ContactId(i);
        contact.company = CompanyId(7);
        snapshot.contacts.push_back(contact);
    }
    return snapshot;
}

TEST(UpdateCost, OfAnExcludedTypeIsThePairsThatAreShown) {
    auto snapshot = one_company();
    auto company = snapshot.companies.front();
    company.types = {{{}, "Interessent"}};
    Placements all(snapshot, Rules{}, today);
    EXPECT_EQ(all.update(company).size(), 40U);
    EXPECT_EQ(all.update_cost(), 40U) << "the users that are not synced cost nothing";
    Placements own(snapshot, Rules{.only_my_contacts = true}, today);
    EXPECT_EQ(own.update(company).size(), 2U);
    EXPECT_EQ(own.update_cost(), 2U) << "without global folders only the responsible user counts";
}

TEST(UpdateCost, OfAProjectIsItsPeopleTimesItsContacts) {
    Placements placements(one_company(), Rules{}, today);
    Project project;
    project.id = ProjectId(1);
    project.members = {UserId(4), UserId(5), UserId(30)};
    project.contact_persons = {ContactId(1)};
    const std::vector<Moved> expected = {{UserId(4), ContactId(1), Place::global, Place::mine},
                                         {UserId(5), ContactId(1), Place::global, Place::mine}};
    EXPECT_EQ(placements.update(project), expected);
    EXPECT_EQ(placements.update_cost(), 3U);
    EXPECT_TRUE(placements.update(project).empty());
}

TEST(UpdateCost, OfARecordWhoseRelationsStayIsNothing) {
    const auto snapshot = one_company();
    Placements placements(snapshot, Rules{}, today);
    auto contact = snapshot.contacts.front();
    contact.last_name = "Neu";
    auto company = snapshot.companies.front();
    company.types = {{{}, "Kunde"}};
    auto user = snapshot.users.front();
    user.first_name = "Ute";
    const std::vector<RecordChange> changes = {contact, company, user};
    for (const auto& change : changes) {
        EXPECT_TRUE(placements.update(change).empty());
        EXPECT_EQ(placements.update_cost(), 0U) << "kind " << change.index();
    }
}

TEST(Updates, KeepTheContactsOfAUserWhoIsAwayForAWhile) {
    auto snapshot = one_company();
    Placements placements(snapshot, Rules{}, today);
    auto user = snapshot.users[2];
    user.leaving_date = "2020-01-31";
    EXPECT_EQ(placements.update(user).size(), 2U);
    EXPECT_EQ(placements.absent(user.id), (std::vector{ContactId(1), ContactId(2)}));
    EXPECT_EQ(placements.explain(user.id, ContactId(1)).absence->rule,
              AbsenceRule::user_not_synced);
    user.leaving_date = "";
    EXPECT_EQ(placements.update(user).size(), 2U);
    EXPECT_EQ(placements.mine(user.id), (std::vector{ContactId(1), ContactId(2)}));
}

}  // namespace
}  // namespace hqsync::placement
