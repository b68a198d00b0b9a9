// Contacts as Graph writes them, whole, in both directions.
#include "graph/codec.hpp"

#include <gmock/gmock.h>

#include "graph/query.hpp"
#include "unit/graph/simulated_mailbox.hpp"

namespace hqsync::graph {
namespace {

using testing::HasSubstr;

class GraphCodec : public testing::Test {
protected:
    simdjson::dom::object object(const std::string& text) {
        simdjson::dom::object parsed;
        EXPECT_EQ(parser_.parse(text).get(parsed), simdjson::SUCCESS) << text;
        return parsed;
    }
    std::string fault_of(const std::string& text) {
        const auto card = read_card(object(text));
        return card ? "read" : to_text(card.error());
    }
    std::string birthday(const std::string& text) {
        const auto card = read_card(object(R"({"birthday":")" + text + R"("})"));
        return card ? (*card)[Field::birthday] : "no date";
    }

    const ContactMark mark_{"hq", ContactId(10007)};

private:
    simdjson::dom::parser parser_;
};

TEST_F(GraphCodec, WritesAWholeCard) {
    std::string text;
    for (const auto& [name, value] : create_members(full_card(), mark_))
        text += name + "=" + value + "\n";
    EXPECT_EQ(text,
              R"(birthday="1959-09-04T11:59:00Z"
businessAddress={"city":"Köln","countryOrRegion":"Deutschland","postalCode":"50667",)"
              R"("state":null,"street":"Gänsemarkt 1\nHinterhaus"}
businessHomePage="https://kunde.example/"
businessPhones=["+49 30 555010"]
categories=["Berlin","Hamburg"]
companyName="Bäckerei & Söhne"
displayName="Jörg O'Neill-Weiß"
fileAs="O'Neill-Weiß, Jörg"
givenName="Jörg"
jobTitle="Leitung \"Einkauf\""
mobilePhone="+49 171 5550101"
personalNotes="Erste Zeile\nZweite Zeile"
primaryEmailAddress={"address":"joerg@kunde.example","name":"Jörg O'Neill-Weiß"}
secondaryEmailAddress={"address":"j.oneill@kunde.example","name":"Jörg O'Neill-Weiß"}
singleValueExtendedProperties=[{"id":"String )"
              R"({6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact","value":"hq:10007"},)"
              R"({"id":"String 0x3A24","value":"+49 30 555019"}]
surname="O'Neill-Weiß"
tertiaryEmailAddress={"address":"info@kunde.example","name":"Jörg O'Neill-Weiß"}
title="Dr."
)");
}

TEST_F(GraphCodec, WritesNothingForWhatACardLacks) {
    EXPECT_EQ(json_object(create_members({}, mark_)),
              R"({"singleValueExtendedProperties":[{"id":"String )"
              R"({6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact","value":"hq:10007"}]})");
}

TEST_F(GraphCodec, ReadsWhatItWrote) {
    EXPECT_EQ(read_card(object(json_object(create_members(full_card(), mark_)))), full_card());
}

TEST_F(GraphCodec, LeavesOutControlCharactersEverywhere) {
    ContactCard card;
    for (const auto field : all_fields())
        card[field] =
            "a\x01"
            "b\tc";
    card[Field::birthday] = "1959-09-04";
    for (const auto& [name, value] : create_members(card, mark_)) {
        EXPECT_THAT(value, testing::Not(HasSubstr("u0001"))) << name;
    }
}

TEST_F(GraphCodec, TakesNullAndMissingForEmptyAndLeavesStrangersAside) {
    EXPECT_EQ(read_card(object("{}")), ContactCard());
    EXPECT_EQ(read_card(object(R"({"givenName":null,"businessPhones":null,"categories":null,
        "businessAddress":null,"primaryEmailAddress":null,"birthday":null,"flag":{"x":1},
        "yomiGivenName":7,"emailAddresses":[{"address":"other"}],"homePhones":5})")),
              ContactCard());
    EXPECT_EQ(read_card(object(R"({"businessAddress":{"street":null,"state":"NRW"},
                                   "primaryEmailAddress":{"name":null,"address":null}})")),
              ContactCard());
}

