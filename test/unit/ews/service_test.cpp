// What the service repeats, what it waits for, and what it never does twice.
#include "ews/service.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <asio/detached.hpp>

#include "async/await.hpp"
#include "unit/ews/played_servers.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::ews {
namespace {

using std::chrono::milliseconds;
using test::busy;
using test::lost;
using test::plain;
using test::soap_fault;
using test::wants_login;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* url = "https://mail.agentur.example/EWS/Exchange.asmx";

Options account() {
    return {.ews_url = url,
            .authentication = Authentication::ntlm,
            .user = "AGENTUR\\sync",
            .password = "s3cret",
            .call_deadline = milliseconds(600'000)};
}

Call reading() {
    return {.operation = "<m:GetFolder/>"};
}
Call writing(Repeat repeat) {
    return {.operation = "<m:CreateItem/>", .repeat = repeat, .reads = 3, .writes = 3};
}

class EwsService : public testing::Test {
protected:
    void will_answer(Result<http::Response> answer) { answers_.push_back(std::move(answer)); }
    Result<std::string> send(Service& service, Call call) {
        return await_on(context_, service.send(std::move(call))).value();
    }
    Result<std::string> send(Call call) { return send(service_, std::move(call)); }
    std::string text_of(const Result<std::string>& answer) {
        if (answer) return *answer;
        const auto& fault = answer.error();
        return fmt::format("{}{}{}", fault.code, fault.outcome_unknown ? " unknown" : "",
                           fault.transient ? " transient" : "");
    }
    std::size_t asked() const { return servers_.asked.size(); }

    std::deque<Result<http::Response>> answers_;  ///< the last one stays
    test::PlayedServers servers_{[this](const http::Request&) {
        auto next = answers_.front();
        if (answers_.size() > 1) answers_.pop_front();
        return next;
    }};
    asio::io_context context_;
    test::TestClock clock_;
    Connection connection_{account(), servers_, clock_};
    Service service_{connection_, MailboxAddress("anna@agentur.example")};
};

TEST_F(EwsService, AsksForTheMailboxInTheNameOfItsOwner) {
    will_answer(plain(200, "<answer/>"));
    EXPECT_EQ(text_of(send(reading())), "<answer/>");
    const auto& request = servers_.asked.at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, url);
    const auto header = [&](const std::string& name) {
        for (const auto& [each, value] : request.headers)
            if (each == name) return value;
        return std::string("none");
    };
    EXPECT_EQ(header("Content-Type"), "text/xml; charset=utf-8");
    EXPECT_EQ(header("X-AnchorMailbox"), "anna@agentur.example");
    EXPECT_EQ(header("client-request-id").size(), 36U);
    EXPECT_EQ(header("return-client-request-id"), "true");
    EXPECT_EQ(request.login.scheme, http::Scheme::ntlm);
    EXPECT_EQ(request.login.user, "AGENTUR\\sync");
    EXPECT_EQ(request.login.password, "s3cret");
    EXPECT_EQ(request.cookie_jar, "anna@agentur.example");
    EXPECT_THAT(request.body, HasSubstr("<m:GetFolder/>"));
    EXPECT_THAT(request.body,
                HasSubstr("<t:PrimarySmtpAddress>anna@agentur.example</t:PrimarySmtpAddress>"));
}

TEST_F(EwsService, LetsOnlyWhatMayBeRepeatedBeSentAgainByTheClient) {
    will_answer(plain(200, "<answer/>"));
    EXPECT_TRUE(send(writing(Repeat::safe)));
    EXPECT_TRUE(send(writing(Repeat::never)));
    EXPECT_EQ(servers_.asked.at(0).resend, http::Resend::allowed);
    EXPECT_EQ(servers_.asked.at(1).resend, http::Resend::never);
    EXPECT_EQ(service_.counters().requests, 6U);
    EXPECT_EQ(service_.counters().writes, 6U);
}

TEST_F(EwsService, NamesTheMailboxInTheFolderWhereItIsADelegate) {
    auto options = account();
    options.impersonation = false;
    Connection connection(options, servers_, clock_);
    Service service(connection, MailboxAddress("o'neil&co@agentur.example"));
    will_answer(plain(200, "<answer/>"));
    EXPECT_TRUE(send(service, {.operation = "<m:X><t:DistinguishedFolderId Id=\"contacts\"/>"
                                            "<t:DistinguishedFolderId Id=\"root\">"
                                            "</t:DistinguishedFolderId></m:X>"}));
    const auto& body = servers_.asked.at(0).body;
    const std::string mailbox =
        "<t:Mailbox><t:EmailAddress>o'neil&amp;co@agentur.example</t:EmailAddress></t:Mailbox>"
        "</t:DistinguishedFolderId>";
    EXPECT_THAT(body, HasSubstr("<m:X><t:DistinguishedFolderId Id=\"contacts\">" + mailbox +
                                "<t:DistinguishedFolderId Id=\"root\">" + mailbox + "</m:X>"));
    EXPECT_THAT(body, Not(HasSubstr("Impersonation")));
}

TEST_F(EwsService, WaitsAsLongAsABusyServerAsks) {
    will_answer(busy(178'510));
    will_answer(plain(200, "<answer/>"));
    EXPECT_EQ(text_of(send(writing(Repeat::never))), "<answer/>") << "busy: nothing was done";
    EXPECT_THAT(clock_.pauses, ElementsAre(milliseconds(178'510)));
}

TEST_F(EwsService, WaitsAMinuteForABusyServerThatNamesNoTime) {
    will_answer(soap_fault("ErrorServerBusy"));
    will_answer(plain(200, "<answer/>"));
    EXPECT_EQ(text_of(send(reading())), "<answer/>");
    EXPECT_THAT(clock_.pauses, ElementsAre(milliseconds(60'000)));
}

TEST_F(EwsService, GivesABusyServerUpAtTheDeadline) {
    will_answer(busy(200'000));
    const auto answer = send(reading());
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().transient);
    EXPECT_FALSE(answer.error().outcome_unknown);
    EXPECT_EQ(answer.error().reach, Reach::mailbox);
    EXPECT_EQ(answer.error().retry_after, milliseconds(200'000));
    EXPECT_EQ(asked(), 3U);
    EXPECT_THAT(clock_.pauses, ElementsAre(milliseconds(200'000), milliseconds(200'000)));
    clock_.pauses.clear();
    will_answer(plain(200, "<answer/>"));
    answers_.pop_front();
    EXPECT_TRUE(send(reading()));
    EXPECT_EQ(clock_.pauses.size(), 1U) << "the next call waits for the rest of it";
}

TEST_F(EwsService, PausesOneMailboxAndNotItsNeighbour) {
    will_answer(plain(200, "<answer/>"));
    service_.pause(milliseconds(5'000));
    Service neighbour(connection_, MailboxAddress("ben@agentur.example"));
    EXPECT_TRUE(send(neighbour, reading()));
    EXPECT_TRUE(clock_.pauses.empty());
    EXPECT_TRUE(send(reading()));
    EXPECT_THAT(clock_.pauses, ElementsAre(milliseconds(5'000)));
}

TEST_F(EwsService, BacksOffFromAServerThatFailsAndGivesUpAfterFourTries) {
    will_answer(soap_fault("ErrorMailboxStoreUnavailable"));
    EXPECT_THAT(text_of(send(reading())), HasSubstr("transient"));
    EXPECT_EQ(asked(), 4U);
    ASSERT_EQ(clock_.pauses.size(), 3U);
    EXPECT_LT(clock_.pauses[0], clock_.pauses[1]);
    EXPECT_LT(clock_.pauses[1], clock_.pauses[2]);
    EXPECT_LT(clock_.pauses[2], milliseconds(20'000));
}

TEST_F(EwsService, NeverRepeatsAWriteThatMayHaveBeenDone) {
    const std::vector<Result<http::Response>> unclear = {
        fail(lost("http.timeout")),
        fail(lost("http.lost")),
        plain(502),
        plain(503),
        plain(500),
        soap_fault("ErrorInternalServerError"),
        soap_fault("ErrorMailboxStoreUnavailable")};
    for (const auto& each : unclear) {
        answers_ = {each, plain(200, "<answer/>")};
        const auto before = asked();
        const auto answer = send(writing(Repeat::never));
        ASSERT_FALSE(answer);
        EXPECT_TRUE(answer.error().outcome_unknown) << answer.error().code;
        EXPECT_EQ(asked(), before + 1) << answer.error().code;
    }
}

TEST_F(EwsService, RepeatsWhatIsSafeUntilAnAnswerComes) {
    answers_ = {fail(lost("http.timeout")), plain(503), plain(200, "<answer/>")};
    EXPECT_EQ(text_of(send(writing(Repeat::safe))), "<answer/>");
    EXPECT_EQ(asked(), 3U);
}

TEST_F(EwsService, RepeatsAnyCallThatNeverLeft) {
    answers_ = {fail(lost("http.connect")), plain(200, "<answer/>")};
    EXPECT_EQ(text_of(send(writing(Repeat::never))), "<answer/>");
}

TEST_F(EwsService, DoesNotKnowTheOutcomeOfARefusedWriteThatWasLostBefore) {
    answers_ = {fail(lost("http.lost")), soap_fault("ErrorAccessDenied")};
    EXPECT_TRUE(send(writing(Repeat::safe)).error().outcome_unknown);
    answers_ = {fail(lost("http.lost")), soap_fault("ErrorAccessDenied")};
    EXPECT_FALSE(send(reading()).error().outcome_unknown);
}

TEST_F(EwsService, TakesThePrimaryAddressThatTheServerNamesOnce) {
    const auto corrected =
        soap_fault("ErrorNonPrimarySmtpAddress",
                   R"(<t:Value Name="Primary">anna.neu@agentur.example</t:Value>)");
    answers_ = {corrected, plain(200, "<answer/>")};
    EXPECT_EQ(text_of(send(writing(Repeat::never))), "<answer/>");
    EXPECT_EQ(service_.mailbox().value(), "anna.neu@agentur.example");
    EXPECT_THAT(servers_.asked.at(1).body, HasSubstr(">anna.neu@agentur.example<"));
    answers_ = {corrected};
    EXPECT_FALSE(send(reading()));
    EXPECT_EQ(asked(), 3U);
}

TEST_F(EwsService, SaysThatARequestIsTooBig) {
    will_answer(plain(413));
    EXPECT_EQ(text_of(send(writing(Repeat::never))), "too_big transient");
    auto call = writing(Repeat::never);
    call.operation = std::string((4U << 20U) + 1, 'x');
    EXPECT_EQ(text_of(send(std::move(call))), "too_big transient");
    EXPECT_EQ(asked(), 1U) << "what is over 4 MB is not even sent";
}

TEST_F(EwsService, SendsAtMostTwoCallsOfAMailboxAtOnce) {
    will_answer(plain(200, "<answer/>"));
    EXPECT_TRUE(send(reading()));
    std::vector<std::optional<Result<std::string>>> got(5);
    for (auto& each : got)
        asio::co_spawn(context_, keep_answer(service_.send(reading()), &each), asio::detached);
    context_.restart();
    context_.run();
    for (const auto& each : got)
        EXPECT_TRUE(each && *each);
    EXPECT_EQ(servers_.at_once_max, 2U);
}

TEST_F(EwsService, SendsOneAtATimeAfterTheServerWasTooBusy) {
    answers_ = {busy(1'000), plain(200, "<answer/>")};
    EXPECT_TRUE(send(reading()));
    std::vector<std::optional<Result<std::string>>> got(3);
    for (auto& each : got)
        asio::co_spawn(context_, keep_answer(service_.send(reading()), &each), asio::detached);
    context_.restart();
    context_.run();
    EXPECT_EQ(servers_.at_once_max, 1U);
}

}  // namespace
}  // namespace hqsync::ews
