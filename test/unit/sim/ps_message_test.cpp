// CLIXML, fragments and keys against the recordings of real servers and clients.
#include <gmock/gmock.h>
#include <openssl/bn.h>
#include <simdjson.h>

#include <algorithm>
#include <memory>

#include "ps_caller.hpp"
#include "sim/ps_key.hpp"

namespace hqsync::sim {
namespace {

using testing::HasSubstr;

simdjson::dom::parser& parser() {
    static simdjson::dom::parser one;
    return one;
}

/// CLIXML of every message of a server in a decoded recording, by its type's name.
std::vector<std::pair<std::string, std::string>> server_messages(const std::string& name) {
    std::vector<std::pair<std::string, std::string>> all;
    const auto text = reference_text("decoded/" + name + ".json");
    if (text.empty()) return all;
    for (const auto entry : parser().parse(text).get_array().value()) {
        simdjson::dom::array carriers;
        if (entry["response"]["psrp"].get(carriers) != simdjson::SUCCESS) continue;
        for (const auto carrier : carriers) {
            for (const auto message : carrier["messages"].get_array().value()) {
                all.emplace_back(std::string(message["type_name"].get_string().value()),
                                 std::string(message["clixml"].get_string().value()));
            }
        }
    }
    return all;
}

TEST(PsMessage, OpensAPoolWithTheVeryMessagesOfARecordedServer) {
    const auto recorded = server_messages("test_psrp_open_runspace");
    if (recorded.empty()) GTEST_SKIP() << "no reference data";
    PsCaller caller;
    ASSERT_EQ(caller.create().status, 200);
    std::vector<std::string> said;
    for (int i = 0; i < 2; ++i) {
        for (const auto& one : caller.messages(caller.receive()))
            said.push_back(write_clixml(one.value));
    }
    ASSERT_EQ(said.size(), recorded.size());
    for (std::size_t at = 0; at < said.size(); ++at)
        EXPECT_EQ(said[at], recorded[at].second) << recorded[at].first;
}

TEST(PsMessage, ReadsWhatServersAndClientsWereRecordedToSay) {
    std::size_t read = 0;
    for (const auto* const name :
         {"test_psrp_error_failed", "test_psrp_get_command_metadata", "test_psrp_with_input",
          "test_psrp_with_jea_configuration", "test_psrp_multiple_commands"}) {
        for (const auto& [type, clixml] : server_messages(name)) {
            const auto value = read_clixml(clixml);
            ASSERT_TRUE(value) << name << " " << type << ": " << value.error();
            const auto written = write_clixml(*value);
            const auto again = read_clixml(written);
            ASSERT_TRUE(again) << name << " " << type;
            EXPECT_EQ(write_clixml(*again), written) << name << " " << type;
            ++read;
        }
    }
    if (read == 0) GTEST_SKIP() << "no reference data";
    EXPECT_GT(read, 30U);
}

TEST(PsMessage, TellsProgressAsARecordedServerDoes) {
    const auto recorded = server_messages("test_psrp_error_failed");
    if (recorded.empty()) GTEST_SKIP() << "no reference data";
    const auto at =
        std::ranges::find(recorded, "PROGRESS_RECORD", &std::pair<std::string, std::string>::first);
    ASSERT_NE(at, recorded.end());
    PsCaller caller;
    caller.world.trouble = [](const PsStep&) {
        return PsTrouble{.progress = {"Preparing modules for first use."}};
    };
    caller.create();
    const auto all = caller.run(command_xml("Get-AcceptedDomain"));
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.front().type, PsType::progress_record);
    EXPECT_EQ(write_clixml(all.front().value), at->second);
}

/// "Name: type" of each field of a record, to any depth that matters.
std::vector<std::string> fields(const PsValue& record) {
    std::vector<std::string> all;
    for (const auto& member : record.extended)
        all.push_back(fmt::format("{}: {} {}", member.name, member.value.tag,
                                  member.value.is_nil() ? "" : member.value.display()));
    return all;
}

TEST(PsMessage, RefusesScriptTextWithTheFieldsOfARecordedServer) {
    const auto recorded = server_messages("test_psrp_with_jea_configuration");
    if (recorded.empty()) GTEST_SKIP() << "no reference data";
    const auto real = read_clixml(recorded.back().second).value();
    PsCaller caller;
    caller.create();
    const auto all = caller.run(command_xml(
        "Set-Item -Path WSMan:\\localhost\\Service\\AllowUnencrypted -Value $false", "", "true"));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all.front().value.property("PipelineState")->text,
              real.property("PipelineState")->text);
    const auto* const ours = all.front().value.property("ExceptionAsErrorRecord");
    const auto* const theirs = real.property("ExceptionAsErrorRecord");
    ASSERT_NE(ours, nullptr);
    EXPECT_EQ(ours->types, theirs->types);
    EXPECT_EQ(ours->shown, theirs->shown);
    auto expected = fields(*theirs);
    // The stack of a real server is not simulated.
    const auto without_stack = [](std::vector<std::string>& lines) {
        for (auto& line : lines)
            line = line.substr(0, line.find('\r'));
    };
    without_stack(expected);
    EXPECT_EQ(fields(*ours), expected);
    const auto* const exception = ours->property("Exception");
    EXPECT_EQ(exception->types, theirs->property("Exception")->types);
    for (const auto& member : theirs->property("Exception")->adapted) {
        if (member.name != "ErrorRecord")
            EXPECT_NE(exception->property(member.name), nullptr) << member.name;
    }
}