TEST_F(GraphCodec, ShowsTheNameThatIsLeftOfAnAddressThatIsNone) {
    ContactCard card;
    card[Field::email1] = "jana vogt";
    EXPECT_EQ(read_card(object(R"({"primaryEmailAddress":{"name":"jana vogt"}})")), card);
}

TEST_F(GraphCodec, SaysWhichMemberIsOfAnotherKind) {
    const std::string start = "graph.unreadable: Graph showed a contact whose ";
    EXPECT_EQ(fault_of(R"({"givenName":7})"), start + "givenName is no text");
    EXPECT_EQ(fault_of(R"({"personalNotes":["x"]})"), start + "personalNotes is no text");
    EXPECT_EQ(fault_of(R"({"businessPhones":"1"})"), start + "businessPhones is no list");
    EXPECT_EQ(fault_of(R"({"businessPhones":[1]})"), start + "businessPhones is no list of texts");
    EXPECT_EQ(fault_of(R"({"categories":{}})"), start + "categories is no list");
    EXPECT_EQ(fault_of(R"({"businessAddress":"Köln"})"), start + "businessAddress is no object");
    EXPECT_EQ(fault_of(R"({"businessAddress":{"city":5}})"), start + "businessAddress is no text");
    EXPECT_EQ(fault_of(R"({"secondaryEmailAddress":"a@b"})"),
              start + "secondaryEmailAddress is no object");
    EXPECT_EQ(fault_of(R"({"secondaryEmailAddress":{"address":true}})"),
              start + "secondaryEmailAddress is no text");
    EXPECT_EQ(fault_of(R"({"birthday":"morgen"})"), start + "birthday is no date");
    EXPECT_EQ(fault_of(R"({"surname":1,"givenName":2})"), start + "givenName is no text");
}

TEST_F(GraphCodec, ReadsABirthdayAsTheDateTwelveHoursLater) {
    EXPECT_EQ(birthday("1959-09-04T11:59:00Z"), "1959-09-04");  // as we write it
    EXPECT_EQ(birthday("1959-09-04T00:00:00Z"), "1959-09-04");
    EXPECT_EQ(birthday("1959-09-03T23:00:00Z"), "1959-09-04");  // midnight in Berlin
    EXPECT_EQ(birthday("1959-09-03T12:00:00Z"), "1959-09-04");  // midnight in Auckland
    EXPECT_EQ(birthday("1959-09-04T05:00:00Z"), "1959-09-04");  // midnight in New York
    EXPECT_EQ(birthday("1959-12-31T22:00:00.000Z"), "1960-01-01");
    EXPECT_EQ(birthday("2000-02-28T23:00:00Z"), "2000-02-29");
    EXPECT_EQ(birthday("1959-09-04"), "1959-09-04");
    EXPECT_EQ(birthday("1604-02-29"), "1604-02-29");
    for (const auto* text :
         {"1959", "1959-13-01", "1959-02-30T00:00:00Z", "04.09.1959", "1959-09-04 00:00",
          "1959-09-04T", "1959-09-04Txx:00:00Z", "1959-09-04T24:00:00Z", "abcd-ef-gh"}) {
        EXPECT_EQ(birthday(text), "no date") << text;
    }
}

TEST_F(GraphCodec, SortsCategories) {
    const auto card = read_card(object(R"({"categories":["Wien","Berlin"]})"));
    EXPECT_EQ((*card)[Field::categories], "Berlin\nWien");
}

TEST_F(GraphCodec, FindsAPropertyWhateverTheCaseOfItsId) {
    const auto item = object(R"({"singleValueExtendedProperties":[
        {"id":"String 0x3a24","value":"fax"},7,{"id":"x"}]})");
    EXPECT_EQ(read_property(item, "String 0x3A24"), "fax");
    EXPECT_EQ(read_property(item, "x"), "");
    EXPECT_EQ(read_property(item, "y"), std::nullopt);
    EXPECT_EQ(read_property(object("{}"), "y"), std::nullopt);
}

