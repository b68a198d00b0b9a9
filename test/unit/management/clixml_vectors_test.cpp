// CLIXML that others wrote: read, written again, and the same said.
#include <gmock/gmock.h>

#include <set>

#include <simdjson.h>

#include "management/clixml_reader.hpp"
#include "management/clixml_writer.hpp"
#include "unit/management/clixml_meaning.hpp"
#include "unit/management/psrp_reference.hpp"

namespace hqsync::management::clixml {
namespace {

struct Vector {
    std::string test;
    std::string xml;
};

/// Placeholders of the tests they come from, filled with what they stand for there.
std::string filled(std::string xml) {
    const auto at = xml.find("%s");
    if (at == std::string::npos) return xml;
    const bool is_boolean = xml.starts_with("<B>");
    const bool is_date = xml.starts_with("<DT>");
    return xml.replace(at, 2, is_boolean ? "true" : is_date ? "4" : "97");
}

std::vector<Vector> vectors() {
    simdjson::dom::parser parser;
    const auto json = test::transcript_file("clixml_vectors_from_tests.json");
    std::vector<Vector> all;
    for (const auto each : parser.parse(json).get_array()) {
        const std::string test(each["test"].get_string().value());
        const auto add = [&](simdjson::dom::element one) {
            const auto text = one.is_string() ? one.get_string().value() : std::string_view();
            if (!text.starts_with('<')) return;
            // One message there: its second object names the types of the first.
            const bool is_second =
                text.contains("<TNRef RefId=\"0\" /><ToString>to string value 2");
            const auto before = is_second ? all.back().xml : "";
            all.push_back({test, is_second ? "<LST>" + before + std::string(text) + "</LST>"
                                           : filled(std::string(text))});
        };
        for (const auto one : each["xml_in_body"].get_array())
            add(one);
        for (const auto row : each["parametrized"].get_array()) {
            if (!row.is_array()) continue;
            for (const auto one : row.get_array())
                add(one);
        }
    }
    return all;
}

/// What is written must be read again and say the same.
void expect_same_again(const std::string& xml, const std::string& where) {
    const auto value = read(xml);
    ASSERT_TRUE(value) << where << ": " << to_text(value.error());
    const auto wrote = write(*value);
    ASSERT_TRUE(wrote) << where;
    EXPECT_EQ(test::meaning(*wrote), test::meaning(xml)) << where;
    EXPECT_EQ(write(*read(*wrote)), *wrote) << where;
}

TEST(ClixmlVectors, AreReadAndWrittenAgainWithTheSameMeaning) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    const std::set<std::string> refused = {"test_fail_deserialize_dict_no_key",
                                           "test_fail_deserialize_dict_no_value",
                                           "test_deserialize_invalid_duration"};
    std::size_t same = 0;
    std::size_t cut = 0;
    for (const auto& [test, xml] : vectors()) {
        if (test::meaning(xml).empty()) {
            // Cut where the test puts a text together: no XML.
            EXPECT_EQ(read(xml).error().code, "clixml.malformed") << test;
            ++cut;
        } else if (refused.contains(test)) {
            EXPECT_EQ(read(xml).error().code, "clixml.malformed") << test;
        } else if (xml.starts_with("<Objs")) {
            const auto all = read_document(xml);
            ASSERT_TRUE(all) << test;
            EXPECT_EQ(test::meaning(*write_document(*all)), test::meaning(xml)) << test;
            ++same;
        } else {
            expect_same_again(xml, test + ": " + xml);
            ++same;
        }
    }
    RecordProperty("same", static_cast<int>(same));
    RecordProperty("cut", static_cast<int>(cut));
    EXPECT_GE(same, 200U);
}

TEST(ClixmlVectors, ObjectsOfARealExchangeServerSurvive) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    std::size_t files = 0;
    for (const auto& name : test::transcript_files("clixml_exchange", ".xml")) {
        const auto text = test::transcript_file(name);
        const auto all = read_document(text);
        ASSERT_TRUE(all) << name << ": " << to_text(all.error());
        EXPECT_EQ(test::meaning(*write_document(*all)), test::meaning(text.substr(3))) << name;
        ++files;
    }
    EXPECT_EQ(files, 7U);
}

TEST(ClixmlVectors, AFileThatHidesAnObjectInAnotherIsReadAsValuesOnly) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    const auto text = test::transcript_file("clixml_exchange/PowerShell_corruptedcim.clixml");
    const auto all = read_document(text);
    ASSERT_TRUE(all) << to_text(all.error());
    EXPECT_EQ(test::meaning(*write_document(*all)), test::meaning(text));
    ASSERT_EQ(all->size(), 1U);
    EXPECT_TRUE(is_a(all->front().value, "Microsoft.Management.Infrastructure.CimInstance"));
}

TEST(ClixmlVectors, AnAcceptedDomainIsAskedForItsProperties) {
    HQSYNC_NEEDS_TRANSCRIPTS();
    const auto all =
        read_document(test::transcript_file("clixml_exchange/E19_GetAcceptedDomain.xml"));
    ASSERT_TRUE(all);
    const auto& domain = all->front().value;
    EXPECT_EQ(string_in(property(domain, "domainname")), "Solo.com");
    EXPECT_EQ(string_in(property(*property(domain, "DomainName"), "Address")), "Solo.com");
    EXPECT_EQ(boolean_in(property(domain, "Default")), true);
    EXPECT_EQ(to_text(domain), "Solo.com");
}

}  // namespace
}  // namespace hqsync::management::clixml
