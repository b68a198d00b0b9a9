// Sessions with a server that the test plays: every bad turn, and nothing held in the end.
#include <gmock/gmock.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include "management/clixml_reader.hpp"
#include "management/psrp_requests.hpp"
#include "management/psrp_session.hpp"
#include "unit/management/psrp_played_shell.hpp"

namespace hqsync::management {
namespace {

using clixml::bag;
using clixml::property;
using clixml::Value;
using psrp::MessageType;
using test::await;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Played {
    Result<void> open() {
        shell.say_opened();
        return await(session.open());
    }
    Result<Output> run(std::vector<Value> input = {}) {
        return await(session.run({"Get-Mailbox", {}, std::move(input)}));
    }
    [[nodiscard]] std::size_t count(const std::string& words) const {
        return static_cast<std::size_t>(std::ranges::count(shell.log, words));
    }

    test::PlayedClock clock;
    test::PlayedShell shell{clock};
    PsrpSession session{shell, clock, {.seed = 1, .output = {.octets = 20'000, .records = 50}}};
};

Task<void> stop(PsrpSession& session) {
    co_await session.stop();
}

Value host_call(std::int64_t id, std::int32_t method, std::vector<Value> arguments) {
    return bag(
        {{"ci", Value(id)},
         {"mi", clixml::enumeration("System.Management.Automation.Remoting.RemoteHostMethodId",
                                    "Method", method)},
         {"mp", clixml::list_of(std::move(arguments))}});
}

TEST(PsrpSession, GivesTheCommandBackBeforeTheNextAndTheShellInTheEnd) {
    Played played;
    ASSERT_TRUE(played.open());
    for (int i = 0; i < 2; ++i) {
        played.shell.say(MessageType::pipeline_output, Value("anna"));
        played.shell.say_state(4);
        const auto output = played.run();
        ASSERT_TRUE(output);
        EXPECT_EQ(clixml::to_text(output->objects.at(0)), "anna");
    }
    EXPECT_TRUE(await(played.session.close()));
    EXPECT_TRUE(await(played.session.close()));
    EXPECT_THAT(
        played.shell.log,
        ElementsAre("create SESSION_CAPABILITY INIT_RUNSPACEPOOL", "receive",
                    "command CREATE_PIPELINE", "receive", "receive", "signal terminate",
                    "command CREATE_PIPELINE", "receive", "receive", "signal terminate", "remove"));
}

/// Each operation of a whole session fails once, also with an answer lost on its way.
TEST(PsrpSession, HoldsNothingInTheEndWhateverFails) {
    for (const auto* const operation :
         {"create", "receive", "command", "send stdin", "signal terminate"}) {
        for (const bool is_unknown : {false, true}) {
            for (int which = 0; which < 6; ++which) {
                Played played;
                int left = which;
                const Fault lost{Reach::run, "http.lost", "", {}, is_unknown, true};
                played.shell.on_operation = [&](const std::string& words) {
                    played.shell.faults.clear();
                    if (words.starts_with(operation) && left-- == 0)
                        played.shell.faults.emplace(operation, lost);
                };
                if (played.open()) {
                    played.shell.say(MessageType::pipeline_output, Value("anna"));
                    played.shell.say_state(4);
                    played.run({Value("input")});
                }
                played.shell.on_operation = nullptr;
                played.shell.faults.clear();
                EXPECT_TRUE(await(played.session.close()));
                EXPECT_FALSE(played.shell.is_held) << operation << " " << which;
                const auto commands = played.count("command CREATE_PIPELINE");
                EXPECT_LE(played.count("signal terminate"), commands);
            }
        }
    }
}

TEST(PsrpSession, GivesBackAShellWhoseCreationIsUnknown) {
    Played played;
    played.shell.faults["create"] = {Reach::run, "http.lost", "", {}, true, true};
    EXPECT_EQ(await(played.session.open()).error().code, "http.lost");
    EXPECT_EQ(played.shell.log.back(), "remove");
    EXPECT_FALSE(played.shell.is_held);
}

TEST(PsrpSession, DoesNotRemoveWhatWasNeverCreated) {
    Played played;
    played.shell.faults["create"] = {Reach::run, "shell.too_many", "", {}, false, false};
    EXPECT_EQ(await(played.session.open()).error().code, "shell.too_many");
    EXPECT_TRUE(await(played.session.close()));
    EXPECT_THAT(played.shell.log, ElementsAre("create SESSION_CAPABILITY INIT_RUNSPACEPOOL"));
}

TEST(PsrpSession, TriesAgainToGiveBackWhatItCouldNot) {
    Played played;
    ASSERT_TRUE(played.open());
    played.shell.faults["remove"] = {Reach::run, "http.lost", "", {}, true, true};
    EXPECT_FALSE(await(played.session.close()));
    played.shell.faults.clear();
    EXPECT_TRUE(await(played.session.close()));
    EXPECT_FALSE(played.shell.is_held);
}

TEST(PsrpSession, RefusesAServerOfAnotherVersion) {
    Played played;
    played.shell.say_opened("3.0");
    const auto opened = await(played.session.open());
    ASSERT_FALSE(opened);
    EXPECT_EQ(to_text(opened.error()),
              "psrp.version: the server speaks version \"3.0\" of the protocol, we speak 2.3");
    EXPECT_FALSE(played.shell.is_held);
}

TEST(PsrpSession, TellsWhyTheServerBrokeThePool) {
    Played played;
    const auto record = bag({{"Exception", bag({{"Message", Value("no rights here")}})}});
    played.shell.say(
        MessageType::runspace_pool_state,
        bag({{"RunspaceState", Value(std::int32_t{5})}, {"ExceptionAsErrorRecord", record}}));
    EXPECT_EQ(to_text(await(played.session.open()).error()),
              "psrp.pool: the server's session is broken: no rights here");
    EXPECT_FALSE(played.shell.is_held);
}

TEST(PsrpSession, DoesNotWaitForEverForAPool) {
    Played played;
    const auto opened = await(played.session.open());
    ASSERT_FALSE(opened);
    EXPECT_EQ(to_text(opened.error()),
              "session.timeout: the server's session is negotiation sent after 180 s, not open");
    EXPECT_FALSE(played.shell.is_held);
}

TEST(PsrpSession, AServerThatSaysNothingAtOnceIsNotAskedWithoutPause) {
    Played played;
    played.shell.silence = Milliseconds(0);
    EXPECT_EQ(await(played.session.open()).error().code, "session.timeout");
    EXPECT_EQ(played.count("receive"), 900U);
    EXPECT_FALSE(played.shell.is_held);
}

TEST(PsrpSession, StopsACommandThatTakesTooLong) {
    Played played;
    ASSERT_TRUE(played.open());
    played.shell.on_operation = [&](const std::string& words) {
        if (words == "signal ctrl_c") played.shell.say_state(3);
    };
    const auto output = played.run();
    ASSERT_FALSE(output);
    EXPECT_EQ(to_text(output.error()),
              "command.stopped: Get-Mailbox: it was stopped, as it took longer than 900 s");
    EXPECT_EQ(played.count("signal ctrl_c"), 1U);
    EXPECT_EQ(played.shell.log.back(), "signal terminate");
    // The session is as good as before.
    played.shell.on_operation = nullptr;
    played.shell.say_state(4);
    EXPECT_TRUE(played.run());
}

TEST(PsrpSession, GivesUpAServerThatDoesNotEvenStop) {
    Played played;
    ASSERT_TRUE(played.open());
    EXPECT_EQ(to_text(played.run().error()),
              "session.timeout: the server neither ends nor stops the command");
    EXPECT_EQ(played.run().error().code, "session.state");
    EXPECT_TRUE(await(played.session.close()));
    EXPECT_FALSE(played.shell.is_held);
}

TEST(PsrpSession, StopsWhenItIsAskedTo) {
    Played played;
    ASSERT_TRUE(played.open());
    asio::io_context context;
    std::optional<Result<Output>> output;
    int receives = 0;
    played.shell.on_operation = [&](const std::string& words) {
        if (words == "receive" && ++receives == 2)
            asio::co_spawn(context, stop(played.session), asio::detached);
        if (words == "signal ctrl_c") played.shell.say_state(3);
    };
    asio::co_spawn(context, test::keep(played.session.run({"Get-Mailbox", {}, {}}), output),
                   asio::detached);
    context.run();
    ASSERT_TRUE(output);
    EXPECT_EQ(to_text(output->error()), "command.stopped: Get-Mailbox: it was stopped");
    EXPECT_EQ(played.count("signal ctrl_c"), 1U);
    EXPECT_EQ(played.shell.log.back(), "signal terminate");
}

TEST(PsrpSession, AStopThatComesBeforeTheServerKnowsTheCommandIsNotLost) {
    Played played;
    ASSERT_TRUE(played.open());
    asio::io_context context;
    std::optional<Result<Output>> output;
    played.shell.on_operation = [&](const std::string& words) {
        if (words.starts_with("command"))
            asio::co_spawn(context, stop(played.session), asio::detached);
        if (words == "signal ctrl_c") played.shell.say_state(3);
    };
    asio::co_spawn(context, test::keep(played.session.run({"Get-Mailbox", {}, {}}), output),
                   asio::detached);
    context.run();
    ASSERT_TRUE(output);
    EXPECT_EQ(output->error().code, "command.stopped");
    EXPECT_EQ(played.count("signal ctrl_c"), 1U);
}

TEST(PsrpSession, AStopWithoutACommandDoesNothing) {
    Played played;
    ASSERT_TRUE(played.open());
    EXPECT_TRUE(await(played.session.stop()));
    EXPECT_EQ(played.count("signal ctrl_c"), 0U);
}

TEST(PsrpSession, RefusesToAskAnybodyAndGoesOn) {
    Played played;
    ASSERT_TRUE(played.open());
    played.shell.say(MessageType::pipeline_host_call, host_call(3, 23, {Value("Sure?")}));
    played.shell.say_state(4);
    ASSERT_TRUE(played.run());
    EXPECT_EQ(played.count("send pr PIPELINE_HOST_RESPONSE"), 1U);
    const auto answer = *clixml::read(played.shell.last_data(MessageType::pipeline_host_response));
    EXPECT_EQ(clixml::integer_in(property(answer, "ci")), 3);
    EXPECT_EQ(clixml::integer_in(property(answer, "mi")), 23);
    EXPECT_EQ(property(answer, "mr"), nullptr);
    const auto* const error = property(answer, "me");
    ASSERT_NE(error, nullptr);
    EXPECT_TRUE(clixml::is_a(*error, "System.Management.Automation.ErrorRecord"));
    EXPECT_THAT(clixml::string_in(property(*property(*error, "Exception"), "Message")).value(),
                HasSubstr("as parameters"));
}

TEST(PsrpSession, LinesForTheHostBecomeLines) {
    Played played;
    ASSERT_TRUE(played.open());
    const auto none = psrp::HostCall::void_id;
    played.shell.say(MessageType::pipeline_host_call, host_call(none, 13, {Value("one")}));
    played.shell.say(
        MessageType::pipeline_host_call,
        host_call(none, 17, {Value(std::int32_t{7}), Value(std::int32_t{1}), Value("two")}));
    played.shell.say(MessageType::pipeline_host_call, host_call(none, 22, {Value("careful")}));
    played.shell.say(MessageType::pipeline_host_call, host_call(none, 18, {Value("wrong")}));
    played.shell.say(MessageType::pipeline_host_call, host_call(none, 6, {Value(std::int32_t{1})}));
    played.shell.say_state(4);
    const auto output = played.run();
    ASSERT_TRUE(output);
    EXPECT_THAT(output->information, ElementsAre("one", "two"));
    EXPECT_THAT(output->warnings, ElementsAre("careful"));
    ASSERT_EQ(output->errors.size(), 1U);
    EXPECT_EQ(output->errors[0].message, "wrong");
    EXPECT_THAT(played.shell.log, Not(Contains(HasSubstr("HOST_RESPONSE"))));
}

TEST(PsrpSession, AnOutputWithoutEndIsCutAndTheSessionGoesOn) {
    Played played;
    ASSERT_TRUE(played.open());
    for (int i = 0; i < 60; ++i)
        played.shell.say(MessageType::pipeline_output, Value(std::string(1000, 'a')));
    const auto output = played.run();
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, "command.too_much");
    EXPECT_EQ(output.error().reach, Reach::item);
    EXPECT_EQ(played.shell.log.back(), "signal terminate");
    played.shell.answers.clear();
    played.shell.say_state(4);
    EXPECT_TRUE(played.run());
}

TEST(PsrpSession, LinesForTheHostWithoutEndAreCutToo) {
    Played played;
    ASSERT_TRUE(played.open());
    const auto line = host_call(psrp::HostCall::void_id, 16, {Value(std::string(1000, 'a'))});
    for (int i = 0; i < 60; ++i)
        played.shell.say(MessageType::pipeline_host_call, line);
    const auto output = played.run();
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, "command.too_much");
    EXPECT_EQ(played.shell.log.back(), "signal terminate");
}

TEST(PsrpSession, ObjectsThatAreTakenAsTheyComeMayBeAnyNumber) {
    Played played;
    ASSERT_TRUE(played.open());
    for (int i = 0; i < 60; ++i)
        played.shell.say(MessageType::pipeline_output, Value(std::string(1000, 'a')));
    played.shell.say(MessageType::warning_record, Value("careful"));
    played.shell.say_state(4);
    std::size_t octets = 0;
    const auto output =
        await(played.session.run_each({"Get-Mailbox"}, [&](Value object) -> Result<void> {
            octets += clixml::to_text(object).size();
            return {};
        }));
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(octets, 60'000U);
    EXPECT_TRUE(output->objects.empty());
    EXPECT_THAT(output->warnings, ElementsAre("careful"));
}

TEST(PsrpSession, WhoHasSeenEnoughEndsTheCommandOnly) {
    Played played;
    ASSERT_TRUE(played.open());
    played.shell.say(MessageType::pipeline_output, Value("anna"));
    const auto output = await(played.session.run_each(
        {"Get-Mailbox"}, [](Value) -> Result<void> { return fail({Reach::item, "enough", ""}); }));
    EXPECT_EQ(output.error().code, "enough");
    EXPECT_EQ(played.shell.log.back(), "signal terminate");
    played.shell.say_state(4);
    EXPECT_TRUE(played.run());
}

TEST(PsrpSession, AsksForSomePropertiesByASecondCommandInTheSamePipeline) {
    Played played;
    ASSERT_TRUE(played.open());
    played.shell.say_state(4);
    ASSERT_TRUE(await(played.session.run({"Get-Mailbox", {}, {}, {"Name", "Guid"}})));
    const auto sent = played.shell.last_data(MessageType::create_pipeline);
    const auto first = sent.find(R"(<S N="Cmd">Get-Mailbox</S>)");
    const auto second = sent.find(R"(<S N="Cmd">Select-Object</S>)");
    ASSERT_NE(second, std::string::npos);
    EXPECT_LT(first, second);
    EXPECT_THAT(sent.substr(second), HasSubstr(R"(<S N="N">Property</S>)"));
    EXPECT_THAT(sent.substr(second), HasSubstr("<LST><S>Name</S><S>Guid</S></LST>"));
}

TEST(PsrpSession, ACommandThatIsClosedBeforeItsEndIsNoSuccess) {
    Played played;
    ASSERT_TRUE(played.open());
    played.shell.say(MessageType::pipeline_output, Value("half"));
    played.shell.answers.back()->is_done = true;
    const auto output = played.run();
    ASSERT_FALSE(output);
    EXPECT_EQ(to_text(output.error()),
              "psrp.malformed: the server closed the command before its last state");
}

TEST(PsrpSession, FragmentsOutOfOrderEndTheSession) {
    Played played;
    ASSERT_TRUE(played.open());
    played.shell.say_raw(psrp::cut(std::string(100, 'x'), 9, 50)[1], "COMMAND");
    EXPECT_EQ(played.run().error().code, "psrp.fragment");
    EXPECT_EQ(played.run().error().code, "session.state");
}

TEST(PsrpSession, ALostAnswerEndsTheSession) {
    for (const auto* const operation : {"command", "receive"}) {
        Played played;
        ASSERT_TRUE(played.open());
        played.shell.faults.emplace(
            operation, Fault{Reach::mailbox, "http.timeout", "no answer", {}, true, true});
        const auto lost = played.run();
        ASSERT_FALSE(lost);
        EXPECT_EQ(lost.error().code, "http.timeout");
        EXPECT_EQ(lost.error().reach, Reach::run) << operation;
        played.shell.faults.clear();
        EXPECT_EQ(played.run().error().code, "session.state") << operation;
        EXPECT_TRUE(await(played.session.close()));
        EXPECT_FALSE(played.shell.is_held);
    }
}

TEST(PsrpSession, OneCommandAtATime) {
    Played played;
    ASSERT_TRUE(played.open());
    asio::io_context context;
    std::optional<Result<Output>> first;
    std::optional<Result<Output>> second;
    played.shell.say_state(4);
    asio::co_spawn(context, test::keep(played.session.run({"Get-Mailbox", {}, {}}), first),
                   asio::detached);
    asio::co_spawn(context, test::keep(played.session.run({"Get-User", {}, {}}), second),
                   asio::detached);
    context.run();
    EXPECT_TRUE(*first);
    EXPECT_EQ(to_text(second->error()), "session.state: another command is under way");
}

TEST(PsrpSession, OneCommandAtATimeAlsoWhileAKeyIsAskedFor) {
    Played played;
    ASSERT_TRUE(played.open());
    asio::io_context context;
    std::optional<Result<Output>> first;
    std::optional<Result<Output>> second;
    Command with_secret{"New-Mailbox", {{"Password", Value(clixml::Secret{"geheim"})}}};
    asio::co_spawn(context, test::keep(played.session.run(std::move(with_secret)), first),
                   asio::detached);
    asio::co_spawn(context, test::keep(played.session.run({"Get-User"}), second), asio::detached);
    context.run();
    EXPECT_EQ(first->error().code, "session.timeout");
    EXPECT_EQ(to_text(second->error()), "session.state: another command is under way");
    EXPECT_EQ(played.run().error().code, "session.state");
}

TEST(PsrpSession, AClosedSessionRunsNothing) {
    Played played;
    EXPECT_EQ(played.run().error().code, "session.state");
    ASSERT_TRUE(played.open());
    EXPECT_TRUE(await(played.session.close()));
    EXPECT_EQ(played.run().error().code, "session.state");
    EXPECT_EQ(await(played.session.commands()).error().code, "session.state");
    EXPECT_EQ(await(played.session.open()).error().code, "session.state");
}

TEST(PsrpSession, ParametersKeepTheirTypes) {
    Played played;
    ASSERT_TRUE(played.open());
    played.shell.say_state(4);
    ASSERT_TRUE(await(played.session.run({"Set-Mailbox",
                                          {{"", Value("anna")},
                                           {"Force", Value(true)},
                                           {"ResultSize", Value(std::int32_t{5})},
                                           {"Property", Value()},
                                           {"Users", clixml::strings({"a", "b"})}},
                                          {}})));
    EXPECT_THAT(played.shell.last_data(MessageType::create_pipeline),
                HasSubstr(R"(<MS><Nil N="N"/><S N="V">anna</S></MS>)"));
    EXPECT_THAT(played.shell.last_data(MessageType::create_pipeline),
                HasSubstr(R"(<MS><S N="N">Force</S><B N="V">true</B></MS>)"));
    EXPECT_THAT(played.shell.last_data(MessageType::create_pipeline),
                HasSubstr(R"(<MS><S N="N">ResultSize</S><I32 N="V">5</I32></MS>)"));
    EXPECT_THAT(played.shell.last_data(MessageType::create_pipeline),
                HasSubstr(R"(<MS><S N="N">Property</S><Nil N="V"/></MS>)"));
    EXPECT_THAT(played.shell.last_data(MessageType::create_pipeline),
                HasSubstr(R"(<B N="IsScript">false</B>)"));
}

TEST(PsrpSession, AParameterThatIsNotThereIsNamed) {
    Played played;
    ASSERT_TRUE(played.open());
    const auto record =
        bag({{"Exception", bag({{"Message", Value("A parameter cannot be found that matches "
                                                  "parameter name 'Typo'.")}})},
             {"FullyQualifiedErrorId", Value("NamedParameterNotFound,Get-Mailbox")},
             {"ErrorCategory_Category", Value(std::int32_t{5})}});
    played.shell.say(MessageType::pipeline_state, bag({{"PipelineState", Value(std::int32_t{5})},
                                                       {"ExceptionAsErrorRecord", record}}));
    EXPECT_EQ(to_text(played.run().error()),
              "command.parameter: Get-Mailbox: A parameter cannot be found that matches parameter "
              "name 'Typo'. [InvalidArgument; NamedParameterNotFound,Get-Mailbox]");
}

}  // namespace
}  // namespace hqsync::management
