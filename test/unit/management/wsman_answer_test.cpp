// Answers of other servers (WinRM 1 and 2, OMI), and such as no server should send.
#include "management/wsman_answer.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "management/wsman_envelope.hpp"
#include "management/wsman_errors.hpp"
#include "unit/management/wsman_recordings.hpp"

namespace hqsync::management::wsman {
namespace {

using testing::HasSubstr;

/// A stub with its placeholders filled in. Empty when the recordings are not here.
std::string stub(const std::string& name) {
    auto text = test::whole_file(test::transcripts() / "winrm_ruby" / name);
    for (auto begin = text.find("<%="); begin != std::string::npos; begin = text.find("<%=")) {
        const auto end = text.find("%>", begin);
        const auto word = text.substr(begin + 3, end - begin - 3);
        const bool is_id = word.find("command_id") != std::string::npos;
        text.replace(begin, end + 2 - begin, is_id ? "C-1" : to_base64("octets"));
    }
    return text;
}

std::string related(const std::string& xml) {
    const auto tag = xml.find("RelatesTo>");
    if (tag == std::string::npos) return "";
    auto id = xml.substr(tag + 10, xml.find('<', tag) - tag - 10);
    id.erase(0, id.find_first_not_of(" \n\t"));
    id.erase(id.find_last_not_of(" \n\t") + 1);
    return id;
}

Result<Answer> read_stub(const std::string& name) {
    const auto text = stub(name);
    return read_answer(text, related(text));
}

class WsmanStub : public testing::Test {
protected:
    void SetUp() override {
        if (stub("responses__open_shell_v2.xml").empty()) GTEST_SKIP() << "no recordings here";
    }
};

TEST_F(WsmanStub, NamesTheShell) {
    EXPECT_EQ(read_stub("responses__open_shell_v1.xml")->shell_id,
              "uuid:739990FF-1492-4CDD-80BB-6E07ADB06D85");
    EXPECT_EQ(read_stub("responses__open_shell_v2.xml")->shell_id,
              "62DE33F0-8674-43D9-B6A5-3298012CC4CD");
    const auto omi = read_stub("responses__open_shell_omi.xml");
    EXPECT_EQ(omi->shell_id, "74142DC5-E14D-4FCC-86ED-63DA3EE8407E");
    EXPECT_EQ(omi->action, "CreateResponse");
    EXPECT_EQ(omi->idle_timeout, std::nullopt);
}

TEST_F(WsmanStub, GivesItsStreamsInOrder) {
    const auto whole = read_stub("responses__get_command_output_response.xml.erb");
    ASSERT_EQ(whole->streams.size(), 2U);
    EXPECT_EQ(whole->streams[0].name, "stdout");
    EXPECT_EQ(whole->streams[0].command_id, "C-1");
    EXPECT_EQ(whole->streams[0].octets, "octets");
    EXPECT_FALSE(whole->streams[0].is_end);
    EXPECT_TRUE(whole->streams[1].is_end);
    EXPECT_TRUE(whole->is_done);
    EXPECT_EQ(whole->exit_code, 0);
    EXPECT_FALSE(read_stub("responses__get_command_output_response_not_done.xml.erb")->is_done);
    EXPECT_TRUE(read_stub("responses__get_omi_command_output_response.xml.erb")->is_done);
    const auto alive = read_stub("responses__get_omi_powershell_keepalive_response.xml.erb");
    EXPECT_FALSE(alive->is_done);
    EXPECT_EQ(alive->streams[0].octets, "octets");
    EXPECT_EQ(read_stub("responses__get_powershell_keepalive_response.xml.erb")->streams.size(),
              2U);
    EXPECT_TRUE(read_stub("responses__get_powershell_output_response.xml.erb")->is_done);
    EXPECT_FALSE(read_stub("responses__get_powershell_output_response_not_done.xml.erb")->is_done);
}

TEST_F(WsmanStub, TellsItsFault) {
    const auto first = read_stub("responses__soap_fault_v1.xml")->fault.value();
    EXPECT_EQ(first.code, 2150858778U);
    EXPECT_EQ(first.subcode, "CannotProcessFilter");
    EXPECT_EQ(first.text, "The specified class does not exist in the given namespace.");
    const auto second = read_stub("responses__soap_fault_v2.xml")->fault.value();
    EXPECT_EQ(second.text, first.text) << "the provider's words lie within the service's";
    const auto omi = read_stub("responses__soap_fault_omi.xml")->fault.value();
    EXPECT_EQ(omi.code, std::nullopt);
    EXPECT_EQ(omi.subcode, "InternalError");
    EXPECT_EQ(omi.text, "get-instance: instance name parameter is missing");
    EXPECT_EQ(judge(omi).kind, Kind::transient);
    const auto on_lines = read_stub("responses__get_omi_config_response.xml")->fault.value();
    EXPECT_EQ(on_lines.subcode, "InternalError");
    EXPECT_EQ(on_lines.text, omi.text);
}

TEST_F(WsmanStub, OfTooManyShellsIsAQuotaByItsHresult) {
    const auto fault = read_stub("responses__wmi_error_v2.xml")->fault.value();
    EXPECT_EQ(fault.code, 2150859173U);
    EXPECT_EQ(fault.subcode, "QuotaLimit");
    const auto verdict = judge(fault);
    EXPECT_EQ(verdict.kind, Kind::quota);
    EXPECT_THAT(verdict.fault.detail, HasSubstr("maximum number of 30 concurrent shells"));
}

constexpr std::string_view head =
    R"(<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>)"
    R"(<a:RelatesTo xmlns:a="a">uuid:A</a:RelatesTo></s:Header><s:Body>)";

std::string with_body(std::string_view body) {
    return fmt::format("{}{}</s:Body></s:Envelope>", head, body);
}

TEST(WsmanAnswer, ToAnotherRequestIsRefused) {
    EXPECT_TRUE(read_answer(with_body(""), "uuid:a")) << "ids are compared without case";
    const auto wrong = read_answer(with_body(""), "uuid:B");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, "wsman.mismatch");
    EXPECT_TRUE(wrong.error().outcome_unknown);
}

TEST(WsmanAnswer, ThatIsNoSoapIsRefused) {
    EXPECT_EQ(read_answer("<html><body>Outlook</body></html>", "").error().code, "wsman.no_soap");
    EXPECT_EQ(read_answer("Service Unavailable", "").error().code, "xml.malformed");
    EXPECT_EQ(read_answer("", "").error().code, "xml.malformed");
    EXPECT_EQ(read_answer(std::string(403, '\0'), "").error().code, "xml.malformed");
}

TEST(WsmanAnswer, WithABrokenStreamIsRefused) {
    const auto broken = read_answer(
        with_body("<r:ReceiveResponse><r:Stream Name='stdout'>QUJ</r:Stream></r:ReceiveResponse>"),
        "uuid:A");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code, "wsman.base64");
}

