// Names of protocols without their case, and nothing else without it.
#include "base/letter_case.hpp"

#include <gtest/gtest.h>

namespace hqsync {
namespace {

TEST(LetterCase, IsOverlookedInAsciiOnly) {
    EXPECT_TRUE(equal_without_case("", ""));
    EXPECT_TRUE(equal_without_case("Negotiate-AZ[1]", "nEGOTIATE-az[1]"));
    EXPECT_FALSE(equal_without_case("Basic", "Basic "));
    EXPECT_FALSE(equal_without_case("[", "{"));
    EXPECT_FALSE(equal_without_case("\xC3\x84", "\xC3\xA4"));
}

TEST(LetterCase, BecomesLowerInAsciiOnly) {
    EXPECT_EQ(lower_case("@AZ[`az{ \xC3\x84"), "@az[`az{ \xC3\x84");
    EXPECT_EQ(lower_case(""), "");
}

}  // namespace
}  // namespace hqsync
