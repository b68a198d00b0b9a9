// Commands over REST against a server on a real socket: pages, waits, tokens, and what fails.
#include "management/rest_session.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

#include <fmt/format.h>

#include "async/await.hpp"
#include "http/client.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/login/test_clock.hpp"
#include "unit/management/wsman_recordings.hpp"

namespace hqsync::management::rest {
namespace {

using clixml::Value;
using test::Asked;
using test::kept_answer;
using test::Script;
using test::ScriptedServer;
using testing::ElementsAre;
using testing::HasSubstr;

std::string page(std::string_view value, std::string_view more = "") {
    return kept_answer(200, fmt::format(R"({{"value":[{}]{}}})", value, more),
                       "Content-Type: application/json\r\n");
}

std::string refusal(int status, std::string_view type, std::string_view headers = "") {
    return kept_answer(status,
                       fmt::format(R"({{"error":{{"code":"x","message":"m","innererror":{{)"
                                   R"("internalexception":{{"message":"words","type":"{}"}}}}}}}})",
                                   type),
                       headers);
}

class RestSessionTest : public testing::Test {
protected:
    RestSession session_at(const std::string& url) {
        options_.url = url;
        options_.tenant = "agentur.example";
        return {options_,
                {[this] { return token(); },
                 [this](const std::string& token) { refused_.push_back(token); }},
                client_,
                clock_};
    }
    Task<Result<std::string>> token() {
        if (token_fault_) co_return fail(*token_fault_);
        co_return fmt::format("token{}", refused_.size());
    }
    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }
    /// The command against a server of this script.
    Result<Output> answered(Script script, Command command = {"Get-Mailbox", {}, {}}) {
        server_ = std::make_unique<ScriptedServer>(std::move(script));
        auto session = session_at(server_->url());
        return run(session.run(std::move(command)));
    }

    asio::io_context context_;
    http::Client client_{context_, {}};
    test::TestClock clock_;
    Options options_;
    std::vector<std::string> refused_;
    std::optional<Fault> token_fault_;
    std::unique_ptr<ScriptedServer> server_;
};

TEST_F(RestSessionTest, SaysWhoItIsAndWhatItWants) {
    const auto output = answered([](const Asked&) { return page(R"({"Name":"A"})"); },
                                 {"Get-Mailbox", {{"Identity", Value("u1@agentur.example")}}});
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(clixml::to_text(*clixml::property(output->objects.at(0), "Name")), "A");
    EXPECT_FALSE(output->is_truncated);
    const auto asked = server_->asked().at(0);
    EXPECT_EQ(asked.method, "POST");
    EXPECT_EQ(asked.target, "/adminapi/beta/agentur.example/InvokeCommand");
    EXPECT_EQ(asked.body, R"({"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":)"
                          R"({"Identity":"u1@agentur.example"}}})");
    const std::map<std::string, std::string> expected = {
        {"authorization", "Bearer token0"},
        {"content-type", "application/json"},
        {"accept", "application/json"},
        {"prefer", "odata.maxpagesize=1000"},
        {"x-cmdletname", "Get-Mailbox"},
        {"x-responseformat", "json"},
        {"x-serializationlevel", "Partial"},
        {"x-anchormailbox",
         "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@agentur.example"}};
    for (const auto& [name, value] : expected)
        EXPECT_EQ(asked.headers.at(name), value);
    EXPECT_EQ(asked.headers.at("connection-id").size(), 36U);
    EXPECT_NE(asked.headers.at("client-request-id"), asked.headers.at("connection-id"));
}

TEST_F(RestSessionTest, FollowsThePagesByTheSameBody) {
    const auto output = answered([](const Asked& asked) {
        const auto base = "http://" + asked.headers.at("host");
        if (asked.target.ends_with("InvokeCommand"))
            return page("1,2", fmt::format(R"(,"@odata.nextLink":"{}/next?p=2")", base));
        if (asked.target.ends_with("p=2"))
            return page("3", fmt::format(R"(,"@odata.nextLink":"{}/next?p=3")", base));
        return page("4");
    });
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(output->objects.size(), 4U);
    EXPECT_FALSE(output->is_truncated);
    const auto asked = server_->asked();
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[2].method, "POST");
    EXPECT_EQ(asked[2].body, asked[0].body);
    EXPECT_EQ(asked[2].headers.at("x-anchormailbox"), asked[0].headers.at("x-anchormailbox"));
}

