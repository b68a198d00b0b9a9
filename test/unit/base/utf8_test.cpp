// Signs of UTF-8, and what must not reach a terminal.
#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace hqsync {
namespace {

TEST(Printable, LeavesNoControlCharacterOfAnyKind) {
    EXPECT_EQ(printable("a\x1B[2Jb\nc"), "a [2Jb c");
    EXPECT_EQ(printable("a\xC2\x9B"
                        "31mb"),
              "a  31mb");
    EXPECT_EQ(printable("Straßer – 😀"), "Straßer – 😀");
    // An octet that is no UTF-8 is a control, too, where the terminal reads Latin-1.
    EXPECT_EQ(printable("a\x9B"
                        "31mb"),
              "a 31mb");
}

TEST(Sign, OfWrongOctetsIsTheOctet) {
    EXPECT_EQ(first_sign("\xC3").octets, 1U);
    EXPECT_EQ(first_sign("\xE2\x82").code, 0xE2U);
    EXPECT_EQ(first_sign("\xE2\x82\xAC!").code, 0x20ACU);
    EXPECT_EQ(first_sign("\xE2\x82\xAC!").octets, 3U);
}

}  // namespace
}  // namespace hqsync
