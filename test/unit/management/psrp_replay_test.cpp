// Whole sessions against recorded servers: what is asked, in which order, and what comes of it.
#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "management/clixml_reader.hpp"
#include "management/psrp_session.hpp"
#include "unit/management/clixml_meaning.hpp"
#include "unit/management/psrp_played_shell.hpp"
#include "unit/management/psrp_reference.hpp"

namespace hqsync::management {
namespace {

using clixml::property;
using clixml::Value;
using test::await;
using testing::ElementsAre;
using testing::HasSubstr;

/// A session with a recorded server, opened.
struct Replay {
    explicit Replay(const std::string& name) : asked(test::replay(shell, name)) {
        const auto opened = await(session.open());
        EXPECT_TRUE(opened) << to_text(opened.error());
    }
    ~Replay() {
        EXPECT_TRUE(await(session.close()));
        EXPECT_FALSE(shell.is_held);
    }
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    /// What this client asked that the recorded one did as well: the recorded one never told that a
    /// command is over.
    [[nodiscard]] std::vector<std::string> log() const {
        std::vector<std::string> rest;
        for (const auto& words : shell.log) {
            if (words != "signal terminate") rest.push_back(words);
        }
        return rest;
    }

    void expect_asked_as_recorded() {
        EXPECT_TRUE(await(session.close()));
        EXPECT_EQ(log(), asked);
        EXPECT_TRUE(shell.answers.empty());
    }

    test::PlayedClock clock;
    test::PlayedShell shell{clock};
    std::vector<std::string> asked;
    PsrpSession session{shell, clock, {.seed = 7}};
};

Command command(const std::string& name, std::vector<Parameter> parameters = {}) {
    return {name, std::move(parameters), {}};
}

TEST(PsrpReplay, ASessionIsOpenedAndGivenBack) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_open_runspace");
    EXPECT_EQ(replay.shell.agreed, "2.3");
    EXPECT_EQ(replay.session.server_version(), "5.1.14393.2248");
    EXPECT_EQ(replay.session.id().size(), 36U);
    replay.expect_asked_as_recorded();
}

TEST(PsrpReplay, OpensWithTheWordsThatARealServerTook) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_open_runspace");
    std::vector<std::string> recorded;
    psrp::Assembler assembler;
    for (const auto& each : test::transcript("pypsrp/test_psrp_open_runspace.yml")) {
        for (const auto& carried : each.request.carried) {
            for (const auto& octets : *assembler.take(carried.bytes))
                recorded.push_back(test::meaning(psrp::decode(octets)->data));
        }
    }
    std::vector<std::string> ours;
    for (const auto& message : replay.shell.messages)
        ours.push_back(test::meaning(message.data));
    EXPECT_EQ(ours, recorded);
}

TEST(PsrpReplay, AnErrorThatEndsACommandIsTold) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_error_failed");
    const auto output = await(replay.session.run(command("Write-Error")));
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().reach, Reach::item);
    EXPECT_EQ(to_text(output.error()),
              "command.failed: Write-Error: error [NotSpecified; "
              "Microsoft.PowerShell.Commands.WriteErrorException]");
    EXPECT_EQ(replay.shell.log.back(), "signal terminate");
    replay.expect_asked_as_recorded();
}

TEST(PsrpReplay, ARunspaceWithoutLanguageRunsCommandsAndRefusesScript) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_with_jea_configuration");
    const auto output = await(replay.session.run(
        command("Get-Item", {{"Path", Value("WSMan:\\localhost\\Service\\AllowUnencrypted")}})));
    ASSERT_TRUE(output) << to_text(output.error());
    ASSERT_EQ(output->objects.size(), 1U);
    EXPECT_EQ(clixml::string_in(property(output->objects[0], "PSChildName")), "AllowUnencrypted");
    EXPECT_TRUE(output->errors.empty());

    const auto refused = await(replay.session.run(command("Set-Item")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "command.script");
    EXPECT_THAT(refused.error().detail,
                HasSubstr("no-language mode. [ParserError, Set-Item -Path"));
    replay.expect_asked_as_recorded();
}

