// Cards made from contact persons, whole and field by field.
#include "card/make_card.hpp"

#include <gtest/gtest.h>

#include "card/text_cache.hpp"

namespace hqsync::card {
namespace {

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

/// What the card of a contact with this address shows in one field.
std::string shown_in(Field field, const Address& address) {
    ContactPerson contact;
    contact.id = ContactId(8);
    contact.company = CompanyId(7);
    contact.default_address = address;
    CardMaker maker{CardRules{}};
    return maker.make(one_company(), contact)[field];
}

TEST(CardMaker, NamesOnlyCountriesThatThereAre) {
    const std::vector<std::pair<std::string, std::string>> countries = {
        {"DE", "Deutschland"},
        {"de", "Deutschland"},
        {" At ", "Österreich"},
        {"XK", "Kosovo"},
        {"ZZ", "ZZ"},
        {"XA", "XA"},
        {"EU", "EU"},
        {"QO", "QO"},
        {"zz", "zz"},
        {"D", "D"},
        {"Schweiz", "Schweiz"},
        {"D1", "D1"},
        {"", ""},
    };
    for (const auto& [code, country] : countries) {
        EXPECT_EQ(shown_in(Field::country, {.city = "Bonn", .country = code}), country) << code;
    }
}

TEST(CardMaker, TakesAnAddressOfBlanksForNone) {
    EXPECT_EQ(shown_in(Field::city, {.city = "\t", .street = " ", .zip_code = "\u00A0"}), "Köln");
}

TEST(CardMaker, KeepsLinesApartAndControlCharactersOut) {
    const std::string typed = "eins\rzwei\u2028drei\u0085vier\vfünf\u0091\x01\x7F sechs";
    EXPECT_EQ(shown_in(Field::notes, {.description = typed}), "eins\nzwei\ndrei\nvier\nfünf sechs");
    EXPECT_EQ(shown_in(Field::city, {.city = typed}), "eins zwei drei vier fünf sechs");
}

TEST(CardMaker, PutsTheIdInEveryPlaceOfTheLink) {
    ContactPerson contact;
    contact.id = ContactId(6);
    CardMaker maker{CardRules{.link_template = "https://hq.example/{id}?contact={id}"}};
    EXPECT_EQ(maker.make(Snapshot{}, contact)[Field::notes], "https://hq.example/6?contact=6");
}

TEST(CardMaker, LeavesOutABirthdayThatExchangeCannotHold) {
    EXPECT_EQ(iso_birthday("04.09.1959"), "1959-09-04");
    EXPECT_EQ(iso_birthday("1601-01-01"), "1601-01-01");
    EXPECT_EQ(iso_birthday("1600-12-31"), "");
    EXPECT_EQ(iso_birthday("0001-01-01T00:00:00"), "");
    EXPECT_EQ(iso_birthday("heute früh"), "");
}

TEST(TextCache, ForgetsEverythingWhenItIsFull) {
    TextCache cache(2);
    cache.add("a", "A");
    cache.add("b", "B");
    EXPECT_EQ(*cache.find("a"), "A");
    cache.add("c", "C");
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_EQ(*cache.find("c"), "C");
    cache.add(std::string(TextCache::octets_max + 1, 'x'), "X");
    EXPECT_EQ(cache.size(), 1U);
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
