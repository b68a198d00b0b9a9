// Looking records up, and the way from one snapshot to the next.
#include "directory/snapshot.hpp"

#include <gtest/gtest.h>

#include <array>

#include "unit/directory/edits.hpp"

namespace hqsync {
namespace {

using test::Dice;

TEST(Find, AnswersTheRecordOfThisIdOrNothing) {
    Dice dice(1);
    const auto snapshot = test::random_directory(dice, test::Sizes{});
    EXPECT_EQ(find(snapshot, ContactId(1003)), &snapshot.contacts[3]);
    EXPECT_EQ(find(snapshot, UserId(1)), &snapshot.users.front());
    EXPECT_EQ(find(snapshot, UserId(0)), nullptr);
    EXPECT_EQ(find(snapshot, LeadId(10'000)), nullptr);
    EXPECT_EQ(find(Snapshot{}, CompanyId(1)), nullptr);
}

/// What is wrong with the references, or an empty text.
std::string dangling(const Snapshot& snapshot) {
    auto clean = snapshot;
    test::drop_dangling(clean);
    return clean == snapshot ? "" : "something refers to a missing record";
}

TEST(Difference, LeadsFromOneSnapshotToTheNextAndNeverRefersToAMissingRecord) {
    std::array<int, 12> kinds{};
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Dice dice(seed);
        auto snapshot = test::whole_directory(dice);
        auto after = snapshot;
        for (int i = 0; i < 8; ++i)
            after = test::edited(after, dice, static_cast<int>(dice.below(test::edit_kinds)));
        for (const auto& change : difference(snapshot, after)) {
            test::apply(snapshot, change);
            ++kinds[change.index()];
            ASSERT_EQ(dangling(snapshot), "") << "seed " << seed;
        }
        ASSERT_EQ(snapshot, after) << "seed " << seed;
        ASSERT_TRUE(difference(snapshot, after).empty());
    }
    // A generator that leaves a kind out would prove nothing about it.
    for (const auto count : kinds)
        EXPECT_GT(count, 5);
}

}  // namespace
}  // namespace hqsync
