// Logins, kept connections and answers that run on, over real sockets.
#include <array>

#include <gmock/gmock.h>

#include "async/await.hpp"
#include "http/client.hpp"
#include "unit/http/scripted_server.hpp"

namespace hqsync::http {
namespace {

using test::answer;
using test::Asked;
using test::kept_answer;
using test::ScriptedServer;
using testing::HasSubstr;
using testing::StartsWith;

/// The server's word in NTLM (MS-NLMP: CHALLENGE_MESSAGE): no target, a fixed challenge.
constexpr std::string_view challenge =
    "WWW-Authenticate: NTLM "
    "TlRMTVNTUAACAAAAAAAAADAAAAABggAAASNFZ4mrze8AAAAAAAAAAAAAAAAwAAAA\r\n";

class HttpLogin : public testing::Test {
protected:
    Result<Response> send(Request request) {
        return await_on(context_, client_.send(std::move(request))).value();
    }
    static Request post(const ScriptedServer& server, Scheme scheme) {
        return {.method = "POST",
                .url = server.url() + "/EWS/Exchange.asmx",
                .body = "<body/>",
                .login = {.scheme = scheme, .user = "AGENTUR\\sync", .password = "s3cret"}};
    }

    asio::io_context context_;
    Client client_{context_, {}};
};

std::string ntlm_answer(const Asked& asked) {
    if (asked.body.empty()) return kept_answer(401, "", challenge);
    return kept_answer(200, "in");
}

TEST_F(HttpLogin, ByBasicGoesWithTheFirstRequest) {
    ScriptedServer server([](const Asked&) { return answer(200, "in"); });
    EXPECT_EQ(send(post(server, Scheme::basic))->body, "in");
    const auto asked = server.asked();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].headers.at("authorization"), "Basic QUdFTlRVUlxzeW5jOnMzY3JldA==");
}

TEST_F(HttpLogin, ThatIsRefusedIsOneAttempt) {
    ScriptedServer server([](const Asked&) {
        return answer(401, "no",
                      "WWW-Authenticate: Basic realm=\"x\"\r\nWWW-Authenticate: NTLM\r\n");
    });
    const auto refused = send(post(server, Scheme::basic));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 401);
    EXPECT_EQ(server.asked().size(), 1U);
}

TEST_F(HttpLogin, ByNtlmSendsTheBodyOnceAndKeepsItsConnection) {
    if (!abilities().ntlm) GTEST_SKIP() << "this libcurl has no NTLM";
    ScriptedServer server(&ntlm_answer);
    EXPECT_EQ(send(post(server, Scheme::ntlm))->body, "in");
    EXPECT_EQ(send(post(server, Scheme::ntlm))->body, "in");
    const auto asked = server.asked();
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[0].body, "") << "the first step of the login is a request without body";
    EXPECT_THAT(asked[0].headers.at("authorization"), StartsWith("NTLM TlRMTVNTUAABAAAA"));
    EXPECT_THAT(asked[1].headers.at("authorization"), StartsWith("NTLM TlRMTVNTUAADAAAA"));
    EXPECT_EQ(asked[1].body, "<body/>");
    EXPECT_FALSE(asked[2].headers.contains("authorization")) << "the connection is logged in";
    EXPECT_EQ(asked[2].connection, 1);
}

TEST_F(HttpLogin, ByNtlmThatIsRefusedIsOneAttempt) {
    if (!abilities().ntlm) GTEST_SKIP() << "this libcurl has no NTLM";
    ScriptedServer server([](const Asked& asked) {
        return asked.body.empty() ? kept_answer(401, "", challenge)
                                  : kept_answer(401, "", "WWW-Authenticate: NTLM\r\n");
    });
    auto request = post(server, Scheme::ntlm);
    request.resend = Resend::never;
    EXPECT_EQ(send(std::move(request))->status, 401);
    EXPECT_EQ(server.asked().size(), 2U);
}

