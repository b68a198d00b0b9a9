// What servers sent, changed by chance or by somebody evil: read or refused, never a crash, never a
// session that hangs or is left on the server.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include <random>

#include "management/clixml_reader.hpp"
#include "management/clixml_writer.hpp"
#include "management/command_line.hpp"
#include "management/psrp_session.hpp"
#include "unit/management/psrp_played_shell.hpp"
#include "unit/management/psrp_reference.hpp"

namespace hqsync::management {
namespace {

using Random = std::mt19937;

std::size_t below(std::size_t limit, Random& random) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

/// Pieces that readers of CLIXML and of typed lines stumble over.
const std::vector<std::string> pieces = {"<",
                                         ">",
                                         "/>",
                                         "\"",
                                         "&#0;",
                                         "]]>",
                                         "<!--",
                                         "<!DOCTYPE a [",
                                         "<Ref RefId=\"0\"/>",
                                         "<Ref RefId=\"1\"/>",
                                         "<TNRef RefId=\"0\"/>",
                                         "<Obj RefId=\"0\">",
                                         "</Obj>",
                                         "<LST>",
                                         "<DCT><En>",
                                         "<Nil/>",
                                         "<S>",
                                         "RefId=\"1\"",
                                         "_x0000_",
                                         "_xD800_",
                                         std::string(1, '\0'),
                                         "\xFF",
                                         "999999999999999999999",
                                         "-1",
                                         "@{",
                                         "@(",
                                         "$null",
                                         "'",
                                         "`"};

std::string mutated(std::string text, Random& random) {
    const auto times = 1 + below(4, random);
    for (std::size_t i = 0; i < times && !text.empty(); ++i) {
        const auto at = below(text.size(), random);
        switch (below(5, random)) {
            case 0: text[at] = static_cast<char>(below(256, random)); break;
            case 1: text.erase(at, 1 + below(40, random)); break;
            case 2: text.insert(at, pieces[below(pieces.size(), random)]); break;
            case 3: text.insert(at, text.substr(below(text.size(), random), 60)); break;
            default:
                if (below(4, random) == 0) text.resize(at);
        }
    }
    return text;
}

/// All CLIXML that the recorded servers sent.
std::vector<std::string> texts() {
    std::vector<std::string> all;
    for (const auto& name : test::transcript_files("pypsrp", ".yml")) {
        psrp::Assembler assembler;
        if (name.contains("winrs") || name.contains("wsman") || name.contains("disconnect"))
            continue;
        for (const auto& round : test::transcript(name)) {
            for (const auto& carried : round.response.carried) {
                const auto messages = assembler.take(carried.bytes);
                for (const auto& octets : messages.value_or(std::vector<std::string>()))
                    all.push_back(psrp::decode(octets)->data);
            }
        }
    }
    for (const auto& name : test::transcript_files("clixml_exchange", ".xml"))
        all.push_back(test::transcript_file(name));
    return all;
}

TEST(PsrpMutation, ChangedObjectsAreReadOrRefused) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Random random(20261127);
    const auto originals = texts();
    std::size_t taken = 0;
    std::size_t refused = 0;
    for (int i = 0; i < 8000; ++i) {
        const auto& original = originals[below(originals.size(), random)];
        const auto values = clixml::read_document(mutated(original, random));
        if (!values) {
            ++refused;
            EXPECT_FALSE(values.error().code.empty());
            continue;
        }
        ++taken;
        for (const auto& [stream, value] : *values) {
            EXPECT_LT(clixml::to_text(value, 1000).size(), 1100U);
            EXPECT_FALSE(psrp::read_command_info(value) && psrp::command_count(value));
            const auto wrote = clixml::write(value);
            ASSERT_TRUE(wrote) << to_text(wrote.error());
            const auto again = clixml::read(*wrote);
            ASSERT_TRUE(again) << to_text(again.error()) << *wrote;
            EXPECT_EQ(*clixml::write(*again), *wrote);
        }
    }
    // Both happen, or the mutations are none, or destroy everything.
    EXPECT_GT(taken, 1000U);
    EXPECT_GT(refused, 1000U);
}

/// What one mutated session came to.
struct Outcome {
    bool is_open = false;
    bool has_output = false;
};

Outcome session_with(const std::string& name, Random& random) {
    test::PlayedClock clock;
    test::PlayedShell shell{clock};
    test::replay(shell, name);
    for (auto& answer : shell.answers) {
        if (!answer || below(3, random) != 0) continue;
        for (auto& chunk : answer->chunks) {
            if (below(2, random) == 0) chunk.bytes = mutated(chunk.bytes, random);
        }
    }
    PsrpSession session{shell, clock, {.seed = 1}};
    Outcome outcome;
    outcome.is_open = test::await(session.open()).has_value();
    if (outcome.is_open) {
        if (name.contains("metadata")) {
            outcome.has_output = test::await(session.commands()).has_value();
        } else {
            outcome.has_output = test::await(session.run({"Get-Mailbox", {}, {}})).has_value();
        }
    }
    EXPECT_TRUE(test::await(session.close()));
    EXPECT_FALSE(shell.is_held);
    // A server's silence costs hours of the clock at most.
    EXPECT_LT(clock.now() - test::PlayedClock().now(), std::chrono::hours(1));
    return outcome;
}

TEST(PsrpMutation, SessionsWithAChangedServerEndAndAreGivenBack) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    Random random(20261127);
    std::size_t opened = 0;
    std::size_t outputs = 0;
    for (const auto* const name :
         {"test_psrp_open_runspace", "test_psrp_error_failed", "test_psrp_with_jea_configuration",
          "test_psrp_get_command_metadata", "test_psrp_stream_output_invocation",
          "test_psrp_small_msg_size", "test_psrp_long_running_cmdlet",
          "test_psrp_pshost_ui_mocked_methods"}) {
        for (int i = 0; i < 40; ++i) {
            const auto outcome = session_with(name, random);
            opened += outcome.is_open ? 1U : 0U;
            outputs += outcome.has_output ? 1U : 0U;
        }
    }
    EXPECT_GT(opened, 50U);
    EXPECT_LT(opened, 320U);
    EXPECT_GT(outputs, 20U);
    EXPECT_LT(outputs, opened);
}

