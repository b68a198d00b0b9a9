// Tables line up, whatever their cells hold.
#include "app/table.hpp"

#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

TEST(Width, CountsSignsAndNotOctets) {
    EXPECT_EQ(width(""), 0u);
    EXPECT_EQ(width("Müller-Lüdenscheidt"), 19u);
    EXPECT_EQ(width("e\u0301"), 1u);
    EXPECT_EQ(width("東京"), 4u);
    EXPECT_EQ(width("\xC3"), 1u);
    EXPECT_EQ(width("a\xFFz"), 3u);
}

TEST(Table, LinesUpItsColumns) {
    Table table({{"user"}, {"mine", Table::Align::right}});
    EXPECT_TRUE(table.empty());
    table.add({"jörg@x", "7"});
    table.add({"anna.li@x", "1200"});
    EXPECT_EQ(table.text(),
              "user       mine\n"
              "---------  ----\n"
              "jörg@x        7\n"
              "anna.li@x  1200\n");
}

TEST(Table, LetsNoCellSteerTheTerminal) {
    Table table({{"name"}});
    table.add({"a\x1b[2Jb\nc"});
    EXPECT_EQ(table.text(), "name\n--------\na [2Jb c\n");
}

}  // namespace
}  // namespace hqsync::app
