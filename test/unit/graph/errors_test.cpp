// The table of Graph's errors, row by row.
#include "graph/errors.hpp"

#include <array>

#include <gtest/gtest.h>

namespace hqsync::graph {
namespace {

struct Row {
    long status;
    std::string_view code;
    Remedy remedy;
    Reach reach;
    std::string_view as;
};

constexpr auto none = Remedy::none;
constexpr auto wait = Remedy::wait;
constexpr auto uncertain = Remedy::uncertain;

// The codes of reference/graph.md §7, in its order; then statuses that come without one.
constexpr std::array rows = {
    Row{404, "ErrorItemNotFound", none, Reach::item, "gone"},
    Row{400, "ErrorInvalidIdMalformed", none, Reach::item, "gone"},
    Row{412, "ErrorIrresolvableConflict", none, Reach::item, "conflict"},
    Row{409, "ErrorIrresolvableConflict", none, Reach::item, "conflict"},
    Row{409, "ErrorFolderExists", none, Reach::folder, "folder_exists"},
    Row{400, "ErrorFolderExists", none, Reach::folder, "folder_exists"},
    Row{507, "ErrorQuotaExceeded", none, Reach::mailbox, "ErrorQuotaExceeded"},
    Row{404, "MailboxNotEnabledForRESTAPI", none, Reach::mailbox, "MailboxNotEnabledForRESTAPI"},
    Row{404, "MailboxNotSupportedForRESTAPI", none, Reach::mailbox,
        "MailboxNotSupportedForRESTAPI"},
    Row{404, "ErrorInvalidUser", none, Reach::mailbox, "ErrorInvalidUser"},
    Row{404, "ResourceNotFound", none, Reach::mailbox, "ResourceNotFound"},
    Row{404, "Request_ResourceNotFound", none, Reach::mailbox, "Request_ResourceNotFound"},
    Row{403, "ErrorAccessDenied", none, Reach::mailbox, "ErrorAccessDenied"},
    Row{403, "Authorization_RequestDenied", none, Reach::configuration,
        "Authorization_RequestDenied"},
    Row{401, "InvalidAuthenticationToken", Remedy::token, Reach::configuration,
        "InvalidAuthenticationToken"},
    Row{400, "AuthenticationError", none, Reach::mailbox, "AuthenticationError"},
    Row{404, "ErrorSyncFolderNotFound", none, Reach::folder, "folder_gone"},
    Row{410, "SyncStateNotFound", none, Reach::folder, "sync_state_lost"},
    Row{400, "syncStateInvalid", none, Reach::folder, "sync_state_lost"},
    Row{400, "ErrorInvalidSyncStateData", none, Reach::folder, "sync_state_lost"},
    Row{410, "ResyncRequired", none, Reach::folder, "sync_state_lost"},
    Row{429, "ApplicationThrottled", wait, Reach::mailbox, "throttled"},
    Row{429, "TooManyRequests", wait, Reach::mailbox, "throttled"},
    Row{429, "activityLimitReached", wait, Reach::mailbox, "throttled"},
    Row{429, "ErrorTooManyObjectsOpened", wait, Reach::mailbox, "throttled"},
    Row{503, "ErrorServerBusy", uncertain, Reach::mailbox, "ErrorServerBusy"},
    Row{503, "ErrorMailboxStoreUnavailable", uncertain, Reach::mailbox,
        "ErrorMailboxStoreUnavailable"},
    Row{503, "ErrorMailboxMoveInProgress", uncertain, Reach::mailbox, "ErrorMailboxMoveInProgress"},
    Row{503, "MailboxInfoStale", uncertain, Reach::mailbox, "MailboxInfoStale"},
    Row{500, "ErrorCorruptData", uncertain, Reach::item, "ErrorCorruptData"},
    Row{500, "ErrorInternalServerError", uncertain, Reach::item, "ErrorInternalServerError"},
    Row{500, "UnknownError", uncertain, Reach::item, "UnknownError"},
    Row{400, "RequestBodyRead", none, Reach::item, "RequestBodyRead"},
    Row{400, "BadRequest", none, Reach::item, "BadRequest"},

    Row{400, "", none, Reach::item, "http_400"},
    Row{401, "", Remedy::token, Reach::configuration, "unauthorized"},
    Row{403, "", none, Reach::mailbox, "forbidden"},
    Row{404, "", none, Reach::item, "gone"},
    Row{405, "", none, Reach::item, "http_405"},
    Row{408, "", uncertain, Reach::item, "http_408"},
    Row{409, "", none, Reach::item, "conflict"},
    Row{410, "", none, Reach::folder, "sync_state_lost"},
    Row{412, "", none, Reach::item, "conflict"},
    Row{413, "", none, Reach::item, "http_413"},
    Row{424, "", uncertain, Reach::item, "dependency"},
    Row{429, "", wait, Reach::mailbox, "throttled"},
    Row{500, "", uncertain, Reach::item, "http_500"},
    Row{502, "", uncertain, Reach::item, "http_502"},
    Row{503, "", uncertain, Reach::mailbox, "unavailable"},
    Row{504, "", uncertain, Reach::item, "http_504"},
    Row{302, "", none, Reach::item, "http_302"},
};

TEST(GraphErrors, HaveTheirRemedyReachAndCode) {
    for (const auto& row : rows) {
        const auto verdict = judge(row.status, row.code);
        EXPECT_EQ(verdict.remedy, row.remedy) << row.status << ' ' << row.code;
        EXPECT_EQ(verdict.fault.reach, row.reach) << row.status << ' ' << row.code;
        EXPECT_EQ(verdict.fault.code, row.as) << row.status << ' ' << row.code;
        const bool may_pass = row.remedy == wait || row.remedy == uncertain;
        EXPECT_EQ(verdict.fault.transient, may_pass) << row.status << ' ' << row.code;
        EXPECT_FALSE(verdict.fault.outcome_unknown) << row.status << ' ' << row.code;
    }
}

TEST(GraphErrors, AreToldWithStatusAndCodeOfTheService) {
    EXPECT_EQ(judge(404, "errorITEMnotfound").fault.detail,
              "the item is gone (HTTP 404, errorITEMnotfound)");
    EXPECT_EQ(judge(503, "").fault.detail, "Exchange is not there (HTTP 503)");
}

TEST(GraphErrorCode, IsTheDeepestThatIsKnown) {
    EXPECT_EQ(error_code(R"({"error":{"code":"ErrorItemNotFound","message":"x"}})"),
              "ErrorItemNotFound");
    EXPECT_EQ(error_code(R"({"error":{"code":"AccessDenied",
                             "innerError":{"code":"MailboxNotEnabledForRESTAPI"}}})"),
              "MailboxNotEnabledForRESTAPI");
    EXPECT_EQ(error_code(R"({"error":{"code":"TooManyRequests","innerError":{"code":"429"}}})"),
              "TooManyRequests");
    EXPECT_EQ(error_code(R"({"error":{"code":"A","innererror":{"innerError":{
                             "code":"ErrorServerBusy"}}}})"),
              "ErrorServerBusy");
}

