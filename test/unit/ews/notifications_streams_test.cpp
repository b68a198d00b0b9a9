// How requests for notifications are made and repeated, against a played server.
#include <gmock/gmock.h>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "async/await.hpp"
#include "ews/exchange.hpp"
#include "unit/ews/scripted_exchange.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::ews {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Pair;
using testing::SizeIs;

constexpr const char* alive =
    R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Body><m:GetStreamingEventsResponse><m:ResponseMessages><m:GetStreamingEventsResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:ConnectionStatus>OK</m:ConnectionStatus></m:GetStreamingEventsResponseMessage></m:ResponseMessages></m:GetStreamingEventsResponse></s:Body></s:Envelope>)";

/// Gives subscriptions out; each stream is answered by what `stream` says, else it stays open.
class PlayedStreams final : public http::Sender {
public:
    using Stream = std::function<std::optional<Result<http::Response>>(http::Request&)>;

    Task<Result<http::Response>> send(http::Request request) override {
        const auto executor = co_await asio::this_coro::executor;
        co_await asio::post(executor, asio::use_awaitable);
        const bool is_stream = request.body.contains("<m:GetStreamingEvents>");
        (is_stream ? streams : others).push_back(request);
        if (!is_stream) {
            if (refuse) co_return http::Response{401, {{"www-authenticate", "Basic"}}, ""};
            co_return ScriptedExchange::respond(
                "Subscribe",
                {ScriptedExchange::shown(
                    "Subscribe",
                    fmt::format("<m:SubscriptionId>S{}</m:SubscriptionId>", others.size()))});
        }
        auto answer = stream ? stream(request) : std::nullopt;
        if (answer) co_return *std::move(answer);
        asio::steady_timer open(executor);
        open.expires_at(asio::steady_timer::time_point::max());
        co_await open.async_wait(asio::use_awaitable);
        co_return http::Response{200, {}, ""};
    }

    Stream stream;
    bool refuse = false;
    std::vector<http::Request> streams;
    std::vector<http::Request> others;
};

