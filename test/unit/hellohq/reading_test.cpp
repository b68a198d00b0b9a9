// Reading: pages, short reads, increments, manners.
#include "played_hq.hpp"

#include <fstream>

namespace hqsync::hellohq {
namespace {

class Reading : public PlayedDirectory {};

TEST_F(Reading, JoinsThePagesOfAllSets) {
    const auto snapshot = read();
    ASSERT_TRUE(snapshot) << snapshot.error().detail;
    EXPECT_EQ((*snapshot)->contacts.size(), 5U);
    EXPECT_EQ((*snapshot)->projects.at(0).members, std::vector{UserId(1)});
    EXPECT_EQ((*snapshot)->companies.at(0).types.at(0).name, "Kunde");
    EXPECT_EQ((*snapshot)->contacts.at(0).company, CompanyId(10));
}

TEST_F(Reading, GoesOnBehindTheLastIdWhereALinkCountsOff) {
    EXPECT_EQ(ids(), "101 102 103 104 105");
    EXPECT_EQ(hq_.times("$skip"), 0U);
    EXPECT_EQ(hq_.times("Id gt 102"), 1U);
}

TEST_F(Reading, FetchesTheRestOfAPageThatWasCutShort) {
    hq_.shows_link = false;
    EXPECT_EQ(ids(), "101 102 103 104 105");
}

TEST_F(Reading, TakesNothingWhenHqCountsMoreThanItShows) {
    EXPECT_EQ(ids(), "101 102 103 104 105");
    hq_.counted_too_many = 1;
    hq_.sets["ContactPersons"].erase(103);
    EXPECT_EQ(ids(), "hq.short_read");
    hq_.counted_too_many = 0;
    EXPECT_EQ(ids(), "101 102 104 105");
}

TEST_F(Reading, TakesNothingWhenAnIdComesTwice) {
    const std::string twice = R"({"@odata.count":2,"value":[{"Id":101},{"Id":101}]})";
    hq_.next("/v1/ContactPersons", 200, twice);
    hq_.next("/v1/ContactPersons", 200, twice);
    EXPECT_EQ(ids(), "hq.duplicate_id");
    EXPECT_EQ(ids(), "101 102 103 104 105");
}

TEST_F(Reading, ReadsOnceMoreWhenAnIdComesTwiceOnce) {
    hq_.next("/v1/ContactPersons", 200, R"({"@odata.count":2,"value":[{"Id":101},{"Id":101}]})");
    EXPECT_EQ(ids(), "101 102 103 104 105");
}

TEST_F(Reading, RefusesFarFewerThanLastTimeUntilToldOtherwise) {
    for (int id = 106; id <= 130; ++id)
        hq_.sets["ContactPersons"][id] = contact(id, "Kim", "2026-11-01T08:00:00Z");
    ASSERT_TRUE(read());
    for (int id = 103; id <= 130; ++id)
        hq_.sets["ContactPersons"].erase(id);
    EXPECT_EQ(ids(), "hq.shrunk");
    ASSERT_TRUE(source_->forget_cache());
    EXPECT_EQ(ids(), "101 102");
}

// "hqsync hq reread" is another process than "hqsync watch".
TEST_F(Reading, TakesFarFewerWhenAnotherProcessWasToldTo) {
    for (int id = 106; id <= 130; ++id)
        hq_.sets["ContactPersons"][id] = contact(id, "Kim", "2026-11-01T08:00:00Z");
    ASSERT_TRUE(read());
    for (int id = 103; id <= 130; ++id)
        hq_.sets["ContactPersons"].erase(id);
    EXPECT_EQ(ids(), "hq.shrunk");
    const auto other = open();
    ASSERT_TRUE(other->forget_cache());
    ASSERT_TRUE(run(other->snapshot()));
    EXPECT_EQ(ids(), "101 102");
}

TEST_F(Reading, AsksForChangesTheSecondTimeAlsoInAnotherProcess) {
    ASSERT_TRUE(read());
    hq_.sets["ContactPersons"][102] = contact(102, "Toni", "2026-11-15T08:00:00Z");
    hq_.page_size = 1000;
    hq_.log.clear();
    source_ = open();
    const auto snapshot = read();
    ASSERT_TRUE(snapshot) << snapshot.error().detail;
    EXPECT_EQ((*snapshot)->contacts.at(1).first_name, "Toni");
    EXPECT_EQ(hq_.times("/v1/ContactPersons"), 2U);  // what changed, and how many there are
    EXPECT_EQ(
        hq_.times("/v1/ContactPersons?$orderby=Id&$top=1000&$count=true&$expand=DefaultAddress,"
                  "Addresses&$filter=UpdatedOn gt 2026-11-01T07:50:00Z"),
        1U);
}

TEST_F(Reading, FindsWhatUpdatedOnDoesNotTell) {
    hq_.sets["Projects"][8] =
        R"({"Id":8,"Members":[],"ContactPersons":[],"Subsystems":[],"UpdatedOn":"2026-11-10T08:00:00Z"})";
    ASSERT_TRUE(read());
    hq_.sets["ContactPersons"].erase(104);
    hq_.sets["Projects"][7] =
        R"({"Id":7,"Name":"Umzug","Members":[{"UserId":1},{"UserId":2}],"ContactPersons":[{"Id":101},{"Id":104}],"Subsystems":[],"UpdatedOn":"2026-11-01T08:00:00Z"})";
    const auto snapshot = read();
    ASSERT_TRUE(snapshot) << snapshot.error().detail;
    EXPECT_EQ((*snapshot)->contacts.size(), 4U);
    EXPECT_EQ((*snapshot)->projects.at(0).members, (std::vector{UserId(1), UserId(2)}));
    EXPECT_EQ((*snapshot)->projects.at(0).contact_persons, std::vector{ContactId(101)});
}

TEST_F(Reading, ReadsWholeAgainAfterSixHours) {
    ASSERT_TRUE(read());
    hq_.sets["ContactPersons"][105] = contact(105, "Heimlich", "2026-10-01T08:00:00Z");
    EXPECT_EQ((*read())->contacts.at(4).first_name, "Kim");
    clock_.advance(std::chrono::hours(6));
    EXPECT_EQ((*read())->contacts.at(4).first_name, "Heimlich");
}

TEST_F(Reading, WaitsAsLongAsHqAsks) {
    hq_.next("/v1/Leads", 429, "", {{"retry-after", "7"}});
    ASSERT_TRUE(read());
    EXPECT_EQ(clock_.pauses, std::vector<Milliseconds>{Milliseconds(7'000)});
}

TEST_F(Reading, RepeatsAPageThatFailsAndGivesUpInTheEnd) {
    hq_.next("/v1/Leads", 200, "<html>");
    hq_.next("/v1/Leads", 503, "");
    ASSERT_TRUE(read());
    EXPECT_EQ(clock_.pauses.size(), 2U);
    for (int i = 0; i < 5; ++i)
        hq_.next("/v1/Leads", 503, "");
    EXPECT_EQ(ids(), "hq.unavailable");
}

TEST_F(Reading, LearnsASmallerPage) {
    hq_.next("$top=1000", 400, R"({"error":{"message":"$top is too large"}})");
    ASSERT_TRUE(read());
    EXPECT_EQ(hq_.times("$top=1000"), 1U);
}

TEST_F(Reading, LearnsThatSelectWithinExpandIsRefused) {
    for (const auto* top : {"$top=1000", "$top=100&", "$top=50&"})
        hq_.next(std::string("Projects?$orderby=Id&") + top, 400, "{}");
    ASSERT_TRUE(read());
    EXPECT_EQ(hq_.times("$expand=Members,ContactPersons,Subsystems"), 1U);
}

TEST_F(Reading, GoesOnByIdWhereALinkLeadsToAnotherHost) {
    hq_.next(
        "/v1/ContactPersons", 200,
        fmt::format(
            R"({{"@odata.count":5,"value":[{}],"@odata.nextLink":"https://other.example/v1/ContactPersons?$skiptoken=101"}})",
            contact(101, "Kim", "2026-11-01T08:00:00Z")));
    EXPECT_EQ(ids(), "101 102 103 104 105");
    EXPECT_EQ(hq_.times("skiptoken"), 0U);
    EXPECT_EQ(hq_.times("Id gt 101"), 1U);
}

TEST_F(Reading, FollowsEmptyPagesOnlySoFar) {
    for (int i = 0; i < 60; ++i)
        hq_.next(
            "/v1/Leads", 200,
            fmt::format(
                R"({{"@odata.count":1,"value":[],"@odata.nextLink":"{}/v1/Leads?$skiptoken={}"}})",
                hq_.base, i));
    EXPECT_EQ(ids(), "hq.short_read");
    EXPECT_LE(hq_.log.size(), 60U);
}

TEST_F(Reading, TakesNothingFromASetThatLeavesOutWhoBelongsToIt) {
    ASSERT_TRUE(read());
    const auto whole = hq_.sets["Projects"][7];
    hq_.sets["Projects"][7] =
        R"({"Id":7,"Name":"Umzug","ContactPersons":[{"Id":101}],"Subsystems":[],"UpdatedOn":"2026-11-01T08:00:00Z"})";
    const auto refused = read();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "hq.unreadable");
    EXPECT_EQ(refused.error().detail, "Projects(7): Members was asked for and is not there");
    hq_.sets["Projects"][7] = whole;
    EXPECT_EQ((*read())->projects.at(0).members, std::vector{UserId(1)});
}

TEST_F(Reading, SaysThatTheAddressIsWrongWhereThereIsNoSuchSet) {
    hq_.next("/v1/Leads", 404, "");
    const auto refused = read();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "hq.no_such_set");
    EXPECT_EQ(refused.error().reach, Reach::configuration);
    hq_.next("Id gt", 400, "{}");
    const auto other = read();
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().reach, Reach::run);
}

// What was saved behind the reader's back while he waited for a later page is older than the
// newest record that he saw then.
TEST_F(Reading, AsksAgainForWhatWasSavedInTheCourseOfALongReading) {
    hq_.next("/v1/Subsystem", 429, "", {{"retry-after", "500"}});
    ASSERT_TRUE(read());
    source_ = open();
    hq_.log.clear();
    ASSERT_TRUE(read());
    EXPECT_EQ(hq_.times("ContactPersons?$orderby=Id&$top=1000&$count=true&$expand=DefaultAddress,"
                        "Addresses&$filter=UpdatedOn gt 2026-11-01T07:41:40Z"),
              1U);
    hq_.log.clear();
    ASSERT_TRUE(read());
    EXPECT_GE(hq_.times("UpdatedOn gt 2026-11-01T07:50:00Z"), 1U);
}

TEST_F(Reading, KeepsWhatTwoProcessesReadApart) {
    ASSERT_TRUE(read());
    const auto other = open();
    ASSERT_TRUE(run(other->snapshot()));
    hq_.sets["ContactPersons"][102] = contact(102, "Neu", "2026-11-10T08:00:00Z");
    // This one was slower: what it stores is older.
    const auto old =
        "{\"@odata.count\":1,\"value\":[" + contact(102, "Alt", "2026-11-09T08:00:00Z") + "]}";
    hq_.next("/v1/ContactPersons", [&](const http::Request&) -> Result<http::Response> {
        EXPECT_TRUE(run(other->snapshot()));
        return http::Response{200, {}, old};
    });
    ASSERT_TRUE(read());
    hq_.sets["ContactPersons"][103] = contact(103, "Kim", "2026-11-15T08:00:00Z");
    ASSERT_TRUE(run(other->snapshot()));
    source_ = open();
    EXPECT_EQ((*read())->contacts.at(1).first_name, "Neu");
}

TEST_F(Reading, ThrowsADamagedCacheAway) {
    ASSERT_TRUE(read());
    source_.reset();
    std::ofstream(folder_ / "cache", std::ios::trunc) << std::string(10'000, 'x');
    source_ = open();
    EXPECT_EQ(ids(), "101 102 103 104 105");
}

TEST_F(Reading, StopsWhenTheTokenIsRefused) {
    hq_.next("/v1/Leads", 401, "");
    EXPECT_EQ(ids(), "login.refused");
    EXPECT_EQ(hq_.log.size(), 1U);
}

TEST_F(Reading, NeedsFewRequestsForTwentyThousandContacts) {
    hq_.page_size = 1000;
    for (int id = 1; id <= 20'000; ++id)
        hq_.sets["ContactPersons"][id] = contact(id, "Kim", "2026-11-01T08:00:00Z");
    ASSERT_TRUE(read());
    EXPECT_LE(source_->requests(), 30U);
}

}  // namespace
}  // namespace hqsync::hellohq
