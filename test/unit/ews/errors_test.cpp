// Every code of the table with its class, and faults as servers write them.
#include "ews/errors.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "unit/ews/codec_schema.hpp"

namespace hqsync::ews {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string_view word(Kind kind) {
    switch (kind) {
        case Kind::transient: return "transient";
        case Kind::throttled: return "throttled";
        case Kind::refresh: return "refresh";
        case Kind::item: return "item";
        case Kind::mailbox: return "mailbox";
        case Kind::configuration: return "configuration";
        case Kind::bug: return "bug";
    }
    return "";
}

/// "kind/reach/code", then what else is set of the verdict.
std::string text_of(const Verdict& verdict) {
    auto text =
        fmt::format("{}/{}/{}", word(verdict.kind), name(verdict.fault.reach), verdict.fault.code);
    if (verdict.fault.transient) text += " transient";
    if (verdict.fault.outcome_unknown) text += " unknown";
    if (verdict.halves) text += " halves";
    if (verdict.fault.retry_after) text += fmt::format(" {}", verdict.fault.retry_after->count());
    return text;
}

std::string judged(const std::string& code) {
    ErrorText error;
    error.code = code;
    return text_of(judge(error));
}

struct Expected {
    std::string_view code, verdict;  ///< "=" stands for the code itself
};

// ews.md §6, row by row.
constexpr auto table = std::to_array<Expected>({
    {"ErrorServerBusy", "throttled/mailbox/throttled transient 60000"},
    {"ErrorExceededConnectionCount", "throttled/mailbox/throttled transient 60000"},
    {"ErrorExceededFindCountLimit", "throttled/mailbox/throttled transient halves 60000"},
    {"ErrorExceededSubscriptionCount", "throttled/mailbox/throttled transient 60000"},
    {"ErrorTimeoutExpired", "throttled/mailbox/= transient unknown halves 60000"},
    {"ErrorTooManyObjectsOpened", "throttled/mailbox/throttled transient 60000"},
    {"ErrorInternalServerTransientError", "transient/mailbox/= transient unknown"},
    {"ErrorMailboxStoreUnavailable", "transient/mailbox/= transient unknown"},
    {"ErrorMailboxFailover", "transient/mailbox/= transient unknown"},
    {"ErrorConnectionFailed", "transient/mailbox/= transient unknown"},
    {"ErrorInsufficientResources", "transient/mailbox/= transient unknown"},
    {"ErrorNotEnoughMemory", "transient/mailbox/= transient unknown"},
    {"ErrorADUnavailable", "transient/mailbox/= transient unknown"},
    {"ErrorADOperation", "transient/mailbox/= transient unknown"},
    {"ErrorServiceUnavailable", "transient/mailbox/= transient unknown"},
    {"ErrorInternalServerError", "transient/item/= transient unknown halves"},
    {"ErrorMailboxMoveInProgress", "mailbox/mailbox/= transient"},
    {"ErrorBatchProcessingStopped", "transient/mailbox/= transient"},
    {"ErrorIrresolvableConflict", "refresh/item/conflict"},
    {"ErrorStaleObject", "refresh/item/conflict"},
    {"ErrorChangeKeyRequired", "refresh/item/conflict"},
    {"ErrorChangeKeyRequiredForWriteOperations", "refresh/item/conflict"},
    {"ErrorInvalidChangeKey", "refresh/item/conflict"},
    {"ErrorItemNotFound", "refresh/item/gone"},
    {"ErrorFolderNotFound", "refresh/folder/folder_gone"},
    {"ErrorSyncFolderNotFound", "refresh/folder/folder_gone"},
    {"ErrorSavedItemFolderNotFound", "refresh/folder/folder_gone"},
    {"ErrorParentFolderNotFound", "refresh/folder/folder_gone"},
    {"ErrorToFolderNotFound", "refresh/folder/folder_gone"},
    {"ErrorFolderExists", "refresh/folder/folder_exists"},
    {"ErrorInvalidSyncStateData", "refresh/folder/sync_state_lost"},
    {"ErrorSubscriptionNotFound", "refresh/mailbox/="},
    {"ErrorInvalidSubscription", "refresh/mailbox/="},
    {"ErrorExpiredSubscription", "refresh/mailbox/="},
    {"ErrorMissedNotificationEvents", "refresh/mailbox/="},
    {"ErrorReadEventsFailed", "refresh/mailbox/="},
    {"ErrorSubscriptionUnsubsribed", "refresh/mailbox/="},
    {"ErrorSubscriptionUnsubscribed", "refresh/mailbox/="},
    {"ErrorInvalidContactEmailAddress", "item/item/="},
    {"ErrorInvalidContactEmailIndex", "item/item/="},
    {"ErrorItemSavePropertyError", "item/item/="},
    {"ErrorItemSave", "item/item/="},
    {"ErrorDataSizeLimitExceeded", "item/item/="},
    {"ErrorInvalidExtendedPropertyValue", "item/item/="},
    {"ErrorInvalidValueForProperty", "item/item/="},
    {"ErrorPropertyValidationFailure", "item/item/="},
    {"ErrorPropertyUpdate", "item/item/="},
    {"ErrorAttachmentSizeLimitExceeded", "item/item/="},
    {"ErrorItemCorrupt", "item/item/="},
    {"ErrorItemPropertyRequestFailed", "item/item/="},
    {"ErrorCorruptData", "item/item/="},
    {"ErrorQuotaExceeded", "mailbox/mailbox/="},
    {"ErrorMessagePerFolderCountReceiveQuotaExceeded", "mailbox/mailbox/="},
    {"ErrorNonPrimarySmtpAddress", "configuration/mailbox/="},
    {"ErrorAccessDenied", "configuration/mailbox/="},
    {"ErrorCreateItemAccessDenied", "configuration/mailbox/="},
    {"ErrorCreateSubfolderAccessDenied", "configuration/mailbox/="},
    {"ErrorImpersonateUserDenied", "configuration/mailbox/="},
    {"ErrorImpersonationFailed", "configuration/mailbox/="},
    {"ErrorInvalidExchangeImpersonationHeaderData", "configuration/mailbox/="},
    {"ErrorAccountDisabled", "configuration/mailbox/="},
    {"ErrorMissingEmailAddress", "configuration/mailbox/="},
    {"ErrorNonExistentMailbox", "configuration/mailbox/="},
    {"ErrorInvalidIdMalformed", "bug/item/gone"},
    {"ErrorInvalidId", "bug/item/="},
    {"ErrorInvalidIdEmpty", "bug/item/="},
    {"ErrorInvalidIdXml", "bug/item/="},
    {"ErrorSchemaValidation", "bug/mailbox/="},
    {"ErrorInvalidRequest", "bug/mailbox/="},
    {"ErrorInvalidServerVersion", "bug/configuration/="},
    {"ErrorIncorrectSchemaVersion", "bug/configuration/="},
    {"ErrorInvalidSchemaVersionForMailboxVersion", "bug/mailbox/="},
    {"ErrorInvalidPropertyForOperation", "bug/item/="},
    {"ErrorInvalidPropertyRequest", "bug/item/="},
    {"ErrorInvalidPropertySet", "bug/item/="},
    {"ErrorUpdatePropertyMismatch", "bug/item/="},
    {"ErrorIncorrectUpdatePropertyCount", "bug/item/="},
    {"ErrorNoFolderClassOverride", "bug/mailbox/="},
    {"ErrorObjectTypeChanged", "bug/item/="},
    {"ErrorNoPropertyTagForCustomProperties", "bug/item/="},
    {"ErrorCannotCreateContactInNonContactFolder", "bug/mailbox/="},
});

class EwsError : public testing::TestWithParam<Expected> {};

TEST_P(EwsError, HasItsClass) {
    const auto [code, verdict] = GetParam();
    auto expected = std::string(verdict);
    if (const auto at = expected.find('='); at != std::string::npos) expected.replace(at, 1, code);
    EXPECT_EQ(judged(std::string(code)), expected);
}

INSTANTIATE_TEST_SUITE_P(Table, EwsError, testing::ValuesIn(table),
                         [](const auto& one) { return std::string(one.param.code); });

TEST(EwsErrors, ThatAreUnknownMayPass) {
    EXPECT_EQ(judged("ErrorOfTomorrow"), "transient/item/ErrorOfTomorrow transient unknown");
    EXPECT_EQ(judged(""), "transient/item/ews.no_code transient unknown");
}

TEST(EwsErrors, OfStatusesHaveTheirClass) {
    EXPECT_EQ(text_of(judge_status(401)), "configuration/configuration/unauthorized");
    EXPECT_EQ(text_of(judge_status(403)), "configuration/mailbox/forbidden");
    EXPECT_EQ(text_of(judge_status(404)), "configuration/configuration/http_404");
    EXPECT_EQ(text_of(judge_status(413)), "bug/mailbox/too_big halves");
    EXPECT_EQ(text_of(judge_status(429)), "throttled/mailbox/throttled transient 60000");
    EXPECT_EQ(text_of(judge_status(503)), "transient/mailbox/unavailable transient unknown");
    for (const auto* status : {"302", "408", "500", "502", "504"}) {
        EXPECT_EQ(text_of(judge_status(std::stol(status))),
                  fmt::format("transient/mailbox/http_{} transient unknown", status));
    }
    EXPECT_EQ(text_of(judge_status(400)), "bug/mailbox/http_400");
}

TEST(EwsErrors, SayWhatTheServerAskedToWait) {
    HQSYNC_NEEDS_REFERENCE();
    const auto error = read_fault(test::sample("15-Fault-ErrorServerBusy-response.xml"));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, "ErrorServerBusy");
    EXPECT_EQ(error->back_off, 178510ms);
    EXPECT_EQ(judge(*error).fault.retry_after, 178510ms);
}