TEST_F(GraphCodec, WritesAChangeWithTheDisplayNameAndNoMore) {
    const auto members = change_members({{Field::title, "Prof."}, {Field::email1, ""}}, full_card(),
                                        object("{}"), std::nullopt);
    EXPECT_EQ(json_object(members),
              R"({"displayName":"Jörg O'Neill-Weiß","primaryEmailAddress":null,"title":"Prof."})");
    EXPECT_FALSE(needs_current({{Field::title, "Prof."}, {Field::email1, ""}}));
}

TEST_F(GraphCodec, WritesAddressAndPhonesWithWhatTheItemHasBeside) {
    const auto current = R"({"businessPhones":["1","2","3"],
                             "businessAddress":{"street":"x","state":"NRW"}})";
    const auto members = change_members({{Field::business_phone, "9"}, {Field::street, ""}},
                                        full_card(), object(current), std::nullopt);
    EXPECT_EQ(members.at("businessPhones"), R"(["9","2"])");
    EXPECT_EQ(members.at("businessAddress"),
              R"({"city":"Köln","countryOrRegion":"Deutschland","postalCode":"50667",)"
              R"("state":"NRW","street":null})");
    EXPECT_TRUE(needs_current({{Field::business_phone, "9"}}));
    EXPECT_TRUE(needs_current({{Field::country, ""}}));
    const auto cleared =
        change_members({{Field::business_phone, ""}}, full_card(), object(current), std::nullopt);
    EXPECT_EQ(cleared.at("businessPhones"), R"(["2"])");
}

TEST_F(GraphCodec, WritesTheMarkBesideAChangeOfTheFax) {
    const auto members = change_members({{Field::business_fax, "+49 30 9"}}, {}, {}, mark_);
    EXPECT_EQ(json_object(members),
              R"({"singleValueExtendedProperties":[{"id":"String )"
              R"({6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact","value":"hq:10007"},)"
              R"({"id":"String 0x3A24","value":"+49 30 9"}]})");
}

TEST_F(GraphCodec, CopiesWhatCanBeWrittenAndNothingElse) {
    const auto item = object(R"({"@odata.etag":"e","photo@odata.mediaContentType":"image/jpeg",
        "id":"1","changeKey":"k","createdDateTime":"c","lastModifiedDateTime":"m",
        "parentFolderId":"p","emailAddresses":[{"address":"a@b"}],"nickName":"Jo","spouseName":null,
        "primaryEmailAddress":{"name":"N","address":"a@b"},"homePhones":["1"],"displayName":"D",
        "birthday":"1959-09-03T23:00:00Z",
        "singleValueExtendedProperties":[{"id":"String 0x3A21","value":"Pager"},
          {"id":"String 0x3A24","value":"fax"},
          {"id":"String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact","value":"hq:1"}]})");
    const auto seen = read_card(item).value();
    EXPECT_EQ(json_object(copy_members(item, seen, {{Field::title, "Dr."}}, mark_)),
              R"({"birthday":"1959-09-03T23:00:00Z","displayName":"D","homePhones":["1"],)"
              R"("nickName":"Jo","primaryEmailAddress":{"name":"N","address":"a@b"},)"
              R"("singleValueExtendedProperties":[{"id":"String )"
              R"({6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact","value":"hq:10007"},)"
              R"({"id":"String 0x3A24","value":"fax"},{"id":"String 0x3A21","value":"Pager"}],)"
              R"("title":"Dr."})");
    EXPECT_THAT(json_object(copy_members(item, seen, {{Field::business_fax, ""}}, mark_)),
                testing::Not(HasSubstr("0x3A24")));
}

TEST_F(GraphCodec, EncodesUrls) {
    EXPECT_EQ(url_encoded("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(url_encoded("ä +/=?#&'{}\n"), "%C3%A4%20%2B%2F%3D%3F%23%26%27%7B%7D%0A");
    EXPECT_EQ(expand_of({"A", "B"}),
              "$expand=singleValueExtendedProperties%28%24filter%3Did%20eq%20%27A%27%20or%20id%20eq"
              "%20%27B%27%29");
}

TEST_F(GraphCodec, AsksForEveryFieldThatItReads) {
    const auto select = select_of_card();
    for (const auto& [name, value] : create_members(full_card(), mark_)) {
        if (name == "singleValueExtendedProperties") continue;
        EXPECT_THAT(select + ",", HasSubstr("," + name + ",")) << name;
    }
}

}  // namespace
}  // namespace hqsync::graph