TEST(PsMessage, TellsCommandsInTheShapeOfARecordedServer) {
    const auto recorded = server_messages("test_psrp_get_command_metadata");
    if (recorded.empty()) GTEST_SKIP() << "no reference data";
    PsCaller caller;
    caller.create();
    const auto id = new_guid();
    caller.command(id,
                   R"(<Obj RefId="0"><MS><Obj N="Name" RefId="1"><LST><S>get-mailbox</S></LST>)"
                   R"(</Obj><I32 N="CommandType">511</I32><Nil N="Namespace" />)"
                   R"(<Nil N="ArgumentList" /></MS></Obj>)",
                   PsType::get_command_metadata);
    const auto all = caller.messages(caller.receive(id));
    ASSERT_EQ(summary(all), "output 2 warning 0 error 0 state 4");
    const auto real_count = read_clixml(recorded[3].second).value();
    const auto real = read_clixml(recorded[4].second).value();
    EXPECT_EQ(all[0].value.types, real_count.types);
    EXPECT_EQ(all[0].value.property("Count")->text, "1");
    const auto& ours = all[1].value;
    EXPECT_EQ(ours.types, real.types);
    std::vector<std::string> names;
    for (const auto& member : real.extended)
        names.push_back(member.name + " " + member.value.tag);
    std::vector<std::string> own;
    for (const auto& member : ours.extended)
        own.push_back(member.name + " " + member.value.tag);
    EXPECT_EQ(own, names);
    const auto* const parameters = ours.property("Parameters");
    EXPECT_EQ(parameters->types, real.property("Parameters")->types);
    const auto* const identity = parameters->entry("Identity");
    ASSERT_NE(identity, nullptr);
    const auto& theirs = real.property("Parameters")->entries.front().value;
    EXPECT_EQ(identity->types, theirs.types);
    ASSERT_EQ(identity->adapted.size(), theirs.adapted.size());
    for (std::size_t at = 0; at < theirs.adapted.size(); ++at)
        EXPECT_EQ(identity->adapted[at].name, theirs.adapted[at].name);
    EXPECT_NE(parameters->entry("ErrorAction"), nullptr);
}

TEST(PsMessage, ReadsTheVectorsOfAnotherImplementation) {
    const auto text = reference_text("clixml_vectors_from_tests.json");
    if (text.empty()) GTEST_SKIP() << "no reference data";
    std::size_t good = 0;
    std::size_t cycles = 0;
    std::vector<std::string> refused;
    const auto whole = parser().parse(text).value();
    const auto list =
        whole.is_array() ? whole.get_array().value() : whole["vectors"].get_array().value();
    for (const auto entry : list) {
        simdjson::dom::array xmls;
        if (entry["xml_in_body"].get(xmls) != simdjson::SUCCESS) continue;
        for (const auto xml : xmls) {
            std::string_view one;
            if (xml.get(one) != simdjson::SUCCESS || one.starts_with("<Objs")) continue;
            const auto read = read_clixml(one);
            if (read) {
                ++good;
            } else if (read.error() == "CLIXML over 32 levels deep") {
                ++cycles;
            } else if (read.error() != "no XML") {
                refused.push_back(fmt::format("{} {}", read.error(), one.substr(0, 60)));
            }
        }
    }
    // Texts that those tests put together of parts are no XML; three refer to themselves.
    EXPECT_GE(good, 111U);
    EXPECT_LE(cycles, 3U);
    EXPECT_TRUE(refused.empty()) << testing::PrintToString(refused);
}

TEST(PsMessage, EscapesTextAsPowerShellDoes) {
    const std::string text =
        "treble clef\n _x0000_ _X0000_ \xF0\x9D\x84\x9E caf\xC3\xA9 <&> \x7F _x _";
    const auto written = write_clixml(ps_text(text));
    EXPECT_EQ(written,
              "<S>treble clef_x000A_ _x005F_x0000_ _x005F_X0000_ _xD834__xDD1E_ caf\xC3\xA9 "
              "&lt;&amp;&gt; _x007F_ _x005F_x _</S>");
    EXPECT_EQ(read_clixml(written)->text, text);
}