TEST(PsrpReplay, ACommandIsWrittenAsARealServerTookIt) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_with_jea_configuration");
    const auto output = await(replay.session.run(
        command("Get-Item", {{"Path", Value("WSMan:\\localhost\\Service\\AllowUnencrypted")}})));
    ASSERT_TRUE(output);
    std::string recorded;
    psrp::Assembler assembler;
    for (const auto& each : test::transcript("pypsrp/test_psrp_with_jea_configuration.yml")) {
        for (const auto& carried : each.request.carried) {
            for (const auto& octets : *assembler.take(carried.bytes)) {
                const auto message = *psrp::decode(octets);
                if (message.type == psrp::MessageType::create_pipeline && recorded.empty())
                    recorded = test::meaning(message.data);
            }
        }
    }
    // The recorded client asks for the place in the script of each record; there is no script here.
    const std::string asks = "'AddInvocationInfo'[I32=15;]";
    const auto at = recorded.find(asks);
    ASSERT_NE(at, std::string::npos);
    recorded.replace(at, asks.size(), "'None'[I32=0;]");
    EXPECT_EQ(test::meaning(replay.shell.last_data(psrp::MessageType::create_pipeline)), recorded);
}

TEST(PsrpReplay, ImportsTheCommandsWithTheirParameters) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_get_command_metadata");
    const auto commands = await(replay.session.commands());
    ASSERT_TRUE(commands) << to_text(commands.error());
    ASSERT_EQ(commands->size(), 3U);
    const auto& first = commands->front();
    EXPECT_EQ(first.name, "New-PSSession");
    EXPECT_EQ(first.module, "Microsoft.PowerShell.Core");
    EXPECT_EQ(first.kind, "Cmdlet");
    EXPECT_THAT(first.output_types,
                ElementsAre("System.Management.Automation.Runspaces.PSSession"));
    ASSERT_FALSE(first.parameters.empty());
    EXPECT_EQ(first.parameters.front(),
              (ParameterInfo{"ComputerName", "System.String[]", {"Cn"}, false, std::nullopt}));
    const auto is_switch = [](const ParameterInfo& each) {
        return each.name == "EnableNetworkAccess" && each.is_switch;
    };
    EXPECT_TRUE(std::ranges::any_of(first.parameters, is_switch));
    for (const auto& each : first.parameters)
        EXPECT_NE(each.name, "Verbose");
    const auto functions = await(replay.session.commands());
    ASSERT_TRUE(functions);
    EXPECT_EQ(functions->size(), 2U);
    EXPECT_TRUE(await(replay.session.commands()));
    replay.expect_asked_as_recorded();
}

TEST(PsrpReplay, ASecretIsSentUnderTheSessionsKey) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_multiple_commands");
    const std::string key(32, '\x2A');
    replay.shell.on_operation = [&](const std::string& words) {
        if (words != "send stdin PUBLIC_KEY") return;
        auto recorded = std::exchange(replay.shell.answers, {});
        replay.shell.say_session_key(key);
        std::move(recorded.begin() + 1, recorded.end(), std::back_inserter(replay.shell.answers));
    };
    const auto output = await(replay.session.run(
        command("New-Mailbox", {{"Password", Value(clixml::Secret{"geheim"})}})));
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(output->objects.size(), 7U);
    replay.shell.on_operation = nullptr;

    const auto sent = replay.shell.last_data(psrp::MessageType::create_pipeline);
    const auto begin = sent.find("<SS N=\"V\">") + 10;
    const auto cipher = from_base64(sent.substr(begin, sent.find('<', begin) - begin));
    EXPECT_EQ(psrp::SessionKey(key).decrypt(*cipher), "geheim");
    EXPECT_EQ(sent.find("geheim"), std::string::npos);
    replay.expect_asked_as_recorded();
}

TEST(PsrpReplay, ALongCommandTravelsInFragmentsWithItsInputBehindIt) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_small_msg_size");
    replay.shell.blob_max = 23305;
    Command long_one = command("Out-String", {{"Text", Value(std::string(25000, 'a'))}});
    long_one.input = {Value("input")};
    const auto output = await(replay.session.run(std::move(long_one)));
    ASSERT_TRUE(output) << to_text(output.error());
    ASSERT_EQ(output->objects.size(), 3U);
    EXPECT_EQ(clixml::to_text(output->objects[1], 100000).size(), 20000U);
    replay.expect_asked_as_recorded();
}

