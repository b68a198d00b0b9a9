// The HTTP client over real sockets.
#include "http/client.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

#include "async/await.hpp"
#include "unit/http/scripted_server.hpp"

namespace hqsync::http {
namespace {

using test::answer;
using test::Asked;
using test::ScriptedServer;
using testing::HasSubstr;

class HttpClient : public testing::Test {
protected:
    Result<Response> send(Request request) {
        return await_on(context_, client_.send(std::move(request))).value();
    }

    asio::io_context context_;
    Client client_{context_, {}};
};

TEST_F(HttpClient, SendsMethodHeadersAndBody) {
    ScriptedServer server([](const Asked&) { return answer(201, "done"); });
    const auto response = send({.method = "PATCH",
                                .url = server.url() + "/a%20b?c=d",
                                .headers = {{"Content-Type", "application/json"}, {"X-One", "1"}},
                                .body = "{}"});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 201);
    EXPECT_EQ(response->body, "done");
    const auto asked = server.asked().front();
    EXPECT_EQ(asked.method, "PATCH");
    EXPECT_EQ(asked.target, "/a%20b?c=d");
    EXPECT_EQ(asked.body, "{}");
    EXPECT_EQ(asked.headers.at("content-type"), "application/json");
    EXPECT_EQ(asked.headers.at("x-one"), "1");
    EXPECT_EQ(asked.headers.at("user-agent"), "hqsync/" HQSYNC_VERSION);
    EXPECT_FALSE(asked.headers.contains("expect"));
}

TEST_F(HttpClient, SendsAPostWithoutBodyAndADeleteWithout) {
    ScriptedServer server([](const Asked&) { return answer(204, ""); });
    ASSERT_TRUE(send({.method = "POST", .url = server.url()}));
    ASSERT_TRUE(send({.method = "DELETE", .url = server.url()}));
    const auto asked = server.asked();
    EXPECT_EQ(asked[0].headers.at("content-length"), "0");
    EXPECT_EQ(asked[1].method, "DELETE");
}

TEST_F(HttpClient, ReadsHeadersByLowerCaseNameAndTrimsThem) {
    ScriptedServer server([](const Asked&) {
        return "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" +
               answer(429, "", "RETRY-After:  7 \r\nX-Twice: a\r\nx-twice: b\r\n");
    });
    const auto response = send({.url = server.url()});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->header("retry-after"), "7");
    EXPECT_EQ(response->header("x-twice"), "a");
    EXPECT_EQ(response->header("x-early"), std::nullopt);
    EXPECT_EQ(response->header("x-none"), std::nullopt);
}

TEST_F(HttpClient, TakesARefusalThatIsPackedWronglyForOneWithoutBody) {
    int status = 403;
    ScriptedServer server([&](const Asked&) {
        return answer(status, std::string(40, '\0'), "Content-Encoding: gzip\r\n");
    });
    const auto refusal = send({.url = server.url()});
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->status, 403);
    EXPECT_EQ(refusal->body, "");
    status = 200;
    const auto lost = send({.url = server.url()});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, "http.lost");
}

TEST_F(HttpClient, TakesARedirectForAnAnswerAndDoesNotFollowIt) {
    ScriptedServer elsewhere([](const Asked&) { return answer(200, "other host"); });
    ScriptedServer server([&](const Asked&) {
        return answer(302, "", fmt::format("Location: {}\r\n", elsewhere.url()));
    });
    const auto response = send({.url = server.url()});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 302);
    EXPECT_TRUE(elsewhere.asked().empty());
}

TEST_F(HttpClient, RefusesAnAnswerLongerThanItsLimit) {
    ScriptedServer server([](const Asked&) { return answer(200, std::string(1001, 'x')); });
    const auto over = send({.url = server.url(), .answer_max = 1000});
    EXPECT_EQ(
        over.error(),
        (Fault{
            Reach::mailbox, "http.too_long", "the answer is longer than 1000 octets", {}, true}));
    EXPECT_EQ(send({.url = server.url(), .answer_max = 1001})->body.size(), 1001U);
}

TEST_F(HttpClient, EndsAtTheDeadlineNotKnowingTheOutcome) {
    ScriptedServer server([](const Asked&) { return test::silence; });
    const auto late = send({.url = server.url(), .timeout = Milliseconds(50)});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, "http.timeout");
    EXPECT_EQ(late.error().reach, Reach::mailbox);
    EXPECT_TRUE(late.error().outcome_unknown);
    EXPECT_TRUE(late.error().transient);
}

