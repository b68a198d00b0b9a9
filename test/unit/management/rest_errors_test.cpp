// Errors of the REST interface in every form that was seen, and each row of the table.
#include "management/rest_errors.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "management/rest_date.hpp"
#include "unit/management/wsman_recordings.hpp"

namespace hqsync::management::rest {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// 2024-05-22T16:52:10Z
const Instant now{1'716'396'730s};

std::string_view word(Remedy remedy) {
    switch (remedy) {
        case Remedy::none: return "none";
        case Remedy::wait: return "wait";
        case Remedy::uncertain: return "uncertain";
        case Remedy::token: return "token";
        case Remedy::restart: return "restart";
        case Remedy::of_the_command: return "record";
    }
    return "";
}

Verdict judged(long status, std::string body, http::Headers headers = {}) {
    return judge({status, std::move(headers), std::move(body)}, "Get-Mailbox", now);
}

std::string text_of(const Verdict& verdict) {
    auto text = fmt::format("{} {} {}", word(verdict.remedy), name(verdict.fault.reach),
                            verdict.fault.code);
    if (verdict.fault.transient) text += " transient";
    if (verdict.fault.outcome_unknown) text += " unknown";
    if (verdict.fault.retry_after) text += fmt::format(" {}", verdict.fault.retry_after->count());
    return text;
}

std::string error(std::string_view type, std::string_view message = "words") {
    return fmt::format(R"({{"error":{{"code":"BadRequest","message":"Invalid Operation",)"
                       R"("innererror":{{"internalexception":{{"message":"{}","type":"{}"}}}}}}}})",
                       message, type);
}

std::string detailed(std::string_view message) {
    return fmt::format(R"({{"error":{{"code":"NotFound","message":"Error executing cmdlet",)"
                       R"("details":[{{"code":"Client","target":"T","message":"{}"}}]}}}})",
                       message);
}

std::string recorded(const char* name) {
    return test::whole_file(test::transcripts() / "rest" / name);
}

TEST(RestErrors, AsRecorded) {
    const auto unknown_parameter = recorded("error_400_unknown_parameter.json");
    if (unknown_parameter.empty()) GTEST_SKIP() << "no recordings here";
    auto verdict = judged(400, unknown_parameter);
    EXPECT_EQ(text_of(verdict), "none item command.parameter");
    EXPECT_THAT(verdict.fault.detail, HasSubstr("Get-Mailbox: Parameter set cannot be resolved"));
    EXPECT_THAT(verdict.fault.detail, HasSubstr("BogusParameter"));

    verdict = judged(400, recorded("error_400_invalid_enum.json"));
    EXPECT_EQ(text_of(verdict), "none item command.parameter");
    EXPECT_THAT(verdict.fault.detail, HasSubstr("Cannot process argument transformation"));

    verdict = judged(404, recorded("error_404_object_not_found.json"));
    EXPECT_EQ(text_of(verdict), "record item command.failed");
    EXPECT_EQ(verdict.record.exception, "ManagementObjectNotFoundException");
    EXPECT_EQ(verdict.record.category, "ObjectNotFound");
    EXPECT_THAT(verdict.record.id,
                testing::StartsWith("Ex6F9304,Microsoft.Exchange.Configuration.Tasks."));
    EXPECT_THAT(verdict.record.message, testing::StartsWith("The operation couldn't be performed"));
}

TEST(RestErrors, MayHideInADetailThatIsJsonItself) {
    const auto verdict =
        judged(400, detailed(R"({\"Message\":\"it is so\",\"TypeName\":\"A.B.CException\"})"));
    EXPECT_EQ(text_of(verdict), "record item command.failed");
    EXPECT_EQ(verdict.record.message, "it is so");
    EXPECT_EQ(verdict.record.exception, "CException");
    EXPECT_EQ(judged(400, detailed("plain words")).fault.detail, "Get-Mailbox: plain words");
    EXPECT_EQ(judged(400, detailed("{broken")).fault.detail, "Get-Mailbox: {broken");
    const auto target = judged(409, detailed("ExABC|X.AlreadyExistsException|there is one | here"));
    EXPECT_EQ(target.record.message, "there is one | here");
    EXPECT_EQ(target.record.category, "ResourceExists");
    EXPECT_EQ(target.record.target, "T");
}

TEST(RestErrors, HaveTheirClassByException) {
    const auto by_type = [](std::string_view type) { return text_of(judged(400, error(type))); };
    constexpr auto busy = "wait run rest.busy transient";
    constexpr auto unsure = "uncertain run rest.failed transient unknown";
    EXPECT_EQ(by_type("X.CmdletProxyNotAvailableFailure"), busy);
    EXPECT_EQ(by_type("X.ServerBusyException"), busy);
    EXPECT_EQ(by_type("X.OverBudgetException"), busy);
    EXPECT_EQ(by_type("X.ThrottlingRejectedOperationException"), busy);
    EXPECT_EQ(by_type("Microsoft.Exchange.Data.TransientException"), unsure);
    EXPECT_EQ(by_type("X.BackendCommunicationException"), unsure);
    for (const auto* type : {"AmbiguousParameterSetException", "ParameterTransformationException",
                             "ParameterBindingException", "ParameterValidationException",
                             "ValidationMetadataException"})
        EXPECT_EQ(by_type(type), "none item command.parameter") << type;
    EXPECT_EQ(by_type("X.CommandNotFoundException"), "none item command.unknown");
    EXPECT_EQ(by_type("X.CmdletAccessDeniedException"), "none item command.unknown");
    EXPECT_EQ(by_type("HostFunctionNotImplemented"), "none item command.unconfirmed");
    EXPECT_EQ(by_type("X.SomethingElse"), "record item command.failed");
    EXPECT_EQ(by_type(""), "none item command.failed");
    EXPECT_EQ(text_of(judged(400, error("",
                                        "Expired or Invalid pagination request. Default Expiry "
                                        "time is 00:30:00"))),
              "restart run rest.paging_lost");
}

TEST(RestErrors, HaveTheirClassByStatus) {
    const auto by_status = [](long status) { return text_of(judged(status, "")); };
    EXPECT_EQ(by_status(302), "none configuration rest.address");
    EXPECT_EQ(by_status(400), "none item command.failed");
    EXPECT_EQ(by_status(401), "token configuration login.refused");
    EXPECT_EQ(by_status(404), "none configuration rest.address");
    EXPECT_EQ(by_status(405), "none configuration rest.address");
    EXPECT_EQ(by_status(408), "uncertain run rest.failed transient unknown");
    EXPECT_EQ(by_status(429), "wait run rest.busy transient");
    EXPECT_EQ(by_status(500), "uncertain run rest.failed transient unknown");
    EXPECT_EQ(by_status(503), "wait run rest.busy transient");
    EXPECT_EQ(by_status(504), "uncertain run rest.failed transient unknown");
    EXPECT_EQ(text_of(judged(500, detailed("Ex1|T|no"))), "record item command.failed");
}

TEST(RestErrors, Of403TellAnUnknownCommandFromAMissingRole) {
    EXPECT_EQ(text_of(judged(403, std::string(407, '\0'))), "none item command.unknown");
    EXPECT_EQ(text_of(judged(403, "")), "none item command.unknown");
    const auto forbidden = judged(403, "Forbidden");
    EXPECT_EQ(text_of(forbidden), "none configuration rest.forbidden");
    EXPECT_THAT(forbidden.fault.detail, HasSubstr("Exchange Recipient Administrator"));
    EXPECT_EQ(read_error(std::string(407, '\0')), std::nullopt);
}

TEST(RestErrors, WaitAsLongAsTheServerAsks) {
    const auto wait = [](http::Headers headers) {
        const auto asked = judged(429, "", std::move(headers)).fault.retry_after;
        return asked ? asked->count() : -1;
    };
    EXPECT_EQ(wait({{"retry-after", "17"}}), 17'000);
    EXPECT_EQ(wait({{"retry-after", "Wed, 22 May 2024 16:53:10 GMT"}}), 60'000);
    EXPECT_EQ(wait({{"retry-after", "Wed, 22 May 2024 16:50:10 GMT"}}), 0);
    EXPECT_EQ(wait({{"retry-after", "99999999999"}}), 3'600'000);
    EXPECT_EQ(wait({{"retry-after", "-1"}}), -1);
    EXPECT_EQ(wait({{"retry-after", "soon"}}), -1);
    EXPECT_EQ(
        wait({{"rate-limit-remaining", "0"}, {"rate-limit-reset", "2024-05-22T16:52:26.365Z"}}),
        16'000);
    EXPECT_EQ(
        wait({{"rate-limit-remaining", "29997"}, {"rate-limit-reset", "2024-05-22T16:52:26.365Z"}}),
        -1);
    EXPECT_EQ(wait({}), -1);
}

TEST(RestErrors, OfPlainTextMayBeThrottling) {
    EXPECT_EQ(text_of(judged(400,
                             "You have reached the maximum number of concurrent requests per "
                             "tenant. Please wait and try again")),
              "wait run rest.busy transient");
}

TEST(RestErrors, AreOneBoundedLine) {
    const auto verdict = judged(400, error("", "a\\r\\n\\tb" + std::string(5000, 'x')));
    EXPECT_THAT(verdict.fault.detail, testing::StartsWith("Get-Mailbox: a bxxx"));
    EXPECT_LT(verdict.fault.detail.size(), 1100U);
}

TEST(RestDates, AreReadInTheirOneForm) {
    EXPECT_EQ(read_http_date("Wed, 22 May 2024 16:52:10 GMT"), now);
    EXPECT_EQ(read_iso_date("2024-05-22T16:52:10Z"), now);
    EXPECT_EQ(read_iso_date("2024-05-22T16:52:10.999Z"), now);
    for (const auto* wrong : {"", "Wed, 22 Mai 2024 16:52:10 GMT", "Wed, 32 May 2024 16:52:10 GMT",
                              "Wed, 22 May 2024 25:52:10 GMT", "Wed, 22 May 2024 16:52:10 CET"})
        EXPECT_EQ(read_http_date(wrong), std::nullopt) << wrong;
    for (const auto* wrong : {"", "2024-05-22", "2024-13-22T16:52:10Z", "2024-05-22T16:52:10+01:00",
                              "2024-02-30T16:52:10Z"})
        EXPECT_EQ(read_iso_date(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace hqsync::management::rest
