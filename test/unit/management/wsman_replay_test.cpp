// Recorded conversations, call by call over real sockets: what was asked, and what came of it.
#include <array>

#include <gmock/gmock.h>

#include "async/await.hpp"
#include "base/base64.hpp"
#include "http/client.hpp"
#include "management/wsman_shell.hpp"
#include "unit/management/wsman_played_server.hpp"

namespace hqsync::management::wsman {
namespace {

using test::between;
using test::ScriptedServer;

std::string attribute_of(const std::string& xml, const std::string& name) {
    const auto at = xml.find(" " + name + "=\"");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 3;
    return xml.substr(begin, xml.find('"', begin) - begin);
}

std::string body_of(const std::string& xml) {
    return xml.substr(xml.find(":Body"));
}

/// Does what was recorded; answers how many octets came.
class Player {
public:
    Player(WsmanShell& shell, asio::io_context& context) : shell_(shell), context_(context) {}

    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }

    void play(const test::Recorded& one) {
        const auto body = body_of(one.request);
        const auto id = attribute_of(body, "CommandId");
        const auto content = [&](const char* name) {
            return from_base64(between(body, name)).value();
        };
        if (body.find("<rsp:Shell ") != std::string::npos) {
            const auto made = run(
                shell_.create({attribute_of(body, "ShellId"), content("creationXml"), "2.3", {}}));
            ASSERT_TRUE(made) << one.file << to_text(made.error());
            EXPECT_EQ(*made, between(one.response, "ShellId"));
        } else if (body.find("<rsp:CommandLine") != std::string::npos) {
            const auto begun = run(shell_.command(id, content("Arguments")));
            ASSERT_TRUE(begun) << one.file;
            EXPECT_EQ(*begun, between(one.response, "CommandId"));
        } else if (body.find("<rsp:Send>") != std::string::npos) {
            EXPECT_TRUE(run(shell_.send(id, attribute_of(body, "Name"), content("Stream"))));
        } else if (body.find("<rsp:Receive>") != std::string::npos) {
            receive(one, id);
        } else if (body.find("<rsp:Signal") != std::string::npos) {
            EXPECT_TRUE(run(shell_.signal(id, management::Signal::ctrl_c)));
        } else {
            EXPECT_TRUE(run(shell_.remove()));
        }
    }

    std::size_t octets = 0;
    std::size_t waits = 0;
    std::size_t gone = 0;

private:
    void receive(const test::Recorded& one, const std::string& id) {
        const auto got = run(shell_.receive(id));
        if (one.response.find("InvalidSelectors") != std::string::npos) {
            ++gone;
            ASSERT_FALSE(got);
            EXPECT_EQ(got.error().code, "shell.gone");
            return;
        }
        ASSERT_TRUE(got) << one.file << to_text(got.error());
        for (const auto& chunk : got->chunks)
            octets += chunk.bytes.size();
        if (one.response.find("TimedOut") != std::string::npos) {
            ++waits;
            EXPECT_TRUE(got->chunks.empty());
        }
        EXPECT_EQ(got->is_done, one.response.find("CommandState/Done") != std::string::npos);
    }

    WsmanShell& shell_;
    asio::io_context& context_;
};

TEST(WsmanReplay, DoesWhatWasRecorded) {
    asio::io_context context;
    http::Client client(context, {});
    PasswordTransport transport({.authentication = Authentication::basic, .user = "admin"}, client);

    constexpr auto played = std::to_array<const char*>(
        {"test_psrp_open_runspace", "test_psrp_error_failed", "test_psrp_with_jea_configuration",
         "test_psrp_get_command_metadata", "test_psrp_small_msg_size", "test_psrp_with_input",
         "test_psrp_long_running_cmdlet", "test_psrp_multiple_commands",
         "test_psrp_receive_failure", "test_psrp_set_runspaces"});
    if (test::recorded(played[0]).empty()) GTEST_SKIP() << "no recordings here";
    std::size_t waits = 0;
    std::size_t gone = 0;
    for (const auto* name : played) {
        const auto all = test::recorded(name);
        ScriptedServer server{test::RecordedServer(all)};
        WsmanShell shell(
            {.url = server.url() + "/PowerShell/",
             .resource_uri = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"},
            transport);
        shell.agreed_protocol("2.3");
        Player player(shell, context);
        for (const auto& one : all)
            player.play(one);
        EXPECT_GT(player.octets, 500U) << name;
        EXPECT_EQ(server.asked().size(), all.size()) << name;
        waits += player.waits;
        gone += player.gone;
    }
    EXPECT_EQ(waits, 2U);
    EXPECT_EQ(gone, 1U);
}

}  // namespace
}  // namespace hqsync::management::wsman
