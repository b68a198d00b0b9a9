// Times of both sides, as tables.
#include "contact/date.hpp"

#include <gtest/gtest.h>

namespace hqsync {
namespace {

/// Milliseconds since 1970, or "none".
std::string shown(std::string_view text) {
    const auto time = time_of(text);
    return time ? std::to_string(time->time_since_epoch().count()) : "none";
}

TEST(TimeOf, ReadsUtcWithAndWithoutItsLetter) {
    EXPECT_EQ(shown("1970-01-01T00:00:00Z"), "0");
    EXPECT_EQ(shown("1970-01-01T00:00:00"), "0");
    EXPECT_EQ(shown("2026-01-31T12:34:56Z"), "1769862896000");
    EXPECT_EQ(shown("2024-02-29T23:59:59Z"), "1709251199000");
    EXPECT_EQ(shown("1969-12-31T23:59:59Z"), "-1000");
}

TEST(TimeOf, CutsAFractionOfOneToSevenDigitsToMilliseconds) {
    const std::vector<std::pair<std::string, std::string>> fractions = {
        {".1", "100"},       {".12", "120"},     {".123", "123"},     {".1239", "123"},
        {".12399", "123"},   {".123999", "123"}, {".1239999", "123"}, {".0009999", "0"},
        {".9999999", "999"}, {".000", "0"},      {".", "none"},       {".12345678", "none"},
        {".1a", "none"},     {",5", "none"},     {". 5", "none"},
    };
    for (const auto& [fraction, time] : fractions) {
        EXPECT_EQ(shown("1970-01-01T00:00:00" + fraction), time) << fraction;
        EXPECT_EQ(shown("1970-01-01T00:00:00" + fraction + "Z"), time) << fraction;
        EXPECT_EQ(shown("1970-01-01T02:00:00" + fraction + "+02:00"), time) << fraction;
    }
}

TEST(TimeOf, TakesTheOffsetOff) {
    const std::vector<std::pair<std::string, std::string>> offsets = {
        {"+00:00", "0"},        {"-00:00", "0"},         {"+01:00", "-3600000"},
        {"-05:30", "19800000"}, {"+14:00", "-50400000"}, {"+14:59", "-53940000"},
        {"+15:00", "none"},     {"+01:60", "none"},      {"+1:00", "none"},
        {"+0100", "none"},      {"01:00", "none"},       {"+01-00", "none"},
        {"z", "none"},          {" Z", "none"},          {"ZZ", "none"},
        {"Z+01:00", "none"},    {"+01:00Z", "none"},     {"+ab:00", "none"},
    };
    for (const auto& [offset, time] : offsets)
        EXPECT_EQ(shown("1970-01-01T00:00:00" + offset), time) << offset;
}

TEST(TimeOf, RefusesDaysAndHoursThatThereAreNot) {
    for (const std::string text :
         {"2025-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z", "0000-01-01T00:00:00Z",
          "0001-01-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z",
          "2026-01-01T12:00:60Z", "2026-01-01T-1:00:00Z"}) {
        EXPECT_EQ(shown(text), "none") << text;
    }
}

TEST(TimeOf, RefusesWhatIsNoTime) {
    for (const std::string text :
         {"", "2026-01-31", "2026-01-31T12:00", "2026-01-31 12:00:00", "2026-01-31t12:00:00Z",
          " 2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z ", "2026-01-31T12-00-00",
          "2026-01-31T12:00:0", "31.01.2026T12:00:00", "2026-1-31T12:00:00Z",
          "heute frueh um 12"}) {
        EXPECT_EQ(shown(text), "none") << text;
    }
}

}  // namespace
}  // namespace hqsync
