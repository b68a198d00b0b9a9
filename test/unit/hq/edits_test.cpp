// Edits of single records: every relation that a placement rule reads, and what is refused.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "hq/directory_files.hpp"
#include "unit/hq/small_agency.hpp"

namespace hqsync::hq {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

class Edits : public EmbeddedHqTest {
protected:
    Edits() { EXPECT_TRUE(hq_->import_files(small_agency())); }

    Result<std::vector<std::int64_t>> apply(const std::string& batch) {
        return hq_->apply_json(batch);
    }
    void set(const std::string& entity, std::int64_t id, const std::string& fields) {
        const auto ids = apply(fmt::format(R"([{{"op":"set","entity":"{}","id":{},"fields":{}}}])",
                                           entity, id, fields));
        ASSERT_TRUE(ids) << to_text(ids.error());
        EXPECT_THAT(*ids, ElementsAre(id));
    }
    void erase(const std::string& entity, std::int64_t id) {
        const auto ids =
            apply(fmt::format(R"([{{"op":"delete","entity":"{}","id":{}}}])", entity, id));
        ASSERT_TRUE(ids) << to_text(ids.error());
    }
    std::string refusal(const std::string& batch) {
        const auto ids = apply(batch);
        return ids ? "applied" : to_text(ids.error());
    }
};

TEST_F(Edits, SetOneFieldAndKeepTheOthers) {
    const auto before = snapshot().contacts[0];
    set("contact", 31, R"({"PhoneMobile":"0171 1234567"})");
    auto expected = before;
    expected.phone_mobile = "0171 1234567";
    expected.updated_on = snapshot().contacts[0].updated_on;
    EXPECT_EQ(snapshot().contacts[0], expected);
    EXPECT_THAT(expected.updated_on,
                MatchesRegex("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z"));
}

TEST_F(Edits, ClearAFieldWithNullOrAnEmptyText) {
    set("contact", 31, R"({"PhoneMobile":null,"Birthdate":"","CompanyId":null,
                           "DefaultAddress":null,"Addresses":[]})");
    const auto contact = snapshot().contacts[0];
    EXPECT_EQ(contact.phone_mobile, "");
    EXPECT_EQ(contact.birthdate, "");
    EXPECT_EQ(contact.company, std::nullopt);
    EXPECT_EQ(contact.default_address, std::nullopt);
    EXPECT_THAT(contact.addresses, IsEmpty());
}

TEST_F(Edits, ChangeTheResponsibleUsersOfACompany) {
    set("company", 21, R"({"ResponsibleUsers":[{"Id":12},{"Id":11}]})");
    EXPECT_THAT(snapshot().companies[0].responsible_users, ElementsAre(UserId(12), UserId(11)));
    set("company", 21, R"({"ResponsibleUsers":[]})");
    EXPECT_THAT(snapshot().companies[0].responsible_users, IsEmpty());
}

TEST_F(Edits, ChangeTheTypesAndSubsystemsOfACompany) {
    set("company", 22, R"({"CompanyTypes":[{"Name":"Interessent"}],"Subsystems":[{"Id":2}]})");
    const auto company = snapshot().companies[1];
    EXPECT_THAT(company.types, ElementsAre(CompanyType{{}, "Interessent"}));
    EXPECT_THAT(company.subsystems, ElementsAre(SubsystemId(2)));
}

TEST_F(Edits, ChangeTheCompanyOfAContact) {
    set("contact", 31, R"({"CompanyId":22})");
    EXPECT_EQ(snapshot().contacts[0].company, CompanyId(22));
}

TEST_F(Edits, ChangeTheTeamAndTheContactsOfAProject) {
    set("project", 41, R"({"Members":[{"UserId":12}],"ContactPersons":[{"Id":32},{"Id":31}]})");
    const auto project = snapshot().projects[0];
    EXPECT_THAT(project.members, ElementsAre(UserId(12)));
    EXPECT_THAT(project.contact_persons, ElementsAre(ContactId(32), ContactId(31)));
}

TEST_F(Edits, ChangeTheResponsibleUserAndTheContactsOfALead) {
    set("lead", 51, R"({"ResponsibleUserId":12,"ContactPersons":[{"Id":32}]})");
    EXPECT_EQ(snapshot().leads[0].responsible_user, UserId(12));
    EXPECT_THAT(snapshot().leads[0].contact_persons, ElementsAre(ContactId(32)));
    set("lead", 51, R"({"ResponsibleUserId":null})");
    EXPECT_EQ(snapshot().leads[0].responsible_user, std::nullopt);
}

