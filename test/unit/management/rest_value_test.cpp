// Commands as JSON, and JSON of recorded answers as values.
#include "management/rest_value.hpp"

#include <gmock/gmock.h>

#include "unit/management/wsman_recordings.hpp"

namespace hqsync::management::rest {
namespace {

using clixml::Value;
using testing::ElementsAre;
using testing::HasSubstr;

std::string written(const Command& command) {
    const auto body = write_command(command);
    return body ? *body : to_text(body.error());
}

TEST(RestCommand, IsWrittenWithItsParameters) {
    EXPECT_EQ(written({"Get-OrganizationConfig"}),
              R"({"CmdletInput":{"CmdletName":"Get-OrganizationConfig","Parameters":{}}})");
    EXPECT_EQ(written({"Get-Mailbox",
                       {{"", Value("u1@agentur.example")},
                        {"ResultSize", Value(std::int32_t{5})},
                        {"Archive", Value(true)},
                        {"Filter", Value(clixml::Null{})},
                        {"Ratio", Value(0.5)},
                        {"RecipientTypeDetails", clixml::strings({"UserMailbox", "\"x\"\n"})}}}),
              R"({"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{)"
              R"("Identity":"u1@agentur.example","ResultSize":5,"Archive":true,"Filter":null,)"
              R"("Ratio":0.5,"RecipientTypeDetails":["UserMailbox","\"x\"\n"]}}})");
}

