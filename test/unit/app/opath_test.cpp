// Filters with safe quotes, and commands as they would be typed.
#include "app/opath.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "app/powershell_text.hpp"
#include "management/command_line.hpp"

namespace hqsync::app {
namespace {

using management::Command;
using management::clixml::Value;

std::string code_of(const Result<std::string>& result) {
    return result ? *result : result.error().code;
}

TEST(Opath, DoublesQuotesInNames) {
    EXPECT_EQ(code_of(group_filter("CN=O'Neill' -or Name -like '*,DC=agentur,DC=example")),
              "MemberOfGroup -eq 'CN=O''Neill'' -or Name -like ''*,DC=agentur,DC=example'");
    EXPECT_EQ(code_of(attribute_filter("customattribute7=it's")), "CustomAttribute7 -eq 'it''s'");
    EXPECT_EQ(code_of(address_filter({"o'neill@agentur.example"})),
              "PrimarySmtpAddress -eq 'o''neill@agentur.example'");
}

TEST(Opath, RefusesWhatCouldEndAText) {
    for (const auto* text : {"a\u2019b", "a\u2018b", "a\u201Ab", "a\u201Bb", "a\nb", "a\x7f"})
        EXPECT_EQ(code_of(opath_text(text)), "setup.filter") << text;
    for (const auto* name : {"hqsync", "", "DC=example", "CN=hqsync"})
        EXPECT_EQ(code_of(group_filter(name)), "setup.filter") << name;
    for (const auto* text : {"CustomAttribute0=x", "CustomAttribute16=x", "CustomAttribute1=",
                             "CustomAttribute1", "City=x", "CustomAttribute1x=y"})
        EXPECT_EQ(code_of(attribute_filter(text)), "setup.filter") << text;
    for (const auto* address : {"", "a", "a@", "@b", "a@b@c", "a b@c", "ä@c", "a@b\n"})
        EXPECT_EQ(code_of(address_filter({address})), "setup.filter") << address;
}

TEST(Opath, SortsAddressesAndReportsALongFilter) {
    EXPECT_EQ(code_of(address_filter({"b@x", "a@x", "b@x"})),
              "PrimarySmtpAddress -eq 'a@x' -or PrimarySmtpAddress -eq 'b@x'");
    EXPECT_EQ(code_of(address_filter({})), "setup.filter");
    std::vector<std::string> many;
    for (int number = 1000; number < 1400; ++number)
        many.push_back(std::to_string(number) + "@agentur.example");
    const auto filter = address_filter(many);
    ASSERT_FALSE(filter);
    EXPECT_TRUE(
        filter.error().detail.starts_with("a filter for 400 mailboxes has 19995 characters"))
        << filter.error().detail;
}

TEST(Opath, KnowsAFilterThatAServerWroteInAnotherForm) {
    const auto* const ours = "PrimarySmtpAddress -eq 'a@x' -or PrimarySmtpAddress -eq 'b@x'";
    EXPECT_TRUE(is_same_filter(
        ours, "((PrimarySmtpAddress -eq 'B@x') -or (primarysmtpaddress -eq 'a@x'))"));
    for (const auto* other :
         {"PrimarySmtpAddress -eq 'a@x'", "PrimarySmtpAddress -eq 'a@x' -and Alias -eq 'b'",
          "PrimarySmtpAddress -eq 'a@x' -or PrimarySmtpAddress -like 'b@x'",
          "-not(PrimarySmtpAddress -eq 'a@x' -or PrimarySmtpAddress -eq 'b@x')", "", "'"})
        EXPECT_FALSE(is_same_filter(ours, other)) << other;
    EXPECT_TRUE(is_same_filter("-not(A -eq 'x')", "-not(A -eq 'x')"));
}

TEST(PowershellText, QuotesWhatPowershellWouldReadOtherwise) {
    const Command command{"New-X",
                          {{"Bare", Value("hqsync-scope")},
                           {"Blank", Value("a b")},
                           {"Quote", Value("it's")},
                           {"Dollar", Value("$x'\"`")},
                           {"Smart", Value("a\u2019b")},
                           {"Number", Value("007")},
                           {"Empty", Value("")},
                           {"Nothing", Value(management::clixml::Null{})},
                           {"Flag", Value(false)},
                           {"Count", Value(std::int64_t{42})},
                           {"List", management::clixml::strings({"a", "b c"})}}};
    EXPECT_EQ(powershell_text(command),
              "New-X -Bare hqsync-scope -Blank 'a b' -Quote \"it's\" -Dollar '$x''\"`' -Smart "
              "'a\u2019\u2019b' -Number '007' -Empty '' -Nothing $null -Flag:$false -Count 42 "
              "-List a,'b c'");
}

RC_GTEST_PROP(PowershellText, IsReadBackByTheCommandLine, ()) {
    const auto text = *rc::gen::container<std::string>(rc::gen::inRange(' ', '\x7F'));
    const Command command{"New-X", {{"Name", Value(text)}}};
    const auto read = management::parse_command_line(powershell_text(command));
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->parameters.size() == 1U);
    RC_ASSERT(management::clixml::string_in(&read->parameters.front().value) == text);
}

}  // namespace
}  // namespace hqsync::app
