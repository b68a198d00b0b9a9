// Logging in to helloHQ, and staying logged in.
#include <sys/stat.h>

#include "played_hq.hpp"

#include <asio/connect.hpp>
#include <asio/detached.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include "hellohq/login.hpp"

namespace hqsync::hellohq {
namespace {

using testing::HasSubstr;

const std::string key_text(64, 'a');
const Attempt attempt{.redirect_uri = "http://127.0.0.1:8031/hqsync",
                      .state = "s1",
                      .verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};

TEST(Sealed, OpensWithItsKeyOnly) {
    const auto key = sealing_key(key_text).value();
    const auto box = sealed("geheim", key);
    EXPECT_EQ(box.find("geheim"), box.npos);
    EXPECT_EQ(opened(box, key), "geheim");
    EXPECT_EQ(opened(box, sealing_key(std::string(64, 'b')).value()).error().code, "login.sealed");
    auto damaged = box;
    damaged.back() ^= 1;
    EXPECT_FALSE(opened(damaged, key));
    EXPECT_FALSE(opened("kurz", key));
    EXPECT_NE(sealed("geheim", key), box);
}

TEST(Sealed, RefusesAShortKey) {
    EXPECT_EQ(sealing_key("kurz").error().code, "login.key");
}

// The challenge is the example of RFC 7636, appendix B.
TEST(Authorisation, AsksWithPkceAndState) {
    EXPECT_EQ(authorisation_url({.api_url = "https://hq.example", .client_id = "agentur-hqsync"},
                                attempt),
              "https://hq.example/Account/Authorize?response_type=code&client_id=agentur-hqsync"
              "&state=s1&redirect_uri=http%3A%2F%2F127.0.0.1%3A8031%2Fhqsync"
              "&scope=read_all%20write_all"
              "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
              "&code_challenge_method=S256");
}

TEST(Authorisation, TakesTheCodeFromAnAddressOrAlone) {
    EXPECT_EQ(code_in("http://127.0.0.1:8031/hqsync?code=a%2Fb&state=s1\n", attempt), "a/b");
    EXPECT_EQ(code_in("  abc ", attempt), "abc");
    EXPECT_EQ(code_in("http://x/?code=abc&state=andere", attempt).error().code, "login.state");
    EXPECT_EQ(code_in("http://x/?error=access_denied&state=s1", attempt).error().code,
              "login.refused");
    EXPECT_EQ(code_in("", attempt).error().code, "login.no_code");
    EXPECT_EQ(code_in("http://x/?state=s1", attempt).error().code, "login.no_code");
}

TEST(Authorisation, IsAnotherOneEveryTime) {
    EXPECT_NE(begin_login("x").state, begin_login("x").state);
    EXPECT_GE(begin_login("x").verifier.size(), 43U);
}

class Staying : public PlayedDirectory {
protected:
    static std::string tokens(const std::string& access, const std::string& refresh) {
        return fmt::format(
            R"({{"access_token":"{}","token_type":"bearer","expires_in":3600,"refresh_token":"{}","user_name":"anna"}})",
            access, refresh);
    }
    LoginFile file() { return LoginFile::with_key(folder_ / "login", key_text).value(); }
    std::unique_ptr<StoredLogin> process() {
        return std::make_unique<StoredLogin>(
            Client{.api_url = hq_.base, .client_id = "agentur-hqsync", .client_secret = "x"},
            file(), hq_, clock_);
    }
    void store(Milliseconds good_for) {
        ASSERT_TRUE(file().write({.access = "a1",
                                  .refresh = "r1",
                                  .good_until = clock_.now() + good_for,
                                  .lifetime = std::chrono::hours(1),
                                  .user_name = "anna"}));
    }
};

TEST_F(Staying, KeepsTheTokenWhileItIsGood) {
    store(std::chrono::hours(1));
    EXPECT_EQ(run(process()->token()), "a1");
    EXPECT_TRUE(hq_.log.empty());
}

TEST_F(Staying, RenewsBeforeTheEndAndKeepsTheNewPair) {
    store(std::chrono::minutes(1));
    hq_.next("POST /Token", 200, tokens("a2", "r2"));
    EXPECT_EQ(run(process()->token()), "a2");
    EXPECT_THAT(hq_.bodies.at(0), HasSubstr("grant_type=refresh_token&refresh_token=r1"));
    EXPECT_EQ(file().read().value()->refresh, "r2");
}

TEST_F(Staying, TakesTheTokenThatAnotherProcessRenewed) {
    store(std::chrono::minutes(1));
    const auto one = process();
    const auto other = process();
    hq_.next("POST /Token", 200, tokens("a2", "r2"));
    EXPECT_EQ(run(one->token()), "a2");
    EXPECT_EQ(run(other->token()), "a2");
    one->refused("a2");
    other->refused("a2");
    hq_.next("POST /Token", 200, tokens("a3", "r3"));
    EXPECT_EQ(run(other->token()), "a3");
    EXPECT_EQ(run(one->token()), "a3");
    EXPECT_EQ(hq_.times("/Token"), 2U);
}

/// While somebody waits on this clock, something happens.
class Meanwhile final : public Clock {
public:
    explicit Meanwhile(std::function<void()> event) : event_(std::move(event)) {}
    [[nodiscard]] Instant now() const override { return test::TestClock().now(); }
    Task<void> sleep_for(Milliseconds) override {
        event_();
        co_return;
    }

private:
    std::function<void()> event_;
};

TEST_F(Staying, RenewsNothingWhenAnotherProcessDidSoWhileItWaited) {
    store(std::chrono::minutes(1));
    auto lock = std::make_unique<LoginLock>(run(file().lock(clock_)).value());
    Meanwhile clock([&] {
        ASSERT_TRUE(file().write({.access = "a2",
                                  .refresh = "r2",
                                  .good_until = clock_.now() + std::chrono::hours(1),
                                  .lifetime = std::chrono::hours(1)}));
        lock.reset();
    });
    StoredLogin waiting({.api_url = hq_.base, .client_id = "x"}, file(), hq_, clock);
    EXPECT_EQ(run(waiting.token()), "a2");
    EXPECT_TRUE(hq_.log.empty());
}

TEST_F(Staying, RenewsOnceAfterA401) {
    store(std::chrono::hours(1));
    source_ = HelloHq::open({.api_url = hq_.base, .cache_file = folder_ / "other"}, hq_, clock_,
                            process())
                  .value();
    hq_.next("/v1/Leads", 401, "");
    hq_.next("POST /Token", 200, tokens("a2", "r2"));
    EXPECT_TRUE(read());
    hq_.next("/v1/Leads", 401, "");
    hq_.next("POST /Token", 200, tokens("a3", "r3"));
    hq_.next("/v1/Leads", 401, "");
    EXPECT_EQ(ids(), "login.refused");
}

TEST_F(Staying, SaysWhenTheLoginIsNoLongerGood) {
    EXPECT_EQ(run(process()->token()).error().code, "login.missing");
    store(Milliseconds(0));
    hq_.next("POST /Token", 400, R"({"error":"invalid_grant"})");
    const auto refused = run(process()->token());
    EXPECT_EQ(refused.error().code, "login.refused");
    EXPECT_EQ(refused.error().reach, Reach::configuration);
    EXPECT_EQ(file().read().value()->refresh, "r1");
}

TEST_F(Staying, KeepsItsFileFromOthers) {
    store(std::chrono::hours(1));
    struct stat about{};
    ASSERT_EQ(::stat((folder_ / "login").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600U);
    EXPECT_EQ(run(forget_login(folder_ / "login", clock_)), true);
    EXPECT_EQ(run(forget_login(folder_ / "login", clock_)), false);
}

TEST_F(Staying, AsksAgainAtOnceWhenTheAnswerToARenewalGetsLost) {
    store(std::chrono::minutes(1));
    hq_.next("POST /Token", [](const http::Request&) { return PlayedHq::lost(); });
    hq_.next("POST /Token", 200, tokens("a2", "r2"));
    EXPECT_EQ(run(process()->token()), "a2");
    EXPECT_EQ(clock_.pauses, std::vector{Milliseconds(1'000)});
    EXPECT_FALSE(file().read().value()->is_renewal_open);
}

TEST_F(Staying, SaysThatTheAnswerToARenewalWasLostAlsoInTheNextProcess) {
    store(Milliseconds(0));
    for (int i = 0; i < 3; ++i)
        hq_.next("POST /Token", [](const http::Request&) { return PlayedHq::lost(); });
    const auto lost = run(process()->token());
    ASSERT_FALSE(lost);
    EXPECT_TRUE(lost.error().transient);
    EXPECT_TRUE(file().read().value()->is_renewal_open);
    hq_.next("POST /Token", 400, R"({"error":"invalid_grant"})");
    const auto refused = run(process()->token());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "login.refused");
    EXPECT_THAT(refused.error().detail, HasSubstr("answer to an earlier renewal was lost"));
}

TEST_F(Staying, MarksTheRenewalBeforeItIsAskedFor) {
    store(Milliseconds(0));
    hq_.next("POST /Token", [this](const http::Request&) -> Result<http::Response> {
        EXPECT_TRUE(file().read().value()->is_renewal_open);
        return http::Response{200, {}, tokens("a2", "r2")};
    });
    EXPECT_EQ(run(process()->token()), "a2");
}

TEST_F(Staying, GoesOnWithTheOldTokenWhileTheLoginServiceIsSilent) {
    store(std::chrono::minutes(8));
    for (int i = 0; i < 3; ++i)
        hq_.next("POST /Token", 503, "");
    const auto one = process();
    EXPECT_EQ(run(one->token()), "a1");
    EXPECT_EQ(run(one->token()), "a1");
    EXPECT_EQ(hq_.times("/Token"), 3U);
    clock_.advance(std::chrono::minutes(2));
    hq_.next("POST /Token", 200, tokens("a2", "r2"));
    EXPECT_EQ(run(one->token()), "a2");
}

TEST_F(Staying, RenewsNothingThatItCouldNotKeep) {
    store(std::chrono::minutes(1));
    std::filesystem::create_directories(folder_ / "login.new" / "in the way");
    const auto refused = run(process()->token());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "login.file");
    EXPECT_TRUE(hq_.log.empty());
}

TEST_F(Staying, EndsWhenSomebodyLoggedOut) {
    store(std::chrono::hours(1));
    const auto one = process();
    EXPECT_EQ(run(one->token()), "a1");
    EXPECT_EQ(run(forget_login(folder_ / "login", clock_)), true);
    const auto ended = run(one->token());
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, "login.missing");
}

TEST_F(Staying, IsForgottenOnlyAfterARenewalThatIsUnderWay) {
    store(std::chrono::hours(1));
    auto lock = std::make_unique<LoginLock>(run(file().lock(clock_)).value());
    int waits = 0;
    Meanwhile clock([&] {
        EXPECT_TRUE(std::filesystem::exists(folder_ / "login"));
        if (++waits == 3) lock.reset();
    });
    EXPECT_EQ(run(forget_login(folder_ / "login", clock)), true);
    EXPECT_EQ(waits, 3);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "login.lock"));
}

TEST_F(Staying, TakesAnyLifetimeThatIsSaid) {
    const auto good_for = [&](const std::string& expires_in) {
        hq_.next("POST /Token", 200, R"({"access_token":"a","expires_in":)" + expires_in + "}");
        return run(fetch_tokens({.api_url = hq_.base, .client_id = "x"}, "", hq_, clock_))
            ->lifetime;
    };
    EXPECT_EQ(good_for("1800"), std::chrono::seconds(1800));
    EXPECT_EQ(good_for("\"1800\""), std::chrono::seconds(1800));
    EXPECT_EQ(good_for("9223372036854775807"), std::chrono::hours(366 * 24));
    EXPECT_EQ(good_for("-5"), std::chrono::hours(1));
    EXPECT_EQ(good_for("null"), std::chrono::hours(1));
}

TEST(Refused, ShowsNothingButAWordOfWhatHqSays) {
    EXPECT_EQ(plain_reason("invalid_grant"), "invalid_grant");
    EXPECT_EQ(plain_reason("\x1b[2J<b>"), "  2J b ");
    EXPECT_EQ(plain_reason(std::string(100, 'a')).size(), 60U);
}

Task<void> visit(std::string address, std::string target, std::string* shown) {
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::socket socket(executor);
    const auto colon = address.rfind(':');
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
    const asio::ip::tcp::endpoint place(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(place, asio::use_awaitable);
    const auto request = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    std::array<char, 1024> part{};
    const auto size = co_await socket.async_read_some(asio::buffer(part), asio::use_awaitable);
    shown->assign(part.data(), size);
}

Task<void> say_nothing(std::string address, std::vector<asio::ip::tcp::socket>* open) {
    asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    const asio::ip::tcp::endpoint place(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(place, asio::use_awaitable);
    open->push_back(std::move(socket));
}

// Browsers open connections in advance; anybody on this machine may do so too.
TEST(Redirect, IsNotHeldUpByThoseWhoSayNothing) {
    asio::io_context context;
    const auto listener = RedirectListener::open(context, 0).value();
    std::vector<asio::ip::tcp::socket> silent;
    std::string shown;
    Result<std::string> code;
    const auto all = [&]() -> Task<void> {
        for (int i = 0; i < 40; ++i)
            co_await say_nothing(listener->redirect_uri(), &silent);
        co_await visit(listener->redirect_uri(), "/hqsync?code=abc&state=s1", &shown);
    };
    const auto wait = [&]() -> Task<void> {
        code = co_await listener->code(attempt, std::chrono::seconds(8));
    };
    asio::co_spawn(context, wait(), asio::detached);
    asio::co_spawn(context, all(), asio::detached);
    context.run();
    EXPECT_EQ(code, "abc");
    EXPECT_THAT(shown, HasSubstr("200 OK"));
}

TEST(Redirect, TakesTheCodeOfItsOwnLoginOnly) {
    asio::io_context context;
    const auto listener = RedirectListener::open(context, 0).value();
    std::string first;
    std::string second;
    std::string third;
    Result<std::string> code;
    const auto all = [&]() -> Task<void> {
        co_await visit(listener->redirect_uri(), "/favicon.ico", &first);
        co_await visit(listener->redirect_uri(), "/hqsync?code=x&state=falsch", &second);
        co_await visit(listener->redirect_uri(), "/hqsync?code=abc&state=s1", &third);
    };
    const auto wait = [&]() -> Task<void> {
        code = co_await listener->code(attempt, std::chrono::seconds(20));
    };
    asio::co_spawn(context, wait(), asio::detached);
    asio::co_spawn(context, all(), asio::detached);
    context.run();
    EXPECT_EQ(code, "abc");
    EXPECT_THAT(first, HasSubstr("404"));
    EXPECT_THAT(second, HasSubstr("400"));
    EXPECT_THAT(third, HasSubstr("200 OK"));
}

}  // namespace
}  // namespace hqsync::hellohq
