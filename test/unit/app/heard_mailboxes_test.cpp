// When a mailbox passes of which something was heard.
#include "app/heard_mailboxes.hpp"

#include <gmock/gmock.h>

namespace hqsync::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const MailboxAddress anna("anna@agentur.example");
const MailboxAddress ben("ben@agentur.example");
const Instant start{seconds(1'795'000'000)};

TEST(HeardMailboxes, PassOnceForAllNewsOfTwoSeconds) {
    HeardMailboxes heard;
    heard.hear(anna, start);
    heard.hear(anna, start + milliseconds(1'500));
    EXPECT_EQ(heard.next_due(), start + seconds(2)) << "news that go on must not put it off";
    EXPECT_THAT(heard.take_due(start + milliseconds(1'999)), IsEmpty());
    EXPECT_THAT(heard.take_due(start + seconds(2)), ElementsAre(anna));
    EXPECT_EQ(heard.next_due(), std::nullopt);
}

TEST(HeardMailboxes, PassEachInItsTime) {
    HeardMailboxes heard;
    heard.hear(ben, start);
    heard.hear(anna, start + seconds(1));
    EXPECT_THAT(heard.take_due(start + seconds(2)), ElementsAre(ben));
    EXPECT_THAT(heard.take_due(start + seconds(3)), ElementsAre(anna));
}

TEST(HeardMailboxes, DoNotPassForWhatARunOverAllSees) {
    HeardMailboxes heard;
    heard.hear(anna, start);
    heard.forget();
    EXPECT_THAT(heard.take_due(start + seconds(10)), IsEmpty());
}

/// Each pass makes news of its own: the worst that can happen.
std::size_t passes_within(seconds time) {
    HeardMailboxes heard;
    std::size_t passes = 0;
    heard.hear(anna, start);
    for (auto now = start; now < start + time; now += milliseconds(100)) {
        for (const auto& mailbox : heard.take_due(now)) {
            ++passes;
            heard.hear(mailbox, now);
        }
    }
    return passes;
}

TEST(HeardMailboxes, ThatGoRoundInCirclesPassOnceAMinuteInTheEnd) {
    EXPECT_LE(passes_within(seconds(3'600)), 68U);
    EXPECT_GE(passes_within(seconds(3'600)), 58U);
}

TEST(HeardMailboxes, AreAsQuickAsEverAfterAQuietTime) {
    HeardMailboxes heard;
    auto now = start;
    for (int pass = 0; pass < 10; ++pass) {
        heard.hear(anna, now);
        now = heard.next_due().value();
        EXPECT_THAT(heard.take_due(now), ElementsAre(anna));
    }
    heard.hear(anna, now);
    EXPECT_EQ(heard.next_due(), now + seconds(60));
    now += seconds(60);
    EXPECT_THAT(heard.take_due(now), ElementsAre(anna));
    now += HeardMailboxes::calm + milliseconds(1);
    EXPECT_THAT(heard.take_due(now), IsEmpty());
    heard.hear(anna, now);
    EXPECT_EQ(heard.next_due(), now + HeardMailboxes::gathering);
}

}  // namespace
}  // namespace hqsync::app
