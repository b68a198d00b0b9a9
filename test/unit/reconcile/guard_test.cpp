// The guard: which deletions it counts, where its limits lie, and what an approval is good for.
#include "reconcile/guard.hpp"

#include <gtest/gtest.h>

namespace hqsync::reconcile {
namespace {

const MailboxAddress jule("jule@agentur.example");

Plan deleting(std::size_t count, std::size_t managed, Cause cause) {
    Plan plan;
    plan.managed = managed;
    for (std::size_t i = 0; i < count; ++i) {
        plan.operations.emplace_back(Remove{ContactId(static_cast<std::int64_t>(i)),
                                            ItemId("item" + std::to_string(i)), ChangeKey("k"),
                                            FolderRole::global, cause});
    }
    return plan;
}

struct Case {
    std::size_t deletions;
    std::size_t managed;
    bool is_held;
};

TEST(Guard, HoldsAboveEitherLimit) {
    const std::vector<Case> cases = {
        {0, 0, false},   {1, 4, false},      {1, 3, true},         {25, 100, false},
        {26, 100, true}, {250, 1000, false}, {250, 10'000, false}, {251, 10'000, true},
    };
    for (const auto& each : cases) {
        const auto hold = check(deleting(each.deletions, each.managed, Cause::rule_change), jule,
                                GuardLimits{}, false);
        EXPECT_EQ(hold.has_value(), each.is_held) << each.deletions << " of " << each.managed;
    }
}

TEST(Guard, CountsNeitherConfirmedSettingsNorMovesNorDoubles) {
    auto plan = deleting(400, 400, Cause::confirmed_setting);
    for (std::int64_t i = 0; i < 300; ++i) {
        plan.operations.emplace_back(reconcile::Move{
            ContactId(i), ItemId("m"), ChangeKey("k"), FolderRole::mine, FolderRole::global, {}});
        plan.operations.emplace_back(RemoveDouble{ContactId(i), ItemId("d"), ChangeKey("k")});
    }
    EXPECT_EQ(check(plan, jule, GuardLimits{}, false), std::nullopt);
    const auto hold = check(plan, jule, GuardLimits{}, true);
    ASSERT_TRUE(hold) << "a source that shrank holds them all";
    EXPECT_EQ(hold->deletions, 400U);
}

TEST(Guard, HoldsASingleDeletionWhenTheSourceShrank) {
    const auto hold = check(deleting(1, 1000, Cause::hq_deletion), jule, GuardLimits{}, true);
    ASSERT_TRUE(hold);
    EXPECT_EQ(hold->by_hq_deletion, 1U);
    EXPECT_NE(to_text(*hold, GuardLimits{}).find("fewer records from the source"),
              std::string::npos);
}

TEST(Guard, GivesExactlyOnePlanItsHash) {
    const auto hash = [](const Plan& plan, const MailboxAddress& mailbox) {
        return check(plan, mailbox, GuardLimits{}, false)->plan_hash;
    };
    const auto plan = deleting(30, 40, Cause::rule_change);
    auto reordered = plan;
    std::swap(reordered.operations.front(), reordered.operations.back());
    auto other_item = plan;
    std::get<Remove>(other_item.operations.front()).item = ItemId("another");
    EXPECT_EQ(hash(plan, jule), hash(reordered, jule));
    EXPECT_NE(hash(plan, jule), hash(other_item, jule));
    EXPECT_NE(hash(plan, jule), hash(deleting(31, 40, Cause::rule_change), jule));
    EXPECT_NE(hash(plan, jule), hash(plan, MailboxAddress("max@agentur.example")));
}

TEST(HasShrunk, ForgivesAFewRecordsAndAQuarterOfEachKind) {
    const std::vector<std::size_t SourceCounts::*> kinds = {
        &SourceCounts::contacts, &SourceCounts::companies, &SourceCounts::projects,
        &SourceCounts::leads, &SourceCounts::users};
    for (const auto kind : kinds) {
        const auto shrinks = [&](std::size_t then, std::size_t now) {
            SourceCounts before{500, 500, 500, 500, 500};
            auto after = before;
            before.*kind = then;
            after.*kind = now;
            return has_shrunk(before, after, {});
        };
        EXPECT_FALSE(shrinks(0, 0));
        EXPECT_FALSE(shrinks(5, 0)) << "five records fewer may be true";
        EXPECT_TRUE(shrinks(6, 0));
        EXPECT_FALSE(shrinks(500, 375));
        EXPECT_TRUE(shrinks(500, 374));
        EXPECT_FALSE(shrinks(500, 800));
    }
}

}  // namespace
}  // namespace hqsync::reconcile
