// Every row of the table of faults with its class.
#include "management/wsman_errors.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

namespace hqsync::management::wsman {
namespace {

using testing::HasSubstr;
using testing::Not;

/// "kind/reach", then what else is set of the fault.
std::string text_of(const Verdict& verdict) {
    auto text = fmt::format("{}/{}", word(verdict.kind), name(verdict.fault.reach));
    if (verdict.fault.transient) text += " transient";
    if (verdict.fault.outcome_unknown) text += " unknown";
    if (verdict.fault.retry_after) text += fmt::format(" {}", verdict.fault.retry_after->count());
    return text;
}

struct ByCode {
    std::uint32_t code;
    std::string_view verdict;
};

constexpr std::string_view waits = "keep_waiting/run transient";
constexpr std::string_view gone = "gone/run transient unknown";
constexpr std::string_view quota = "too_many/run transient 900000";
constexpr std::string_view denied = "refused/configuration";
constexpr std::string_view wrong = "refused/configuration";
constexpr std::string_view moved = "redirect/configuration";
constexpr std::string_view failed = "failed/run transient unknown";
constexpr std::string_view bug = "bug/configuration";

constexpr auto by_code = std::to_array<ByCode>({
    {0x80338029, waits},   // OPERATION_TIMEDOUT
    {0x8033805B, gone},    // UNEXPECTED_SELECTORS
    {0x8033803D, gone},    // INVALID_SELECTORS
    {0x8033805D, gone},    // INVALID_SELECTOR_VALUE
    {0x8033814A, gone},    // SHELL_ALREADY_CLOSED
    {0x80338098, gone},    // SESSION_ALREADY_CLOSED
    {0x8033814C, gone},    // SHELL_INVALID_SHELL_HANDLE
    {0x8033814D, gone},    // SHELL_INVALID_COMMAND_HANDLE
    {0x803381DE, gone},    // SERVICE_STREAM_DISCONNECTED
    {995, gone},           // ERROR_OPERATION_ABORTED
    {0x8033803F, quota},   // QUOTA_LIMIT
    {0x803381A5, quota},   // QUOTA_MAX_SHELLS
    {0x803381A6, quota},   // QUOTA_MAX_OPERATIONS
    {0x803381A7, quota},   // QUOTA_USER
    {0x803381A8, quota},   // QUOTA_SYSTEM
    {0x803381AB, quota},   // QUOTA_MAX_SHELLUSERS
    {0x803381E4, quota},   // QUOTA_MAX_SHELLS_PPQ
    {0x803381E5, quota},   // QUOTA_MAX_USERS_PPQ
    {0x803381E6, quota},   // QUOTA_MAX_PLUGINSHELLS_PPQ
    {0x803381E7, quota},   // QUOTA_MAX_PLUGINOPERATIONS_PPQ
    {0x803381E8, quota},   // QUOTA_MAX_OPERATIONS_USER_PPQ
    {0x803381E9, quota},   // QUOTA_MAX_COMMANDS_PER_SHELL_PPQ
    {0x803381EA, quota},   // QUOTA_MIN_REQUIREMENT_NOT_AVAILABLE_PPQ
    {5, denied},           // ERROR_ACCESS_DENIED
    {0x803381AC, denied},  // REMOTESHELLS_NOT_ALLOWED
    {0x803381DD, denied},  // SERVICE_REMOTE_ACCESS_DISABLED
    {0x803381E3, denied},  // REMOTE_CONNECTION_NOT_ALLOWED
    {0x8033803B, wrong},   // INVALID_RESOURCE_URI
    {0x80338000, wrong},   // RESOURCE_NOT_FOUND
    {0x8033803C, wrong},   // INVALID_SYSTEM
    {0x80338002, wrong},   // INVALID_URI
    {0x80338113, wrong},   // HTTP_NOT_FOUND_STATUS
    {0x8033809A, wrong},   // PROVIDER_LOAD_FAILED
    {0x80338190, wrong},   // PLUGIN_CONFIGURATION_CORRUPTED
    {0x80338199, moved},   // REDIRECT_REQUESTED
    {0x803381AA, moved},   // REDIRECT_LOCATION_NOT_AVAILABLE
    {0x803381B5, moved},   // INVALID_REDIRECT_ERROR
    {0x803381B7, moved},   // REDIRECT_LOCATION_INVALID
    {0x80338083, failed},  // PLUGIN_FAILED
    {0x80338003, failed},  // PROVIDER_FAILURE
    {0x80338112, failed},  // HTTP_SERVICE_UNAVAILABLE_STATUS
    {0x80338170, failed},  // HTTP_STATUS_SERVER_ERROR
    {0x80338041, bug},     // SCHEMA_VALIDATION_ERROR
    {0x80338043, bug},     // INVALID_XML
    {0x80338027, bug},     // INVALID_SOAP_BODY
    {0x80338001, bug},     // INVALID_ACTIONURI
    {0x80338010, bug},     // SOAP_FAULT_MUST_UNDERSTAND
    {0x80338011, bug},     // MESSAGE_INFORMATION_HEADER_REQUIRED
    {0x8033800F, bug},     // INVALID_MESSAGE_INFORMATION_HEADER
    {0x80338042, bug},     // UNSUPPORTED_FEATURE
    {0x8033802C, bug},     // UNSUPPORTED_ENCODING
    {0x80338048, bug},     // MAX_ENVELOPE_SIZE_EXCEEDED
    {0x80338049, bug},     // SERVER_ENVELOPE_LIMIT
    {0x80338111, bug},     // HTTP_REQUEST_TOO_LARGE_STATUS
    {0x8033805A, bug},     // INSUFFCIENT_SELECTORS
    {0x8033803A, bug},     // INVALID_PARAMETER
    {0x80338184, bug},     // INVALID_OPTIONSET
    {0x8033818B, bug},     // SHELL_INVALID_INPUT_STREAM
    {0x8033818D, bug},     // SHELL_INVALID_DESIRED_STREAMS
    {4711, failed},
});

TEST(WsmanErrors, HaveTheirClassByCode) {
    for (const auto& row : by_code) {
        const auto verdict = judge({.code = row.code});
        EXPECT_EQ(text_of(verdict), row.verdict) << row.code;
        EXPECT_EQ(verdict.fault.code, fmt::format("shell.{}", word(verdict.kind)));
        EXPECT_THAT(verdict.fault.detail, HasSubstr(fmt::to_string(row.code)));
    }
}

TEST(WsmanErrors, WithoutACodeHaveThatOfTheirSubcode) {
    const auto kind = [](std::string_view subcode) {
        return std::string(word(judge({.subcode = std::string(subcode)}).kind));
    };
    EXPECT_EQ(kind("TimedOut"), "keep_waiting");
    EXPECT_EQ(kind("InvalidSelectors"), "gone");
    EXPECT_EQ(kind("QuotaLimit"), "too_many");
    EXPECT_EQ(kind("AccessDenied"), "refused");
    EXPECT_EQ(kind("DestinationUnreachable"), "refused");
    EXPECT_EQ(kind("InternalError"), "failed");
    for (const auto* name :
         {"SchemaValidationError", "ActionNotSupported", "MustUnderstand",
          "MessageInformationHeaderRequired", "InvalidMessageInformationHeader",
          "UnsupportedFeature", "EncodingLimit", "InvalidParameter", "InvalidOptions"})
        EXPECT_EQ(kind(name), "bug") << name;
    EXPECT_EQ(kind("Concurrency"), "failed");
    EXPECT_EQ(text_of(judge({})), "failed/run transient unknown");
}

TEST(WsmanErrors, TrustTheCodeMoreThanTheSubcode) {
    EXPECT_EQ(judge({.code = 2150859173U, .subcode = "InternalError"}).kind, Kind::quota);
    EXPECT_EQ(judge({.code = 4711U, .subcode = "TimedOut"}).kind, Kind::keep_waiting);
}

TEST(WsmanErrors, SayWhatTheServerSaid) {
    const auto verdict = judge({.code = 2150859173U,
                                .subcode = "QuotaLimit",
                                .text = "This user is allowed a maximum number of 18 concurrent "
                                        "shells, which has been exceeded."});
    EXPECT_THAT(verdict.fault.detail, HasSubstr("(2150859173, QuotaLimit); the server says: This"));
    EXPECT_THAT(verdict.fault.detail, HasSubstr("maximum number of 18"));
    EXPECT_THAT(judge({.code = 2150858793U, .text = "words"}).fault.detail,
                Not(HasSubstr("words")));
}

TEST(WsmanErrors, WaitAsLongAsTheServerAsks) {
    const auto wait = [](std::string_view text) {
        return judge({.code = 2150859175U, .text = std::string(text)}).fault.retry_after->count();
    };
    EXPECT_EQ(wait("The next request from this user will not be approved for at least 12500 "
                   "milliseconds."),
              12'500);
    EXPECT_EQ(wait("at least 99999999999999 milliseconds"), 900'000);
    EXPECT_EQ(wait("at least 99999999999999999999999 milliseconds"), 900'000);
    EXPECT_EQ(wait("at least some milliseconds"), 900'000);
    EXPECT_EQ(wait(" milliseconds"), 900'000);
}

TEST(WsmanErrors, OfAStatusWithoutSoap) {
    const auto judged = [](long status) { return text_of(judge_status(status)); };
    EXPECT_EQ(judged(302), moved);
    EXPECT_EQ(judged(403), denied);
    EXPECT_EQ(judged(404), wrong);
    EXPECT_EQ(judged(405), wrong);
    EXPECT_EQ(judged(408), failed);
    EXPECT_EQ(judged(413), bug);
    EXPECT_EQ(judged(429), "too_many/run transient 60000");
    EXPECT_EQ(judged(400), bug);
    EXPECT_EQ(judged(500), failed);
    EXPECT_EQ(judged(503), failed);
    EXPECT_EQ(judged(200), failed);
    EXPECT_THAT(judge_status(503).fault.detail, HasSubstr("HTTP 503"));
}

}  // namespace
}  // namespace hqsync::management::wsman