TEST_F(HttpClient, DoesNotKnowTheOutcomeWhenTheConnectionBreaks) {
    for (const std::string octets : {"", "\r\n", "no HTTP\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le",
                                     "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"}) {
        ScriptedServer server([&](const Asked&) { return octets; });
        const auto lost = send({.method = "POST", .url = server.url()});
        ASSERT_FALSE(lost) << octets;
        EXPECT_EQ(lost.error().code, "http.lost") << octets;
        EXPECT_TRUE(lost.error().outcome_unknown) << octets;
        EXPECT_TRUE(lost.error().transient) << octets;
    }
}

TEST_F(HttpClient, KnowsThatNothingWasSentWhenNobodyListens) {
    std::string url;
    {
        const ScriptedServer gone([](const Asked&) { return ""; });
        url = gone.url();
    }
    const auto refused = send({.url = url});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "http.connect");
    EXPECT_FALSE(refused.error().outcome_unknown);
    EXPECT_TRUE(refused.error().transient);
}

TEST_F(HttpClient, LetsACallBeCancelledWithoutHarmToOthers) {
    ScriptedServer server([](const Asked& asked) {
        return asked.target == "/wait" ? test::silence : answer(200, "here");
    });
    asio::cancellation_signal stop;
    bool was_cancelled = false;
    std::optional<Result<Response>> cancelled;
    asio::co_spawn(context_, keep_answer(client_.send({.url = server.url() + "/wait"}), &cancelled),
                   asio::bind_cancellation_slot(stop.slot(), [&](const std::exception_ptr& end) {
                       was_cancelled = end != nullptr;
                   }));
    context_.poll();
    stop.emit(asio::cancellation_type::terminal);
    EXPECT_EQ(send({.url = server.url()})->body, "here");
    EXPECT_TRUE(was_cancelled);
    EXPECT_FALSE(cancelled);
}

TEST_F(HttpClient, MayGoBeforeItsContextDoes) {
    ScriptedServer server([](const Asked&) { return test::silence; });
    asio::io_context context;
    auto client = std::make_unique<Client>(context, ClientOptions{});
    asio::cancellation_signal stop;
    std::optional<Result<Response>> none;
    asio::co_spawn(context, keep_answer(client->send({.url = server.url()}), &none),
                   asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr&) {}));
    context.poll();
    stop.emit(asio::cancellation_type::terminal);
    context.poll();
    client.reset();
    context.restart();
    context.run();
    EXPECT_FALSE(none);
}

TEST_F(HttpClient, UsesNoProxyForThisMachineItself) {
    ScriptedServer server([](const Asked&) { return answer(200, "direct"); });
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    const auto response = send({.url = server.url()});
    unsetenv("http_proxy");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "direct");
}

TEST_F(HttpClient, RefusesPlainHttpToOtherMachines) {
    const auto refused = send({.url = "http://graph.example/v1.0/users/a@agentur.example"});
    EXPECT_EQ(refused.error(),
              (Fault{Reach::configuration, "http.url",
                     "http://graph.example: plain http is for this machine itself, use https"}));
    EXPECT_EQ(send({.url = "ftp://127.0.0.1/"}).error().code, "http.url");
    EXPECT_EQ(send({.url = "https://[bad"}).error().code, "http.url");
}

TEST(LoopbackHttp, IsThisMachineAndNothingThatLooksLikeIt) {
    for (const auto* url : {"http://127.0.0.1", "http://127.0.0.1:8025/v1.0", "HTTP://LocalHost/",
                            "http://localhost?x", "http://[::1]:1", "http://[::1]"}) {
        EXPECT_TRUE(is_loopback_http(url)) << url;
    }
    for (const auto* url :
         {"https://127.0.0.1", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
          "http://127.0.0.1@evil.example", "http://localhost:80@evil.example/", "http://[::1]evil",
          "http://evil.example/127.0.0.1", "http://", "127.0.0.1", "ftp://localhost"}) {
        EXPECT_FALSE(is_loopback_http(url)) << url;
    }
}

}  // namespace
}  // namespace hqsync::http