class EwsStreams : public testing::Test {
protected:
    void watch(std::size_t count, std::size_t streams) {
        exchange_ = connect({.ews_url = "http://127.0.0.1/EWS/Exchange.asmx",
                             .authentication = Authentication::basic,
                             .user = "hqsync",
                             .password = "secret",
                             .streams = streams},
                            server_, clock_)
                        .value();
        notifications_ = exchange_->notifications([this](const MailboxAddress&) { ++heard_; });
        std::vector<Watched> mailboxes;
        for (std::size_t number = 0; number < count; ++number)
            mailboxes.push_back({MailboxAddress(fmt::format("u{:04}@agentur.example", number)),
                                 {FolderId("mine"), FolderId("global")}});
        await_on(context_, watching(std::move(mailboxes)));
    }
    Task<bool> watching(std::vector<Watched> mailboxes) {
        co_await notifications_->watch(std::move(mailboxes));
        co_return true;
    }
    /// Until nothing can go on any more, or `streams` were opened.
    void run_until(std::size_t streams) {
        context_.restart();
        for (int step = 0; step < 100'000 && server_.streams.size() < streams; ++step)
            if (context_.poll_one() == 0) break;
    }
    static std::size_t count(std::string_view text, std::string_view part) {
        std::size_t found = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
            ++found;
        return found;
    }

    asio::io_context context_;
    test::TestClock clock_;
    PlayedStreams server_;
    int heard_ = 0;
    std::unique_ptr<Exchange> exchange_;
    std::unique_ptr<hqsync::Notifications> notifications_;
};

TEST_F(EwsStreams, LeadAllOfAGroupToTheServerOfItsFirst) {
    watch(3, 10);
    run_until(1);
    ASSERT_THAT(server_.others, SizeIs(3));
    ASSERT_THAT(server_.streams, SizeIs(1));
    for (const auto* requests : {&server_.others, &server_.streams}) {
        for (const auto& request : *requests) {
            EXPECT_THAT(request.headers,
                        AllOf(Contains(Pair("X-AnchorMailbox", "u0000@agentur.example")),
                              Contains(Pair("X-PreferServerAffinity", "true"))));
            EXPECT_EQ(request.cookie_jar, server_.streams[0].cookie_jar);
        }
    }
    // Each subscribes for himself, the anchor reads for all.
    EXPECT_THAT(server_.others[2].body, testing::HasSubstr("u0002@agentur.example"));
    const auto& stream = server_.streams[0];
    EXPECT_THAT(stream.body,
                testing::HasSubstr("<t:PrimarySmtpAddress>u0000@agentur.example</t:Primary"));
    EXPECT_EQ(count(stream.body, "<t:SubscriptionId>"), 3U);
    EXPECT_EQ(stream.timeout, Milliseconds(0));
    EXPECT_EQ(stream.silence_max, Milliseconds(90'000));
}

TEST_F(EwsStreams, CarryTwoHundredMailboxesEach) {
    watch(401, 2);
    run_until(2);
    ASSERT_THAT(server_.streams, SizeIs(2));
    for (const auto& stream : server_.streams)
        EXPECT_EQ(count(stream.body, "<t:SubscriptionId>"), 200U);
    EXPECT_NE(server_.streams[0].cookie_jar, server_.streams[1].cookie_jar);
    EXPECT_EQ(notifications_->watched(), 400U) << "the last one has to be asked";
}

TEST_F(EwsStreams, GoOnWithTheSameSubscriptionsAfterTheirTime) {
    server_.stream = [&](http::Request& request) -> std::optional<Result<http::Response>> {
        if (server_.streams.size() > 1) return std::nullopt;
        clock_.advance(std::chrono::minutes(30));
        std::string closed = alive;
        closed.replace(closed.find(">OK<"), 4, ">Closed<");
        request.sink(alive);
        request.sink(closed);
        return http::Response{200, {}, ""};
    };
    watch(2, 1);
    run_until(2);
    ASSERT_THAT(server_.streams, SizeIs(2));
    EXPECT_EQ(server_.streams[0].body, server_.streams[1].body);
    EXPECT_THAT(server_.others, SizeIs(2));
    EXPECT_THAT(clock_.pauses, testing::IsEmpty());
}

TEST_F(EwsStreams, BeginAnewOverAnotherWayWithGrowingPausesWhenTheyBreak) {
    server_.stream = [&](http::Request& request) -> std::optional<Result<http::Response>> {
        request.sink(alive);
        return fail({Reach::mailbox, "http.lost", "", {}, true, true});
    };
    watch(1, 1);
    run_until(12);
    ASSERT_THAT(server_.streams, SizeIs(12));
    EXPECT_NE(server_.streams[0].cookie_jar, server_.streams[1].cookie_jar);
    ASSERT_THAT(clock_.pauses, SizeIs(testing::Ge(11)));
    EXPECT_EQ(clock_.pauses[0], std::chrono::seconds(1));
    EXPECT_EQ(clock_.pauses[3], std::chrono::seconds(8));
    EXPECT_EQ(clock_.pauses[10], std::chrono::seconds(300));
    EXPECT_EQ(heard_, 12) << "each time it is not known what happened meanwhile";
}

TEST_F(EwsStreams, ThatEndAtOnceDoNotEndInAHurry) {
    server_.stream = [&](http::Request&) { return http::Response{200, {}, ""}; };
    watch(1, 1);
    run_until(5);
    ASSERT_THAT(clock_.pauses, SizeIs(testing::Ge(4)));
    EXPECT_EQ(clock_.pauses[3], std::chrono::seconds(8));
}

TEST_F(EwsStreams, DoNotTryARefusedLoginAgain) {
    server_.stream = [&](http::Request&) {
        server_.refuse = true;
        return http::Response{401, {{"www-authenticate", "Basic"}}, ""};
    };
    watch(1, 1);
    run_until(50);
    EXPECT_THAT(server_.streams, SizeIs(1));
    EXPECT_THAT(server_.others, SizeIs(3)) << "one that worked, and two tries that did not";
}

}  // namespace
}  // namespace hqsync::ews
