// CLIXML by hand: each form, each refusal.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "management/clixml_escape.hpp"
#include "management/clixml_reader.hpp"
#include "management/clixml_writer.hpp"

namespace hqsync::management::clixml {
namespace {

std::string again(std::string_view xml) {
    const auto value = read(xml);
    if (!value) return hqsync::to_text(value.error());
    const auto wrote = write(*value);
    return wrote ? *wrote : hqsync::to_text(wrote.error());
}

std::string refusal(std::string_view xml, ReadLimits limits = {}) {
    const auto value = read(xml, limits);
    return value ? "read" : hqsync::to_text(value.error());
}

TEST(Clixml, WritesEveryPrimitiveAsItReadIt) {
    for (const auto* xml : {"<S>a</S>",
                            "<S/>",
                            "<C>97</C>",
                            "<B>true</B>",
                            "<DT>2008-04-11T10:42:32.2731993-07:00</DT>",
                            "<DT>1970-01-01T00:00:00</DT>",
                            "<TS>-P1DT2H3M4.5678901S</TS>",
                            "<By>255</By>",
                            "<SB>-128</SB>",
                            "<U16>65535</U16>",
                            "<I16>-32768</I16>",
                            "<U32>4294967295</U32>",
                            "<I32>-2147483648</I32>",
                            "<U64>18446744073709551615</U64>",
                            "<I64>-9223372036854775808</I64>",
                            "<Sg>1.5</Sg>",
                            "<Db>1.7976931348623157E+308</Db>",
                            "<Db>-INF</Db>",
                            "<Db>NaN</Db>",
                            "<D>1.10</D>",
                            "<D>79228162514264337593543950335</D>",
                            "<BA>AAECAw==</BA>",
                            "<G>f5853fa8-a3d8-438c-bf94-723d3fef8934</G>",
                            "<URI>https://agentur.example/</URI>",
                            "<Nil/>",
                            "<Version>15.2.986.5</Version>",
                            "<SemanticVersion>7.4.0-rc.1</SemanticVersion>",
                            "<XD>&lt;a b=\"c\"/&gt;</XD>",
                            "<SBK>{ 1 }</SBK>",
                            "<SS>YQBiAGMA</SS>"}) {
        EXPECT_EQ(again(xml), xml);
    }
}

TEST(Clixml, RefusesWhatIsNoSuchValueAndNamesThePlaceOnly) {
    for (const auto* xml :
         {"<I32>2147483648</I32>", "<I32>1.0</I32>", "<I32></I32>", "<By>-1</By>", "<B>yes</B>",
          "<C>65536</C>", "<BA>A</BA>", "<BA>AAEC=A==</BA>", "<G>1</G>", "<TS>1h</TS>",
          "<TS>P</TS>", "<TS>PT</TS>", "<DT>yesterday</DT>", "<DT>2008-13-11T10:42:32</DT>",
          "<D>1e5</D>", "<D>.</D>", "<Version>1</Version>", "<Db>1,5</Db>",
          "<I32><S>1</S></I32>"}) {
        EXPECT_THAT(refusal(xml), testing::StartsWith("clixml.malformed: ")) << xml;
    }
    EXPECT_EQ(refusal(R"(<Obj RefId="0"><MS><Obj N="Anna" RefId="1"><Props><I32 N="Age">geheim</I32>
        </Props></Obj></MS></Obj>)"),
              "clixml.malformed: the text of <I32> is no such value, at Obj/MS/Anna/Props/Age");
}

TEST(Clixml, EscapesWhatXmlCannotCarry) {
    EXPECT_EQ(escape("a\r\n\x01\x7F\xC2\x85"), "a_x000D__x000A__x0001__x007F__x0085_");
    EXPECT_EQ(escape("_x0041_ _X _y"), "_x005F_x0041_ _x005F_X _y");
    EXPECT_EQ(escape("\xF0\x9D\x84\x9E caf\xC3\xA9"), "_xD834__xDD1E_ caf\xC3\xA9");
    EXPECT_EQ(unescape("_xD834__xDD1E__x00e9_"), "\xF0\x9D\x84\x9E\xC3\xA9");
    EXPECT_EQ(unescape("_x005F_x0041_ _x12_ _xZZZZ_ _"), "_x0041_ _x12_ _xZZZZ_ _");
    EXPECT_EQ(unescape("_x0000_"), std::string(1, '\0'));
    // Half of a pair goes back as it came.
    EXPECT_EQ(escape(unescape("a_xD83C_b_xDC00_")), "a_xD83C_b_xDC00_");
    EXPECT_EQ(escape(unescape("_xD83C_x0041_")), "_xD83C_x0041_");
}

TEST(Clixml, EveryTextComesBackFromTheWireAsItWas) {
    for (int letter = 0; letter < 256; ++letter) {
        const std::string text =
            letter < 0x80 ? std::string("_x_") + static_cast<char>(letter)
                          : std::string("_x") + '\xC3' + static_cast<char>(0x80 | (letter & 0x3F));
        EXPECT_EQ(*read(*write(Value(text)))->as<std::string>(), text);
    }
}

TEST(Clixml, NamesTypesAndObjectsThatCameBefore) {
    const auto shared = std::make_shared<const Object>(Object{{"A", "B"}, "x", {}, {}, {}});
    EXPECT_EQ(*write(bag({{"One", Value(shared)},
                          {"Two", Value(shared)},
                          {"Three", Value(Object{{"A", "B"}, {}, {}, {}, {}})}})),
              R"(<Obj RefId="0"><MS><Obj N="One" RefId="1"><TN RefId="0"><T>A</T><T>B</T></TN>)"
              R"(<ToString>x</ToString></Obj><Ref N="Two" RefId="1"/>)"
              R"(<Obj N="Three" RefId="2"><TNRef RefId="0"/></Obj></MS></Obj>)");
}

TEST(Clixml, AnObjectThatNamesTheOneAroundItIsNotReadForEver) {
    const auto* const xml =
        R"(<Obj RefId="7"><ToString>com</ToString><Props><Ref N="Self" RefId="7"/>)"
        R"(<Obj N="In" RefId="8"><MS><Ref N="Up" RefId="7"/></MS></Obj><Ref N="Again" RefId="8"/>)"
        R"(</Props></Obj>)";
    const auto value = read(xml);
    ASSERT_TRUE(value);
    EXPECT_EQ(property(*value, "Self")->object(), value->object());
    EXPECT_EQ(property(*property(*value, "In"), "Up")->object(), value->object());
    EXPECT_EQ(property(*value, "Again")->object(), property(*value, "In")->object());
    EXPECT_EQ(to_text(*property(*value, "Self")), "com");
    EXPECT_EQ(*write(*value),
              R"(<Obj RefId="0"><ToString>com</ToString><Props><Ref N="Self" RefId="0"/>)"
              R"(<Obj N="In" RefId="1"><MS><Ref N="Up" RefId="0"/></MS></Obj>)"
              R"(<Ref N="Again" RefId="1"/></Props></Obj>)");
}

TEST(Clixml, AnObjectThatOutlivesTheOneAroundItForgetsIt) {
    auto value = read(R"(<Obj RefId="0"><MS><Obj N="In" RefId="1"><MS><Ref N="Up" RefId="0"/>)"
                      R"(</MS></Obj></MS></Obj>)");
    const auto inner = *property(*value, "In");
    value = Value();
    EXPECT_EQ(property(inner, "Up")->object(), nullptr);
    EXPECT_EQ(*write(inner), R"(<Obj RefId="0"><MS><Nil N="Up"/></MS></Obj>)");
}

TEST(Clixml, RefusesReferencesToNothing) {
    EXPECT_EQ(refusal(R"(<Obj RefId="0"><MS><Ref N="X" RefId="9"/></MS></Obj>)"),
              "clixml.reference: an object that was not there before, at Obj/MS/X");
    EXPECT_EQ(refusal(R"(<Obj RefId="0"><TNRef RefId="9"/></Obj>)"),
              "clixml.reference: type names that were not there before, at Obj/TNRef");
    EXPECT_THAT(refusal(R"(<Obj RefId="0"><MS><Ref N="X"/></MS></Obj>)"),
                testing::StartsWith("clixml.reference"));
}

TEST(Clixml, RefusesDocumentTypesAndBrokenXml) {
    EXPECT_THAT(refusal("<!DOCTYPE a [<!ENTITY x 'y'>]><S>&x;</S>"),
                testing::StartsWith("clixml.malformed"));
    EXPECT_THAT(refusal("<S>a"), testing::StartsWith("clixml.malformed"));
    EXPECT_THAT(refusal("<S>a</S><S>b</S>"), testing::StartsWith("clixml.malformed"));
    EXPECT_EQ(refusal(""), "read");
    EXPECT_EQ(refusal("\xEF\xBB\xBF<S>a</S>"), "read");
}

TEST(Clixml, KeepsItsLimits) {
    std::string deep;
    for (int i = 0; i < 200; ++i)
        deep += "<LST>";
    EXPECT_THAT(refusal(deep), testing::StartsWith("clixml.too_big"));
    EXPECT_THAT(refusal("<S>" + std::string(100, 'a') + "</S>", {.octets = 50}),
                testing::StartsWith("clixml.too_big"));
    EXPECT_THAT(refusal("<LST><S/><S/><S/><S/></LST>", {.elements = 4}),
                testing::StartsWith("clixml.too_big"));
}

/// Each holds the one before it: flat in XML, deep in memory.
TEST(Clixml, RefusesAChainOfReferencesThatIsTooDeep) {
    std::string chain = R"(<LST><Obj RefId="0"/>)";
    for (int i = 1; i < 5000; ++i)
        chain += fmt::format(R"(<Obj RefId="{}"><LST><Ref RefId="{}"/></LST></Obj>)", i, i - 1);
    EXPECT_THAT(refusal(chain + "</LST>"),
                testing::StartsWith("clixml.too_big: objects name each other too deep"));
}

/// Ten times the one before it, thirty times over: small to hold, endless to print.
TEST(Clixml, PrintsAndWritesObjectsThatShareWithoutMultiplyingThem) {
    std::string xml = R"(<LST><Obj RefId="0"><MS><S N="a">b</S></MS></Obj>)";
    for (int i = 1; i < 30; ++i) {
        xml += fmt::format(R"(<Obj RefId="{}"><LST>)", i);
        for (int j = 0; j < 10; ++j)
            xml += fmt::format(R"(<Ref RefId="{}"/>)", i - 1);
        xml += "</LST></Obj>";
    }
    const auto value = read(xml + "</LST>");
    ASSERT_TRUE(value) << hqsync::to_text(value.error());
    EXPECT_LT(to_text(*value).size(), 5000U);
    EXPECT_EQ(*write(*value), xml + "</LST>");
}

TEST(Clixml, ASecretTravelsEncryptedOrNotAtAll) {
    const auto value = bag({{"Password", Value(Secret{"geheim"})}});
    const auto refused = write(value);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "clixml.secret");
    EXPECT_EQ(hqsync::to_text(refused.error()).find("geheim"), std::string::npos);
    EXPECT_EQ(to_text(*property(value, "Password")), "***");
    const auto wrote = write(value, [](std::string_view) { return std::string("\x01\x02"); });
    EXPECT_EQ(*wrote, R"(<Obj RefId="0"><MS><SS N="Password">AQI=</SS></MS></Obj>)");
}

TEST(Clixml, AnswersWhatCallersAskFor) {
    const auto value = read(
        R"(<Obj RefId="0"><ToString>Anna</ToString><Props><S N="Name">adapted</S><I64 N="Size">5</I64>)"
        R"(<Obj N="Enabled" RefId="1"><B>true</B></Obj><Obj N="Mails" RefId="2"><LST><S>a</S><S>b</S>)"
        R"(</LST></Obj></Props><MS><S N="name">extended</S></MS></Obj>)");
    ASSERT_TRUE(value);
    EXPECT_EQ(string_in(property(*value, "NAME")), "extended");
    EXPECT_EQ(integer_in(property(*value, "Size")), 5);
    EXPECT_EQ(boolean_in(property(*value, "Enabled")), true);
    EXPECT_EQ(to_text(*property(*value, "Mails")), "a, b");
    EXPECT_EQ(to_text(*value), "Anna");
    EXPECT_EQ(property(*value, "Nothing"), nullptr);
    EXPECT_EQ(integer_in(property(*value, "Name")), std::nullopt);
    EXPECT_EQ(integer_in(nullptr), std::nullopt);
    EXPECT_EQ(properties(*value->object()).size(), 4U);
    EXPECT_EQ(to_text(*read(R"(<Obj RefId="0"><MS><I32 N="Count">3</I32></MS></Obj>)")),
              "@{Count=3}");
}

TEST(Clixml, NothingForAPersonHoldsWhatATerminalActsOn) {
    EXPECT_EQ(to_text(Value("a\x1B[2Jb\r\n\x7F\xC2\x9B"
                            "c \xC3\x9C")),
              "a [2Jb    c \xC3\x9C");
    EXPECT_EQ(to_text(Value(std::string(10, 'a') + "\xC3\x9C"), 11), std::string(10, 'a') + "…");
}

TEST(Clixml, WritesParametersAsTheServerBindsThem) {
    EXPECT_EQ(*write(strings({"a", "b"})),
              R"(<Obj RefId="0"><TN RefId="0"><T>System.String[]</T><T>System.Array</T>)"
              R"(<T>System.Object</T></TN><LST><S>a</S><S>b</S></LST></Obj>)");
    EXPECT_EQ(*write(hashtable({{Value("Add"), Value("x")}})),
              R"(<Obj RefId="0"><TN RefId="0"><T>System.Collections.Hashtable</T>)"
              R"(<T>System.Object</T></TN><DCT><En><S N="Key">Add</S><S N="Value">x</S></En></DCT>)"
              R"(</Obj>)");
}

TEST(Clixml, ReadsTheStreamThatAValueWasWrittenTo) {
    const auto all = read_document(
        R"(<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">)"
        R"(<S S="Error">no_x000D__x000A_</S><S>yes</S></Objs>)");
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->front().stream, "Error");
    EXPECT_EQ(string_in(&all->front().value), "no\r\n");
    EXPECT_EQ(to_text(all->front().value), "no  ");
    EXPECT_EQ(all->back().stream, "");
}

}  // namespace
}  // namespace hqsync::management::clixml
