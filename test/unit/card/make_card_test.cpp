// Cards made from contact persons: every rule of the card by its own table.
#include "card/make_card.hpp"

#include <gtest/gtest.h>

namespace hqsync::card {
namespace {

struct Name {
    std::string first;
    std::string last;
    std::string email;
};

TEST(PlaceholderEmail, FollowsTheGermanRulesAndThenLatinToAscii) {
    CardMaker maker{CardRules{}};
    const std::vector<Name> names = {
        {"Jürgen", "Groß", "Juergen.Gross@nomail.de"},
        {"Änne", "ÄRGER", "Aenne.AERGER@nomail.de"},
        {"Zoë", "Lefèvre", "Zoe.Lefevre@nomail.de"},
        {"Łukasz", "Żabiński", "Lukasz.Zabinski@nomail.de"},
        {"Øyvind", "Sørensen", "Oyvind.Sorensen@nomail.de"},
        {"Işıl", "Şahin", "Isil.Sahin@nomail.de"},
        {"Hans Peter", "von der Höh", "Hans-Peter.von-der-Hoeh@nomail.de"},
        {"Karl – Heinz", "Müller-Lüdenbach", "Karl-Heinz.Mueller-Luedenbach@nomail.de"},
        {"Seán", "O'Neill", "Sean.ONeill@nomail.de"},
        {"", "Weiß", "Weiss@nomail.de"},
        {"Ute", "", "Ute@nomail.de"},
        {"", "", "kontakt-42@nomail.de"},
        {"???", "!", "kontakt-42@nomail.de"},
        {" Jan\tOle ", "-Ohm-", "Jan-Ole.Ohm@nomail.de"},
    };
    for (const auto& name : names) {
        EXPECT_EQ(maker.placeholder_email(name.first, name.last, ContactId(42)), name.email);
    }
}

TEST(PlaceholderEmail, KeepsTheLocalPartWithinSixtyFourOctets) {
    CardMaker maker{CardRules{}};
    const std::string first(63, 'a');
    EXPECT_EQ(maker.placeholder_email(first, "Bär", ContactId(1)), first + "@nomail.de")
        << "the dot at the cut is dropped";
    EXPECT_EQ(maker.placeholder_email(std::string(80, 'b'), "", ContactId(1)),
              std::string(64, 'b') + "@nomail.de");
}

TEST(PlaceholderEmail, ObeysItsMode) {
    CardMaker reserved{CardRules{.placeholder_mode = PlaceholderMode::invalid}};
    EXPECT_EQ(reserved.placeholder_email("A", "B", ContactId(1)), "A.B@nomail.invalid");
    CardMaker none{CardRules{.placeholder_mode = PlaceholderMode::none}};
    EXPECT_EQ(none.placeholder_email("A", "B", ContactId(1)), "");
    CardMaker own{CardRules{.placeholder_domain = "ohne.example"}};
    EXPECT_EQ(own.placeholder_email("A", "B", ContactId(1)), "A.B@ohne.example");
}

TEST(InternationalPhone, WritesWhatItCanReadAndLeavesTheRest) {
    CardMaker maker{CardRules{}};
    const std::vector<std::pair<std::string, std::string>> numbers = {
        {"0171 1234567", "+49 171 1234567"},
        {"+49 (0)40 123456", "+49 40 123456"},
        {"0049-221-123456", "+49 221 123456"},
        {"+43 1 5125123", "+43 1 5125123"},
        {" Zentrale ", "Zentrale"},
        {"", ""},
        {"1", "1"},
    };
    for (const auto& [typed, written] : numbers) {
        EXPECT_EQ(maker.international_phone(typed), written) << typed;
    }
}

TEST(IsoBirthday, ReadsBothSpellingsAndNoDateThatDoesNotExist) {
    const std::vector<std::pair<std::string, std::string>> dates = {
        {"1959-09-04", "1959-09-04"},
        {"04.09.1959", "1959-09-04"},
        {"1959-09-04T00:00:00Z", "1959-09-04"},
        {"1959-09-04T23:30:00-05:00", "1959-09-04"},
        {"30.02.1990", ""},
        {"1990-02-30", ""},
        {"29.02.2000", "2000-02-29"},
        {"29.02.1900", ""},
        {"4.9.1959", ""},
        {"", ""},
        {"heute früh", ""},
        {"1959/09/04", ""},
    };
    for (const auto& [text, date] : dates)
        EXPECT_EQ(iso_birthday(text), date) << text;
}

Snapshot one_company() {
    Snapshot snapshot;
    snapshot.subsystems = {{SubsystemId(1), "Köln", true, ""},
                           {SubsystemId(2), "Berlin", false, ""}};
    Company company;
    company.id = CompanyId(7);
    company.name = "Käsekontor GmbH";
    company.subsystems = {SubsystemId(1), SubsystemId(2)};
    company.default_address = Address{.city = "Köln",
                                      .street = "Domweg",
                                      .house_number = "1",
                                      .zip_code = "50667",
                                      .country = "DE",
                                      .website = "https://kaese.example"};
    snapshot.companies = {company};
    return snapshot;
}

std::string shown(const ContactCard& card) {
    std::string text;
    for (const auto field : all_fields()) {
        if (!card[field].empty()) text += std::string(name(field)) + "=" + card[field] + "\n";
    }
    return text;
}

TEST(CardMaker, FillsEveryField) {
    auto snapshot = one_company();
    ContactPerson contact;
    contact.id = ContactId(10007);
    contact.first_name = " Änne ";
    contact.last_name = "O'Neill";
    contact.title = "Dr.";
    contact.position = "Einkauf";
    contact.company = CompanyId(7);
    contact.phone_landline = "0221 123456";
    contact.phone_mobile = "0171/1234567";
    contact.birthdate = "04.09.1959";
    contact.default_address = Address{.city = "Bonn",
                                      .street = "Rheinweg",
                                      .house_number = "5 b",
                                      .zip_code = "53111",
                                      .line2 = "Hinterhof",
                                      .description = "Ruft\r\nzurück",
                                      .country = "AT",
                                      .fax = "0221 1234569",
                                      .email = "aenne@kaese.example"};
    contact.addresses = {Address{.email = "AENNE@kaese.example"}, Address{.email = "b@x.example"},
                         Address{.email = "c@x.example"}, Address{.email = "d@x.example"}};
    CardMaker maker{CardRules{.link_template = "https://hq.example/contacts/{id}"}};
    EXPECT_EQ(shown(maker.make(snapshot, contact)), R"(given_name=Änne
surname=O'Neill
display_name=Änne O'Neill
file_as=O'Neill, Änne
title=Dr.
position=Einkauf
company=Käsekontor GmbH
business_phone=+49 221 123456
mobile_phone=+49 171 1234567
business_fax=+49 221 1234569
email1=aenne@kaese.example
email2=b@x.example
email3=c@x.example
street=Rheinweg 5 b
Hinterhof
city=Bonn
postal_code=53111
country=Österreich
web_page=https://kaese.example
birthday=1959-09-04
notes=Ruft
zurück
https://hq.example/contacts/10007
categories=Berlin
Köln
)");
}

TEST(CardMaker, TakesTheCompanysAddressWhereTheContactHasNone) {
    auto snapshot = one_company();
    ContactPerson contact;
    contact.id = ContactId(5);
    contact.company = CompanyId(7);
    CardMaker maker{CardRules{}};
    EXPECT_EQ(shown(maker.make(snapshot, contact)), R"(display_name=Käsekontor GmbH
file_as=Käsekontor GmbH
company=Käsekontor GmbH
email1=kontakt-5@nomail.de
street=Domweg 1
city=Köln
postal_code=50667
country=Deutschland
web_page=https://kaese.example
categories=Berlin
Köln
)");
}

TEST(CardMaker, NamesAContactThatHasNothing) {
    ContactPerson contact;
    contact.id = ContactId(6);
    CardMaker maker{CardRules{.placeholder_mode = PlaceholderMode::none}};
    EXPECT_EQ(shown(maker.make(Snapshot{}, contact)),
              "display_name=Kontakt 6\nfile_as=Kontakt 6\n");
}

}  // namespace
}  // namespace hqsync::card
