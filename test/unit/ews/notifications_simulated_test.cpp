// Notifications against the simulator: what is heard, what is lost and found again.
#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <asio/steady_timer.hpp>

#include "async/await.hpp"
#include "ews/exchange.hpp"
#include "graph/exchange.hpp"
#include "http/client.hpp"
#include "sim/server.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::ews {
namespace {

constexpr std::chrono::seconds deadline{30};

class EwsNotifications : public testing::Test {
protected:
    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }
    void control(std::string method, std::string path, std::string body = "") {
        http::Request request{.method = std::move(method),
                              .url = server_->url() + "/sim/" + path,
                              .headers = {{"Content-Type", "application/json"}}};
        request.body = std::move(body);
        const auto answer = run(client_.send(std::move(request)));
        ASSERT_TRUE(answer) << to_text(answer.error());
        ASSERT_EQ(answer->status, 200) << answer->body;
    }
    /// How many subscriptions the simulator has.
    std::string subscriptions() {
        http::Request request{.url = server_->url() + "/sim/counters"};
        const auto answer = run(client_.send(std::move(request)));
        const auto& text = answer->body;
        const std::string name = "\"subscriptions\":";
        const auto at = text.find(name) + name.size();
        return text.substr(at, text.find_first_of(",}", at) - at);
    }
    std::vector<Folder> open(const MailboxAddress& mailbox) {
        return run(exchange_->mailbox(mailbox)->open_folders(
                       {}, {FolderRole::mine, FolderRole::global}, Mailbox::Trust::nothing))
            .value();
    }
    Watched watched(const MailboxAddress& mailbox) {
        Watched result{mailbox, {}};
        for (const auto& folder : open(mailbox))
            result.folders.push_back(folder.id);
        return result;
    }
    /// Somebody else's edit.
    void edit(const MailboxAddress& mailbox) {
        auto theirs = graph_->mailbox(mailbox);
        const auto folders =
            run(theirs->open_folders({}, {FolderRole::mine}, Mailbox::Trust::nothing)).value();
        CreateItem create{folders.at(0).id, {"hq", ContactId(1)}, {}};
        create.card[Field::given_name] = "Ute";
        std::vector<Write> writes;
        writes.emplace_back(std::move(create));
        ASSERT_TRUE(run(theirs->apply(std::move(writes))).at(0));
    }
    Task<bool> wait_for(std::function<bool()> test) {
        asio::steady_timer timer(context_);
        const auto end = std::chrono::steady_clock::now() + deadline;
        while (!test() && std::chrono::steady_clock::now() < end) {
            timer.expires_after(std::chrono::milliseconds(10));
            co_await timer.async_wait(asio::use_awaitable);
        }
        co_return test();
    }
    /// The mailbox was told at least once since this was last asked.
    bool is_told(const MailboxAddress& mailbox) {
        const bool told = run(wait_for([&] { return heard_[mailbox] > 0; }));
        heard_[mailbox] = 0;
        return told;
    }
    bool are_watched(std::size_t count) {
        return run(wait_for([&] { return notifications_->watched() == count; }));
    }
    void watch(std::vector<Watched> mailboxes) { run(watching(std::move(mailboxes))); }
    Task<bool> watching(std::vector<Watched> mailboxes) {
        co_await notifications_->watch(std::move(mailboxes));
        co_return true;
    }
    Task<bool> ending() {
        co_await notifications_->end();
        co_return true;
    }
    void connect_with(Options options) {
        options.ews_url = server_->url() + "/EWS/Exchange.asmx";
        options.authentication = Authentication::basic;
        options.user = "hqsync";
        options.password = "simulator";
        notifications_.reset();
        exchange_ = connect(std::move(options), client_, clock_).value();
        notifications_ =
            exchange_->notifications([this](const MailboxAddress& mailbox) { ++heard_[mailbox]; });
    }
    void SetUp() override { connect_with({}); }
    void watch_anna_and_ben() {
        watch({watched(anna_), watched(ben_)});
        ASSERT_TRUE(are_watched(2));
        ASSERT_TRUE(is_told(anna_));
        ASSERT_TRUE(is_told(ben_));
    }

    const MailboxAddress anna_{"anna@agentur.example"};
    const MailboxAddress ben_{"ben@agentur.example"};
    asio::io_context context_;
    http::Client client_{context_, {}};
    test::TestClock clock_;
    std::unique_ptr<sim::Server> server_ = sim::Server::start({.port = 0}).value();
    std::unique_ptr<Exchange> exchange_;
    std::unique_ptr<Exchange> graph_ = graph::connect({.graph_url = server_->url(),
                                                       .login_url = server_->url(),
                                                       .tenant = "demo",
                                                       .client_id = "hqsync",
                                                       .client_secret = "simulator"},
                                                      client_, clock_)
                                           .value();
    std::map<MailboxAddress, int> heard_;
    std::unique_ptr<hqsync::Notifications> notifications_;
};

