// PowerShell's objects as tables, lists and JSON.
#include "app/management_output.hpp"

#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

namespace clixml = management::clixml;
using clixml::Value;

Value mailbox(const std::string& name, std::int32_t items) {
    std::vector<clixml::Property> properties{
        {"RunspaceId", Value("x")}, {"Database", Value("DB01")},      {"Name", Value(name)},
        {"Items", Value(items)},    {"Empty", Value(clixml::Null{})},
    };
    for (int i = 0; i < 8; ++i)
        properties.push_back({"Other" + std::to_string(i), Value("o")});
    properties.push_back({"PrimarySmtpAddress", Value(name + "@agentur.example")});
    clixml::Object object;
    object.text = name;
    object.extended = std::move(properties);
    return Value(std::move(object));
}

std::string json_of(const Value& value) {
    Json json;
    write_json(json, value);
    return json.text();
}

TEST(ManagementTable, ShowsTheColumnsThatSayMost) {
    EXPECT_EQ(objects_as_text({mailbox("anna", 5), mailbox("ben", 12)}, 0),
              "Name  PrimarySmtpAddress    Database\n"
              "----  --------------------  --------\n"
              "anna  anna@agentur.example  DB01\n"
              "ben   ben@agentur.example   DB01\n");
}

TEST(ManagementTable, LeavesOutWhatDoesNotFitTheTerminal) {
    EXPECT_EQ(objects_as_text({mailbox("anna", 5), mailbox("ben", 12)}, 30),
              "Name  PrimarySmtpAddress\n"
              "----  --------------------\n"
              "anna  anna@agentur.example\n"
              "ben   ben@agentur.example\n");
}

TEST(ManagementTable, ShowsAllOfOneObject) {
    const auto text = objects_as_text({mailbox("anna", 5)}, 80);
    EXPECT_NE(text.find("Items              : 5\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("RunspaceId"), std::string::npos);
}

TEST(ManagementTable, ShowsPlainValuesOneALine) {
    EXPECT_EQ(objects_as_text({Value("a\x1b[2J"), Value(std::int32_t{7})}, 80), "a [2J\n7\n");
}

TEST(ManagementTable, AlignsNumbers) {
    const auto count = [](std::int32_t items) {
        return clixml::bag({{"Items", Value(items)}, {"Folder", Value("f")}});
    };
    EXPECT_EQ(objects_as_text({count(5), count(1200)}, 80),
              "Items  Folder\n"
              "-----  ------\n"
              "    5  f\n"
              " 1200  f\n");
}

TEST(ManagementJson, WritesWholeObjects) {
    const auto value = clixml::bag({{"Name", Value("a\"b")},
                                    {"Count", Value(std::int64_t{-7})},
                                    {"On", Value(true)},
                                    {"None", Value(clixml::Null{})},
                                    {"List", clixml::strings({"x", "y"})},
                                    {"SerializationData", Value(clixml::Bytes{"secret"})},
                                    {"Raw", Value(clixml::Bytes{"abc"})},
                                    {"Double", Value(0.5)}});
    EXPECT_EQ(
        json_of(value),
        R"({"Name":"a\"b","Count":-7,"On":true,"None":null,"List":["x","y"],"Raw":"YWJj","Double":0.5})");
}

TEST(ManagementJson, WritesObjectsBelowAsTheirText) {
    clixml::Object quota;
    quota.text = "99 GB (106,300,440,576 bytes)";
    quota.adapted = {{"Value", Value("x")}};
    const auto kind = clixml::enumeration("Microsoft.Type", "UserMailbox", 1);
    EXPECT_EQ(json_of(clixml::bag({{"Quota", Value(std::move(quota))}})),
              R"j({"Quota":"99 GB (106,300,440,576 bytes)"})j");
    EXPECT_EQ(json_of(clixml::bag({{"Inner", clixml::bag({{"A", Value("b")}})}})),
              R"({"Inner":{"A":"b"}})");
    EXPECT_EQ(json_of(clixml::bag({{"Kind", kind}})), R"({"Kind":"UserMailbox"})");
}

TEST(ManagementJson, HoldsBackSecretsAndDepth) {
    EXPECT_EQ(json_of(Value(clixml::Secret{"geheim"})), R"("***")");
    Value deep("end");
    for (int i = 0; i < 100; ++i)
        deep = clixml::bag({{"In", deep}});
    EXPECT_LT(json_of(deep).size(), 2'000U);
}

}  // namespace
}  // namespace hqsync::app