TEST(RestCommand, MarksTablesAndOctets) {
    const auto change = clixml::hashtable({{Value("Add"), clixml::strings({"a@agentur.example"})},
                                           {Value("Remove"), clixml::strings({})}});
    EXPECT_THAT(written({"Set-Mailbox", {{"EmailAddresses", change}}}),
                HasSubstr(R"({"EmailAddresses":{"@odata.type":"#Exchange.GenericHashTable",)"
                          R"("Add":["a@agentur.example"],"Remove":[]}})"));
    EXPECT_THAT(written({"Set-X", {{"Data", Value(clixml::Bytes{"foo"})}}}),
                HasSubstr(R"({"@odata.type":"#Exchange.ByteArrayType","Data":"Zm9v"})"));
    EXPECT_THAT(written({"Set-X", {{"Scope", clixml::enumeration("Some.Enum", "Contacts", 3)}}}),
                HasSubstr(R"("Scope":"Contacts")"));
}

TEST(RestCommand, ThatCannotBeSaidIsRefused) {
    EXPECT_THAT(written({"Set-X", {{"Password", Value(clixml::Secret{"s3cret"})}}}),
                testing::AllOf(HasSubstr("command.parameter"), HasSubstr("-Password: a password"),
                               testing::Not(HasSubstr("s3cret"))));
    EXPECT_THAT(written({"Set-X", {{"", Value("a")}, {"", Value("b")}}}),
                HasSubstr("only the first value"));
    EXPECT_THAT(written({"Set-X", {}, {Value("a")}}), HasSubstr("piped"));
    EXPECT_THAT(written({"Set-X", {{"S", Value(clixml::Text{clixml::Lexical::script, "{}"})}}}),
                HasSubstr("a script block"));
    EXPECT_THAT(written({"Set-X", {{"S", Value(std::numeric_limits<double>::infinity())}}}),
                HasSubstr("not finite"));
    auto deep = Value("x");
    for (int i = 0; i < 100; ++i)
        deep = Value(clixml::List{clixml::List::Kind::list, {deep}});
    EXPECT_THAT(written({"Set-X", {{"S", deep}}}), HasSubstr("too deep"));
}

std::string text(const Value& object, std::string_view name) {
    const auto* value = clixml::property(object, name);
    return value == nullptr ? "none" : clixml::to_text(*value);
}

TEST(RestAnswer, AsRecordedIsReadWhole) {
    auto trace = test::whole_file(test::transcripts() / "rest" / "invoke_get_mailbox_200.http.txt");
    if (trace.empty()) GTEST_SKIP() << "no recordings here";
    const auto page = read_page(trace.substr(trace.find("{\"@odata.context\"")));
    ASSERT_TRUE(page) << to_text(page.error());
    EXPECT_TRUE(page->warnings.empty());
    EXPECT_EQ(page->next_link, "");
    ASSERT_EQ(page->objects.size(), 1U);
    const auto& mailbox = page->objects[0];
    EXPECT_EQ(clixml::properties(*mailbox.object()).size(), 19U) << "annotations are none";
    EXPECT_EQ(text(mailbox, "ProhibitSendQuota"), "99 GB (106,300,440,576 bytes)");
    EXPECT_EQ(text(mailbox, "IsMonitoringMailbox"), "False");
    EXPECT_EQ(text(mailbox, "Languages"), "en-US");
    const auto* id = clixml::property(mailbox, "exchangeguid")->as<clixml::Text>();
    ASSERT_NE(id, nullptr);
    EXPECT_EQ(id->kind, clixml::Lexical::guid);
    EXPECT_EQ(id->text, "55555555-6666-7777-8888-999999999999");
    const auto* made = clixml::property(mailbox, "WhenMailboxCreated")->as<clixml::Text>();
    ASSERT_NE(made, nullptr);
    EXPECT_EQ(made->text, "2022-09-21T08:07:47.0000000+00:00");
    EXPECT_TRUE(clixml::property(mailbox, "WhenSoftDeleted")->is_null());
    EXPECT_EQ(clixml::integer_in(clixml::property(mailbox, "RecipientSoftDeletedStatus")), 0);
}

TEST(RestAnswer, MayHoldWarningsErrorsAndALink) {
    const auto page = read_page(
        R"({"@adminapi.warnings":["there is more"],"@adminapi.errors":["one failed"],)"
        R"("@odata.nextLink":"https://x/next","value":[{"A":{"B":[1,"two",3000000000]}},"bare"]})");
    ASSERT_TRUE(page);
    EXPECT_THAT(page->warnings, ElementsAre("there is more"));
    EXPECT_THAT(page->errors, ElementsAre("one failed"));
    EXPECT_EQ(page->next_link, "https://x/next");
    EXPECT_EQ(clixml::to_text(*clixml::property(*clixml::property(page->objects[0], "A"), "B")),
              "1, two, 3000000000");
    EXPECT_EQ(clixml::to_text(page->objects[1]), "bare");
}

TEST(RestAnswer, WithoutAnythingIsAnEmptyPage) {
    for (const auto* body : {"", " \r\n", "{}", R"({"value":null})", R"({"value":[]})"}) {
        const auto page = read_page(body);
        ASSERT_TRUE(page) << body;
        EXPECT_TRUE(page->objects.empty());
    }
}

TEST(RestAnswer, ThatIsNoJsonIsRefused) {
    for (const std::string& body :
         {std::string("<html>"), std::string("{"), std::string("[]"), std::string("\"x\""),
          std::string(8, '\0'), std::string(5000, '[') + std::string(5000, ']')}) {
        const auto page = read_page(body);
        ASSERT_FALSE(page) << body;
        EXPECT_EQ(page.error().code, "rest.malformed");
    }
}

TEST(RestAnswer, OfTooManyValuesIsNotReadIn) {
    std::string body = R"({"value":[[0)";
    for (int i = 0; i < 4'000'000; ++i)
        body += ",0";
    const auto page = read_page(body + "]]}");
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, "rest.malformed");
    EXPECT_THAT(page.error().detail, testing::HasSubstr("too many values"));
}

TEST(RestExported, IsTheListOfCommands) {
    EXPECT_THAT(read_exported(R"({"value":[{"exportedCmdlets":"Set-B, Get-A,Get-A,,"}]})").value(),
                ElementsAre("Get-A", "Set-B"));
    EXPECT_THAT(read_exported(R"({"value":{"exportedCmdlets":"Get-A"}})").value(),
                ElementsAre("Get-A"));
    // Names are completed at a prompt.
    EXPECT_THAT(
        read_exported(R"({"value":[{"exportedCmdlets":"Get-\u001b[2J,Get-\u009b,A B,Get-A"}]})")
            .value(),
        ElementsAre("Get-A"));
    EXPECT_TRUE(read_exported(R"({"value":[]})")->empty());
    for (const auto* body : {"", "{}", R"({"value":[{}]})", R"({"value":"x"})"})
        EXPECT_EQ(read_exported(body).error().code, "rest.malformed") << body;
}

}  // namespace
}  // namespace hqsync::management::rest