TEST_F(EwsNotifications, TellWhichMailboxChanged) {
    watch_anna_and_ben();
    edit(ben_);
    EXPECT_TRUE(is_told(ben_));
    EXPECT_EQ(heard_[anna_], 0);
}

TEST_F(EwsNotifications, AreThereForBothFolders) {
    watch_anna_and_ben();
    const auto folders = open(anna_);
    for (const auto& folder : folders) {
        CreateItem create{folder.id, {"hq", ContactId(7)}, {}};
        create.card[Field::given_name] = "Ute";
        std::vector<Write> writes;
        writes.emplace_back(std::move(create));
        ASSERT_TRUE(run(exchange_->mailbox(anna_)->apply(std::move(writes))).at(0));
        EXPECT_TRUE(is_told(anna_)) << name(folder.role);
    }
}

TEST_F(EwsNotifications, TellALostSubscriptionAndGoOn) {
    watch_anna_and_ben();
    control("POST", "faults",
            R"({"kind": "lose_subscriptions", "mailbox": "anna@agentur.example"})");
    EXPECT_TRUE(is_told(anna_)) << "what happened meanwhile is not known";
    ASSERT_TRUE(are_watched(2));
    heard_.clear();
    edit(anna_);
    EXPECT_TRUE(is_told(anna_));
}

TEST_F(EwsNotifications, TellABrokenStreamAndGoOn) {
    watch_anna_and_ben();
    control("POST", "faults", R"({"kind": "drop_streams"})");
    EXPECT_TRUE(is_told(anna_));
    EXPECT_TRUE(is_told(ben_));
    ASSERT_TRUE(are_watched(2));
    edit(ben_);
    EXPECT_TRUE(is_told(ben_));
    EXPECT_THAT(clock_.pauses, testing::Contains(std::chrono::seconds(1)));
    EXPECT_EQ(subscriptions(), "2") << "the old ones were given back";
}

TEST_F(EwsNotifications, TakeSilenceForABrokenStream) {
    connect_with({.stream_silence = Milliseconds(1'000)});
    watch_anna_and_ben();
    EXPECT_TRUE(is_told(anna_)) << "the simulator's sign of life comes after 45 s";
}

TEST_F(EwsNotifications, LeaveOutAMailboxThatFailsAndTryItAgain) {
    control("POST", "limits", R"({"heartbeat_seconds": 1})");
    const auto anna = watched(anna_);
    const auto ben = watched(ben_);
    control("POST", "people", R"({"deny_impersonation": "anna@agentur.example"})");
    watch({anna, ben});
    ASSERT_TRUE(is_told(ben_));
    EXPECT_TRUE(are_watched(1));
    edit(ben_);
    EXPECT_TRUE(is_told(ben_));
    control("DELETE", "people");
    clock_.advance(std::chrono::minutes(2));
    EXPECT_TRUE(are_watched(2));
    EXPECT_TRUE(is_told(anna_));
}

TEST_F(EwsNotifications, WatchAnAliasUnderItsOwnName) {
    const auto team = watched(MailboxAddress("team@agentur.example"));
    control("POST", "people",
            R"({"alias": "anna@agentur.example", "primary": "team@agentur.example"})");
    watch({{anna_, team.folders}});
    EXPECT_TRUE(is_told(anna_));
    edit(team.mailbox);
    EXPECT_TRUE(is_told(anna_));
}

TEST_F(EwsNotifications, EndForAMailboxThatIsNotWantedAnyMore) {
    control("POST", "limits", R"({"heartbeat_seconds": 1})");
    watch_anna_and_ben();
    watch({watched(ben_)});
    EXPECT_TRUE(are_watched(1));
    edit(anna_);
    edit(ben_);
    EXPECT_TRUE(is_told(ben_));
    EXPECT_EQ(heard_[anna_], 0);
}

TEST_F(EwsNotifications, GiveTheirSubscriptionsBackInTheEnd) {
    watch_anna_and_ben();
    EXPECT_EQ(subscriptions(), "2");
    run(ending());
    EXPECT_EQ(subscriptions(), "0");
    edit(ben_);
    EXPECT_EQ(heard_[ben_], 0);
}

TEST_F(EwsNotifications, AreNoneWithoutStreams) {
    connect_with({.streams = 0});
    EXPECT_EQ(notifications_, nullptr);
}

}  // namespace
}  // namespace hqsync::ews