TEST(EwsErrors, SayWhereASchemaIsBroken) {
    HQSYNC_NEEDS_REFERENCE();
    const auto error = read_fault(test::sample("15b-Fault-ErrorSchemaValidation-response.xml"));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->line, 12);
    EXPECT_EQ(error->position, 20);
    EXPECT_THAT(judge(*error).fault.detail, HasSubstr("(ErrorSchemaValidation, line 12:20)"));
}

TEST(EwsErrors, TellAnAdminWhatToDo) {
    HQSYNC_NEEDS_REFERENCE();
    const auto denied =
        read_fault(test::sample("15c-Fault-ErrorImpersonateUserDenied-response.xml"));
    EXPECT_THAT(judge(denied.value()).fault.detail, HasSubstr("give it the role"));
    const auto missing = read_fault(test::sample("15d-Fault-ErrorNonExistentMailbox-response.xml"));
    EXPECT_THAT(judge(missing.value()).fault.detail, HasSubstr("correct the user's address"));
}

std::string fault_with(const std::string& detail) {
    return "<s:Envelope xmlns:s='u'><s:Body><s:Fault><faultcode>a:ErrorThis</faultcode>"
           "<faultstring>Text</faultstring><detail>" +
           detail +
           "</detail></s:Fault></s:Body>"
           "</s:Envelope>";
}