TEST(GraphErrorCode, IsEmptyForABodyThatIsNoError) {
    for (const auto* body : {"", "<html>", "[]", "{}", R"({"error":"invalid_client"})",
                             R"({"error":{"code":5}})", R"({"error":{"message":"x"}})"}) {
        EXPECT_EQ(error_code(body), "") << body;
    }
}

TEST(RetryAfter, IsSecondsOrADateOrNothing) {
    using std::chrono::seconds;
    constexpr std::int64_t now = 1'795'000'000;  // 18 November 2026, 11:06:40 UTC
    EXPECT_EQ(retry_after("0", now), seconds(0));
    EXPECT_EQ(retry_after("17", now), seconds(17));
    EXPECT_EQ(retry_after("Wed, 18 Nov 2026 11:07:40 GMT", now), seconds(60));
    EXPECT_EQ(retry_after("Wed, 18 Nov 2026 11:00:00 GMT", now), seconds(0));
    EXPECT_EQ(retry_after("-5", now), seconds(0));
    EXPECT_EQ(retry_after("99999999", now), seconds(86'400));
    EXPECT_EQ(retry_after("", now), std::nullopt);
    EXPECT_EQ(retry_after("soon", now), std::nullopt);
}

}  // namespace
}  // namespace hqsync::graph