TEST_F(Edits, ChangeTheMailboxAndTheLastDayOfAUser) {
    set("user", 12, R"({"EMailWork":"jan@agentur.example","LeavingDate":"2026-12-31"})");
    EXPECT_EQ(snapshot().users[1].email_work, "jan@agentur.example");
    EXPECT_EQ(snapshot().users[1].leaving_date, "2026-12-31");
}

TEST_F(Edits, RenameASubsystem) {
    set("subsystem", 2, R"({"Name":"Brühl","IsMaster":true})");
    EXPECT_EQ(snapshot().subsystems[1].name, "Brühl");
    EXPECT_TRUE(snapshot().subsystems[1].is_master);
}

TEST_F(Edits, AddRecordsOfEveryKindAndAnswerTheirIds) {
    const auto ids = apply(R"([
        {"op":"add","entity":"subsystem","fields":{"Name":"Neuss"}},
        {"op":"add","entity":"user","id":77,"fields":{"EMailWork":"n@agentur.example"}},
        {"op":"add","entity":"company","fields":{"Name":"Neu","ResponsibleUsers":[{"Id":77}]}},
        {"op":"add","entity":"contact","fields":{"LastName":"Neu","CompanyId":23}},
        {"op":"add","entity":"project","id":5,"fields":{"Members":[{"UserId":77}]}},
        {"op":"add","entity":"lead","fields":{"ContactPersons":[{"Id":33}]}},
        {"op":"add","entity":"contact"}])");
    ASSERT_TRUE(ids) << to_text(ids.error());
    EXPECT_THAT(*ids, ElementsAre(3, 77, 23, 33, 5, 52, 34));
    const auto all = snapshot();
    EXPECT_EQ(counts_of(all), (Counts{3, 3, 3, 4, 2, 2}));
    EXPECT_EQ(all.projects[0].id, ProjectId(5)) << "sorted";
    EXPECT_EQ(all.contacts[2].company, CompanyId(23));
}

TEST_F(Edits, AddTheFirstRecordWithIdOne) {
    ASSERT_TRUE(hq_->import_files(
        {{"Users.json", "[]"}, {"Companies.json", "[]"}, {"ContactPersons.json", "[]"}}));
    EXPECT_THAT(*apply(R"([{"op":"add","entity":"user"}])"), ElementsAre(1));
}

TEST_F(Edits, DeleteAContactEverywhere) {
    erase("contact", 31);
    const auto all = snapshot();
    EXPECT_EQ(find(all, ContactId(31)), nullptr);
    EXPECT_THAT(all.projects[0].contact_persons, IsEmpty());
    EXPECT_THAT(all.leads[0].contact_persons, IsEmpty());
    EXPECT_TRUE(check_references(all));
}

TEST_F(Edits, DeleteAUserEverywhere) {
    erase("user", 11);
    const auto all = snapshot();
    EXPECT_THAT(all.companies[0].responsible_users, IsEmpty());
    EXPECT_THAT(all.projects[0].members, IsEmpty());
    EXPECT_EQ(all.leads[0].responsible_user, std::nullopt);
    EXPECT_TRUE(check_references(all));
}

TEST_F(Edits, DeleteASubsystemEverywhere) {
    erase("subsystem", 1);
    erase("subsystem", 2);
    const auto all = snapshot();
    EXPECT_THAT(all.companies[0].subsystems, IsEmpty());
    EXPECT_THAT(all.projects[0].subsystems, IsEmpty());
    EXPECT_THAT(all.leads[0].subsystems, IsEmpty());
    EXPECT_TRUE(check_references(all));
}

TEST_F(Edits, DeleteACompanyOnlyWhenNothingBelongsToIt) {
    EXPECT_EQ(refusal(R"([{"op":"delete","entity":"company","id":21}])"),
              "edit.refused: edit 1: company 21 still has 1 contacts, 1 projects and 1 leads");
    EXPECT_EQ(snapshot().companies.size(), 2U);
    EXPECT_EQ(refusal(R"([{"op":"delete","entity":"contact","id":31},
                          {"op":"delete","entity":"project","id":41},
                          {"op":"delete","entity":"lead","id":51},
                          {"op":"delete","entity":"company","id":21}])"),
              "applied");
    EXPECT_EQ(counts_of(snapshot()), (Counts{2, 2, 1, 1, 0, 0}));
}

