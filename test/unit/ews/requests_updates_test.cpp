// Updates property by property: what is set, what is deleted, what goes with what.
#include "ews/requests.hpp"

#include <gmock/gmock.h>

#include <regex>

#include "unit/ews/codec_schema.hpp"

namespace hqsync::ews {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Changes = std::vector<FieldChange>;

UpdateItem update(Changes changes, ContactCard seen = {}) {
    return {ItemId("I"), ChangeKey("K"), std::move(changes), std::move(seen)};
}

/// "set contacts:GivenName", "delete contacts:EmailAddress/EmailAddress1", ...
std::vector<std::string> actions(const UpdateItem& one) {
    const auto request = update_items(std::vector{one});
    static const std::regex action("<t:(Set|Delete)ItemField><t:[A-Za-z]+URI ([^>]*)/>");
    static const std::regex value("=\"([^\"]*)\"");
    std::vector<std::string> result;
    for (std::sregex_iterator at(request.begin(), request.end(), action), end; at != end; ++at) {
        std::string text = (*at)[1] == "Set" ? "set" : "delete";
        const auto attributes = (*at)[2].str();
        for (std::sregex_iterator part(attributes.begin(), attributes.end(), value); part != end;
             ++part)
            text += " " + (*part)[1].str();
        result.push_back(text);
    }
    EXPECT_EQ(test::has_reference() && !result.empty() ? test::complaint_about(request) : "", "");
    return result;
}

ContactCard seen_card() {
    ContactCard card;
    card[Field::display_name] = "Erika Muster";
    card[Field::email1] = "erika@agentur.example";
    card[Field::city] = "Berlin";
    card[Field::birthday] = "1959-09-04";
    return card;
}

TEST(Updates, NeverOverwriteWhatSomebodyElseSaved) {
    EXPECT_EQ(update_items(std::vector{update({{Field::position, "Chefin"}})}),
              R"(<m:UpdateItem ConflictResolution="NeverOverwrite"><m:ItemChanges><t:ItemChange>)"
              R"(<t:ItemId Id="I" ChangeKey="K"/><t:Updates><t:SetItemField>)"
              R"(<t:FieldURI FieldURI="contacts:JobTitle"/>)"
              R"(<t:Contact><t:JobTitle>Chefin</t:JobTitle></t:Contact></t:SetItemField>)"
              R"(</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>)");
}

TEST(Updates, DeleteWhatIsEmptied) {
    EXPECT_THAT(actions(update({{Field::given_name, ""}, {Field::surname, " "}})),
                ElementsAre("delete contacts:GivenName", "delete contacts:Surname"));
    EXPECT_THAT(actions(update({{Field::title, ""}})), ElementsAre("delete 0x3A45 String"));
    EXPECT_THAT(actions(update({{Field::notes, ""}, {Field::categories, ""}})),
                ElementsAre("delete item:Body", "delete item:Categories"));
    EXPECT_THAT(actions(update({{Field::business_fax, ""}, {Field::street, ""}})),
                ElementsAre("delete contacts:PhoneNumber BusinessFax",
                            "delete contacts:PhysicalAddress:Street Business"));
    EXPECT_THAT(actions(update({{Field::file_as, ""}})), ElementsAre("delete contacts:FileAs"));
}

TEST(Updates, LetTheSubjectAndTheNamesOfEmailsFollowTheDisplayName) {
    EXPECT_THAT(
        actions(update({{Field::display_name, "Erika Neu"}}, seen_card())),
        ElementsAre("set contacts:DisplayName", "set item:Subject", "set Address 32896 String"));
    EXPECT_THAT(actions(update({{Field::display_name, ""}})),
                ElementsAre("delete contacts:DisplayName", "delete item:Subject"));
    EXPECT_THAT(actions(update({{Field::surname, "Neu"}}, seen_card())),
                ElementsAre("set contacts:Surname"));
}

TEST(Updates, KeepTheServerFromMakingItsOwnFileAs) {
    EXPECT_THAT(actions(update({{Field::file_as, "Neu, Erika"}})),
                ElementsAre("set contacts:FileAsMapping", "set contacts:FileAs"));
}

TEST(Updates, ChangeAnEmailWithItsCompanions) {
    const auto one = update({{Field::email2, "neu@agentur.example"}}, seen_card());
    EXPECT_THAT(actions(one),
                ElementsAre("set contacts:EmailAddress EmailAddress2", "set Address 32912 String",
                            "set Address 32916 String", "delete Address 32917 Binary"));
    const auto request = update_items(std::vector{one});
    EXPECT_THAT(
        request,
        HasSubstr(R"(<t:EmailAddresses><t:Entry Key="EmailAddress2" Name="Erika Muster")"
                  R"( RoutingType="SMTP">neu@agentur.example</t:Entry></t:EmailAddresses>)"));
    EXPECT_THAT(request, HasSubstr(R"(PropertyId="32916" PropertyType="String"/>)"
                                   R"(<t:Value>neu@agentur.example</t:Value>)"));
}

TEST(Updates, RemoveAnEmailWithItsCompanions) {
    EXPECT_THAT(actions(update({{Field::email1, ""}}, seen_card())),
                ElementsAre("delete contacts:EmailAddress EmailAddress1",
                            "delete Address 32896 String", "delete Address 32898 String",
                            "delete Address 32900 String", "delete Address 32901 Binary"));
    EXPECT_THAT(actions(update({{Field::email3, ""}})),
                ElementsAre("delete contacts:EmailAddress EmailAddress3",
                            "delete Address 32928 String", "delete Address 32930 String",
                            "delete Address 32932 String", "delete Address 32933 Binary"));
}

TEST(Updates, WriteAnAddressPartByPart) {
    EXPECT_THAT(actions(update({{Field::street, "Weg 1"}, {Field::city, ""}}, seen_card())),
                ElementsAre("set contacts:PhysicalAddress:Street Business",
                            "delete contacts:PhysicalAddress:City Business"));
    EXPECT_THAT(actions(update({{Field::country, "Deutschland"}})),
                ElementsAre("set contacts:PhysicalAddress:CountryOrRegion Business",
                            "set contacts:PostalAddressIndex"));
}

TEST(Updates, SendABirthdayOnlyWhenItsDateChanged) {
    EXPECT_THAT(actions(update({{Field::birthday, "1959-09-05"}}, seen_card())),
                ElementsAre("set contacts:Birthday", "set Address 32990 SystemTime"));
    EXPECT_THAT(actions(update({{Field::birthday, "1959-09-04"}}, seen_card())), IsEmpty());
    EXPECT_THAT(actions(update({{Field::birthday, ""}}, seen_card())),
                ElementsAre("delete contacts:Birthday", "delete Address 32990 SystemTime"));
    EXPECT_THAT(update_items(std::vector{update({{Field::birthday, "1959-09-05"}})}),
                testing::AllOf(HasSubstr("<t:Birthday>1959-09-05T11:59:00Z<"),
                               HasSubstr("<t:Value>1959-09-05T00:00:00Z<")));
}

TEST(Updates, ChangeTheFormOfAWebPageWithoutLosingIt) {
    auto seen = seen_card();
    EXPECT_THAT(actions(update({{Field::web_page, "siehe Brief"}}, seen)),
                ElementsAre("delete contacts:BusinessHomePage", "set 0x3A51 String"));
    seen[Field::web_page] = "siehe Brief";
    EXPECT_THAT(actions(update({{Field::web_page, "agentur.example"}}, seen)),
                ElementsAre("delete 0x3A51 String", "set contacts:BusinessHomePage"));
    EXPECT_THAT(actions(update({{Field::web_page, ""}}, seen)),
                ElementsAre("delete 0x3A51 String", "delete contacts:BusinessHomePage"));
}

TEST(Updates, HaveNoEffectWhenThereIsNothingToSend) {
    EXPECT_FALSE(has_effect(update({})));
    EXPECT_FALSE(has_effect(update({{Field::birthday, "1959-09-04"}}, seen_card())));
    EXPECT_TRUE(has_effect(update({{Field::birthday, ""}})));
    EXPECT_FALSE(has_effect(update({{Field::birthday, "4.9.59"}})));
    auto marked = update({});
    marked.mark = ContactMark{"hq", ContactId(7)};
    EXPECT_TRUE(has_effect(marked));
    EXPECT_THAT(actions(marked),
                ElementsAre("set 6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8 HqContact String"));
    EXPECT_THAT(update_items(std::vector{marked}), HasSubstr("<t:Value>hq:7</t:Value>"));
}

TEST(Updates, OfEveryFieldAreValid) {
    HQSYNC_NEEDS_REFERENCE();
    for (const auto field : all_fields()) {
        const std::string text = field == Field::birthday ? "2001-02-03" : "x@y & z\nq";
        EXPECT_THAT(actions(update({{field, text}})), testing::Not(IsEmpty())) << name(field);
        EXPECT_THAT(actions(update({{field, ""}})), testing::Not(IsEmpty())) << name(field);
    }
}

}  // namespace
}  // namespace hqsync::ews