TEST(WsmanAnswer, MayHoldAFaultWithoutAnything) {
    const auto empty = read_answer(with_body("<s:Fault/>"), "uuid:A")->fault.value();
    EXPECT_EQ(empty.code, std::nullopt);
    EXPECT_EQ(empty.text, "");
    EXPECT_THAT(judge(empty).fault.detail, HasSubstr("without any detail"));
}

TEST(WsmanAnswer, KeepsWordsOfAFaultToOneLineOfBoundedLength) {
    std::string words = "first\r\n\tsecond\x1B[2J ";
    for (int i = 0; i < 400; ++i)
        words += "\xC3\xA4";
    const auto fault =
        read_answer(with_body(fmt::format(
                        "<s:Fault><s:Reason><s:Text>{}</s:Text></s:Reason></s:Fault>", words)),
                    "uuid:A")
            ->fault.value();
    EXPECT_TRUE(fault.text.starts_with("first second"));
    EXPECT_LE(fault.text.size(), 500U);
    EXPECT_EQ(fault.text.find('\x1B'), std::string::npos);
    EXPECT_TRUE(fault.text.ends_with("\xC3\xA4"));
}

TEST(WsmanDuration, IsReadInItsForms) {
    EXPECT_EQ(read_duration("PT7200.000S"), Milliseconds(7'200'000));
    EXPECT_EQ(read_duration("P0DT0H15M0S"), Milliseconds(900'000));
    EXPECT_EQ(read_duration("P1DT1.5S"), Milliseconds(86'401'500));
    EXPECT_EQ(read_duration("PT2147483.647S"), Milliseconds(2'147'483'647));
    EXPECT_EQ(read_duration("PT15M"), Milliseconds(900'000));
    for (const auto* wrong : {"", "P", "PT", "15M", "P1Y", "P1M", "PTS", "PT-1S", "PT1", "PT1D"})
        EXPECT_EQ(read_duration(wrong), std::nullopt) << wrong;
    EXPECT_TRUE(read_duration("PT99999999999999999999S"));
}

TEST(WsmanDuration, IsWrittenInSeconds) {
    EXPECT_EQ(duration(Milliseconds(20'000)), "PT20S");
    EXPECT_EQ(duration(Milliseconds(1'500)), "PT1.500S");
    EXPECT_EQ(duration(Milliseconds(-1)), "PT0S");
}

TEST(WsmanEnvelope, HoldsWhatFitsAndNoMore) {
    Header header{"https://mail.agentur.example/PowerShell?PSVersion=5.1.0.0", "urn:r", "uuid:S",
                  "", Milliseconds(20'000)};
    for (const auto size : {envelope_first, envelope_later}) {
        header.envelope_max = size;
        const auto room = payload_max(header);
        EXPECT_EQ(room % 3, 0U);
        header.shell_id = std::string(36, 'A');
        const std::string id = "uuid:" + std::string(36, 'B');
        const auto full =
            envelope(header, id, Send{std::string(36, 'C'), "stdin", std::string(room, '\xFF')});
        EXPECT_LE(full.size(), size);
        EXPECT_GT(full.size(), size - 600);
        EXPECT_LE(
            envelope(header, id, Command{std::string(36, 'C'), std::string(room, ' ')}).size(),
            size);
    }
    header.envelope_max = 1000;
    EXPECT_EQ(payload_max(header), 0U);
}

TEST(WsmanEnvelope, WritesTheOptionsOfASession) {
    Create create{.shell_id = "S",
                  .octets = "ABC",
                  .idle_timeout = Milliseconds(900'000),
                  .name = "hq<sync>"};
    const auto xml = envelope({"u", "r", "s", ""}, "m", create);
    EXPECT_THAT(xml, HasSubstr("<rsp:OutputStreams>stdout</rsp:OutputStreams>"
                               "<rsp:IdleTimeOut>PT900S</rsp:IdleTimeOut>"
                               "<rsp:Name>hq&lt;sync&gt;</rsp:Name><creationXml"));
}

}  // namespace
}  // namespace hqsync::management::wsman
