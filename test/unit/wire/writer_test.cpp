// What is written is read again as it was meant.
#include "wire/writer.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "unit/contact/random_text.hpp"
#include "wire/reader.hpp"

namespace hqsync::wire {
namespace {

std::string written(std::string_view text) {
    Writer xml;
    xml.element("a", text);
    return std::move(xml).done();
}

TEST(Writer, WritesElementsAndAttributesInTheOrderTold) {
    Writer xml;
    xml.open("t:Contact").attribute("Key", "1").element("t:B", "x").open("t:C").close();
    EXPECT_EQ(std::move(xml).done(), R"(<t:Contact Key="1"><t:B>x</t:B><t:C/></t:Contact>)");
}

TEST(Writer, ClosesWhatIsOpenAtTheEnd) {
    Writer xml;
    xml.open("a").open("b").text("x");
    EXPECT_EQ(std::move(xml).done(), "<a><b>x</b></a>");
}

TEST(Writer, EscapesMarksInTextsAndAttributes) {
    Writer xml;
    xml.open("a").attribute("n", "\"<&>'\t\n\r").text("\"<&]]>'\t\n\r");
    EXPECT_EQ(std::move(xml).done(),
              "<a n=\"&quot;&lt;&amp;&gt;'&#9;&#10;&#13;\">\"&lt;&amp;]]&gt;'\t\n&#13;</a>");
}

TEST(Writer, LeavesOutWhatXmlForbids) {
    EXPECT_EQ(written(std::string("a\x00\x01\x08\x0B\x0C\x1F"
                                  "b\t\n",
                                  9)),
              "<a>ab\t</a>");
    EXPECT_EQ(written("\xEF\xBF\xBE\xEF\xBF\xBFx"), "<a>x</a>");  // U+FFFE, U+FFFF
}

TEST(Writer, WritesAReplacementForWhatIsNoUtf8) {
    EXPECT_EQ(written("a\xFFz"), "<a>a\uFFFDz</a>");
    EXPECT_EQ(written("\xC3"), "<a>\uFFFD</a>");                          // cut off
    EXPECT_EQ(written("\xC0\xAF"), "<a>\uFFFD\uFFFD</a>");                // overlong "/"
    EXPECT_EQ(written("\xED\xA0\x80"), "<a>\uFFFD\uFFFD\uFFFD</a>");      // a surrogate
    EXPECT_EQ(written("\xF4\x90\x80\x80").substr(3, 3), "\uFFFD");        // above U+10FFFF
    EXPECT_EQ(written("\U0001F600 \u738B"), "<a>\U0001F600 \u738B</a>");  // UTF-8 stays
}

RC_GTEST_PROP(Writer, IsReadAgainAsTheLegalPartOfTheText, ()) {
    for (const auto& text : *test::random_texts()) {
        const auto legal = legal_text(text);
        RC_ASSERT(legal_text(legal) == legal);
        Writer xml;
        xml.open("a").attribute("n", text).text(text);
        const auto document = Document::read(std::move(xml).done());
        RC_ASSERT(document.has_value());
        RC_ASSERT(document->root().text() == legal);
        RC_ASSERT(document->root().attribute("n") == legal);
    }
}

}  // namespace
}  // namespace hqsync::wire
