// Whole sessions over real sockets: PowerShell remoting in envelopes, against recorded servers.
#include <gmock/gmock.h>

#include "async/await.hpp"
#include "http/client.hpp"
#include "management/psrp_session.hpp"
#include "management/wsman_shell.hpp"
#include "unit/management/wsman_played_server.hpp"

namespace hqsync::management {
namespace {

using testing::StartsWith;

class WsmanPsrp : public testing::Test {
protected:
    /// A session with the recorded server.
    void replay(const std::string& name) {
        const auto all = test::recorded(name);
        if (all.empty()) GTEST_SKIP() << "no recordings here";
        server_ = std::make_unique<test::ScriptedServer>(test::RecordedServer(all));
        shell_.emplace(wsman::ShellOptions{.url = server_->url() + "/PowerShell/"}, transport_);
        session_.emplace(*shell_, clock_, PsrpOptions{.seed = 7});
        const auto opened = run(session_->open());
        ASSERT_TRUE(opened) << to_text(opened.error());
    }
    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }
    void expect_given_back() {
        EXPECT_TRUE(run(session_->close()));
        EXPECT_EQ(test::action(server_->asked().back()), "Delete");
    }

    asio::io_context context_;
    http::Client client_{context_, {}};
    SystemClock clock_;
    wsman::PasswordTransport transport_{
        {.authentication = wsman::Authentication::basic, .user = "admin", .password = "s3cret"},
        client_};
    std::unique_ptr<test::ScriptedServer> server_;
    std::optional<wsman::WsmanShell> shell_;
    std::optional<PsrpSession> session_;
};

TEST_F(WsmanPsrp, ASessionIsOpenedAndGivenBack) {
    replay("test_psrp_open_runspace");
    if (!session_) return;
    EXPECT_EQ(session_->server_version(), "5.1.14393.2248");
    EXPECT_GT(shell_->max_fragment_blob(), 380'000U) << "the server's version was heard";
    expect_given_back();
}

TEST_F(WsmanPsrp, TheCommandsOfTheServerAreImported) {
    replay("test_psrp_get_command_metadata");
    if (!session_) return;
    const auto commands = run(session_->commands());
    ASSERT_TRUE(commands) << to_text(commands.error());
    ASSERT_EQ(commands->size(), 3U);
    EXPECT_EQ(commands->front().name, "New-PSSession");
    EXPECT_EQ(run(session_->commands())->size(), 2U);
    EXPECT_TRUE(run(session_->commands()));
    expect_given_back();
}

TEST_F(WsmanPsrp, ACommandThatFailsLeavesTheSessionOpen) {
    replay("test_psrp_error_failed");
    if (!session_) return;
    const auto output = run(session_->run({"Write-Error", {}, {}}));
    ASSERT_FALSE(output);
    EXPECT_THAT(to_text(output.error()), StartsWith("command.failed: Write-Error: error"));
    expect_given_back();
}

}  // namespace
}  // namespace hqsync::management
