// Edits on their way to HQ, field by field.
#include "card/write_back.hpp"

#include <gtest/gtest.h>

#include "card/countries.hpp"

namespace hqsync::card {
namespace {

const CardRules rules{.link_template = "https://hq.example/{id}"};

std::string names_of(const std::vector<Field>& fields) {
    std::string text;
    for (const auto field : fields)
        text += std::string(text.empty() ? "" : " ") + std::string(name(field));
    return text;
}

void show(std::string_view name, const std::string& text, std::string& shown) {
    if (!text.empty()) shown += std::string(name) + "=" + text + "\n";
}

std::string shown(const Address& address, const std::string& where) {
    std::string text;
    show(where + "Street", address.street, text);
    show(where + "HouseNumber", address.house_number, text);
    show(where + "AddressLine2", address.line2, text);
    show(where + "City", address.city, text);
    show(where + "ZipCode", address.zip_code, text);
    show(where + "Country", address.country, text);
    show(where + "Phone", address.phone, text);
    show(where + "Fax", address.fax, text);
    show(where + "Email", address.email, text);
    show(where + "Website", address.website, text);
    show(where + "Description", address.description, text);
    return text;
}

std::string shown(const WriteBack& back) {
    const auto& contact = back.contact;
    std::string text;
    show("FirstName", contact.first_name, text);
    show("LastName", contact.last_name, text);
    show("Title", contact.title, text);
    show("Position", contact.position, text);
    show("PhoneLandline", contact.phone_landline, text);
    show("PhoneMobile", contact.phone_mobile, text);
    show("Birthdate", contact.birthdate, text);
    if (contact.default_address) text += shown(*contact.default_address, "");
    for (const auto& address : contact.addresses)
        text += shown(address, "another ");
    show("refused", names_of(back.refused), text);
    return text;
}

/// What becomes of a contact with this address, or of one that has none.
std::string after(std::optional<Address> own, const std::vector<FieldChange>& changes,
                  ContactCard seen = {}) {
    ContactPerson contact;
    contact.id = ContactId(7);
    contact.company = CompanyId(1);
    contact.default_address = std::move(own);
    for (const auto& change : changes)
        seen[change.field] = change.text;
    return shown(write_back(contact, changes, seen, rules));
}

ContactCard whole_card() {
    ContactCard card;
    for (const auto field : all_fields())
        card[field] = std::string(name(field));
    card[Field::email1] = "neu@kunde.example";
    card[Field::street] = "Rheinweg 5 b\r\nHof\nLinks";
    card[Field::country] = "Austria";
    card[Field::birthday] = "1959-09-04";
    card[Field::notes] = "Ruft\r\nzurück\nhttps://hq.example/7";
    return card;
}

TEST(WriteBack, TakesEveryFieldThatHqKeepsWithTheContactPerson) {
    std::vector<FieldChange> changes;
    for (const auto field : all_fields())
        changes.push_back({field, whole_card()[field]});
    EXPECT_EQ(after(std::nullopt, changes), R"(FirstName=given_name
LastName=surname
Title=title
Position=position
PhoneLandline=business_phone
PhoneMobile=mobile_phone
Birthdate=1959-09-04
Street=Rheinweg
HouseNumber=5 b
AddressLine2=Hof, Links
City=city
ZipCode=postal_code
Country=AT
Fax=business_fax
Email=neu@kunde.example
Website=web_page
Description=Ruft
zurück
refused=display_name file_as company email2 email3 categories
)");
}

TEST(WriteBack, ClearsWhatIsEmpty) {
    std::vector<FieldChange> changes;
    for (const auto field : all_fields()) {
        if (is_of_contact_person(field)) changes.push_back({field, ""});
    }
    ContactPerson contact;
    contact.first_name = contact.last_name = contact.title = contact.position = "x";
    contact.phone_landline = contact.phone_mobile = "030 1";
    contact.birthdate = "1959-09-04";
    contact.default_address = Address{.id = AddressId(1),
                                      .city = "Bonn",
                                      .street = "Weg",
                                      .house_number = "1",
                                      .zip_code = "53111",
                                      .line2 = "Hof",
                                      .description = "x",
                                      .country = "DE",
                                      .phone = "030 2",
                                      .fax = "030 3",
                                      .email = "a@b.example",
                                      .website = "b.example"};
    contact.addresses = {*contact.default_address, Address{.id = AddressId(2), .city = "Ulm"}};
    const auto back = write_back(contact, changes, {}, rules);
    EXPECT_EQ(shown(back), "another City=Ulm\n");
    EXPECT_EQ(back.contact.default_address, back.contact.addresses[0]);
}

TEST(WriteBack, PartsAStreet) {
    const std::vector<std::pair<std::string, std::string>> streets = {
        {"Domweg 12", "Street=Domweg\nHouseNumber=12\n"},
        {"Domweg 12a", "Street=Domweg\nHouseNumber=12a\n"},
        {"Domweg 12-14", "Street=Domweg\nHouseNumber=12-14\n"},
        {"Domweg 12a/b", "Street=Domweg 12a/b\n"},
        {"Domweg 12/14", "Street=Domweg\nHouseNumber=12/14\n"},
        {"Am Alten Markt 12 a", "Street=Am Alten Markt\nHouseNumber=12 a\n"},
        {"Straße des 17. Juni 135", "Street=Straße des 17. Juni\nHouseNumber=135\n"},
        {"Straße des 17. Juni", "Street=Straße des 17. Juni\n"},
        {"C 4, 12", "Street=C 4,\nHouseNumber=12\n"},
        {"12 rue Cler", "Street=12 rue Cler\n"},
        {"Plan B", "Street=Plan B\n"},
        {"12", "Street=12\n"},
        {"12 a", "Street=12 a\n"},
        {"Postfach 10 20 30", "Street=Postfach 10 20\nHouseNumber=30\n"},
        {"Postfach 102030", "Street=Postfach 102030\n"},
        {"Domweg  12", "Street=Domweg  12\n"},
        {"Domweg\t12", "Street=Domweg\nHouseNumber=12\n"},
        {"\n Domweg 12 \n\nHof\r\n", "Street=Domweg\nHouseNumber=12\nAddressLine2=Hof\n"},
        {"Domweg 12\nHof\nLinks\vOben",
         "Street=Domweg\nHouseNumber=12\nAddressLine2=Hof, Links, Oben\n"},
    };
    for (const auto& [typed, parts] : streets)
        EXPECT_EQ(after(Address{.street = "alt"}, {{Field::street, typed}}), parts) << typed;
}

TEST(WriteBack, LeavesThePartsOfAStreetThatIsShownSoAlready) {
    const Address own{.street = "Domweg 12", .house_number = "Haus 3", .line2 = " Hof\tlinks "};
    EXPECT_EQ(after(own, {{Field::street, "Domweg 12 Haus 3\nHof links"}}),
              "Street=Domweg 12\nHouseNumber=Haus 3\nAddressLine2= Hof\tlinks \n");
    EXPECT_EQ(after(Address{.city = "Ulm", .line2 = "Hof 7"}, {{Field::street, "Hof 7"}}),
              "AddressLine2=Hof 7\nCity=Ulm\n");
    EXPECT_EQ(after(own, {{Field::street, "Domweg 12 Haus 3"}}),
              "Street=Domweg 12\nHouseNumber=Haus 3\n");
}

TEST(WriteBack, KnowsCountriesByCodeAndName) {
    const std::vector<std::pair<std::string, std::string>> countries = {
        {"DE", "DE"},
        {"de", "DE"},
        {"DEU", "DE"},
        {"Germany", "DE"},
        {"deutschland", "DE"},
        {" Österreich\t", "AT"},
        {"O\u0308sterreich", "AT"},
        {"USA", "US"},
        {"Vereinigte Staaten", "US"},
        {"Switzerland", "CH"},
        {"SCHWEIZ", "CH"},
    };
    for (const auto& [typed, code] : countries) {
        EXPECT_EQ(after(Address{.city = "X"}, {{Field::country, typed}}),
                  "City=X\nCountry=" + code + "\n")
            << typed;
    }
    for (const std::string typed : {"Bayern", "ZZ", "D", "DE-BY", "Deutschland, Österreich"}) {
        EXPECT_EQ(after(Address{.city = "X", .country = "FR"}, {{Field::country, typed}}),
                  "City=X\nCountry=FR\nrefused=country\n")
            << typed;
    }
    // What HQ holds already is no mistake of the user.
    EXPECT_EQ(after(Address{.city = "X", .country = "Bayern"}, {{Field::country, "Bayern"}}),
              "City=X\nCountry=Bayern\n");
}

TEST(WriteBack, MakesTheCompanysAddressHisOwnWholeWhenAPartIsEdited) {
    ContactCard seen;
    seen[Field::street] = "Domweg 1\nHof";
    seen[Field::city] = "Köln";
    seen[Field::postal_code] = "50667";
    seen[Field::country] = "Deutschland";
    const std::string whole = "Street=Domweg\nHouseNumber=1\nAddressLine2=Hof\n";
    EXPECT_EQ(after(std::nullopt, {{Field::city, "Bonn"}}, seen),
              whole + "City=Bonn\nZipCode=50667\nCountry=DE\n");
    EXPECT_EQ(after(Address{.line2 = "alt", .country = "FR", .email = "a@b.example"},
                    {{Field::country, "Österreich"}}, seen),
              whole + "City=Köln\nZipCode=50667\nCountry=AT\nEmail=a@b.example\n");
    EXPECT_EQ(after(std::nullopt, {{Field::street, ""}}, seen),
              "City=Köln\nZipCode=50667\nCountry=DE\n");
    seen[Field::country] = "Freistaat";
    EXPECT_EQ(after(std::nullopt, {{Field::city, "Bonn"}}, seen),
              whole + "City=Bonn\nZipCode=50667\nCountry=Freistaat\n");
    // Whole or not at all.
    EXPECT_EQ(after(std::nullopt, {{Field::city, "Bonn"}, {Field::country, "Bayern"}}, seen),
              "refused=city country\n");
    EXPECT_EQ(after(std::nullopt,
                    {{Field::street, ""}, {Field::city, ""}, {Field::postal_code, ""}}, seen),
              "refused=street city postal_code\n");
}

TEST(WriteBack, RefusesACountryThatNoCardWouldShow) {
    EXPECT_EQ(after(std::nullopt, {{Field::country, "DE"}}), "refused=country\n");
    EXPECT_EQ(after(Address{.city = "Bonn", .country = "DE"},
                    {{Field::city, ""}, {Field::country, "AT"}}),
              "Country=DE\nrefused=country\n");
    EXPECT_EQ(
        after(Address{.city = "Bonn", .country = "DE"}, {{Field::city, ""}, {Field::country, ""}}),
        "");
}

TEST(WriteBack, EditsThePhoneThatIsShown) {
    ContactPerson contact;
    contact.default_address = Address{.phone = "030 555010"};
    const auto phones = [&](const std::string& text) {
        return shown(write_back(contact, {{Field::business_phone, text}}, {}, rules));
    };
    EXPECT_EQ(phones("030 2"), "Phone=030 2\n");
    EXPECT_EQ(phones("+49 30 555010"), "Phone=030 555010\n") << "shown so already";
    EXPECT_EQ(phones(""), "");
    contact.phone_landline = "030 5";
    EXPECT_EQ(phones("030 6"), "PhoneLandline=030 6\nPhone=030 555010\n");
    EXPECT_EQ(phones(""), "") << "or the other would come forth";
}

TEST(WriteBack, EditsTheFirstEmailWhereverItStands) {
    ContactPerson contact;
    contact.default_address = Address{.id = AddressId(1), .city = "Bonn"};
    contact.addresses = {*contact.default_address, Address{.email = " A@x.example "},
                         Address{.email = "b@x.example"}, Address{.email = "a@X.example"}};
    const auto emails = [&](const std::string& text) {
        return shown(write_back(contact, {{Field::email1, text}}, {}, rules));
    };
    const std::string start = "City=Bonn\nanother City=Bonn\nanother Email=";
    EXPECT_EQ(emails("c@x.example"),
              start + "c@x.example\nanother Email=b@x.example\nanother Email=c@x.example\n");
    EXPECT_EQ(emails("A@x.example"),
              start + " A@x.example \nanother Email=b@x.example\nanother Email=a@X.example\n");
    EXPECT_EQ(emails(""), start + "b@x.example\n");
    contact.addresses.resize(1);
    EXPECT_EQ(emails("c@x.example"),
              "City=Bonn\nEmail=c@x.example\nanother City=Bonn\nanother "
              "Email=c@x.example\n");
}

TEST(WriteBack, RefusesWhatIsNoEmailAndWhatIsAPlaceholder) {
    for (const std::string text :
         {"nachfragen", "@x.example", "a@", "Ute.Bär@nomail.de", "ute@NOMAIL.de ",
          "ute@nomail.invalid", "a b@x.example", "a@b@x.example", "Ute <ute@x.example>",
          "a@x.example,", "a@x.example; b@x.example", "a@x.\nexample"}) {
        EXPECT_EQ(after(Address{.email = "a@x.example"}, {{Field::email1, text}}),
                  "Email=a@x.example\nrefused=email1\n")
            << text;
    }
    EXPECT_EQ(after(std::nullopt, {{Field::email1, "ute@nomail.de.example"}}),
              "Email=ute@nomail.de.example\n");
}

TEST(WriteBack, RefusesToClearAWebPageThatIsTheCompanys) {
    EXPECT_EQ(after(std::nullopt, {{Field::web_page, ""}}), "refused=web_page\n");
    EXPECT_EQ(after(Address{.website = "x.example"}, {{Field::web_page, ""}}), "");
}

TEST(WriteBack, RefusesABirthdayThatIsNone) {
    for (const std::string text : {"2001-02-30", "30.02.2001", "1600-12-31", "morgen"}) {
        EXPECT_EQ(after(std::nullopt, {{Field::birthday, text}}), "refused=birthday\n") << text;
    }
    EXPECT_EQ(after(std::nullopt, {{Field::birthday, "04.09.1959"}}), "Birthdate=1959-09-04\n");
    ContactPerson contact;
    contact.birthdate = "04.09.1959 00:00";
    EXPECT_EQ(write_back(contact, {{Field::birthday, "1959-09-04"}}, {}, rules).contact, contact);
}

TEST(WriteBack, KeepsTheLinkOutOfTheNotes) {
    const std::string link = "https://hq.example/7";
    const std::vector<std::pair<std::string, std::string>> notes = {
        {link, ""},
        {"x", "x"},
        {"x\n" + link, "x"},
        {"x\r\n" + link + " \r\n", "x"},
        {"x\n" + link + "\ny", "x\ny"},
        {link + "\nx", "x"},
        {"x " + link, "x " + link},
        {"https://hq.example/77", "https://hq.example/77"},
        {link + "\nx\n" + link, link + "\nx"},
        {"\ta\x01\tb\n\n c \n" + link, "a\tb\n\n c"},
    };
    for (const auto& [typed, kept] : notes) {
        const auto expected = kept.empty() ? "" : "Description=" + kept + "\n";
        EXPECT_EQ(after(std::nullopt, {{Field::notes, typed}}), expected) << typed;
    }
    ContactPerson contact;
    contact.id = ContactId(7);
    const CardRules two_lines{.link_template = "HQ:\nhttps://hq.example/{id}"};
    EXPECT_EQ(
        shown(write_back(contact, {{Field::notes, "x\nHQ:\nhttps://hq.example/7"}}, {}, two_lines)),
        "Description=x\n");
}

TEST(WriteBack, LeavesOutControlCharactersAndRefusesWhatIsTooLong) {
    EXPECT_EQ(after(std::nullopt, {{Field::surname, " O\x01'Neill\n\u0091Weiß\x7F\t"}}),
              "LastName=O'Neill Weiß\n");
    EXPECT_EQ(after(std::nullopt, {{Field::surname, std::string(1'001, 'x')}}),
              "refused=surname\n");
    EXPECT_EQ(after(Address{.city = "Bonn"}, {{Field::street, std::string(1'001, 'x')}}),
              "City=Bonn\nrefused=street\n");
    EXPECT_EQ(after(std::nullopt, {{Field::notes, std::string(100'001, 'x')}}), "refused=notes\n");
    const std::string longest(100'000, 'x');
    EXPECT_EQ(after(std::nullopt, {{Field::notes, longest}}), "Description=" + longest + "\n");
}

TEST(NewContact, TakesWhatHqKeepsAndNamesTheRest) {
    const auto made = new_contact(CompanyId(3), whole_card(), rules);
    EXPECT_EQ(made.contact.id, ContactId(0));
    EXPECT_EQ(made.contact.company, CompanyId(3));
    EXPECT_EQ(shown(made), R"(FirstName=given_name
LastName=surname
Title=title
Position=position
PhoneLandline=business_phone
PhoneMobile=mobile_phone
Birthdate=1959-09-04
Street=Rheinweg
HouseNumber=5 b
AddressLine2=Hof, Links
City=city
ZipCode=postal_code
Country=AT
Fax=business_fax
Email=neu@kunde.example
Website=web_page
Description=Ruft
zurück
https://hq.example/7
refused=email2 email3 categories
)");
}

TEST(NewContact, LeavesOutOnlyTheFieldThatHqCannotHold) {
    ContactCard card;
    card[Field::surname] = "Bär";
    card[Field::email1] = "Baer@nomail.de";
    card[Field::city] = "München";
    card[Field::country] = "Bayern";
    card[Field::birthday] = "morgen";
    EXPECT_EQ(shown(new_contact(CompanyId(3), card, rules)),
              "LastName=Bär\nCity=München\nrefused=email1 country birthday\n");
    EXPECT_EQ(shown(new_contact(CompanyId(3), {}, rules)), "");
}

TEST(Country, OfEveryCodeHasANameThatLeadsBack) {
    int countries = 0;
    for (char first = 'A'; first <= 'Z'; ++first) {
        for (char second = 'A'; second <= 'Z'; ++second) {
            const std::string code = {first, second};
            const auto name = country_name(code);
            if (name == code) continue;
            ++countries;
            EXPECT_EQ(country_code(name), code);
            EXPECT_EQ(country_code(code), code);
        }
    }
    EXPECT_GT(countries, 240);
}

}  // namespace
}  // namespace hqsync::card