TEST_F(RestSessionTest, TakesNoTokenToAnotherHost) {
    const auto output = answered([](const Asked&) {
        return page("1", R"(,"@odata.nextLink":"https://evil.example/next")");
    });
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, "rest.malformed");
}

TEST_F(RestSessionTest, HasALimitOfPages) {
    options_.pages_max = 3;
    const auto output = answered([](const Asked& asked) {
        return page(
            "1", fmt::format(R"(,"@odata.nextLink":"http://{}/again")", asked.headers.at("host")));
    });
    ASSERT_TRUE(output);
    EXPECT_EQ(output->objects.size(), 3U);
    EXPECT_TRUE(output->is_truncated);
}

TEST_F(RestSessionTest, HasALimitOfOctets) {
    options_.octets_max = 1'000;
    options_.pages_max = 20;
    const auto output = answered([](const Asked& asked) {
        return page(
            fmt::format("\"{}\"", std::string(300, 'a')),
            fmt::format(R"(,"@odata.nextLink":"http://{}/again")", asked.headers.at("host")));
    });
    ASSERT_TRUE(output);
    EXPECT_EQ(output->objects.size(), 3U);
    EXPECT_TRUE(output->is_truncated);
}

TEST_F(RestSessionTest, BeginsAgainOnceWhenThePagingIsLost) {
    const auto lost = R"({"error":{"code":"BadRequest","message":"Expired or Invalid pagination )"
                      R"(request. Default Expiry time is 00:30:00"}})";
    int asked_twice = 0;
    const auto output = answered([&](const Asked& asked) {
        if (!asked.target.ends_with("InvokeCommand")) return kept_answer(400, lost);
        if (++asked_twice == 2) return page("1,2,3");
        return page("1",
                    fmt::format(R"(,"@odata.nextLink":"http://{}/n")", asked.headers.at("host")));
    });
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(output->objects.size(), 3U) << "what was read before is not there twice";
    EXPECT_EQ(server_->asked().back().headers.at("prefer"), "odata.maxpagesize=5000");
    const auto never = answered([&](const Asked& asked) {
        if (!asked.target.ends_with("InvokeCommand")) return kept_answer(400, lost);
        return page("1",
                    fmt::format(R"(,"@odata.nextLink":"http://{}/n")", asked.headers.at("host")));
    });
    EXPECT_EQ(never.error().code, "rest.paging_lost");
    EXPECT_EQ(server_->asked().size(), 4U);
}

TEST_F(RestSessionTest, CallsAnOutputWithWarningsIncomplete) {
    const auto warned = R"(,"@adminapi.warnings":["there are more results"])";
    const auto read = answered([=](const Asked&) { return page("1", warned); });
    EXPECT_THAT(read->warnings, ElementsAre("there are more results"));
    EXPECT_TRUE(read->is_truncated);
    const auto written =
        answered([=](const Asked&) { return page("", warned); }, {"Set-Mailbox", {}, {}});
    EXPECT_FALSE(written->is_truncated);
}

TEST_F(RestSessionTest, WaitsAsAskedAndThenLonger) {
    int times = 0;
    const auto output = answered(
        [&](const Asked&) {
            switch (++times) {
                case 1: return kept_answer(429, "", "Retry-After: 30\r\n");
                case 2: return kept_answer(503, "");
                case 3: return refusal(400, "X.ServerBusyException");
                default: return page("1");
            }
        },
        {"New-ManagementScope", {}, {}});
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(times, 4);
    ASSERT_EQ(clock_.pauses.size(), 3U);
    EXPECT_EQ(clock_.pauses[0], Milliseconds(30'000));
    EXPECT_GE(clock_.pauses[1], Milliseconds(3'000));
    EXPECT_LE(clock_.pauses[1], Milliseconds(5'000));
    EXPECT_GE(clock_.pauses[2], Milliseconds(6'000));
    EXPECT_LE(clock_.pauses[2], Milliseconds(10'000));
}

TEST_F(RestSessionTest, GivesUpAfterItsTries) {
    const auto output = answered([](const Asked&) { return kept_answer(429, ""); });
    EXPECT_EQ(output.error().code, "rest.busy");
    EXPECT_TRUE(output.error().transient);
    EXPECT_EQ(server_->asked().size(), 5U);
    EXPECT_EQ(clock_.pauses.size(), 4U);
    const auto long_wait =
        answered([](const Asked&) { return kept_answer(429, "", "Retry-After: 1000\r\n"); });
    EXPECT_EQ(long_wait.error().retry_after, Milliseconds(1'000'000));
    EXPECT_EQ(server_->asked().size(), 1U);
}

TEST_F(RestSessionTest, IsTheSameForTheSameSeed) {
    const auto pauses = [this](std::uint64_t seed) {
        options_.seed = seed;
        clock_.pauses.clear();
        answered([](const Asked&) { return kept_answer(503, ""); });
        return clock_.pauses;
    };
    const auto first = pauses(7);
    EXPECT_EQ(first, pauses(7));
    EXPECT_NE(first, pauses(8));
}

TEST_F(RestSessionTest, RepeatsWhatMayBeDoneAlreadyOnlyWhenItReads) {
    int times = 0;
    const auto script = [&](const Asked&) {
        return ++times == 1 ? kept_answer(504, "") : page("1");
    };
    EXPECT_TRUE(answered(script));
    EXPECT_EQ(times, 2);
    times = 0;
    const auto written = answered(script, {"New-ManagementScope", {}, {}});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, "rest.failed");
    EXPECT_TRUE(written.error().outcome_unknown);
    EXPECT_EQ(times, 1);
}

TEST_F(RestSessionTest, SendsNothingTwiceThatWritesWhenTheConnectionBreaks) {
    int times = 0;
    const auto script = [&](const Asked&) { return ++times == 1 ? std::string() : page("1"); };
    const auto written = answered(script, {"Set-Mailbox", {}, {}});
    EXPECT_EQ(written.error().code, "http.lost");
    EXPECT_TRUE(written.error().outcome_unknown);
    EXPECT_EQ(times, 1);
    times = 0;
    EXPECT_TRUE(answered(script));
}

TEST_F(RestSessionTest, TakesAnotherTokenOnce) {
    const auto renewed = answered([](const Asked& asked) {
        return asked.headers.at("authorization") == "Bearer token0" ? kept_answer(401, "")
                                                                    : page("1");
    });
    ASSERT_TRUE(renewed);
    EXPECT_THAT(refused_, ElementsAre("token0"));
    const auto refused = answered([](const Asked&) { return kept_answer(401, ""); });
    EXPECT_EQ(refused.error().code, "login.refused");
    EXPECT_THAT(refused.error().detail, HasSubstr("Exchange.ManageAsApp"));
    EXPECT_EQ(server_->asked().size(), 2U);
    EXPECT_TRUE(clock_.pauses.empty());
}

TEST_F(RestSessionTest, AsksNothingWithoutAToken) {
    token_fault_ = Fault{Reach::configuration, "login.refused", "no"};
    EXPECT_EQ(answered([](const Asked&) { return page("1"); }).error().detail, "no");
    EXPECT_TRUE(server_->asked().empty());
    auto session = session_at(server_->url());
    EXPECT_EQ(run(session.open()).error().code, "login.refused");
    token_fault_.reset();
    EXPECT_TRUE(run(session.open()));
    EXPECT_TRUE(run(session.close()));
    EXPECT_EQ(session.id(), "");
}

TEST_F(RestSessionTest, KeepsWhatTheCommandSaidNoToInTheOutput) {
    const auto body =
        test::whole_file(test::transcripts() / "rest" / "error_404_object_not_found.json");
    if (body.empty()) GTEST_SKIP() << "no recordings here";
    const auto output = answered([=](const Asked&) { return kept_answer(404, body); });
    ASSERT_TRUE(output);
    ASSERT_EQ(output->errors.size(), 1U);
    EXPECT_EQ(output->errors[0].exception, "ManagementObjectNotFoundException");
    EXPECT_EQ(output->errors[0].category, "ObjectNotFound");
}

TEST_F(RestSessionTest, TellsAnUnknownCommandByItsBodyOfZeros) {
    const auto output = answered([](const Asked&) {
        return kept_answer(403, std::string(512, '\0'), "Content-Type: application/json\r\n");
    });
    EXPECT_EQ(output.error().code, "command.unknown");
    EXPECT_EQ(output.error().reach, Reach::item);
}

TEST_F(RestSessionTest, IsNotLedElsewhereWithItsToken) {
    const auto output = answered(
        [](const Asked&) { return kept_answer(302, "", "Location: https://evil.example/\r\n"); });
    EXPECT_EQ(output.error().code, "rest.address");
}

TEST_F(RestSessionTest, RefusesACommandThatCannotBeSaid) {
    const auto output = answered([](const Asked&) { return page(""); },
                                 {"Set-X", {{"P", Value(clixml::Secret{"s3cret"})}}});
    EXPECT_EQ(output.error().code, "command.parameter");
    EXPECT_TRUE(server_->asked().empty());
}

TEST_F(RestSessionTest, PutsNothingIntoHeadersThatIsNoName) {
    for (const auto* name : {"", "Get-X\r\nX-Evil: 1", "Get X", "Get-X;Remove-Y"}) {
        const auto output = answered([](const Asked&) { return page(""); }, {name, {}, {}});
        EXPECT_EQ(output.error().code, "command.unknown") << name;
        EXPECT_TRUE(server_->asked().empty());
    }
    options_.anchor = "UPN:a@agentur.example\r\nX-Evil: 1";
    EXPECT_EQ(answered([](const Asked&) { return page(""); }).error().code, "rest.address");
}

TEST_F(RestSessionTest, ListsTheCommandsOfTheAccount) {
    ScriptedServer server([](const Asked& asked) {
        if (asked.method != "GET" || asked.headers.at("commandname") != "*")
            return kept_answer(400, "");
        return kept_answer(200, R"({"value":[{"exportedCmdlets":"Set-Mailbox,Get-Mailbox"}]})");
    });
    auto session = session_at(server.url());
    const auto commands = run(session.commands());
    ASSERT_TRUE(commands) << to_text(commands.error());
    ASSERT_EQ(commands->size(), 2U);
    EXPECT_EQ(commands->at(0).name, "Get-Mailbox");
    EXPECT_EQ(commands->at(0).kind, "Cmdlet");
    EXPECT_EQ(server.asked()[0].target,
              "/adminapi/v1.0/agentur.example/EXOModuleFile?Version=3.9.0");
}

TEST_F(RestSessionTest, HasAnEnd) {
    options_.run_timeout = Milliseconds(20'000);
    options_.tries_max = 100;
    const auto output = answered([](const Asked&) { return kept_answer(503, ""); });
    EXPECT_EQ(output.error().code, "rest.busy");
    EXPECT_LE(server_->asked().size(), 5U);
}

}  // namespace
}  // namespace hqsync::management::rest
