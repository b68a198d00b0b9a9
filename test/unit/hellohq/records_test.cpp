// Odd data: what an API leaves out, reformats or makes up.
#include <gmock/gmock.h>

#include "hellohq/reading.hpp"
#include "hellohq/records.hpp"

namespace hqsync::hellohq {
namespace {

template <class Record>
Result<Record> read_one(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    EXPECT_EQ(parser.parse(json).get(object), simdjson::SUCCESS);
    Record record;
    const auto done = read(object, Origin::hq, record);
    if (!done) return fail(done.error());
    return record;
}

TEST(OddData, AFieldThatIsLeftOutIsEmpty) {
    const auto person = read_one<ContactPerson>(R"({"Id":1})");
    ContactPerson expected;
    expected.id = ContactId(1);
    EXPECT_EQ(person, expected);
}

TEST(OddData, NullIsEmpty) {
    const auto person = read_one<ContactPerson>(
        R"({"Id":1,"FirstName":null,"CompanyId":null,"DefaultAddress":null,"Addresses":null})");
    EXPECT_EQ(person, read_one<ContactPerson>(R"({"Id":1})"));
}

TEST(OddData, AnUnknownWordStaysAsItIs) {
    EXPECT_EQ(read_one<ContactPerson>(R"({"Id":1,"SalutationForm":"Casual"})")->salutation_form,
              "Casual");
}

TEST(OddData, ADateInTheOtherFormStaysAsItIsAndATimeIsUnderstoodInAll) {
    EXPECT_EQ(read_one<ContactPerson>(R"({"Id":1,"Birthdate":"04.09.1959"})")->birthdate,
              "04.09.1959");
    const Instant now{std::chrono::seconds(1'795'000'000)};
    for (const auto* time : {"2026-11-01T09:00:00+01:00", "2026-11-01T08:00:00Z",
                             "2026-11-01T03:00:00-05:00", "2026-11-01T08:00:00.1234567Z"})
        EXPECT_EQ(changed_since(time, {now}), "UpdatedOn gt 2026-11-01T07:50:00Z") << time;
    EXPECT_EQ(changed_since("01.11.2026 08:00:00", {now}), "");
    EXPECT_EQ(changed_since("2099-01-01T00:00:00Z", {now}),
              changed_since("2026-11-18T11:06:40Z", {now}));
}

TEST(OddData, ATimeWithoutAZoneMayBeOneOfAnyZone) {
    const Instant now{std::chrono::seconds(1'795'000'000)};
    for (const auto* time : {"2026-11-01T08:00:00", "2026-11-01T08:00:00.123"})
        EXPECT_EQ(changed_since(time, {now}), "UpdatedOn gt 2026-10-31T17:50:00Z") << time;
}

TEST(OddData, ANoteInHtmlBecomesText) {
    EXPECT_EQ(plain_note("<div>Eins<br/>Zwei</div><p>D&amp;R &lt;3&nbsp;M&uuml;ller</p>"),
              "Eins\nZwei\nD&R <3 Müller");
    EXPECT_EQ(plain_note("a < b, <info@kunde.example>, D&amp;R"),
              "a < b, <info@kunde.example>, D&amp;R");
}

TEST(OddData, ACompanyWithoutTypeHasNone) {
    EXPECT_TRUE(read_one<Company>(R"({"Id":1,"CompanyTypes":null})")->types.empty());
    EXPECT_TRUE(read_one<Company>(R"({"Id":1,"CompanyTypes":[{"Id":3}]})")->types.empty());
}

TEST(OddData, AContactWithoutCompanyHasNone) {
    EXPECT_EQ(read_one<ContactPerson>(R"({"Id":1,"CompanyId":0})")->company, std::nullopt);
    Tables tables;
    ContactPerson person;
    person.company = CompanyId(9);
    EXPECT_EQ(joined(person, tables).company, std::nullopt);
}

TEST(OddData, ANumberWhereATextBelongsIsItsDigits) {
    EXPECT_EQ(read_one<Company>(R"({"Id":1,"DefaultAddress":{"ZipCode":20457}})")
                  ->default_address->zip_code,
              "20457");
}

TEST(OddData, WhatCannotBeReadIsNamedWithoutItsContent) {
    const auto person = read_one<ContactPerson>(R"({"Id":7,"FirstName":{"geheim":1}})");
    ASSERT_FALSE(person);
    EXPECT_EQ(person.error().code, "hq.unreadable");
    EXPECT_EQ(person.error().detail,
              "ContactPersons(7): field FirstName is not what API v1 describes");
}

TEST(Kept, IsReadBackAsItWas) {
    const auto project = *read_one<Project>(
        R"({"Id":7,"Name":"Umzug","Members":[{"UserId":1}],"ContactPersons":[{"Id":101}],"Subsystems":[{"Id":2}],"CompanyId":3,"UpdatedOn":"x"})");
    EXPECT_EQ(read_one<Project>(kept(project)), project);
    const auto person = *read_one<ContactPerson>(
        R"({"Id":1,"LastName":"O'Neill","CompanyId":3,"DefaultAddress":{"Id":4,"City":"Köln"},"Addresses":[{"Id":4},{"Id":5,"Fax":"1"}]})");
    EXPECT_EQ(read_one<ContactPerson>(kept(person)), person);
}

}  // namespace
}  // namespace hqsync::hellohq
