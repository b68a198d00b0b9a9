// Shells and pipelines: what WS-Management clients see, with their faults, limits and time-outs.
#include <gmock/gmock.h>

#include "ps_caller.hpp"

namespace hqsync::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PsFace, OpensAndDeletesAShell) {
    PsCaller caller;
    const auto made = caller.create();
    EXPECT_EQ(made.status, 200);
    EXPECT_THAT(made.body, HasSubstr("transfer/CreateResponse"));
    EXPECT_THAT(made.body, HasSubstr("<a:RelatesTo>uuid:AAAAAAAA-0000-4000-8000-000000000001<"));
    EXPECT_THAT(made.body, HasSubstr(fmt::format(R"(<w:Selector Name="ShellId">{}</w:Selector>)",
                                                 caller.shell)));
    EXPECT_THAT(made.body, HasSubstr("<rsp:IdleTimeOut>PT900.000S<"));
    EXPECT_EQ(caller.ask("Delete", "").status, 200);
    const auto gone = caller.receive();
    EXPECT_EQ(gone.status, 500);
    EXPECT_THAT(gone.body, HasSubstr("w:InvalidSelectors"));
    EXPECT_THAT(gone.body, HasSubstr(R"(Code="2150858843")"));
}

TEST(PsFace, ServesEveryShellOfAUserUpToTheLimit) {
    PsCaller caller;
    for (int i = 0; i < 18; ++i)
        ASSERT_EQ(caller.create().status, 200) << i;
    const auto refused = caller.create();
    EXPECT_EQ(refused.status, 500);
    EXPECT_THAT(refused.body, HasSubstr("w:QuotaLimit"));
    EXPECT_THAT(refused.body, HasSubstr(R"(Code="2150859173")"));
    EXPECT_THAT(refused.body, HasSubstr("maximum number of 18 concurrent shells"));
    caller.ask("Delete", "");
    EXPECT_EQ(caller.create().status, 200);
    EXPECT_THAT(caller.face.report(),
                HasSubstr(R"("opened":19,"closed":1,"expired":0,"refused":1)"));
}

TEST(PsFace, EndsAShellThatIsIdleForAQuarterOfAnHour) {
    PsCaller caller;
    caller.create();
    caller.receive();
    caller.seconds += 899;
    EXPECT_EQ(caller.receive().status, 200);
    caller.seconds += 899;
    EXPECT_EQ(caller.ask("Get", "").status, 200);
    caller.seconds += 900;
    EXPECT_THAT(caller.receive().body, HasSubstr("2150858843"));
    EXPECT_THAT(caller.face.report(), HasSubstr(R"("expired":1)"));
}

TEST(PsFace, KeepsAShellWhoseClientWaits) {
    PsCaller caller;
    caller.create();
    caller.receive();
    caller.receive();
    EXPECT_EQ(caller.receive().status, 0);
    caller.seconds += 2000;
    caller.face.tick();
    EXPECT_THAT(caller.face.report(), HasSubstr(R"("expired":0)"));
}

TEST(PsFace, LetsAReceiveWaitAndThenTimeOut) {
    PsCaller caller;
    caller.create();
    caller.receive();
    caller.receive();
    EXPECT_EQ(caller.receive("", "PT1.5S").status, 0);
    EXPECT_TRUE(caller.face.is_waiting());
    caller.milliseconds = 1499;
    caller.face.tick();
    const auto before = caller.replies.size();
    caller.milliseconds = 1500;
    caller.face.tick();
    ASSERT_EQ(caller.replies.size(), before + 1);
    const auto& fault = caller.replies.back();
    EXPECT_EQ(fault.status, 500);
    EXPECT_THAT(fault.body, HasSubstr("<s:Value>s:Receiver</s:Value>"));
    EXPECT_THAT(fault.body, HasSubstr("w:TimedOut"));
    EXPECT_THAT(fault.body, HasSubstr(R"(Code="2150858793")"));
    EXPECT_FALSE(caller.face.is_waiting());
}

TEST(PsFace, ForgetsAReceiveWhoseConnectionEnded) {
    PsCaller caller;
    caller.create();
    caller.receive();
    caller.receive();
    caller.receive();
    caller.face.closed(1);
    EXPECT_FALSE(caller.face.is_waiting());
}

TEST(PsFace, AbortsAReceiveWhenItsShellIsDeleted) {
    PsCaller caller;
    caller.create();
    caller.receive();
    caller.receive();
    caller.receive();
    const auto before = caller.replies.size();
    EXPECT_EQ(caller.ask("Delete", "").status, 200);
    ASSERT_EQ(caller.replies.size(), before + 2);
    EXPECT_THAT(caller.replies[before].body, HasSubstr(R"(Code="995")"));
}

