// Recorded conversations with real Windows servers: every fragment, message and object is read, and
// what was decoded from them independently is what comes out.
#include <gmock/gmock.h>

#include <filesystem>

#include <fmt/format.h>
#include <simdjson.h>

#include "management/clixml_reader.hpp"
#include "management/clixml_writer.hpp"
#include "management/fragment.hpp"
#include "management/psrp_message.hpp"
#include "unit/management/clixml_meaning.hpp"
#include "unit/management/psrp_reference.hpp"
#include "unit/management/psrp_transcript.hpp"

namespace hqsync::management::psrp {
namespace {

/// One side's messages, in the words of the decoded files.
class Side {
public:
    std::string read(const test::Envelope& envelope) {
        // A shell counts its objects from 1.
        if (envelope.action == "Create" || envelope.action == "Connect" ||
            envelope.action == "ConnectResponse")
            assembler_ = Assembler();
        std::string words;
        for (const auto& [carrier, command_id, bytes] : envelope.carried) {
            words += carrier + ":";
            const auto whole = assembler_.take(bytes);
            if (!whole) return words + to_text(whole.error());
            for (const auto& octets : *whole)
                words += read_message(octets);
        }
        return words;
    }

    std::size_t messages = 0;

private:
    std::string read_message(const std::string& octets) {
        const auto message = decode(octets);
        if (!message) return to_text(message.error());
        ++messages;
        const auto value = clixml::read(message->data);
        if (!value) return to_text(value.error());
        expect_same_again(*message, octets, *value);
        return fmt::format("{} 0x{:08X} {} {} {};", static_cast<unsigned>(message->destination),
                           static_cast<unsigned>(message->type), message->pool.text(),
                           message->pipeline.text(), message->data);
    }

    static void expect_same_again(const Message& message, const std::string& octets,
                                  const clixml::Value& value) {
        const bool has_mark = octets.substr(40).starts_with("\xEF\xBB\xBF");
        auto again = encode(message);
        if (has_mark) again.insert(40, "\xEF\xBB\xBF");
        EXPECT_EQ(again, octets);
        if (message.data.empty()) return;
        EXPECT_EQ(test::meaning(*clixml::write(value)), test::meaning(message.data));
    }

    Assembler assembler_;
};

std::string decoded_words(simdjson::dom::element side) {
    std::string words;
    simdjson::dom::array carried;
    if (side["psrp"].get(carried) != simdjson::SUCCESS) return words;
    for (const auto one : carried) {
        words += std::string(one["carrier"].get_string().value()) + ":";
        for (const auto message : one["messages"].get_array()) {
            words += fmt::format(
                "{} {} {} {} {};", message["destination"].get_int64().value(),
                message["type"].get_string().value(), message["rpid"].get_string().value(),
                message["pid"].get_string().value(), message["clixml"].get_string().value());
        }
    }
    return words;
}

TEST(PsrpTranscripts, AreReadAsTheyWereDecodedIndependently) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    const auto names = test::transcript_files("decoded", ".json");
    EXPECT_EQ(names.size(), 12U);
    for (const auto& name : names) {
        const auto stem = std::filesystem::path(name).stem().string();
        const auto rounds = test::transcript("pypsrp/" + stem + ".yml");
        simdjson::dom::parser parser;
        const auto json = test::transcript_file(name);
        const auto decoded = parser.parse(json).get_array();
        ASSERT_EQ(rounds.size(), decoded.size()) << name;
        Side client;
        Side server;
        for (std::size_t i = 0; i < rounds.size(); ++i) {
            const auto wanted = decoded.at(i);
            EXPECT_EQ(client.read(rounds[i].request), decoded_words(wanted["request"]))
                << name << " " << i;
            EXPECT_EQ(server.read(rounds[i].response), decoded_words(wanted["response"]))
                << name << " " << i;
        }
        EXPECT_GT(client.messages, 1U) << name;
        EXPECT_GT(server.messages, 1U) << name;
    }
}

TEST(PsrpTranscripts, AllOthersAreReadToTheEndAsWell) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    std::size_t messages = 0;
    for (const auto& name : test::transcript_files("pypsrp", ".yml")) {
        // These talk to a command line, not to PowerShell.
        if (name.contains("winrs") || name.contains("wsman")) continue;
        Side client;
        Side server;
        for (const auto& round : test::transcript(name)) {
            EXPECT_THAT(client.read(round.request), testing::Not(testing::HasSubstr("psrp.")));
            EXPECT_THAT(server.read(round.response), testing::Not(testing::HasSubstr("psrp.")))
                << name;
        }
        messages += client.messages + server.messages;
    }
    RecordProperty("messages", static_cast<int>(messages));
    EXPECT_GT(messages, 300U);
}

}  // namespace
}  // namespace hqsync::management::psrp
