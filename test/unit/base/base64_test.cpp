// Base64 both ways, read as strictly as .NET reads it.
#include "base/base64.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hqsync {
namespace {

TEST(Base64, GoesBothWays) {
    EXPECT_EQ(to_base64(""), "");
    EXPECT_EQ(to_base64("f"), "Zg==");
    EXPECT_EQ(to_base64("fo"), "Zm8=");
    EXPECT_EQ(to_base64("foo"), "Zm9v");
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    for (std::size_t length = 0; length <= all.size(); ++length) {
        const auto octets = all.substr(0, length);
        EXPECT_EQ(from_base64(to_base64(octets)), octets);
    }
    EXPECT_EQ(from_base64(" Zm\r\n9v\t"), "foo");
    for (const auto* wrong : {"Z", "Zg", "Zg=", "Z===", "=", "Zg==Zg==", "Zm9v=", "Zm9*", "===="})
        EXPECT_EQ(from_base64(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace hqsync