TEST(PsFace, RefusesWhatItDoesNotUnderstand) {
    PsCaller caller;
    const auto wrong = [&](std::string_view text) {
        return caller.ask_raw(std::string(text)).body;
    };
    EXPECT_THAT(wrong("<s:Envelope"), HasSubstr("2150858817"));
    EXPECT_THAT(wrong("<Envelope/>"), HasSubstr("2150858817"));
    const auto resource = caller.ask_raw(PsCaller::envelope(
        PsCaller::action("Create"), PsCaller::creation(PsCaller::opening(), new_guid()),
        "http://schemas.microsoft.com/powershell/Microsoft.Exchagne", ""));
    EXPECT_EQ(resource.status, 500);
    EXPECT_THAT(resource.body, HasSubstr(R"(Code="2150858811")"));
    EXPECT_THAT(
        wrong(PsCaller::envelope(PsCaller::action("Create"),
                                 PsCaller::creation("no fragments", new_guid()), ps_exchange, "")),
        HasSubstr("a fragment cut off"));
    caller.create();
    EXPECT_THAT(caller.ask("Juggle", "").body, HasSubstr("a:ActionNotSupported"));
    EXPECT_THAT(caller.ask("Disconnect", "<rsp:Disconnect/>").body,
                HasSubstr("w:UnsupportedFeature"));
    auto unknown = PsCaller::envelope(PsCaller::action("Delete"), "", ps_exchange, caller.shell);
    unknown.insert(unknown.find("<wsa:To>"), R"(<x:New xmlns:x="urn:x" s:mustUnderstand="true"/>)");
    EXPECT_THAT(wrong(unknown), HasSubstr("InvalidMessageInformationHeader"));
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep = "<a>" + deep + "</a>";
    EXPECT_THAT(wrong(PsCaller::envelope(PsCaller::action("Delete"), deep, ps_exchange, "")),
                HasSubstr("2150858817"));
    EXPECT_THAT(caller.receive(new_guid()).body, HasSubstr("command identifier that does not"));
}

TEST(PsFace, ListsTheShellsOfAUser) {
    PsCaller caller;
    caller.create();
    caller.create();
    const auto asked = PsCaller::envelope(
        "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate", "<a/>", ps_shell_uri, "");
    const auto all = caller.ask_raw(asked).body;
    EXPECT_THAT(all, HasSubstr(fmt::format("<rsp:ShellId>{}<", caller.shell)));
    EXPECT_THAT(all, HasSubstr("<w:EndOfSequence/>"));
    caller.user = "AGENTUR\\other";
    EXPECT_THAT(caller.ask_raw(asked).body, Not(HasSubstr("<rsp:ShellId>")));
    EXPECT_THAT(caller.ask("Delete", "").body, HasSubstr("w:AccessDenied"));
    caller.face.lists_shells = false;
    EXPECT_THAT(caller.ask_raw(asked).body, HasSubstr("w:AccessDenied"));
}

TEST(PsFace, AnswersWithinTheClientsEnvelope) {
    PsCaller caller;
    for (int i = 0; i < 300; ++i)
        caller.domain.mailbox(fmt::format("user{}@agentur.example", i));
    caller.create();
    const auto id = new_guid();
    caller.command(id, pipeline_xml(command_xml("Get-Mailbox")));
    std::size_t outputs = 0;
    std::size_t answers = 0;
    while (true) {
        const auto reply = caller.receive(id);
        ASSERT_EQ(reply.status, 200);
        EXPECT_LE(reply.body.size(), 153'600U);
        ++answers;
        for (const auto& one : caller.messages(reply))
            outputs += one.type == PsType::pipeline_output ? 1U : 0U;
        if (reply.body.find("CommandState/Done") != std::string::npos) break;
    }
    EXPECT_EQ(outputs, 300U);
    EXPECT_GT(answers, 5U);
}

TEST(PsFace, TellsAClientOfAnotherProtocolThatItIsBroken) {
    PsCaller caller;
    const auto id = new_guid();
    caller.ask_raw(PsCaller::envelope(PsCaller::action("Create"),
                                      PsCaller::creation(PsCaller::opening("3.0"), id), ps_exchange,
                                      ""));
    caller.shell = id;
    const auto all = caller.messages(caller.receive());
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1].value.property("RunspaceState")->text, "5");
    PsCaller older;
    older.ask_raw(PsCaller::envelope(PsCaller::action("Create"),
                                     PsCaller::creation(PsCaller::opening("2.1"), id), ps_exchange,
                                     ""));
    older.shell = id;
    EXPECT_EQ(older.messages(older.receive())[0].value.property("protocolversion")->text, "2.1");
}

