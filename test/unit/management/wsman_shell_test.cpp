// The shell over real sockets: recorded servers replayed, and servers that fail.
#include "management/wsman_shell.hpp"

#include <algorithm>
#include <array>

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "async/await.hpp"
#include "http/client.hpp"
#include "unit/management/wsman_played_server.hpp"

namespace hqsync::management::wsman {
namespace {

using test::action;
using test::answered;
using test::Asked;
using test::between;
using test::kept_answer;
using test::ScriptedServer;
using test::soap_fault;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view created =
    R"(<x:ResourceCreated xmlns:x="x"><ReferenceParameters><SelectorSet>)"
    R"(<Selector Name="ShellId">SERVERS-ID</Selector></SelectorSet></ReferenceParameters>)"
    R"(</x:ResourceCreated><rsp:Shell xmlns:rsp="r"><rsp:IdleTimeOut>PT900.000S</rsp:IdleTimeOut>)"
    R"(</rsp:Shell>)";

class WsmanShellTest : public testing::Test {
protected:
    WsmanShell shell_at(const std::string& url) {
        ShellOptions options;
        options.url = url;
        options.redirects = redirects_;
        options.create_timeout = options.operation_timeout = options.receive_timeout =
            Milliseconds(1000);
        options.network_delay = delay_;
        options.resource_uri = resource_;
        return {options, transport_};
    }
    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }
    static ShellRequest wanted() { return {"OUR-ID", "creation", "2.3", {}}; }