TEST(PsMessage, RefusesCyclesDepthAndWhatIsNoClixml) {
    EXPECT_EQ(read_clixml(R"(<Obj RefId="0"><MS><Ref N="a" RefId="0" /></MS></Obj>)").error(),
              "CLIXML over 32 levels deep");
    EXPECT_EQ(read_clixml(R"(<Obj RefId="0"><MS><Ref N="a" RefId="7" /></MS></Obj>)").error(),
              "a Ref to no object");
    EXPECT_EQ(read_clixml("<x/>").error(), "<x> is not CLIXML");
    EXPECT_EQ(read_clixml("<S>").error(), "no XML");
    std::string bomb = R"(<Obj RefId="0"><LST><S>x</S><S>x</S></LST></Obj>)";
    for (int level = 1; level <= 20; ++level) {
        bomb = fmt::format(R"(<Obj RefId="{}"><LST>{}<Ref RefId="{}" /></LST></Obj>)", level, bomb,
                           level - 1);
    }
    EXPECT_EQ(read_clixml(bomb).error(), "CLIXML of over 20,000 values");
}

TEST(PsMessage, PutsFragmentsTogetherAtEverySplit) {
    const std::string message = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (std::size_t size = 1; size <= message.size(); ++size) {
        PsAssembly assembly;
        std::vector<std::string> whole;
        for (const auto& fragment : fragments_of(7, message, size)) {
            const auto fed = assembly.feed(fragment);
            ASSERT_TRUE(fed);
            whole.insert(whole.end(), fed->begin(), fed->end());
        }
        EXPECT_EQ(whole, std::vector<std::string>{message});
    }
    PsAssembly both;
    const auto one = fragments_of(1, "aabb", 2);
    const auto other = fragments_of(2, "ccdd", 2);
    EXPECT_EQ(both.feed(one[0] + other[0] + one[1] + other[1]).value(),
              (std::vector<std::string>{"aabb", "ccdd"}));
}

TEST(PsMessage, RefusesFragmentsOutOfTurn) {
    const auto fragments = fragments_of(1, "aabbcc", 2);
    PsAssembly late;
    EXPECT_EQ(late.feed(fragments[1]).error(), "a fragment out of turn");
    PsAssembly gap;
    EXPECT_EQ(gap.feed(fragments[0] + fragments[2]).error(), "a fragment out of turn");
    PsAssembly twice;
    EXPECT_EQ(twice.feed(fragments[0] + fragments[0]).error(), "a fragment out of turn");
    PsAssembly cut;
    EXPECT_EQ(cut.feed(fragments[0].substr(0, 22)).error(), "a fragment cut off");
    EXPECT_EQ(cut.feed("short").error(), "a fragment cut off");
}

TEST(PsMessage, SealsASessionKeyThatThePublishedPrivateKeyOpens) {
    const auto text = reference_text("keyexchange_vector.json");
    if (text.empty()) GTEST_SKIP() << "no reference data";
    const auto vector = parser().parse(text).value();
    const auto word = [&](std::string_view name) {
        return std::string(vector[name].get_string().value());
    };
    const auto key = new_session_key();
    const auto sealed = seal_session_key(word("PUBLIC_KEY_blob_base64"), key);
    ASSERT_TRUE(sealed);
    auto cipher = from_base64(*sealed).value().substr(12);
    std::ranges::reverse(cipher);
    const auto number = [&](std::string_view name) {
        BIGNUM* made = nullptr;
        BN_dec2bn(&made, std::string(vector["rsa"][name].get_string().value()).c_str());
        return std::unique_ptr<BIGNUM, decltype(&BN_free)>(made, BN_free);
    };
    const auto modulus = number("n");
    const auto exponent = number("d");
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> sent(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(cipher.data()), 256, nullptr), BN_free);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> plain(BN_new(), BN_free);
    const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
    ASSERT_EQ(BN_mod_exp(plain.get(), sent.get(), exponent.get(), modulus.get(), context.get()), 1);
    std::string padded(256, '\0');
    BN_bn2binpad(plain.get(), reinterpret_cast<unsigned char*>(padded.data()), 256);
    EXPECT_EQ(padded.substr(0, 2), std::string("\0\2", 2));
    EXPECT_EQ(padded.substr(256 - 33), std::string(1, '\0') + key);

    std::string recorded_key;
    const auto hex = word("aes256_session_key_hex");
    for (std::size_t at = 0; at < hex.size(); at += 2)
        recorded_key += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
    for (const auto one : vector["securestrings"].get_array().value()) {
        const std::string sealed_text(one["SS_base64"].get_string().value());
        EXPECT_EQ(open_secure_string(sealed_text, recorded_key),
                  std::string(one["plaintext"].get_string().value()));
    }
    EXPECT_EQ(open_secure_string("AAAA", recorded_key), std::nullopt);
    EXPECT_EQ(seal_session_key("AAAA", key), std::nullopt);
}

}  // namespace
}  // namespace hqsync::sim
