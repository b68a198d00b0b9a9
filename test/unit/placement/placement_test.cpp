// The placement rules against a second, naive implementation, and who has a mailbox to keep.
#include "placement/placement.hpp"

#include <gtest/gtest.h>

#include "unit/placement/naive.hpp"

namespace hqsync::placement {
namespace {

using hqsync::test::Dice;
using hqsync::test::random_directory;
using hqsync::test::Sizes;
using test::Naive;
using test::random_rules;
using test::today;

TEST(Placements, AgreeWithANaiveImplementationOnRandomDirectories) {
    std::size_t pairs = 0;
    std::size_t mine = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Dice dice(seed);
        const auto snapshot = random_directory(dice, Sizes{});
        const auto rules = random_rules(dice);
        const Placements placements(snapshot, rules, today);
        const Naive naive(snapshot, rules);
        for (const auto& user : snapshot.users) {
            for (const auto& contact : snapshot.contacts) {
                const auto found = placements.explain(user.id, contact.id);
                ASSERT_EQ(found, naive.placement(user, contact)) << "seed " << seed;
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
        const auto snapshot = random_directory(dice, Sizes{});
        const Placements placements(snapshot, random_rules(dice), today);
        for (const auto& user : snapshot.users) {
            std::vector<ContactId> all = placements.mine(user.id);
            for (const auto contact : placements.global(user.id))
                all.push_back(contact);
            for (const auto contact : placements.absent(user.id)) {
                ASSERT_EQ(placements.place(user.id, contact), Place::absent);
                all.push_back(contact);
            }
            std::ranges::sort(all);
            std::vector<ContactId> expected;
            for (const auto& contact : snapshot.contacts)
                expected.push_back(contact.id);
            ASSERT_EQ(all, expected) << "seed " << seed;
        }
    }
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