TEST(PsrpReplay, SilenceOfTheServerIsWaitedOut) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_long_running_cmdlet");
    const auto output = await(replay.session.run(command("Start-Sleep")));
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(output->objects.size(), 1U);
    replay.expect_asked_as_recorded();
}

TEST(PsrpReplay, AShellThatTheServerLostIsTold) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_receive_failure");
    const auto output = await(replay.session.run(command("Get-Mailbox")));
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, "shell.gone");
    EXPECT_EQ(await(replay.session.run(command("Get-Mailbox"))).error().code, "session.state");
    EXPECT_TRUE(await(replay.session.close()));
    // The recorded client asked without a command.
    replay.asked.insert(replay.asked.begin() + 3, "command CREATE_PIPELINE");
    EXPECT_EQ(replay.shell.log, replay.asked);
}

TEST(PsrpReplay, AServerThatSendsNoKeyIsNotWaitedForEndlessly) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_key_exchange_timeout");
    const auto output = await(replay.session.run(
        command("New-Mailbox", {{"Password", Value(clixml::Secret{"geheim"})}})));
    ASSERT_FALSE(output);
    EXPECT_EQ(to_text(output.error()),
              "session.timeout: the server sent no key for secrets within 60 s");
    EXPECT_THAT(replay.shell.log,
                ElementsAre("create SESSION_CAPABILITY INIT_RUNSPACEPOOL", "receive", "receive",
                            "send stdin PUBLIC_KEY", "receive", "receive", "receive", "receive"));
}

TEST(PsrpReplay, EveryStreamKeepsItsOwn) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_psrp_stream_output_invocation");
    const auto output = await(replay.session.run(command("Write-Everything")));
    ASSERT_TRUE(output) << to_text(output.error());
    ASSERT_EQ(output->objects.size(), 1U);
    EXPECT_EQ(clixml::to_text(output->objects[0]), "output stream");
    EXPECT_THAT(output->warnings, ElementsAre("warning stream"));
    EXPECT_THAT(output->verbose, ElementsAre("verbose stream"));
    EXPECT_THAT(output->debug, ElementsAre("debug stream"));
    EXPECT_THAT(output->information, ElementsAre("information stream"));
    EXPECT_THAT(
        output->errors,
        ElementsAre(ErrorRecord{"error stream", "Microsoft.PowerShell.Commands.WriteErrorException",
                                "NotSpecified", "", "WriteErrorException"}));
    ASSERT_EQ(output->progress.size(), 1U);
    EXPECT_EQ(output->progress[0].activity, "Preparing modules for first use.");
    EXPECT_EQ(output->progress[0].type, "Completed");
    replay.expect_asked_as_recorded();
}

TEST(PsrpReplay, ACommandThatIsNotThereIsNamed) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Replay replay("test_client_execute_ps_failure");
    const auto output = await(replay.session.run(command("Get-ServiceTypo")));
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, "command.unknown");
    EXPECT_THAT(output.error().detail, HasSubstr("Get-ServiceTypo: The term 'Get-ServiceTypo'"));
}

TEST(PsrpReplay, OlderServersGetTheFieldsThatTheyKnow) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    for (const auto* const version : {"2.1", "2.2", "2.3"}) {
        Replay replay(std::string("test_psrp_run_protocol_version_") + version);
        EXPECT_EQ(replay.shell.agreed, version);
        Command with_input = command("Write-Output");
        with_input.input = {Value("a")};
        ASSERT_TRUE(await(replay.session.run(std::move(with_input)))) << version;
        const auto sent = replay.shell.last_data(psrp::MessageType::create_pipeline);
        EXPECT_EQ(sent.contains("MergeError"), std::string_view(version) >= "2.2");
        EXPECT_EQ(sent.contains("MergeInformation"), std::string_view(version) >= "2.3");
    }
}

}  // namespace
}  // namespace hqsync::management