TEST_F(HttpLogin, OfAnotherUserGetsAConnectionOfItsOwn) {
    if (!abilities().ntlm) GTEST_SKIP() << "this libcurl has no NTLM";
    ScriptedServer server(&ntlm_answer);
    EXPECT_EQ(send(post(server, Scheme::ntlm))->body, "in");
    auto other = post(server, Scheme::ntlm);
    other.login.user = "AGENTUR\\other";
    EXPECT_EQ(send(std::move(other))->body, "in");
    auto nobody = post(server, Scheme::none);
    EXPECT_EQ(send(std::move(nobody))->body, "in");
    const auto asked = server.asked();
    ASSERT_EQ(asked.size(), 5U);
    EXPECT_EQ(asked[0].connection, 1);
    EXPECT_EQ(asked[2].connection, 2);
    EXPECT_EQ(asked[4].connection, 3);
}

TEST_F(HttpLogin, ByNtlmIsCompatibleWithWorkThatMustNotBeRepeated) {
    if (!abilities().ntlm) GTEST_SKIP() << "this libcurl has no NTLM";
    ScriptedServer server(&ntlm_answer);
    for (int i = 0; i < 2; ++i) {
        auto request = post(server, Scheme::ntlm);
        request.resend = Resend::never;
        EXPECT_EQ(send(std::move(request))->body, "in");
    }
    ASSERT_EQ(server.asked().size(), 3U);
    EXPECT_EQ(server.asked()[2].body, "<body/>");
    EXPECT_EQ(server.asked()[2].connection, 1) << "a fresh one would cost three round trips";
}

/// Answers the first request of a connection; a second one is read, then the connection breaks.
class BreakingServer {
public:
    [[nodiscard]] std::size_t seen(std::string_view body) const {
        const auto asked = server.asked();
        return static_cast<std::size_t>(
            std::ranges::count_if(asked, [&](const Asked& each) { return each.body == body; }));
    }

private:
    std::array<int, 16> on_connection_{};

public:
    ScriptedServer server{[this](const Asked& asked) {
        const bool is_first = ++on_connection_.at(static_cast<std::size_t>(asked.connection)) == 1;
        return is_first ? kept_answer(200, "done") : std::string{};
    }};
};

TEST_F(HttpLogin, LetsCurlRepeatWhatMayBeRepeatedWhenAKeptConnectionBreaks) {
    BreakingServer breaking;
    EXPECT_TRUE(send({.method = "POST", .url = breaking.server.url(), .body = "first"}));
    EXPECT_TRUE(send({.method = "POST", .url = breaking.server.url(), .body = "second"}));
    EXPECT_EQ(breaking.seen("second"), 2U) << "if not, libcurl has changed and Resend is idle";
}

TEST_F(HttpLogin, SendsOnlyOnceWhatMustNotBeRepeatedWhenAKeptConnectionBreaks) {
    for (const std::size_t size : {6UL, 3'000'000UL}) {
        BreakingServer breaking;
        const std::string body(size, 'x');
        EXPECT_TRUE(send({.method = "POST", .url = breaking.server.url(), .body = "first"}));
        const auto lost = send({.method = "POST",
                                .url = breaking.server.url(),
                                .body = body,
                                .resend = Resend::never});
        ASSERT_FALSE(lost);
        EXPECT_EQ(lost.error().code, "http.lost");
        EXPECT_TRUE(lost.error().outcome_unknown);
        EXPECT_TRUE(lost.error().transient);
        EXPECT_EQ(breaking.seen(body), 1U);
    }
}

TEST_F(HttpLogin, SendsAnEmptyBodyThatMustNotBeRepeatedOverAConnectionOfItsOwn) {
    BreakingServer breaking;
    EXPECT_TRUE(send({.method = "POST", .url = breaking.server.url(), .body = "first"}));
    EXPECT_TRUE(send({.method = "POST", .url = breaking.server.url(), .resend = Resend::never}));
    EXPECT_EQ(breaking.seen(""), 1U);
}

TEST_F(HttpLogin, KeepsCookiesInTheJarThatIsNamed) {
    ScriptedServer server([](const Asked&) {
        return answer(200, "", "Set-Cookie: X-BackEndCookie=abc; path=/\r\n");
    });
    const auto cookie_of = [&](const std::string& jar) {
        EXPECT_TRUE(send({.url = server.url(), .cookie_jar = jar}));
        const auto asked = server.asked().back();
        return asked.headers.contains("cookie") ? asked.headers.at("cookie") : "none";
    };
    EXPECT_EQ(cookie_of("a"), "none");
    EXPECT_EQ(cookie_of("a"), "X-BackEndCookie=abc");
    EXPECT_EQ(cookie_of("b"), "none");
    EXPECT_EQ(cookie_of(""), "none");
}

