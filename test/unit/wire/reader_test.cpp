// XML of servers that break their own schema, and XML that is meant to do harm.
#include "wire/reader.hpp"

#include <gmock/gmock.h>

namespace hqsync::wire {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string text_of(std::string xml) {
    const auto document = Document::read(std::move(xml));
    return document ? document->root().text() : to_text(document.error());
}
std::string fault_of(std::string xml, Limits limits = {}) {
    const auto document = Document::read(std::move(xml), limits);
    return document ? "read" : to_text(document.error());
}
std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += piece;
    return text;
}

TEST(Reader, FindsElementsAndAttributesByLocalNameWhateverThePrefix) {
    const auto document = Document::read(
        R"(<?xml version="1.0"?><s:A xmlns:s="u"><!-- c --><x:B y:Id="1" xmlns:Id="no"/><B Id="2"/></s:A>)");
    ASSERT_TRUE(document) << to_text(document.error());
    EXPECT_EQ(document->root().name(), "A");
    EXPECT_EQ(document->root().child("B").attribute("Id"), "1");
    EXPECT_EQ(document->root().child("B").next().attribute("Id"), "2");
}

TEST(Reader, AnswersNothingForWhatIsNotThere) {
    const auto document = Document::read("<a><b/></a>");
    const auto missing = document->root().child("c").child("d");
    EXPECT_FALSE(missing);
    EXPECT_EQ(missing.text(), "");
    EXPECT_EQ(missing.name(), "");
    EXPECT_EQ(missing.attribute("x"), std::nullopt);
    EXPECT_EQ(missing.next(), Element());
    EXPECT_EQ(std::ranges::distance(missing.children().begin(), missing.children().end()), 0);
    EXPECT_EQ(std::ranges::distance(document->root().children().begin(),
                                    document->root().children().end()),
              1);
}

TEST(Reader, JoinsTextAroundCommentsAndCdata) {
    EXPECT_EQ(text_of("<a>x&amp;<!-- no --><![CDATA[<y>&amp;&#1;]]>z<b>not mine</b></a>"),
              "x&<y>&amp;&#1;z");
}

TEST(Reader, StaysWhereItIsWhenTheDocumentMoves) {
    auto document = Document::read("<a>x</a>");  // as short as a string that lives in itself
    const auto root = document->root();
    const Document moved = *std::move(document);
    EXPECT_EQ(moved.root(), root);
    EXPECT_EQ(root.text(), "x");
}

TEST(Reader, SurvivesCharactersThatXmlForbids) {
    EXPECT_EQ(text_of(std::string("<a>x\x00\x01y\x0Bz</a>", 13)), "xy\nz");
    EXPECT_EQ(text_of("<a>x&#0;&#1;&#x1f;y&#xB;z&#12;.&#xFFFF;&#xD800;&#99999999999;</a>"),
              "xy\nz\n.");
    EXPECT_EQ(text_of("<a>&#65;&#x42;&#9;&#xE4;</a>"), "AB\t\u00E4");
    EXPECT_EQ(text_of("<a>\xFF\xC3</a>"), "??");
    EXPECT_EQ(text_of("\xEF\xBB\xBF<a>mark of order</a>"), "mark of order");
    const auto document = Document::read("<a n='x&#31;\x02y'/>");
    EXPECT_EQ(document->root().attribute("n"), "xy");
}

TEST(Reader, KeepsEntitiesThatItDoesNotKnowAsTheyAreWritten) {
    EXPECT_EQ(text_of("<a>&nbsp;&lt;&#;&#x;&#12</a>"), "&nbsp;<&#;&#x;&#12");
}

TEST(Reader, TellsWhereADocumentIsBroken) {
    EXPECT_THAT(fault_of(""), StartsWith("xml.malformed"));
    EXPECT_THAT(fault_of("no XML"), AllOf(StartsWith("xml.malformed"), HasSubstr("at octet 6")));
    EXPECT_THAT(fault_of("<a><b></a>"), HasSubstr("at octet"));
    EXPECT_THAT(fault_of("<a><b></a></b>"), StartsWith("xml.malformed"));
    EXPECT_THAT(fault_of("<a></a"), StartsWith("xml.malformed"));
    EXPECT_THAT(fault_of("<a b='</a>"), StartsWith("xml.malformed"));
    EXPECT_THAT(fault_of("<a <b/></a>"), HasSubstr("a tag within a tag, at octet 4"));
    EXPECT_THAT(fault_of("</a>"), HasSubstr("an end without a beginning"));
    EXPECT_THAT(fault_of("<a/><b/>"), HasSubstr("more than one document, at octet 4"));
    EXPECT_EQ(fault_of("<a/>\n<!-- end -->\n"), "read");
}

TEST(Reader, RefusesDocumentTypesSoThatEntitiesCannotMultiply) {
    const std::string laughs =
        "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><l>&b;</l>";
    EXPECT_THAT(fault_of(laughs), AllOf(StartsWith("xml.malformed"), HasSubstr("a document type")));
    EXPECT_THAT(fault_of("<a><!ENTITY x 'y'></a>"), HasSubstr("a document type"));
    EXPECT_THAT(fault_of("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
                HasSubstr("a document type"));
}

TEST(Reader, RefusesADocumentThatIsTooLong) {
    EXPECT_EQ(fault_of("<a>" + std::string(94, 'x') + "</a>", {101, 9, 9}), "read");
    EXPECT_THAT(fault_of("<a>" + std::string(95, 'x') + "</a>", {101, 9, 9}),
                AllOf(StartsWith("xml.too_big"), HasSubstr("at octet 101")));
}

TEST(Reader, RefusesElementsThatNestTooDeep) {
    EXPECT_EQ(fault_of(repeated("<a>", 64) + repeated("</a>", 64)), "read");
    EXPECT_THAT(fault_of(repeated("<a>", 65) + repeated("</a>", 65)),
                AllOf(StartsWith("xml.too_big"), HasSubstr("too deep, at octet 194")));
    EXPECT_THAT(fault_of(repeated("<a>", 5'000'000)), HasSubstr("too deep"));
}

TEST(Reader, RefusesMoreElementsAttributesOrCommentsThanItHasMemoryFor) {
    EXPECT_EQ(fault_of("<a><b/><b/></a>", {999, 9, 4}), "read");
    EXPECT_THAT(fault_of("<a><b/><b/><b/></a>", {999, 9, 4}), StartsWith("xml.too_big"));
    EXPECT_THAT(fault_of("<a" + repeated(" b=''", 9) + "/>", {999, 9, 4}),
                StartsWith("xml.too_big"));
    EXPECT_THAT(fault_of("<a>" + repeated("x<!---->", 9) + "</a>", {999, 9, 4}),
                StartsWith("xml.too_big"));
    EXPECT_THAT(fault_of("<a>" + repeated("<b/>", 4'000'000) + "</a>"), StartsWith("xml.too_big"));
}

TEST(Reader, ReadsAnAttributeAsLongAsTheDocument) {
    const auto document = Document::read("<a n='" + std::string(8'000'000, 'x') + "'/>");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().attribute("n")->size(), 8'000'000U);
}

}  // namespace
}  // namespace hqsync::wire