TEST(PsPipeline, WaitsForItsInput) {
    PsCaller caller;
    caller.domain.mailbox("anna@agentur.example");
    caller.create();
    const auto id = new_guid();
    caller.command(id, pipeline_xml(command_xml("Get-Mailbox"), "false"));
    EXPECT_EQ(caller.receive(id).status, 0);
    EXPECT_EQ(
        caller
            .send(id, client_octets(50, PsType::pipeline_input, id, "<S>anna@agentur.example</S>") +
                          client_octets(51, PsType::pipeline_input, id, "<S>nobody</S>") +
                          client_octets(52, PsType::end_of_pipeline_input, id, ""))
            .status,
        200);
    const auto all = caller.messages(caller.replies[caller.replies.size() - 1]);
    EXPECT_EQ(summary(all), "output 1 warning 0 error 1 state 4");
    EXPECT_THAT(caller.receive(id).body, HasSubstr("Either the command has completed"));
}

TEST(PsPipeline, ComesInOneFragmentAfterTheOther) {
    PsCaller caller;
    caller.create();
    const auto id = new_guid();
    const auto whole =
        client_octets(9, PsType::create_pipeline, id, pipeline_xml(command_xml("Get-User")));
    const auto parts = fragments_of(9, whole.substr(21), 100);
    caller.ask("Command", fmt::format(R"(<rsp:CommandLine CommandId="{}"><rsp:Command/>)"
                                      "<rsp:Arguments>{}</rsp:Arguments></rsp:CommandLine>",
                                      id, to_base64(parts[0])));
    for (std::size_t at = 1; at < parts.size(); ++at)
        ASSERT_EQ(caller.send(id, parts[at]).status, 200);
    EXPECT_EQ(summary(caller.messages(caller.receive(id))), "output 0 warning 0 error 0 state 4");
}

TEST(PsPipeline, IsStoppedByTheSignalAsPowerShellSpellsIt) {
    PsCaller caller;
    caller.world.trouble = [](const PsStep& step) {
        return PsTrouble{.delay_milliseconds = step.command == "Get-User" ? 5000 : 0};
    };
    caller.create();
    const auto slow = new_guid();
    caller.command(slow, pipeline_xml(command_xml("Get-User")));
    const auto queued = new_guid();
    caller.command(queued, pipeline_xml(command_xml("Get-AcceptedDomain")));
    EXPECT_EQ(caller.receive(slow, "PT60S").status, 0);
    EXPECT_EQ(caller.receive(queued, "PT60S").status, 0);
    const auto before = caller.replies.size();
    EXPECT_EQ(caller.signal(slow, "powershell/signal/crtl_c").status, 200);
    ASSERT_EQ(caller.replies.size(), before + 3);
    const auto stopped = caller.messages(caller.replies[before + 1]);
    EXPECT_EQ(summary(stopped), "output 0 warning 0 error 0 state 3");
    EXPECT_THAT(caller.replies[before + 1].body, HasSubstr("CommandState/Done"));
    EXPECT_EQ(summary(caller.messages(caller.replies[before + 2])),
              "output 1 warning 0 error 0 state 4");
}

TEST(PsPipeline, IsClosedByAnyOtherSignal) {
    PsCaller caller;
    caller.world.trouble = [](const PsStep&) { return PsTrouble{.delay_milliseconds = 5000}; };
    caller.create();
    const auto id = new_guid();
    caller.command(id, pipeline_xml(command_xml("Get-User")));
    EXPECT_EQ(caller.receive(id).status, 0);
    const auto before = caller.replies.size();
    EXPECT_EQ(caller.signal(id, "powershell/signal/ctrl_c").status, 200);
    EXPECT_THAT(caller.replies[before].body, HasSubstr(R"(Code="995")"));
    EXPECT_THAT(caller.receive(id).body, HasSubstr("2150858843"));
}

TEST(PsPipeline, DoesItsWorkWhenItsDelayHasPassed) {
    PsCaller caller;
    caller.world.trouble = [](const PsStep&) { return PsTrouble{.delay_milliseconds = 300}; };
    caller.create();
    const auto id = new_guid();
    caller.command(id, pipeline_xml(command_xml("Get-AcceptedDomain")));
    EXPECT_EQ(caller.receive(id).status, 0);
    caller.milliseconds = 300;
    caller.face.tick();
    EXPECT_EQ(summary(caller.messages(caller.replies.back())),
              "output 1 warning 0 error 0 state 4");
}

TEST(PsPipeline, CountsCommandsThatNobodyCloses) {
    PsCaller caller;
    caller.face.limits.shell_commands = 2;
    caller.create();
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(caller.command(new_guid(), pipeline_xml(command_xml("Get-User"))).status, 200);
    EXPECT_THAT(caller.command(new_guid(), pipeline_xml(command_xml("Get-User"))).body,
                HasSubstr(R"(Code="2150859241")"));
}

