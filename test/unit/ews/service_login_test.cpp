// A refused login is tried twice in a run, however many mailboxes there are.
#include <deque>

#include <gmock/gmock.h>
#include <asio/detached.hpp>

#include "async/await.hpp"
#include "ews/login.hpp"
#include "ews/service.hpp"
#include "unit/ews/played_servers.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::ews {
namespace {

using std::chrono::milliseconds;
using test::plain;
using test::wants_login;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class EwsLogin : public testing::Test {
protected:
    static Options account(Authentication authentication) {
        return {.ews_url = "https://mail.agentur.example/EWS/Exchange.asmx",
                .authentication = authentication,
                .user = "AGENTUR\\sync",
                .password = "s3cret",
                .login_url = "https://login.example",
                .tenant = "tenant",
                .client_id = "app",
                .client_secret = "word"};
    }
    /// One call for each of so many mailboxes, all at once.
    std::vector<std::string> run(Connection& connection, std::size_t mailboxes) {
        std::deque<Service> services;
        std::vector<std::optional<Result<std::string>>> got(mailboxes);
        for (std::size_t i = 0; i < mailboxes; ++i) {
            services.emplace_back(connection, MailboxAddress(fmt::format("{}@agentur.example", i)));
            asio::co_spawn(
                context_,
                keep_answer(services.back().send(
                                {.operation = "<m:X/>", .repeat = Repeat::never, .writes = 1}),
                            &got[i]),
                asio::detached);
        }
        context_.restart();
        context_.run();
        std::vector<std::string> codes;
        for (const auto& each : got)
            codes.push_back(*each ? std::string("done") : each->error().code);
        return codes;
    }

    std::deque<Result<http::Response>> answers_;  ///< the last one stays
    test::PlayedServers servers_{[this](const http::Request& request) -> Result<http::Response> {
        if (request.url.starts_with("https://login.example/"))
            return plain(200,
                         fmt::format(R"({{"access_token":"t{}","expires_in":3600}})", ++tokens_));
        auto next = answers_.front();
        if (answers_.size() > 1) answers_.pop_front();
        return next;
    }};
    asio::io_context context_;
    test::TestClock clock_;
    int tokens_ = 0;
};

TEST_F(EwsLogin, ThatIsWrongCostsTwoTriesForAllMailboxes) {
    answers_ = {wants_login({"Negotiate", "NTLM"})};
    Connection connection(account(Authentication::ntlm), servers_, clock_);
    EXPECT_THAT(run(connection, 20), testing::Each("login.refused"));
    EXPECT_EQ(servers_.asked.size(), 2U);
    EXPECT_THAT(clock_.pauses, ElementsAre(milliseconds(30'000)));
    EXPECT_THAT(run(connection, 20), testing::Each("login.refused"));
    EXPECT_EQ(servers_.asked.size(), 2U) << "nobody is asked again";
}

TEST_F(EwsLogin, IsOpenToAllWhenTheFirstAnswerHasCome) {
    answers_ = {plain(200, "<answer/>")};
    Connection connection(account(Authentication::ntlm), servers_, clock_);
    EXPECT_THAT(run(connection, 5), testing::Each("done"));
    EXPECT_EQ(servers_.asked.size(), 5U);
    EXPECT_GT(servers_.at_once_max, 1U);
}

TEST_F(EwsLogin, IsNotWaitedForByAllInTurnWhenTheServerIsAway) {
    answers_ = {fail(test::lost("http.timeout"))};
    Connection connection(account(Authentication::ntlm), servers_, clock_);
    EXPECT_THAT(run(connection, 20), testing::Each("http.timeout"));
    EXPECT_LE(servers_.asked.size(), 5U) << "four tries of one, and those that come after it";
    EXPECT_EQ(servers_.at_once_max, 1U);
}

TEST_F(EwsLogin, IsTriedOnceMoreLaterBecauseTheServerMayMeanSlower) {
    answers_ = {wants_login({"NTLM"}), plain(200, "<answer/>")};
    Connection connection(account(Authentication::ntlm), servers_, clock_);
    EXPECT_THAT(run(connection, 3), testing::Each("done"));
    EXPECT_EQ(servers_.asked.size(), 4U);
    answers_ = {wants_login({"NTLM"})};
    EXPECT_THAT(run(connection, 1), ElementsAre("login.refused"));
    EXPECT_EQ(servers_.asked.size(), 5U) << "the second try is one for the whole run";
}

TEST_F(EwsLogin, ThatTurnsBadIsRefusedForAll) {
    answers_ = {plain(200, "<answer/>")};
    Connection connection(account(Authentication::basic), servers_, clock_);
    EXPECT_THAT(run(connection, 1), ElementsAre("done"));
    answers_ = {wants_login({"Basic realm=\"mail\""})};
    EXPECT_THAT(run(connection, 4), testing::Each("login.refused"));
    EXPECT_EQ(servers_.asked.size(), 6U) << "four were under way, one is tried again";
}

TEST_F(EwsLogin, ThatWasOvertakenByASecondTryIsSentAgain) {
    answers_ = {plain(200, "<answer/>")};
    Connection connection(account(Authentication::basic), servers_, clock_);
    EXPECT_THAT(run(connection, 1), ElementsAre("done"));
    answers_ = {wants_login({"Basic"}), wants_login({"Basic"}), wants_login({"Basic"}),
                plain(200, "<answer/>")};
    EXPECT_THAT(run(connection, 3), testing::Each("done"));
}

TEST_F(EwsLogin, ByASchemeThatIsNotOfferedIsNotTriedAgain) {
    answers_ = {wants_login({"Negotiate, NTLM"})};
    Connection connection(account(Authentication::basic), servers_, clock_);
    EXPECT_THAT(run(connection, 3), testing::Each("login.refused"));
    EXPECT_EQ(servers_.asked.size(), 1U);
    EXPECT_TRUE(clock_.pauses.empty());
}

TEST_F(EwsLogin, ByTokenIsTriedOnceMoreWithANewToken) {
    answers_ = {wants_login({"Bearer"}), plain(200, "<answer/>")};
    Connection connection(account(Authentication::oauth), servers_, clock_);
    EXPECT_THAT(run(connection, 1), ElementsAre("done"));
    ASSERT_EQ(servers_.asked.size(), 4U);
    EXPECT_THAT(servers_.asked[0].body,
                HasSubstr("&scope=https%3A%2F%2Fmail.agentur.example%2F.default"));
    EXPECT_THAT(servers_.asked[1].headers, testing::Contains(std::pair<std::string, std::string>(
                                               "Authorization", "Bearer t1")));
    EXPECT_THAT(servers_.asked[3].headers, testing::Contains(std::pair<std::string, std::string>(
                                               "Authorization", "Bearer t2")));
    EXPECT_EQ(servers_.asked[1].login.scheme, http::Scheme::none);
    answers_ = {wants_login({"Bearer"})};
    EXPECT_THAT(run(connection, 2), testing::Each("login.refused"));
}

TEST(RefusedLogin, SaysWhoWasRefusedAndWhatToSet) {
    Options options{.authentication = Authentication::ntlm, .user = "AGENTUR\\sync"};
    const auto said = refused_login(options, wants_login({"Negotiate", "NTLM"}));
    EXPECT_EQ(said.code, "login.refused");
    EXPECT_EQ(said.reach, Reach::configuration);
    EXPECT_THAT(said.detail, HasSubstr("AGENTUR\\sync by NTLM (HTTP 401; it offers Negotiate, "
                                       "NTLM): check exchange.user"));
    options.authentication = Authentication::basic;
    EXPECT_THAT(refused_login(options, wants_login({"Negotiate", "NTLM"})).detail,
                HasSubstr("set exchange.auth = \"negotiate\" or exchange.auth = \"ntlm\", or "
                          "switch Basic on"));
    EXPECT_THAT(refused_login(options, wants_login({})).detail, HasSubstr("it offers nothing"));
    options.password = "s3cret";
    EXPECT_THAT(refused_login(options, wants_login({})).detail, Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace hqsync::ews
