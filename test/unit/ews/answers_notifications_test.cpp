// The stream of notifications, cut into envelopes and read.
#include <gmock/gmock.h>

#include "ews/notifications_answer.hpp"
#include "unit/ews/answers_samples.hpp"
#include "wire/splitter.hpp"

namespace hqsync::ews {
namespace {

using test::answer_of;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string subscription = "JwBleGNoMDEuZXhhbXBsZS5jb20QAAAA";
const FolderEvent in_global{subscription, FolderId("AAMkAGZvbGRlci1ocS1nbG9iYWw=")};
const FolderEvent in_mine{subscription, FolderId("AAMkAGZvbGRlci1ocS1tZWluZQ==")};

TEST(Notifications, NameTheFoldersOfAWholeStream) {
    HQSYNC_NEEDS_REFERENCE();
    wire::Splitter splitter;
    std::vector<Notifications> all;
    const auto stream = test::sample("13-GetStreamingEvents-stream.txt");
    for (const char letter : stream) {
        const auto documents = splitter.take({&letter, 1});
        ASSERT_TRUE(documents) << to_text(documents.error());
        for (const auto& document : *documents) {
            auto read = read_notifications(document);
            ASSERT_TRUE(read) << to_text(read.error());
            all.push_back(*std::move(read));
        }
    }
    ASSERT_EQ(all.size(), 5U);
    EXPECT_THAT(all[0].events, IsEmpty());
    EXPECT_THAT(all[1].events, ElementsAre(in_global));
    EXPECT_THAT(all[2].events, IsEmpty());
    EXPECT_THAT(all[3].events, ElementsAre(in_mine, in_global));
    EXPECT_FALSE(all[3].is_closed);
    EXPECT_TRUE(all[4].is_closed);
    EXPECT_FALSE(all[4].fault);
    EXPECT_TRUE(splitter.is_between_documents());
}

TEST(Notifications, NameTheSubscriptionsThatAreLost) {
    const auto read = read_notifications(answer_of(
        "GetStreamingEvents",
        "<GetStreamingEventsResponseMessage ResponseClass='Error'><ResponseCode>"
        "ErrorSubscriptionNotFound</ResponseCode><ErrorSubscriptionIds><t:SubscriptionId>S1"
        "</t:SubscriptionId><t:SubscriptionId>S2</t:SubscriptionId></ErrorSubscriptionIds>"
        "<ConnectionStatus>Closed</ConnectionStatus></GetStreamingEventsResponseMessage>"));
    ASSERT_TRUE(read);
    EXPECT_THAT(read->lost, ElementsAre("S1", "S2"));
    EXPECT_EQ(read->fault.value().code, "ErrorSubscriptionNotFound");
    EXPECT_TRUE(read->is_closed);
}

TEST(Notifications, MayBeAFaultOrNothingAtAll) {
    HQSYNC_NEEDS_REFERENCE();
    const auto busy = read_notifications(test::sample("15-Fault-ErrorServerBusy-response.xml"));
    ASSERT_TRUE(busy);
    EXPECT_EQ(busy->fault.value().code, "throttled");
    EXPECT_EQ(read_notifications("<a/>").error().code, "ews.unreadable");
    EXPECT_EQ(read_notifications("").error().code, "ews.unreadable");
}

}  // namespace
}  // namespace hqsync::ews