    asio::io_context context_;
    http::Client client_{context_, {}};
    PasswordTransport transport_{
        {.authentication = Authentication::basic, .user = "AGENTUR\\admin", .password = "s3cret"},
        client_};
    RedirectRules redirects_;
    Milliseconds delay_{5000};
    std::string resource_{exchange_resource};
};

TEST_F(WsmanShellTest, TellsItsVersionAndLogsInByBasic) {
    ScriptedServer server([](const Asked& asked) { return answered(asked, created); });
    auto shell = shell_at(server.url() + "/PowerShell/");
    EXPECT_EQ(run(shell.create(wanted())).value(), "SERVERS-ID");
    EXPECT_EQ(shell.idle_timeout(), Milliseconds(900'000));
    const auto asked = server.asked().at(0);
    EXPECT_EQ(asked.target, "/PowerShell?PSVersion=5.1.14393.2248");
    EXPECT_EQ(asked.headers.at("authorization"), "Basic QUdFTlRVUlxhZG1pbjpzM2NyZXQ=");
    EXPECT_EQ(asked.headers.at("content-type"), "application/soap+xml;charset=UTF-8");
    EXPECT_THAT(asked.body, HasSubstr("powershell/Microsoft.Exchange</wsman:ResourceURI>"));
    EXPECT_THAT(asked.body, HasSubstr(server.url() + "/PowerShell?PSVersion"));
}

TEST_F(WsmanShellTest, TakesAWrongPasswordToTheServerOnce) {
    ScriptedServer server([](const Asked&) {
        return kept_answer(401, "", "WWW-Authenticate: Basic realm=\"x\"\r\n");
    });
    auto shell = shell_at(server.url() + "/PowerShell/");
    for (int i = 0; i < 3; ++i) {
        const auto refused = run(shell.create(wanted()));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "login.refused");
        EXPECT_EQ(refused.error().reach, Reach::configuration);
        EXPECT_THAT(refused.error().detail, HasSubstr("it offers Basic"));
        EXPECT_EQ(refused.error().detail.find("s3cret"), std::string::npos);
    }
    EXPECT_EQ(server.asked().size(), 1U);
}

TEST_F(WsmanShellTest, SaysHowTheServerWantsTheLogin) {
    ScriptedServer server(
        [](const Asked&) { return kept_answer(401, "", "WWW-Authenticate: Kerberos\r\n"); });
    auto shell = shell_at(server.url() + "/PowerShell/");
    const auto refused = run(shell.create(wanted()));
    EXPECT_THAT(refused.error().detail, HasSubstr("it offers Kerberos"));
    EXPECT_THAT(refused.error().detail, HasSubstr("-BasicAuthentication $true"));
}

TEST_F(WsmanShellTest, LogsInByNtlmOnOneConnectionAndOnce) {
    if (!http::abilities().ntlm) GTEST_SKIP() << "this libcurl has no NTLM";
    // MS-NLMP, CHALLENGE_MESSAGE: no target, a fixed challenge.
    constexpr std::string_view challenge =
        "WWW-Authenticate: NTLM "
        "TlRMTVNTUAACAAAAAAAAADAAAAABggAAASNFZ4mrze8AAAAAAAAAAAAAAAAwAAAA\r\n";
    const Account account{
        .authentication = Authentication::ntlm, .user = "AGENTUR\\admin", .password = "s3cret"};
    PasswordTransport good(account, client_);
    ScriptedServer server([=](const Asked& asked) {
        if (asked.body.empty()) return kept_answer(401, "", challenge);
        return answered(asked, created);
    });
    WsmanShell shell({.url = server.url()}, good);
    EXPECT_TRUE(run(shell.create(wanted())));
    EXPECT_EQ(server.asked().size(), 2U);
    EXPECT_EQ(server.asked()[1].connection, 1);

    PasswordTransport wrong(account, client_);
    ScriptedServer refusing([=](const Asked& asked) {
        return kept_answer(401, "", asked.body.empty() ? challenge : "WWW-Authenticate: NTLM\r\n");
    });
    WsmanShell refused({.url = refusing.url()}, wrong);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(run(refused.create(wanted())).error().code, "login.refused");
    EXPECT_EQ(refusing.asked().size(), 2U) << "the two steps of one login";
}

TEST_F(WsmanShellTest, SendsNoPasswordOverPlainHttp) {
    auto shell = shell_at("http://mail.agentur.example/PowerShell/");
    const auto refused = run(shell.create(wanted()));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "shell.plain_http");
    EXPECT_EQ(refused.error().reach, Reach::configuration);
}

TEST_F(WsmanShellTest, MayBePermittedToSendItOverPlainHttp) {
    PasswordTransport permitted({.authentication = Authentication::basic,
                                 .user = "admin",
                                 .password = "s3cret",
                                 .permits_plain_http = true},
                                client_);
    // Discard's port: nobody listens there, but the request was let through to libcurl.
    WsmanShell shell({.url = "http://127.0.0.2:9/PowerShell/", .network_delay = delay_}, permitted);
    EXPECT_EQ(run(shell.create(wanted())).error().code, "http.connect");
}

TEST_F(WsmanShellTest, AsksNothingOfExchangeOnlinesOldAddress) {
    auto shell = shell_at("https://outlook.office365.com/powershell-liveid/");
    EXPECT_EQ(run(shell.create(wanted())).error().code, "shell.retired");
}

TEST_F(WsmanShellTest, SaysThatTooManySessionsAreOpen) {
    ScriptedServer server([](const Asked& asked) {
        return soap_fault(
            asked, 2150859173,
            "This user is allowed a maximum number of 18 concurrent shells, which has been "
            "exceeded.");
    });
    auto shell = shell_at(server.url());
    const auto full = run(shell.create(wanted()));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, "shell.too_many");
    EXPECT_EQ(full.error().retry_after, Milliseconds(900'000));
    EXPECT_THAT(full.error().detail, HasSubstr("maximum number of 18"));
    EXPECT_TRUE(run(shell.remove())) << "nothing was opened";
    EXPECT_EQ(server.asked().size(), 1U);
}

TEST_F(WsmanShellTest, IsNotLedElsewhereUnlessAllowed) {
    ScriptedServer server([](const Asked&) {
        return kept_answer(302, "", "Location: https://mail2.agentur.example/PowerShell/\r\n");
    });
    auto shell = shell_at(server.url());
    const auto refused = run(shell.create(wanted()));
    EXPECT_EQ(refused.error().code, "shell.redirect");
    EXPECT_EQ(server.asked().size(), 1U);
}

TEST_F(WsmanShellTest, IsLedToExchangeOnlineInVain) {
    redirects_ = {true, {".office365.com"}};
    ScriptedServer server([](const Asked&) {
        return kept_answer(302, "",
                           "Location: https://outlook.office365.com/powershell-liveid\r\n");
    });
    auto shell = shell_at(server.url());
    EXPECT_EQ(run(shell.create(wanted())).error().code, "shell.retired");
}

TEST_F(WsmanShellTest, RefusesARedirectOfWhatIsNotCreate) {
    ScriptedServer server([](const Asked& asked) {
        if (action(asked) == "Create") return answered(asked, created);
        return kept_answer(302, "", "Location: https://mail2.agentur.example/\r\n");
    });
    auto shell = shell_at(server.url());
    ASSERT_TRUE(run(shell.create(wanted())));
    EXPECT_EQ(run(shell.receive("")).error().code, "shell.redirect");
}

TEST_F(WsmanShellTest, IsGivenBackByTheIdThatWasProposedWhenCreateGotNoAnswer) {
    ScriptedServer server([](const Asked& asked) {
        if (action(asked) == "Create") return std::string();
        return answered(asked, "");
    });
    auto shell = shell_at(server.url());
    const auto lost = run(shell.create(wanted()));
    ASSERT_FALSE(lost);
    EXPECT_TRUE(lost.error().outcome_unknown);
    EXPECT_TRUE(run(shell.remove()));
    const auto asked = server.asked();
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(action(asked[1]), "Delete");
    EXPECT_THAT(asked[1].body, HasSubstr("OUR-ID"));
}

TEST_F(WsmanShellTest, TakesNoNameForASessionThatATerminalWouldActOn) {
    for (const auto* name : {"A\u009b2J", "", "A B"}) {
        ScriptedServer server([name](const Asked& asked) {
            auto answer = std::string(created);
            answer.replace(answer.find("SERVERS-ID"), 10, name);
            return answered(asked, action(asked) == "Create" ? answer : "");
        });
        auto shell = shell_at(server.url());
        const auto odd = run(shell.create(wanted()));
        ASSERT_FALSE(odd) << name;
        EXPECT_TRUE(odd.error().outcome_unknown);
        EXPECT_TRUE(run(shell.remove()));
        EXPECT_THAT(server.asked().at(1).body, HasSubstr("OUR-ID"));
    }
}

TEST_F(WsmanShellTest, IsGivenBackOnceAndAgainWhenTheConnectionBreaks) {
    int deletes = 0;
    ScriptedServer server([&](const Asked& asked) {
        if (action(asked) == "Create") return answered(asked, created);
        return ++deletes == 1 ? std::string() : soap_fault(asked, 2150858843);
    });
    auto shell = shell_at(server.url());
    ASSERT_TRUE(run(shell.create(wanted())));
    EXPECT_TRUE(run(shell.remove())) << "what the server does not know is removed";
    EXPECT_TRUE(run(shell.remove()));
    EXPECT_EQ(server.asked().size(), 3U);
}

TEST_F(WsmanShellTest, IsNotGivenBackWhileTheServerHasNotDoneIt) {
    int deletes = 0;
    ScriptedServer server([&](const Asked& asked) {
        if (action(asked) == "Create") return answered(asked, created);
        return ++deletes <= 3 ? soap_fault(asked, 2150858793) : answered(asked, "");
    });
    auto shell = shell_at(server.url());
    ASSERT_TRUE(run(shell.create(wanted())));
    const auto late = run(shell.remove());
    ASSERT_FALSE(late) << "nothing came within the operation's time";
    EXPECT_EQ(late.error().code, "shell.failed");
    EXPECT_TRUE(run(shell.remove()));
    EXPECT_EQ(deletes, 4);
}

TEST_F(WsmanShellTest, SendsNothingTwiceWhenTheConnectionBreaks) {
    ScriptedServer server([](const Asked& asked) {
        if (action(asked) == "Create") return answered(asked, created);
        return std::string();
    });
    auto shell = shell_at(server.url());
    ASSERT_TRUE(run(shell.create(wanted())));
    const auto lost = run(shell.command("C", "fragment"));
    EXPECT_EQ(lost.error().code, "http.lost");
    EXPECT_TRUE(lost.error().outcome_unknown);
    EXPECT_EQ(server.asked().size(), 2U);
}

TEST_F(WsmanShellTest, HasADeadline) {
    delay_ = Milliseconds(-800);
    ScriptedServer server([](const Asked&) { return test::silence; });
    auto shell = shell_at(server.url());
    EXPECT_EQ(run(shell.create(wanted())).error().code, "http.timeout");
}

TEST_F(WsmanShellTest, KnowsWhatAWebServerSays) {
    const auto code = [this](int status, std::string_view body, std::string_view type) {
        ScriptedServer server([=](const Asked&) {
            return kept_answer(status, body, fmt::format("Content-Type: {}\r\n", type));
        });
        auto shell = shell_at(server.url());
        return run(shell.create(wanted())).error().code;
    };
    EXPECT_EQ(code(404, "<html/>", "text/html"), "shell.refused");
    EXPECT_EQ(code(403, "no", "text/plain"), "shell.refused");
    EXPECT_EQ(code(503, "Service Unavailable", "text/html"), "shell.failed");
    EXPECT_EQ(code(500, "<not closed", "application/soap+xml"), "shell.failed");
    EXPECT_EQ(code(200, "<html></html>", "text/html"), "wsman.no_soap");
    EXPECT_EQ(code(200, "", "text/html"), "xml.malformed");
    EXPECT_EQ(code(200, std::string(5u << 20, ' '), "text/xml"), "http.too_long");
}

TEST_F(WsmanShellTest, AsksNothingWithoutASession) {
    auto shell = shell_at("http://127.0.0.1:9/");
    EXPECT_EQ(run(shell.receive("")).error().code, "shell.not_open");
    EXPECT_EQ(run(shell.command("C", "x")).error().code, "shell.not_open");
    EXPECT_TRUE(run(shell.remove()));
}

TEST_F(WsmanShellTest, HoldsMoreOnceTheServerTakesMore) {
    auto shell = shell_at("http://127.0.0.1:9/PowerShell/");
    const auto small = shell.max_fragment_blob();
    EXPECT_GT(small, 112'000U);
    EXPECT_LT(small, 115'200U);
    for (const auto* version : {"2.1", "2.0", "1.9", "", "x", "2"}) {
        shell.agreed_protocol(version);
        EXPECT_EQ(shell.max_fragment_blob(), small) << version;
    }
    shell.agreed_protocol("2.2");
    EXPECT_GT(shell.max_fragment_blob(), 380'000U);
    EXPECT_EQ(run(shell.send("", "stdin", std::string(400'000, ' '))).error().code,
              "shell.too_big");
}

TEST_F(WsmanShellTest, OfAnotherProcessIsGivenBack) {
    ScriptedServer server([](const Asked& asked) { return answered(asked, ""); });
    auto shell = shell_at(server.url() + "/PowerShell/");
    shell.adopt("STRAY");
    EXPECT_TRUE(run(shell.remove()));
    EXPECT_TRUE(run(shell.remove()));
    const auto asked = server.asked();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].target, "/PowerShell?PSVersion=5.1.14393.2248");
    EXPECT_THAT(asked[0].body, HasSubstr("Name=\"ShellId\">STRAY<"));
}

TEST_F(WsmanShellTest, ListsThoseOfTheAccount) {
    const auto all = test::recordings();
    const auto listed = std::ranges::find_if(all, [](const test::Recorded& one) {
        return one.response.find("EnumerateResponse") != std::string::npos &&
               one.response.find("ShellInactivity") != std::string::npos;
    });
    if (listed == all.end()) GTEST_SKIP() << "no recordings here";
    ScriptedServer server([&](const Asked& asked) {
        return kept_answer(200, test::related(listed->response, asked.body), test::soap_header);
    });
    auto shell = shell_at(server.url());
    const auto shells = run(shell.shells());
    ASSERT_TRUE(shells) << to_text(shells.error());
    ASSERT_GE(shells->size(), 1U);
    const auto& first = shells->front();
    EXPECT_EQ(first.shell_id.size(), 36U);
    EXPECT_EQ(first.resource_uri, "http://schemas.microsoft.com/powershell/Microsoft.PowerShell");
    EXPECT_EQ(first.owner, "WIN-NNMU24VVKJ0\\vagrant");
    EXPECT_EQ(first.client_address, "10.0.2.2");
    EXPECT_EQ(first.state, "Disconnected");
    EXPECT_EQ(first.idle_timeout, Milliseconds(7'200'000));
    EXPECT_EQ(first.age, Milliseconds(9'000));
    EXPECT_EQ(first.idle_since, Milliseconds(0));
    EXPECT_THAT(server.asked()[0].body, testing::Not(HasSubstr("Selector")));
}

TEST_F(WsmanShellTest, StopsInTheServersOwnSpelling) {
    ScriptedServer server([](const Asked& asked) {
        return answered(asked, action(asked) == "Create" ? created : "<rsp:SignalResponse/>");
    });
    auto shell = shell_at(server.url());
    ASSERT_TRUE(run(shell.create(wanted())));
    EXPECT_TRUE(run(shell.signal("C", management::Signal::ctrl_c)));
    EXPECT_TRUE(run(shell.signal("C", management::Signal::terminate)));
    const auto asked = server.asked();
    EXPECT_THAT(asked.at(1).body, HasSubstr("<rsp:Code>powershell/signal/crtl_c</rsp:Code>"));
    EXPECT_THAT(asked.at(2).body, HasSubstr("/shell/signal/Terminate</rsp:Code>"));
}

}  // namespace
}  // namespace hqsync::management::wsman