TEST(PsPipeline, SaysWhatIsUnknown) {
    PsCaller caller;
    caller.create();
    const auto command = caller.run(command_xml("Get-Mailbx"));
    ASSERT_EQ(summary(command), "output 0 warning 0 error 0 state 5");
    const auto& record = *command.front().value.property("ExceptionAsErrorRecord");
    EXPECT_EQ(record.property("FullyQualifiedErrorId")->text, "CommandNotFoundException");
    EXPECT_EQ(record.property("ErrorCategory_Message")->text,
              "ObjectNotFound: (Get-Mailbx:String) [], CommandNotFoundException");
    const auto parameter =
        caller.run(command_xml("Get-Mailbox", argument_xml("Bogus", R"(<S N="V">1</S>)")));
    EXPECT_EQ(parameter.front().value.property("ExceptionAsErrorRecord")->display(),
              "A parameter cannot be found that matches parameter name 'Bogus'.");
    caller.world.rights.allowed = {"get-user"};
    EXPECT_EQ(summary(caller.run(command_xml("Get-Mailbox"))),
              "output 0 warning 0 error 0 state 5");
    EXPECT_EQ(summary(caller.run(command_xml("Get-User"))), "output 0 warning 0 error 0 state 4");
}

TEST(PsPipeline, AsksNobodyToConfirm) {
    PsCaller caller;
    caller.organisation.scopes.push_back({.name = "S", .filter = "Alias -eq 'a'"});
    caller.create();
    const auto name = argument_xml("Identity", R"(<S N="V">S</S>)");
    EXPECT_THAT(caller.run(command_xml("Remove-ManagementScope", name))
                    .front()
                    .value.property("ExceptionAsErrorRecord")
                    ->display(),
                HasSubstr("does not support user interaction"));
    EXPECT_EQ(caller.organisation.scopes.size(), 1U);
    const auto quiet = argument_xml("Confirm", R"(<B N="V">false</B>)");
    EXPECT_EQ(summary(caller.run(command_xml("Remove-ManagementScope", name + quiet))),
              "output 0 warning 0 error 0 state 4");
    EXPECT_TRUE(caller.organisation.scopes.empty());
}

TEST(PsPipeline, PassesObjectsFromOneCommandToTheNext) {
    PsCaller caller;
    caller.domain.mailbox("anna@agentur.example");
    caller.domain.mailbox("bert@agentur.example");
    caller.create();
    const auto all =
        caller.run(command_xml("Get-Mailbox") +
                   command_xml("Get-MailboxFolderStatistics",
                               argument_xml("FolderScope", R"(<S N="V">Contacts</S>)")) +
                   command_xml("Select-Object", argument_xml("Property", R"(<S N="V">Name</S>)")));
    EXPECT_EQ(summary(all), "output 2 warning 0 error 0 state 4");
    EXPECT_EQ(write_clixml(all.front().value),
              R"(<Obj RefId="0"><TN RefId="0"><T>Selected.Microsoft.Exchange.Management.Tasks.)"
              R"(MailboxFolderConfiguration</T><T>System.Management.Automation.PSCustomObject</T>)"
              R"(<T>System.Object</T></TN><MS><S N="Name">Contacts</S></MS></Obj>)");
}

TEST(PsPool, AnswersForItsRunspaces) {
    PsCaller caller;
    caller.create();
    caller.receive();
    caller.receive();
    const auto ask = [&](PsType type, std::string_view data) {
        caller.send("", client_octets(++caller.objects, type, nil_guid, data));
        return write_clixml(caller.messages(caller.receive()).front().value);
    };
    EXPECT_EQ(ask(PsType::get_available_runspaces,
                  R"(<Obj RefId="0"><MS><I64 N="ci">0</I64></MS></Obj>)"),
              R"(<Obj RefId="0"><MS><I32 N="SetMinMaxRunspacesResponse">1</I32>)"
              R"(<I64 N="ci">0</I64></MS></Obj>)");
    EXPECT_EQ(
        ask(PsType::set_max_runspaces,
            R"(<Obj RefId="0"><MS><I32 N="MaxRunspaces">5</I32><I64 N="CI">1</I64></MS></Obj>)"),
        R"(<Obj RefId="0"><MS><B N="SetMinMaxRunspacesResponse">true</B>)"
        R"(<I64 N="ci">1</I64></MS></Obj>)");
    EXPECT_THAT(
        ask(PsType::set_max_runspaces,
            R"(<Obj RefId="0"><MS><I32 N="MaxRunspaces">-1</I32><I64 N="CI">2</I64></MS></Obj>)"),
        HasSubstr(">false<"));
}

}  // namespace
}  // namespace hqsync::sim