TEST(PsrpMutation, ChangedLinesAreCommandsOrRefused) {
    Random random(20261127);
    const std::vector<std::string> lines = {
        "Get-Mailbox -ResultSize 5 -Identity \"Anna Muster\" -Force -Users a,b -Confirm:$false",
        "Set-Mailbox anna -EmailAddresses @{Add=\"a@agentur.example\",'b'; Remove=$null}",
        "New-X -A @('a', 1, @{b=@(1,2)}) -B 1.5 -C:-7"};
    std::size_t taken = 0;
    std::size_t refused = 0;
    for (int i = 0; i < 20000; ++i) {
        const auto command =
            parse_command_line(mutated(lines[below(lines.size(), random)], random));
        ++(command ? taken : refused);
        if (command) {
            for (const auto& each : command->parameters)
                EXPECT_TRUE(clixml::write(each.value));
        } else {
            EXPECT_THAT(command.error().detail, testing::HasSubstr(", in column "));
        }
    }
    EXPECT_GT(taken, 1000U);
    EXPECT_GT(refused, 1000U);
}

TEST(PsrpMutation, HugeAndDeepTextsCostNoMoreThanTheirLimits) {
    std::string wide = "<LST>";
    for (int i = 0; i < 1'000'000; ++i)
        wide += "<S/>";
    EXPECT_EQ(clixml::read(wide + "</LST>").error().code, "clixml.too_big");
    EXPECT_EQ(clixml::read(std::string(std::size_t{49} << 20, '<')).error().code, "clixml.too_big");
    std::string deep;
    for (int i = 0; i < 1'000'000; ++i)
        deep += "<Obj RefId=\"0\"><MS>";
    EXPECT_EQ(clixml::read(deep).error().code, "clixml.too_big");
    std::string types =
        "<LST><Obj RefId=\"0\"><TN RefId=\"0\"><T>" + std::string(10'000, 'a') + "</T></TN></Obj>";
    for (int i = 1; i < 1000; ++i)
        types += fmt::format("<Obj RefId=\"{}\"><TNRef RefId=\"0\"/></Obj>", i);
    const auto value = clixml::read(types + "</LST>");
    ASSERT_TRUE(value);
    EXPECT_LT(clixml::write(*value)->size(), 100'000U);
    // Each object would have a copy of them.
    std::string long_types = "<LST><Obj RefId=\"0\"><TN RefId=\"0\"><T>" +
                             std::string(1'000'000, 'a') + "</T></TN></Obj>";
    for (int i = 1; i < 1000; ++i)
        long_types += fmt::format("<Obj RefId=\"{}\"><TNRef RefId=\"0\"/></Obj>", i);
    EXPECT_EQ(clixml::read(long_types + "</LST>").error().code, "clixml.too_big");
}

}  // namespace
}  // namespace hqsync::management
