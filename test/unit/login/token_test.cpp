// Tokens: fetched once for all, renewed in time, never asked for in a loop.
#include "login/token.hpp"

#include <set>

#include <gmock/gmock.h>

#include "async/await.hpp"
#include "http/client.hpp"
#include "unit/http/certificate.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::login {
namespace {

using test::answer;
using test::Asked;
using testing::HasSubstr;

class Tokens : public testing::Test {
protected:
    Result<std::string> token() { return await_on(context_, tokens_.token()).value(); }
    std::size_t logins() const { return server_.asked().size(); }

    std::mutex mutex_;
    std::string reply_;  ///< empty: a token that counts up
    int given_ = 0;
    int lifetime_ = 3600;
    test::ScriptedServer server_{[this](const Asked&) {
        const std::scoped_lock lock(mutex_);
        if (!reply_.empty()) return reply_;
        return answer(
            200, fmt::format(R"({{"access_token":"t{}","expires_in":{}}})", ++given_, lifetime_));
    }};
    asio::io_context context_;
    http::Client client_{context_, {}};
    test::TestClock clock_;
    Application application_{.login_url = server_.url(),
                             .tenant = "tenant",
                             .client_id = "app",
                             .client_secret = "s3cret",
                             .scope = "https://graph.example/.default"};
    TokenSource tokens_{application_, client_, clock_};
};

TEST_F(Tokens, AreKeptUntilFiveMinutesBeforeTheirEnd) {
    EXPECT_EQ(token(), "t1");
    clock_.advance(std::chrono::seconds(3299));
    EXPECT_EQ(token(), "t1");
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(token(), "t2");
    EXPECT_EQ(logins(), 2U);
}

TEST_F(Tokens, OfShortLifeAreKeptForHalfOfIt) {
    lifetime_ = 60;
    EXPECT_EQ(token(), "t1");
    clock_.advance(std::chrono::seconds(29));
    EXPECT_EQ(token(), "t1");
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(token(), "t2");
}

TEST_F(Tokens, ThatWereRefusedAreFetchedAnewOnce) {
    EXPECT_EQ(token(), "t1");
    tokens_.refused("t1");
    EXPECT_EQ(token(), "t2");
    tokens_.refused("t1");
    EXPECT_EQ(token(), "t2") << "another call has already renewed it";
}

TEST_F(Tokens, AreFetchedOnceForAllWhoAskAtATime) {
    std::vector<std::optional<Result<std::string>>> got(5);
    for (auto& each : got) {
        asio::co_spawn(context_, keep_answer(tokens_.token(), &each), asio::detached);
    }
    context_.run();
    for (const auto& each : got)
        EXPECT_EQ(each->value(), "t1");
    EXPECT_EQ(logins(), 1U);
}

TEST_F(Tokens, ThatDoNotComeFailForAllWhoAskAtATime) {
    reply_ = answer(503, "");
    std::vector<std::optional<Result<std::string>>> got(5);
    for (auto& each : got) {
        asio::co_spawn(context_, keep_answer(tokens_.token(), &each), asio::detached);
    }
    context_.run();
    for (const auto& each : got) {
        EXPECT_EQ(each->error(), (Fault{Reach::mailbox,
                                        "login.unavailable",
                                        "the login service answered 503",
                                        {},
                                        false,
                                        true}));
    }
    EXPECT_EQ(logins(), 1U);
    {
        const std::scoped_lock lock(mutex_);
        reply_ = "";
    }
    EXPECT_EQ(token(), "t1") << "later it is asked again";
}

TEST_F(Tokens, LeaveNothingUnknownWhenTheLoginIsLost) {
    reply_ = "\r\n";
    const auto lost = token();
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, "http.lost");
    EXPECT_FALSE(lost.error().outcome_unknown) << "the call that wanted it was never sent";
}

TEST_F(Tokens, ThatAreRefusedByTheLoginAreNotAskedForAgain) {
    reply_ = answer(401, R"({"error":"invalid_client","error_description":"AADSTS7000222: The )"
                         R"(provided client secret keys for app 'app' are expired."})");
    const auto refused = token();
    EXPECT_EQ(refused.error(),
              (Fault{Reach::configuration, "login.refused",
                     "the login was refused (invalid_client AADSTS7000222): check tenant, "
                     "client_id and the secret or certificate"}));
    EXPECT_EQ(token(), refused);
    EXPECT_EQ(logins(), 1U);
}

TEST_F(Tokens, NeedAnAnswerWithTokenAndLifetime) {
    for (const auto* body : {"", "<html>", R"({"expires_in":3600})", R"({"access_token":"t"})",
                             R"({"access_token":7,"expires_in":3600})",
                             R"({"access_token":"t","expires_in":"soon"})"}) {
        reply_ = answer(200, body);
        const auto unreadable = token();
        ASSERT_FALSE(unreadable) << body;
        EXPECT_EQ(unreadable.error().code, "login.unreadable") << body;
        EXPECT_EQ(unreadable.error().reach, Reach::mailbox) << body;
    }
}

TEST_F(Tokens, AreFetchedWithAnAssertionWhenThereIsACertificate) {
    const auto made = test::rsa_certificate();
    application_.client_secret.clear();
    application_.certificate_pem = made.certificate_pem + made.key_pem;
    TokenSource tokens(application_, client_, clock_);
    EXPECT_EQ(await_on(context_, tokens.token()).value(), "t1");
    tokens.refused("t1");
    EXPECT_EQ(await_on(context_, tokens.token()).value(), "t2");
    const auto asked = server_.asked();
    EXPECT_EQ(asked[0].target, "/tenant/oauth2/v2.0/token");
    EXPECT_EQ(asked[0].headers.at("content-type"), "application/x-www-form-urlencoded");
    EXPECT_THAT(asked[0].body,
                testing::StartsWith(
                    "grant_type=client_credentials&client_id=app&scope=https%3A%2F%2Fgraph.example"
                    "%2F.default&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-"
                    "assertion-type%3Ajwt-bearer&client_assertion=ey"));
    EXPECT_NE(asked[0].body, asked[1].body) << "each assertion has an id of its own";
}

TEST(Guid, HasItsShapeAndIsNewEachTime) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const auto guid = new_guid();
        EXPECT_THAT(guid, testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-"
                                                "f]{3}-[0-9a-f]{12}"));
        seen.insert(guid);
    }
    EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace hqsync::login