TEST_F(HttpLogin, ByNtlmThatIsChallengedAgainIsOneAttempt) {
    if (!abilities().ntlm) GTEST_SKIP() << "this libcurl has no NTLM";
    ScriptedServer server([](const Asked&) { return kept_answer(401, "no", challenge); });
    const auto refused = send(post(server, Scheme::ntlm));
    ASSERT_TRUE(refused) << to_text(refused.error());
    EXPECT_EQ(refused->status, 401);
    EXPECT_EQ(server.asked().size(), 2U);
}

TEST_F(HttpLogin, LetsPlainHttpLeaveThisMachineOnlyWithNothingInIt) {
    const auto code_of = [&](Request request) {
        request.url = "http://autodiscover.invalid/";
        return send(std::move(request)).error().code;
    };
    constexpr auto bare = PlainHttp::bare_request;
    EXPECT_EQ(code_of({.plain_http = bare}), "http.connect");
    EXPECT_EQ(code_of({}), "http.url");
    EXPECT_EQ(code_of({.body = "x", .plain_http = bare}), "http.url");
    EXPECT_EQ(code_of({.headers = {{"AUTHORIZATION", "x"}}, .plain_http = bare}), "http.url");
    EXPECT_EQ(code_of({.login = {.scheme = Scheme::basic}, .plain_http = bare}), "http.url");
    EXPECT_EQ(code_of({.plain_http = bare, .cookie_jar = "a"}), "http.url");
}

TEST_F(HttpLogin, LetsWhatIsSealedOrPermittedGoOverPlainHttp) {
    for (const auto allowed : {PlainHttp::sealed, PlainHttp::permitted}) {
        const auto sent = send({.method = "POST",
                                .url = "http://exchange.invalid/",
                                .headers = {{"Authorization", "Kerberos x"}},
                                .body = "sealed",
                                .plain_http = allowed});
        EXPECT_EQ(sent.error().code, "http.connect");
    }
}

class HttpStream : public HttpLogin {
protected:
    Result<Response> stream(std::string octets, Flow flow) {
        ScriptedServer server([&](const Asked&) { return octets; });
        return send({.url = server.url(),
                     .timeout = Milliseconds(0),
                     .answer_max = 3,
                     .sink =
                         [&, flow](std::string_view piece) {
                             received_ += piece;
                             return flow;
                         },
                     .silence_max = Milliseconds(100)});
    }

    std::string received_;
};

constexpr std::string_view running =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";

TEST_F(HttpStream, GivesAnAnswerPieceByPieceAndWithoutLimit) {
    const auto ended = stream(std::string(running) + "6\r\nsecond\r\n0\r\n\r\n", Flow::more);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->status, 200);
    EXPECT_EQ(ended->body, "");
    EXPECT_EQ(received_, "firstsecond");
}

TEST_F(HttpStream, EndsWhenNothingComesAnyMore) {
    const auto silent = stream(std::string(running) + test::silence, Flow::more);
    ASSERT_FALSE(silent);
    EXPECT_EQ(silent.error().code, "http.timeout");
    EXPECT_TRUE(silent.error().outcome_unknown);
    EXPECT_EQ(received_, "first");
}

TEST_F(HttpStream, EndsWhenItsReceiverHasEnough) {
    const auto enough = stream(std::string(running) + test::silence, Flow::enough);
    ASSERT_TRUE(enough) << to_text(enough.error());
    EXPECT_EQ(enough->status, 200);
    EXPECT_EQ(received_, "first");
}

TEST_F(HttpStream, KeepsTheBodyOfAnErrorForTheAnswer) {
    const auto refused = stream(answer(500, "why"), Flow::more);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->body, "why");
    EXPECT_EQ(received_, "");
}

TEST(HttpAbilities, OfThisMachineHaveBothWaysOfWindows) {
    EXPECT_TRUE(abilities().ntlm) << "Debian 12: libcurl 7.88.1";
    EXPECT_TRUE(abilities().negotiate);
}

}  // namespace
}  // namespace hqsync::http
