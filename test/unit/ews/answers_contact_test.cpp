// Contacts as Exchange shows them in its odder ways.
#include <gmock/gmock.h>

#include "ews/answers.hpp"
#include "unit/ews/answers_samples.hpp"

namespace hqsync::ews {
namespace {

using test::contact_answer;
using testing::HasSubstr;

/// The card as a listing, or the fault.
std::string shown(const std::string& inside) {
    const auto items = read_items(contact_answer(inside), 1);
    if (!items) return to_text(items.error());
    return items->front() ? test::listing(items->front()->card) : to_text(items->front().error());
}
std::string email(const std::string& entry) {
    return shown("<t:EmailAddresses>" + entry + "</t:EmailAddresses>");
}
std::string birthday(const std::string& time, const std::string& local = "") {
    const auto property =
        local.empty()
            ? ""
            : "<t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId='Address'"
              " PropertyId='32990' PropertyType='SystemTime'/><t:Value>" +
                  local + "</t:Value></t:ExtendedProperty>";
    return shown(property + "<t:Birthday>" + time + "</t:Birthday>");
}

TEST(ShownContact, HasNoValueWhereAnEntryHasNone) {
    EXPECT_EQ(
        shown("<t:PhoneNumbers><t:Entry Key='MobilePhone'/><t:Entry Key='HomePhone'>1</t:Entry>"
              "</t:PhoneNumbers><t:EmailAddresses><t:Entry Key='EmailAddress1'/>"
              "</t:EmailAddresses><t:PhysicalAddresses><t:Entry Key='Home'><t:City>Bonn</t:City>"
              "</t:Entry></t:PhysicalAddresses>"),
        "");
}

TEST(ShownContact, HasEmailsAsTheyAreWritten) {
    EXPECT_EQ(
        email(
            "<t:Entry Key='EmailAddress2' Name='E' RoutingType='SMTP'>e@agentur.example</t:Entry>"),
        "email2=e@agentur.example\n");
    EXPECT_EQ(email("<t:Entry Key='EmailAddress1'>smtp:e@agentur.example</t:Entry>"),
              "email1=e@agentur.example\n");
    EXPECT_EQ(email("<t:Entry Key='EmailAddress1' RoutingType='EX'>/o=Agentur/cn=erika</t:Entry>"),
              "email1=/o=Agentur/cn=erika\n");
}

TEST(ShownContact, HasTheAddressThatStandsInTheNameButNoNameThatIsNone) {
    EXPECT_EQ(email("<t:Entry Key='EmailAddress1' Name='e@agentur.example'/>"),
              "email1=e@agentur.example\n");
    EXPECT_EQ(email("<t:Entry Key='EmailAddress1' Name='Erika Muster'/>"), "");
}

TEST(ShownContact, HasTheBirthdayOfUtcAndTwelveHours) {
    EXPECT_EQ(birthday("1959-09-04T11:59:00Z"), "birthday=1959-09-04\n");
    EXPECT_EQ(birthday("1959-09-04T00:00:00Z"), "birthday=1959-09-04\n");
    EXPECT_EQ(birthday("1959-09-03T22:00:00Z"), "birthday=1959-09-04\n");
    EXPECT_EQ(birthday("1959-09-04T00:00:00+02:00"), "birthday=1959-09-04\n");
    EXPECT_EQ(birthday("1959-12-31T23:00:00.000Z"), "birthday=1960-01-01\n");
}

TEST(ShownContact, HasTheBirthdayThatOutlookKeepsBesideIt) {
    EXPECT_EQ(birthday("1959-09-03T10:00:00Z", "1959-09-04T00:00:00Z"), "birthday=1959-09-04\n");
    EXPECT_EQ(birthday("1959-09-04T11:59:00Z", "1959-09-04T11:59:00Z"), "birthday=1959-09-04\n");
}

TEST(ShownContact, HasNoBirthdayWhereOutlookWritesNone) {
    EXPECT_EQ(birthday("4501-01-01T00:00:00Z"), "");
    EXPECT_EQ(birthday("4500-12-31T23:00:00Z"), "");
    EXPECT_EQ(birthday("0001-01-01T00:00:00Z"), "");
    EXPECT_EQ(birthday(""), "");
}

TEST(ShownContact, HasTheTitleOfTheNamePrefixHoweverItsTagIsSpelled) {
    for (const auto* tag : {"0x3a45", "0x3A45", "0x03A45"}) {
        EXPECT_EQ(shown("<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag='" + std::string(tag) +
                        "' PropertyType='String'/><t:Value>Dr.</t:Value></t:ExtendedProperty>"),
                  "title=Dr.\n");
    }
    EXPECT_EQ(shown("<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag='0x3A46'"
                    " PropertyType='String'/><t:Value>Dr.</t:Value></t:ExtendedProperty>"),
              "");
}

TEST(ShownContact, HasItsCategoriesSortedAndItsNotesWithPlainLineEnds) {
    EXPECT_EQ(shown("<t:Categories><t:String>b</t:String><t:String>a</t:String></t:Categories>"
                    "<t:Body BodyType='Text'>1\r\n2&#xB;3</t:Body>"),
              "notes=1\n2\n3\ncategories=a\nb\n");
}

TEST(ShownContact, IsReadWhateverElseItHoldsInWhateverOrder) {
    EXPECT_EQ(shown("<t:Surname>M</t:Surname><t:New><t:Deep/></t:New><x:GivenName>E</x:GivenName>"
                    "<t:CompleteName><t:Title>no</t:Title></t:CompleteName>"),
              "given_name=E\nsurname=M\n");
}

TEST(ShownContact, ThatCannotBeUnderstoodIsNotTakenForEmpty) {
    EXPECT_THAT(
        shown("<t:GivenName><t:x/></t:GivenName>"),
        HasSubstr("ews.unreadable_item: Exchange showed a contact whose GivenName is no text"));
    EXPECT_THAT(shown("<t:PhoneNumbers><t:Entry>1</t:Entry></t:PhoneNumbers>"),
                HasSubstr("PhoneNumbers has something that is no entry"));
    EXPECT_THAT(email("<t:Mail Key='EmailAddress1'/>"), HasSubstr("is no entry"));
    EXPECT_THAT(birthday("tomorrow"), HasSubstr("Birthday is no date"));
    EXPECT_THAT(shown("<t:Body BodyType='HTML'>&lt;b&gt;</t:Body>"),
                HasSubstr("Body is no plain text"));
}

}  // namespace
}  // namespace hqsync::ews
