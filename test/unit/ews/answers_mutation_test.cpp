// Answers that the network or somebody evil has changed: read or refused, never a crash.
#include <gmock/gmock.h>

#include <random>

#include "ews/answers.hpp"
#include "ews/errors.hpp"
#include "ews/notifications_answer.hpp"
#include "unit/ews/answers_samples.hpp"
#include "wire/splitter.hpp"

namespace hqsync::ews {
namespace {

using Random = std::mt19937;

std::size_t below(std::size_t limit, Random& random) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

/// Pieces of XML that parsers stumble over.
const std::vector<std::string> pieces = {"<",
                                         ">",
                                         "/>",
                                         "</",
                                         "\"",
                                         "'",
                                         "&",
                                         "&#0;",
                                         "&#x",
                                         "&#xFFFFFFFFF;",
                                         "]]>",
                                         "<![CDATA[",
                                         "<!--",
                                         "-->",
                                         "<?",
                                         "?>",
                                         "<!DOCTYPE a [",
                                         "<!ENTITY x 'y'>",
                                         "&x;",
                                         std::string(1, '\0'),
                                         "\x0B",
                                         "\xFF",
                                         "\xED\xA0\x80",
                                         "xmlns:t='u'",
                                         "<t:Contact>",
                                         "</s:Envelope>",
                                         "Key=",
                                         "=",
                                         ":",
                                         " "};

std::string mutated(std::string text, Random& random) {
    const auto times = 1 + below(4, random);
    for (std::size_t i = 0; i < times && !text.empty(); ++i) {
        const auto at = below(text.size(), random);
        switch (below(5, random)) {
            case 0: text[at] = static_cast<char>(below(256, random)); break;
            case 1: text.erase(at, 1 + below(40, random)); break;
            case 2: text.insert(at, pieces[below(pieces.size(), random)]); break;
            case 3: text.insert(at, text.substr(below(text.size(), random), 60)); break;
            default: text.resize(at); break;
        }
    }
    return text;
}

/// Reads the answer as everything it may be; how many readers took it.
std::size_t read_as_all(const std::string& answer) {
    std::size_t taken = 0;
    const auto count = [&](const auto& result) { taken += result.has_value() ? 1U : 0U; };
    for (std::size_t messages = 1; messages <= 3; ++messages) {
        count(read_folders(answer, messages));
        count(read_found(answer, messages));
        count(read_items(answer, messages));
        count(read_written(answer, messages));
        count(read_done(answer, messages));
        count(read_photo(answer, messages));
    }
    count(read_sync_page(answer));
    count(read_subscription(answer));
    count(read_notifications(answer));
    if (const auto fault = read_fault(answer)) judge(*fault);
    wire::Splitter splitter;
    count(splitter.take(answer));
    return taken;
}

std::vector<std::string> samples() {
    std::vector<std::string> all;
    for (const auto* name :
         {"01-CreateFolder-response.xml", "02-FindFolder-response.xml", "05-GetItem-response.xml",
          "04-CreateItem-batch-partial-response.xml", "09-SyncFolderItems-response.xml",
          "10-FindItem-by-extprop-response.xml", "11-CreateAttachment-photo-response.xml",
          "12-Subscribe-streaming-response.xml", "13-GetStreamingEvents-response-4.xml",
          "15-Fault-ErrorServerBusy-response.xml"})
        all.push_back(test::our_sample(name));
    return all;
}

TEST(MutatedAnswers, AreReadOrRefused) {
    HQSYNC_NEEDS_REFERENCE();
    Random random(20261126);
    const auto originals = samples();
    std::size_t taken = 0;
    std::size_t refused = 0;
    for (int i = 0; i < 6000; ++i) {
        const auto readers =
            read_as_all(mutated(originals[below(originals.size(), random)], random));
        taken += readers;
        refused += readers == 0 ? 1U : 0U;
    }
    // Both happen, or the mutations are none, or destroy everything.
    EXPECT_GT(taken, 1000U);
    EXPECT_GT(refused, 1000U);
}

TEST(MutatedAnswers, CostNoMoreThanTheirLimits) {
    std::string wide = "<a>";
    for (int i = 0; i < 2'000'000; ++i)
        wide += "<b/>";
    EXPECT_EQ(read_items(wide + "</a>", 1).error().code, "ews.unreadable");
    EXPECT_EQ(read_items(std::string((std::size_t{64} << 20) + 1, '<'), 1).error().code,
              "ews.unreadable");
    std::string deep;
    for (int i = 0; i < 1'000'000; ++i)
        deep += "<b>";
    EXPECT_EQ(read_items(deep, 1).error().code, "ews.unreadable");
}

}  // namespace
}  // namespace hqsync::ews
