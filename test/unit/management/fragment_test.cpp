// Fragments: cut anywhere, mixed, broken.
#include <gmock/gmock.h>

#include <random>

#include "management/fragment.hpp"

namespace hqsync::management::psrp {
namespace {

using testing::ElementsAre;

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const auto& part : parts)
        all += part;
    return all;
}

std::string header(std::uint64_t object, std::uint64_t fragment, unsigned flags,
                   std::uint32_t length) {
    std::string octets;
    const auto append = [&](std::uint64_t number, unsigned count) {
        for (unsigned i = count; i-- > 0;)
            octets += static_cast<char>((number >> (8 * i)) & 0xFFU);
    };
    append(object, 8);
    append(fragment, 8);
    append(flags, 1);
    append(length, 4);
    return octets;
}

std::string refusal(const std::string& octets, AssemblyLimits limits = {}) {
    Assembler assembler(limits);
    const auto messages = assembler.take(octets);
    return messages ? "taken" : to_text(messages.error());
}

TEST(Fragment, HasAHeaderInTheOrderOfTheNetwork) {
    EXPECT_THAT(cut("abcde", 0x0102, 3),
                ElementsAre(header(0x0102, 0, 1, 3) + "abc", header(0x0102, 1, 2, 2) + "de"));
    EXPECT_THAT(cut("", 1, 3), ElementsAre(header(1, 0, 3, 0)));
    EXPECT_THAT(cut("ab", 1, 2), ElementsAre(header(1, 0, 3, 2) + "ab"));
    EXPECT_EQ(cut("abc", 1, 0).size(), 3U);
}

TEST(Fragment, MessagesComeTogetherWhereverTheyAreCut) {
    const std::string message = "the message, forty octets and a few more of them";
    for (std::size_t blob = 1; blob <= message.size() + 1; ++blob) {
        const auto octets = joined(cut(message, 7, blob)) + joined(cut("next", 8, blob));
        for (std::size_t at = 0; at <= octets.size(); ++at) {
            Assembler assembler;
            auto messages = *assembler.take(octets.substr(0, at));
            for (auto& later : *assembler.take(octets.substr(at)))
                messages.push_back(std::move(later));
            ASSERT_THAT(messages, ElementsAre(message, "next")) << blob << " " << at;
            ASSERT_TRUE(assembler.is_between_messages());
        }
    }
}

TEST(Fragment, OneOctetAtATimeIsEnough) {
    Assembler assembler;
    std::vector<std::string> messages;
    for (const char octet : joined(cut("hello", 1, 2))) {
        for (auto& message : *assembler.take(std::string(1, octet)))
            messages.push_back(std::move(message));
    }
    EXPECT_THAT(messages, ElementsAre("hello"));
}

TEST(Fragment, MessagesMayBeInterleaved) {
    const auto one = cut("abcd", 1, 1);
    const auto other = cut("xyz", 2, 1);
    Assembler assembler;
    EXPECT_THAT(*assembler.take(one[0] + other[0] + other[1] + one[1]), ElementsAre());
    EXPECT_FALSE(assembler.is_between_messages());
    EXPECT_THAT(*assembler.take(other[2] + one[2] + one[3]), ElementsAre("xyz", "abcd"));
    EXPECT_TRUE(assembler.is_between_messages());
}

TEST(Fragment, WrongOrdersAreRefusedAndSayWhere) {
    EXPECT_EQ(refusal(header(5, 1, 0, 0)),
              "psrp.fragment: a message that never began, in fragment 1 of object 5");
    EXPECT_EQ(refusal(header(5, 0, 0, 0)),
              "psrp.fragment: a beginning in the wrong place, in fragment 0 of object 5");
    EXPECT_EQ(refusal(header(5, 3, 1, 0)),
              "psrp.fragment: a beginning in the wrong place, in fragment 3 of object 5");
    EXPECT_EQ(refusal(header(5, 0, 1, 0) + header(5, 0, 1, 0)),
              "psrp.fragment: a message that began before, in fragment 0 of object 5");
    EXPECT_EQ(refusal(header(5, 0, 1, 0) + header(5, 2, 0, 0)),
              "psrp.fragment: not the next one, in fragment 2 of object 5");
}

TEST(Fragment, AfterAFaultNothingIsTakenAnyMore) {
    Assembler assembler;
    const auto first = assembler.take(header(5, 1, 0, 0));
    const auto second = assembler.take(cut("good", 1, 9).front());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), first.error());
}

TEST(Fragment, ALengthThatIsTooLongIsRefusedBeforeItIsWaitedFor) {
    EXPECT_THAT(refusal(header(1, 0, 3, 0xFFFFFFFF)), testing::StartsWith("psrp.too_big"));
    EXPECT_THAT(refusal(joined(cut("1234567890", 1, 4)), {.message_octets = 9}),
                testing::StartsWith("psrp.too_big"));
    // Together, too.
    EXPECT_THAT(refusal(header(1, 0, 1, 5) + "12345" + header(2, 0, 1, 5), {.message_octets = 9}),
                testing::StartsWith("psrp.too_big"));
    std::string many;
    for (std::uint64_t object = 1; object <= 17; ++object)
        many += header(object, 0, 1, 0);
    EXPECT_THAT(refusal(many), testing::StartsWith("psrp.too_big: too many messages at once"));
}

TEST(Fragment, RandomOctetsNeitherCrashNorGrow) {
    std::mt19937 random(20261127);
    std::size_t refused = 0;
    for (int i = 0; i < 20000; ++i) {
        auto octets = joined(cut("some message of a server", 1 + random() % 3, 1 + random() % 30));
        for (int changes = 0; changes < 3; ++changes)
            octets[random() % octets.size()] = static_cast<char>(random());
        Assembler assembler;
        if (!assembler.take(octets)) ++refused;
    }
    EXPECT_GT(refused, 1000U);
}

}  // namespace
}  // namespace hqsync::management::psrp