TEST(EwsErrors, ShowTheErrorThatAnInternalOneHides) {
    const auto hidden = [](const std::string& inner) {
        return judge(
                   read_fault(
                       fault_with(
                           "<e:ResponseCode>ErrorInternalServerError</e:ResponseCode><t:MessageXml>"
                           "<t:Value Name='InnerErrorResponseCode'>" +
                           inner + "</t:Value></t:MessageXml>"))
                       .value())
            .fault.code;
    };
    EXPECT_EQ(hidden("ErrorQuotaExceeded"), "ErrorQuotaExceeded");
    EXPECT_EQ(hidden("ErrorOfTomorrow"), "ErrorInternalServerError");
}

TEST(EwsErrors, NameTheRightAddressWhenItIsSaid) {
    const auto error =
        read_fault(
            fault_with("<e:ResponseCode>ErrorNonPrimarySmtpAddress</e:ResponseCode><e:MessageXml>"
                       "<t:Value Name='Primary'>anna@agentur.example</t:Value></e:MessageXml>"))
            .value();
    EXPECT_EQ(error.address, "anna@agentur.example");
    EXPECT_EQ(judge(error).kind, Kind::refresh);
    EXPECT_THAT(judge(error).fault.detail, Not(HasSubstr("anna")));
}

TEST(EwsErrors, NameTheRefusedProperty) {
    const auto property = [](const std::string& path) {
        return read_fault(fault_with("<e:ResponseCode>ErrorItemSavePropertyError</e:ResponseCode>"
                                     "<t:MessageXml>" +
                                     path + "</t:MessageXml>"))
            .value()
            .property;
    };
    EXPECT_EQ(property("<t:FieldURI FieldURI='contacts:Birthday'/>"), "contacts:Birthday");
    EXPECT_EQ(
        property(
            "<t:IndexedFieldURI FieldURI='contacts:EmailAddress' FieldIndex='EmailAddress1'/>"),
        "contacts:EmailAddress/EmailAddress1");
    EXPECT_EQ(property("<t:ExtendedFieldURI PropertyTag='0x3A45' PropertyType='String'/>"),
              "0x3A45");
}

TEST(EwsErrors, AreReadWithoutADetailAndFromNothingElse) {
    const auto bare = read_fault(
        "<Envelope><Body><Fault><faultcode>s:Client</faultcode></Fault></Body></Envelope>");
    EXPECT_EQ(bare.value().code, "Client");
    EXPECT_EQ(read_fault(fault_with("<e:Line>3</e:Line><e:Position>4</e:Position>"))->position, 4);
    EXPECT_FALSE(read_fault("<html>Fault></html>"));
    EXPECT_FALSE(read_fault("<Envelope><Body><Other/></Body></Envelope>"));
    EXPECT_FALSE(read_fault(""));
}

TEST(EwsErrors, DoNotStopAMailboxForEverByTheirWait) {
    const auto wait = [](const std::string& text) {
        return judge(read_fault(fault_with("<e:ResponseCode>ErrorServerBusy</e:ResponseCode>"
                                           "<t:MessageXml><t:Value Name='BackOffMilliseconds'>" +
                                           text + "</t:Value></t:MessageXml>"))
                         .value())
            .fault.retry_after.value();
    };
    EXPECT_EQ(wait("99999999999"), 24h);
    EXPECT_EQ(wait("-5"), 0ms);
    EXPECT_EQ(wait("soon"), 60s);
}

}  // namespace
}  // namespace hqsync::ews
