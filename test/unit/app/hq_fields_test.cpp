// "Field=Value" as typed becomes the JSON that the embedded HQ takes.
#include "app/hq_fields.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

std::string json(Entity entity, const std::vector<std::string>& assignments,
                 const std::string& current = "{}") {
    const auto result = fields_json(entity, assignments, current);
    return result ? *result : result.error().detail;
}

TEST(Assignment, WritesTextsReferencesAndTruths) {
    EXPECT_EQ(json(Entity::contact, {"PhoneMobile=0171 1234567", "CompanyId=12"}),
              R"({"CompanyId":12,"PhoneMobile":"0171 1234567"})");
    EXPECT_EQ(json(Entity::contact, {"Title=", "CompanyId="}),
              R"({"CompanyId":null,"Title":null})");
    EXPECT_EQ(json(Entity::contact, {R"(LastName=O"Hara = X)"}), R"({"LastName":"O\"Hara = X"})");
    EXPECT_EQ(json(Entity::subsystem, {"IsMaster=true"}), R"({"IsMaster":true})");
}

TEST(Assignment, WritesListsByTheirKey) {
    EXPECT_EQ(
        json(Entity::project, {"Members=7, 8", "ContactPersons=", "Subsystems=1"}),
        R"({"ContactPersons":[],"Members":[{"UserId":7},{"UserId":8}],"Subsystems":[{"Id":1}]})");
    EXPECT_EQ(json(Entity::company, {"CompanyTypes=Kunde, Interessent"}),
              R"({"CompanyTypes":[{"Name":"Kunde"},{"Name":"Interessent"}]})");
}

TEST(Assignment, AddsToListsAndTakesFromThem) {
    const std::string project = R"({"Members":[{"UserId":7},{"UserId":9}]})";
    EXPECT_EQ(json(Entity::project, {"Members+=8,7"}, project),
              R"({"Members":[{"UserId":7},{"UserId":9},{"UserId":8}]})");
    EXPECT_EQ(json(Entity::project, {"Members-=7"}, project), R"({"Members":[{"UserId":9}]})");
    EXPECT_EQ(json(Entity::project, {"Members+=8", "Members-=9"}, project),
              R"({"Members":[{"UserId":7},{"UserId":8}]})");
    EXPECT_EQ(json(Entity::project, {"Members-=5"}, project), "Members does not hold 5");
    const std::string company = R"({"CompanyTypes":[{"Id":3,"Name":"Kunde"}]})";
    EXPECT_EQ(json(Entity::company, {"CompanyTypes+=Alt"}, company),
              R"({"CompanyTypes":[{"Name":"Kunde"},{"Name":"Alt"}]})");
}

TEST(Assignment, ChangesPartsOfAnAddressAndKeepsTheOthers) {
    const std::string contact = R"({"DefaultAddress":{"Id":4,"City":"Bonn","Email":null}})";
    EXPECT_EQ(json(Entity::contact, {"DefaultAddress.Email=a@b.example", "DefaultAddress.Fax=1"},
                   contact),
              R"({"DefaultAddress":{"City":"Bonn","Email":"a@b.example","Fax":"1","Id":4}})");
    EXPECT_EQ(json(Entity::contact, {"DefaultAddress="}, contact), R"({"DefaultAddress":null})");
}

TEST(Assignment, NamesWhatIsWrong) {
    EXPECT_EQ(json(Entity::contact, {"PhoneMobile"}),
              "\"PhoneMobile\" is not of the form Field=Value");
    EXPECT_EQ(json(Entity::subsystem, {"Colour=red"}),
              "a subsystem has no field Colour; it has Name, IsMaster");
    EXPECT_EQ(json(Entity::subsystem, {"IsMaster=maybe"}), "IsMaster must be true or false");
    EXPECT_EQ(json(Entity::contact, {"CompanyId=zwölf"}), "CompanyId must be an id, or empty");
    EXPECT_EQ(json(Entity::contact, {"CompanyId=-3"}), "CompanyId must be an id, or empty");
    EXPECT_EQ(json(Entity::contact, {"CompanyId+=3"}), "CompanyId is no list: write CompanyId=…");
    EXPECT_EQ(json(Entity::contact, {"Title.City=x"}), "Title has no parts");
    EXPECT_EQ(json(Entity::project, {"Members=anna"}),
              "Members takes ids with commas between; \"anna\" is none");
    EXPECT_EQ(json(Entity::contact, {"DefaultAddress=Bonn"}),
              "DefaultAddress is written part by part, like DefaultAddress.City=Bonn (or emptied "
              "with DefaultAddress=)");
    EXPECT_FALSE(entity_named("contacts").has_value());
}

TEST(Record, IsShownInTheShapeOfTheApi) {
    Snapshot snapshot;
    snapshot.projects.push_back({.id = ProjectId(5),
                                 .name = "Relaunch",
                                 .number = "P-5",
                                 .company = CompanyId(2),
                                 .members = {UserId(7)},
                                 .contact_persons = {ContactId(10007)},
                                 .subsystems = {},
                                 .updated_on = {}});
    const auto shown = record_json(snapshot, Entity::project, 5);
    ASSERT_TRUE(shown.has_value());
    EXPECT_EQ(*shown, R"({"Id":5,"Name":"Relaunch","Number":"P-5","CompanyId":2,)"
                      R"("Members":[{"UserId":7}],"ContactPersons":[{"Id":10007}],)"
                      R"("Subsystems":[],"UpdatedOn":null})");
    const auto missing = record_json(snapshot, Entity::lead, 5);
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(to_text(missing.error()), "hq.unknown_record: HQ has no lead 5");
}

}  // namespace
}  // namespace hqsync::app
