// Documents that follow each other in one stream, cut wherever the network cuts them.
#include "wire/splitter.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "wire/reader.hpp"

namespace hqsync::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Everything that the chunks hold, or the fault.
std::vector<std::string> split(const std::vector<std::string>& chunks,
                               Limits limits = {4096, 16, 100}) {
    Splitter splitter(limits);
    std::vector<std::string> all;
    for (const auto& chunk : chunks) {
        const auto documents = splitter.take(chunk);
        if (!documents) {
            all.push_back(to_text(documents.error()));
            break;
        }
        all.insert(all.end(), documents->begin(), documents->end());
    }
    return all;
}

TEST(Splitter, CutsDocumentsApartWhereverTheChunksEnd) {
    EXPECT_THAT(split({"<a>1</a><b/>\r\n<c>", "3</", "c><d", "/>"}),
                ElementsAre("<a>1</a>", "<b/>", "<c>3</c>", "<d/>"));
}

TEST(Splitter, IsNotMisledByEndsThatAreText) {
    const std::string tricky =
        R"(<s:Envelope a="</s:Envelope>" b='>"/>'>)"
        "<!-- </s:Envelope> <![CDATA[ --><x>&lt;/s:Envelope&gt;</x>"
        "<![CDATA[>]</s:Envelope>]]]><!-- ]]> --><?pi > </s:Envelope> ?><y/></s:Envelope>";
    EXPECT_THAT(split({tricky + tricky}), ElementsAre(tricky, tricky));
    EXPECT_TRUE(Document::read(tricky));
    EXPECT_THAT(split({"<a><!--> </a> -->x</a>"}), ElementsAre("<a><!--> </a> -->x</a>"));
}

TEST(Splitter, LeavesOutWhatStandsBetweenDocuments) {
    EXPECT_THAT(split({"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<a/>  \n", "noise<b/>"}),
                ElementsAre("<a/>", "<b/>"));
}

TEST(Splitter, DoesNotCollectBlanksThatKeepTheConnectionAlive) {
    Splitter splitter({64, 4, 4});
    for (int i = 0; i < 1000; ++i)
        ASSERT_TRUE(splitter.take("                                "));
    EXPECT_TRUE(splitter.is_between_documents());
    EXPECT_THAT(*splitter.take("<a/>"), ElementsAre("<a/>"));
}

TEST(Splitter, KnowsWhetherADocumentHasBegun) {
    Splitter splitter;
    EXPECT_TRUE(splitter.is_between_documents());
    EXPECT_THAT(*splitter.take("<a>x"), IsEmpty());
    EXPECT_FALSE(splitter.is_between_documents());
    EXPECT_THAT(*splitter.take("</a>"), ElementsAre("<a>x</a>"));
    EXPECT_TRUE(splitter.is_between_documents());
}

TEST(Splitter, RefusesADocumentThatDoesNotEnd) {
    Splitter splitter({100, 4, 9});
    EXPECT_TRUE(splitter.take("<a>" + std::string(90, 'x')));
    EXPECT_THAT(to_text(splitter.take("1234567890").error()), StartsWith("xml.too_big"));
    EXPECT_THAT(to_text(splitter.take("</a><b/>").error()), StartsWith("xml.too_big"));
}

TEST(Splitter, GivesWhatWasWholeBeforeTheFault) {
    Splitter splitter({100, 4, 9});
    EXPECT_THAT(*splitter.take("<a/><!DOCTYPE x>"), ElementsAre("<a/>"));
    EXPECT_THAT(to_text(splitter.take("<b/>").error()), HasSubstr("a document type"));
}

TEST(Splitter, RefusesDocumentsThatNestTooDeepOrAreMalformed) {
    EXPECT_THAT(split({"<a><a><a><a><a>"}, {999, 4, 99}), ElementsAre(StartsWith("xml.too_big")));
    EXPECT_THAT(split({"</a>"}), ElementsAre(StartsWith("xml.malformed")));
}

RC_GTEST_PROP(Splitter, DoesNotDependOnTheChunks, ()) {
    const std::string stream =
        "<a k='v>'><![CDATA[]]]]><b/></a>\n<?x y?><!-- - -- --><b>\u00E4&amp;<c/></b ><d\n/>";
    std::vector<std::string> chunks;
    for (std::string_view rest = stream; !rest.empty();) {
        const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
        chunks.emplace_back(rest.substr(0, size));
        rest.remove_prefix(size);
    }
    RC_ASSERT(split(chunks) == split({stream}));
    RC_ASSERT(split(chunks).size() == 3U);
}

}  // namespace
}  // namespace hqsync::wire