TEST_F(Edits, MayReferForwardWithinABatch) {
    EXPECT_EQ(refusal(R"([{"op":"set","entity":"contact","id":31,"fields":{"CompanyId":29}},
                          {"op":"add","entity":"company","id":29}])"),
              "applied");
}

TEST_F(Edits, AreRefusedWithTheirWordsAndLeaveTheDatabaseAsItWas) {
    const auto before = snapshot();
    const auto octets_before = octets();
    const std::vector<std::pair<std::string, std::string>> table = {
        {"", "edit.json: the batch is no JSON list of edits"},
        {"{}", "edit.json: the batch is no JSON list of edits"},
        {"[7]", "edit.refused: edit 1: expected an object"},
        {"[{}]", "edit.refused: edit 1: op is missing"},
        {R"([{"op":"set"}])", "edit.refused: edit 1: entity is missing"},
        {R"([{"op":"set","entity":"contact"}])", "edit.refused: edit 1: id is missing"},
        {R"([{"op":"delete","entity":"contact"}])", "edit.refused: edit 1: id is missing"},
        {R"([{"op":"rename","entity":"contact","id":31}])",
         "edit.refused: edit 1: op must be \"set\", \"add\" or \"delete\""},
        {R"([{"op":"set","entity":"person","id":31}])",
         "edit.refused: edit 1: entity must be contact, company, project, lead, user or subsystem"},
        {R"([{"op":"set","entity":"contact","id":"31"}])",
         "edit.refused: edit 1: id must be a whole number from 1 to 2147483647"},
        {R"([{"op":"set","entity":"contact","id":31,"field":{"Title":"Dr."}}])",
         "edit.refused: edit 1: there is no member field; known are op, entity, id, fields"},
        {R"([{"op":"set","entity":"contact","id":31,"fields":"Title"}])",
         "edit.refused: edit 1: fields must be an object"},
        {R"([{"op":"set","entity":"contact","id":99}])",
         "edit.refused: edit 1: contact 99 is not in HQ"},
        {R"([{"op":"delete","entity":"lead","id":99}])",
         "edit.refused: edit 1: lead 99 is not in HQ"},
        {R"([{"op":"add","entity":"user","id":11}])",
         "edit.refused: edit 1: user 11 is there already"},
        {R"([{"op":"set","entity":"lead","id":51,"fields":{"Budget":"1"}}])",
         "edit.refused: edit 1: lead 51: there is no field Budget; known are Name, Number, "
         "CompanyId, ResponsibleUserId, ContactPersons, Subsystems"},
        {R"([{"op":"set","entity":"lead","id":51,"fields":{"Id":"52"}}])",
         "edit.refused: edit 1: lead 51: there is no field Id; known are Name, Number, "
         "CompanyId, ResponsibleUserId, ContactPersons, Subsystems"},
        {R"([{"op":"set","entity":"company","id":21,"fields":{"ResponsibleUsers":"11"}}])",
         "edit.refused: edit 1: company 21: field ResponsibleUsers: expected a list"},
        // The last of a batch spoils the first.
        {R"([{"op":"delete","entity":"contact","id":31},{"op":"delete","entity":"lead","id":9}])",
         "edit.refused: edit 2: lead 9 is not in HQ"},
        {R"([{"op":"set","entity":"contact","id":31,"fields":{"CompanyId":29}}])",
         "edit.dangling_id: ContactPersons.json: record with Id 31: field CompanyId: there is no "
         "company 29"},
        {R"([{"op":"set","entity":"project","id":41,"fields":{"Members":[{"UserId":19}]}}])",
         "edit.dangling_id: Projects.json: record with Id 41: field Members: there is no user 19"},
    };
    for (const auto& [batch, message] : table)
        EXPECT_EQ(refusal(batch), message);
    EXPECT_EQ(snapshot(), before);
    EXPECT_EQ(octets(), octets_before);
}

}  // namespace
}  // namespace hqsync::hq
