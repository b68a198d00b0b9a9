// What an import accepts, what it refuses and with which words, and that it is all or nothing.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "hq/directory_files.hpp"
#include "unit/hq/small_agency.hpp"

namespace hqsync::hq {
namespace {

struct Refusal {
    std::string file;
    std::string text;
    std::string message;  ///< "code: detail"
};

std::vector<Refusal> refusals() {
    const std::string users = R"({"Id":11},{"Id":12})";
    const std::string contacts = R"({"Id":31},{"Id":32})";
    return {
        // The file
        {"Users.json", "", "import.json: Users.json: is no JSON (Empty: no JSON found)"},
        {"Users.json", "  ", "import.json: Users.json: is no JSON (Empty: no JSON found)"},
        {"Leads.json", R"({"value":[)",
         "import.json: Leads.json: is no JSON (The JSON document has an improper "
         "structure: missing or superfluous commas, braces, missing keys, etc.)"},
        {"Leads.json", "{\"value\":[{\"Id\":1,\"Name\":\"K\xF6ln\"}]}",
         "import.encoding: Leads.json: is not UTF-8"},
        {"Leads.json", std::string("\xFF\xFE{\0}\0", 6),
         "import.encoding: Leads.json: is not UTF-8"},
        {"Leads.json", "7",
         "import.shape: Leads.json: expected a list of records, or an answer with \"value\""},
        {"Leads.json", "{}",
         "import.shape: Leads.json: expected a list of records, or an answer with \"value\""},
        {"Leads.json", R"({"value":{}})",
         "import.shape: Leads.json: expected a list of records, or an answer with \"value\""},
        {"Leads.json", R"({"error":{"code":"Unauthorized"}})",
         "import.shape: Leads.json: expected a list of records, or an answer with \"value\""},
        {"Leads.json", R"({"value":[],"@odata.nextLink":"https://hq.example/Leads?$skip=100"})",
         "import.incomplete: Leads.json: has an @odata.nextLink: further pages are missing"},
        {"Leads.json", R"({"@odata.count":3,"value":[{"Id":1}]})",
         "import.incomplete: Leads.json: holds 1 records, its @odata.count says 3"},
        // The record
        {"Leads.json", "[7]", "import.shape: Leads.json: record 1: expected an object"},
        {"Leads.json", R"([{"Id":1},null])",
         "import.shape: Leads.json: record 2: expected an object"},
        {"Leads.json", R"([{"Name":"x"}])",
         "import.record: Leads.json: record 1: field Id: is missing"},
        {"Leads.json", R"([{"Id":null}])",
         "import.record: Leads.json: record 1: field Id: is missing"},
        {"Leads.json", R"([{"Id":"1"}])",
         "import.record: Leads.json: record 1: field Id: expected an id (a whole number from 1 to "
         "2147483647)"},
        {"Leads.json", R"([{"Id":0}])",
         "import.record: Leads.json: record 1: field Id: expected an id (a whole number from 1 to "
         "2147483647)"},
        {"Leads.json", R"([{"Id":2147483648}])",
         "import.record: Leads.json: record 1: field Id: expected an id (a whole number from 1 to "
         "2147483647)"},
        {"Leads.json", R"([{"Id":1.5}])",
         "import.record: Leads.json: record 1: field Id: expected an id (a whole number from 1 to "
         "2147483647)"},
        {"Leads.json", R"([{"Id":5},{"Id":6},{"Id":5}])",
         "import.record: Leads.json: record 3 (Id 5): field Id: is there twice, first in record 1"},
        // The field
        {"Leads.json", R"([{"Id":1},{"Id":2,"Name":7}])",
         "import.record: Leads.json: record 2 (Id 2): field Name: expected a text"},
        {"Subsystem.json", R"([{"Id":1,"IsMaster":"yes"}])",
         "import.record: Subsystem.json: record 1 (Id 1): field IsMaster: expected true or false"},
        {"Users.json", R"([{"Id":11,"EMailWork":["a"]}])",
         "import.record: Users.json: record 1 (Id 11): field EMailWork: expected a text"},
        {"Companies.json", R"([{"Id":21,"ResponsibleUsers":{"Id":11}}])",
         "import.record: Companies.json: record 1 (Id 21): field ResponsibleUsers: expected a "
         "list"},
        {"Companies.json", R"([{"Id":21,"ResponsibleUsers":[11]}])",
         "import.record: Companies.json: record 1 (Id 21): field ResponsibleUsers: expected a list "
         "of records"},
        {"Companies.json", R"([{"Id":21,"Subsystems":[{"Name":"Köln"}]}])",
         "import.record: Companies.json: record 1 (Id 21): field Subsystems: expected an Id in "
         "each entry"},
        {"Companies.json", R"([{"Id":21,"CompanyTypes":[{"Id":5}]}])",
         "import.record: Companies.json: record 1 (Id 21): field CompanyTypes: expected a Name in "
         "each type"},
        {"Companies.json", R"([{"Id":21,"CompanyTypes":[{"Name":5}]}])",
         "import.record: Companies.json: record 1 (Id 21): field CompanyTypes.Name: expected a "
         "text"},
        {"Companies.json", R"([{"Id":21,"DefaultAddress":"Weg 1"}])",
         "import.record: Companies.json: record 1 (Id 21): field DefaultAddress: expected an "
         "address"},
        {"Companies.json", R"([{"Id":21,"DefaultAddress":{"City":5}}])",
         "import.record: Companies.json: record 1 (Id 21): field DefaultAddress.City: expected a "
         "text"},
        {"ContactPersons.json", R"([{"Id":31,"Addresses":[{"Email":5}]}])",
         "import.record: ContactPersons.json: record 1 (Id 31): field Addresses.Email: expected a "
         "text"},
        {"ContactPersons.json", R"([{"Id":31,"CompanyId":"21"}])",
         "import.record: ContactPersons.json: record 1 (Id 31): field CompanyId: expected an id (a "
         "whole number from 1 to 2147483647)"},
        {"ContactPersons.json", R"([{"Id":31,"Company":21}])",
         "import.record: ContactPersons.json: record 1 (Id 31): field Company: expected a record"},
        {"Projects.json", R"([{"Id":41,"Members":[{"Id":11}]}])",
         "import.record: Projects.json: record 1 (Id 41): field Members: expected a UserId in each "
         "member"},
        {"Projects.json", R"([{"Id":41,"Members":[{"UserId":"11"}]}])",
         "import.record: Projects.json: record 1 (Id 41): field Members.UserId: expected an id (a "
         "whole number from 1 to 2147483647)"},
        // The reference
        {"Companies.json", R"([{"Id":21,"ResponsibleUsers":[{"Id":11},{"Id":19}]},{"Id":22}])",
         "import.dangling_id: Companies.json: record with Id 21: field ResponsibleUsers: there is "
         "no user 19"},
        {"Companies.json", R"([{"Id":21},{"Id":22,"Subsystems":[{"Id":9}]}])",
         "import.dangling_id: Companies.json: record with Id 22: field Subsystems: there is no "
         "subsystem 9"},
        {"ContactPersons.json", R"([{"Id":31,"CompanyId":29},{"Id":32}])",
         "import.dangling_id: ContactPersons.json: record with Id 31: field CompanyId: there is no "
         "company 29"},
        {"Projects.json", R"([{"Id":41,"CompanyId":29}])",
         "import.dangling_id: Projects.json: record with Id 41: field CompanyId: there is no "
         "company 29"},
        {"Projects.json", R"([{"Id":41,"Members":[{"UserId":19}]}])",
         "import.dangling_id: Projects.json: record with Id 41: field Members: there is no user "
         "19"},
        {"Projects.json", R"([{"Id":41,"ContactPersons":[{"Id":39}]}])",
         "import.dangling_id: Projects.json: record with Id 41: field ContactPersons: there is no "
         "contact person 39"},
        {"Projects.json", R"([{"Id":41,"Subsystems":[{"Id":9}]}])",
         "import.dangling_id: Projects.json: record with Id 41: field Subsystems: there is no "
         "subsystem 9"},
        {"Leads.json", R"([{"Id":51,"CompanyId":29}])",
         "import.dangling_id: Leads.json: record with Id 51: field CompanyId: there is no company "
         "29"},
        {"Leads.json", R"([{"Id":51,"ResponsibleUserId":19}])",
         "import.dangling_id: Leads.json: record with Id 51: field ResponsibleUserId: there is no "
         "user 19"},
        {"Leads.json", R"([{"Id":51,"ContactPersons":[{"Id":39}]}])",
         "import.dangling_id: Leads.json: record with Id 51: field ContactPersons: there is no "
         "contact person 39"},
        {"Leads.json", R"([{"Id":51,"Subsystems":[{"Id":9}]}])",
         "import.dangling_id: Leads.json: record with Id 51: field Subsystems: there is no "
         "subsystem 9"},
    };
}

class Import : public EmbeddedHqTest {};

TEST_F(Import, TakesEveryFieldOver) {
    ASSERT_TRUE(hq_->import_files(small_agency()));
    const auto all = snapshot();
    EXPECT_EQ(counts_of(all), (Counts{2, 2, 2, 2, 1, 1}));
    EXPECT_EQ(all.subsystems[0], (Subsystem{SubsystemId(1), "Köln", true, ""}));
    EXPECT_EQ(all.users[0],
              (User{UserId(11), "Ute", "Bär", "ub", "ute@agentur.example", "2030-01-31", ""}));
    const Address company_address{.id = AddressId(91),
                                  .city = "Köln",
                                  .street = "Weg",
                                  .house_number = "1 a",
                                  .zip_code = "50667",
                                  .country = "DE"};
    EXPECT_EQ(all.companies[0],
              (Company{CompanyId(21),
                       "Kunde & Söhne",
                       {{CompanyTypeId(5), "Kunde"}, {std::nullopt, "Interessent"}},
                       {UserId(11)},
                       {SubsystemId(1)},
                       company_address,
                       ""}));
    ContactPerson contact;
    contact.id = ContactId(31);
    contact.first_name = "Jörg";
    contact.last_name = "O'Neill";
    contact.company = CompanyId(21);
    contact.birthdate = "04.09.1959";
    contact.phone_mobile = "0171 1";
    contact.salutation_form = "Formal";
    contact.default_address = Address{.line2 = "Hof",
                                      .description = "x",
                                      .phone = "2",
                                      .fax = "1",
                                      .email = "j@kunde.example",
                                      .website = "kunde.example"};
    contact.addresses = {Address{.id = AddressId(92), .email = "k@kunde.example"}};
    EXPECT_EQ(all.contacts[0], contact);
    ContactPerson free;
    free.id = ContactId(32);
    free.last_name = "Frei";
    free.salutation = "Herr";
    free.title = "Dr.";
    free.language = "de";
    free.position = "Chef";
    free.phone_landline = "030 1";
    EXPECT_EQ(all.contacts[1], free);
    EXPECT_EQ(all.projects[0], (Project{ProjectId(41),
                                        "Netz",
                                        "P-1",
                                        CompanyId(21),
                                        {UserId(11)},
                                        {ContactId(31)},
                                        {SubsystemId(1)},
                                        ""}));
    EXPECT_EQ(all.leads[0], (Lead{LeadId(51),
                                  "Anfrage",
                                  "L-1",
                                  CompanyId(21),
                                  UserId(11),
                                  {ContactId(31)},
                                  {SubsystemId(2)},
                                  ""}));
}

TEST_F(Import, RefusesEachErrorWithItsWordsAndLeavesTheDatabaseAsItWas) {
    ASSERT_TRUE(hq_->import_files(small_agency()));
    const auto before = snapshot();
    const auto octets_before = octets();
    for (const auto& refusal : refusals()) {
        auto files = small_agency();
        files[refusal.file] = refusal.text;
        const auto refused = hq_->import_files(files);
        ASSERT_FALSE(refused) << refusal.message;
        EXPECT_EQ(to_text(refused.error()), refusal.message);
        EXPECT_EQ(refused.error().reach, Reach::run);
    }
    EXPECT_EQ(snapshot(), before);
    EXPECT_EQ(octets(), octets_before);
}

TEST_F(Import, NeedsUsersCompaniesAndContactsAndTakesTheOthersForNone) {
    for (const auto* file : {"Users.json", "Companies.json", "ContactPersons.json"}) {
        auto files = small_agency();
        files.erase(file);
        EXPECT_EQ(to_text(hq_->import_files(files).error()),
                  fmt::format("import.missing_file: {}: is missing", file));
    }
    const Files least = {
        {"Users.json", "[]"}, {"Companies.json", "[]"}, {"ContactPersons.json", R"([{"Id":1}])"}};
    EXPECT_EQ(hq_->import_files(least), (Counts{0, 0, 0, 1, 0, 0}));
}

TEST_F(Import, TakesABareListAndAByteOrderMark) {
    auto files = small_agency();
    files["Leads.json"] = "\xEF\xBB\xBF[{\"Id\":51}]";
    files["Projects.json"] = R"({"@odata.context":"x","@odata.count":0,"@odata.nextLink":null,
                                 "value":[]})";
    EXPECT_EQ(hq_->import_files(files), (Counts{2, 2, 2, 2, 0, 1}));
}

TEST_F(Import, KeepsUnknownFieldsOutAndTakesNullForAbsent) {
    auto files = small_agency();
    files["Leads.json"] = R"([{"Id":51,"Name":null,"Budget":5,"Owner":{"Id":"x"},"Company":null,
                               "ContactPersons":null,"ResponsibleUserId":null}])";
    ASSERT_TRUE(hq_->import_files(files));
    Lead bare;
    bare.id = LeadId(51);
    EXPECT_EQ(snapshot().leads, std::vector{bare});
    EXPECT_EQ(octets().find("Budget"), std::string::npos);
}

TEST_F(Import, ReadsExpandedRecordsWhereAnIdIsNotNamed) {
    auto files = small_agency();
    files["Leads.json"] = R"([{"Id":51,"Company":{"Id":22},"ResponsibleUser":{"Id":12}}])";
    files["Projects.json"] = R"([{"Id":41,"Company":{"Id":22},"Members":[
        {"User":{"Id":12}},{"UserId":11,"User":{"Id":12}},{"UserId":null,"User":{"Id":12}}]}])";
    ASSERT_TRUE(hq_->import_files(files));
    const auto all = snapshot();
    EXPECT_EQ(all.leads[0].company, CompanyId(22));
    EXPECT_EQ(all.leads[0].responsible_user, UserId(12));
    EXPECT_EQ(all.projects[0].company, CompanyId(22));
    EXPECT_EQ(all.projects[0].members, (std::vector{UserId(12), UserId(11)}));
}

TEST_F(Import, SortsRecordsById) {
    auto files = small_agency();
    files["Leads.json"] = R"([{"Id":9},{"Id":3},{"Id":7}])";
    ASSERT_TRUE(hq_->import_files(files));
    const auto leads = snapshot().leads;
    EXPECT_EQ(leads[0].id, LeadId(3));
    EXPECT_EQ(leads[2].id, LeadId(9));
}

TEST_F(Import, ReplacesTheWholeDirectory) {
    ASSERT_TRUE(hq_->import_files(sample_agency()));
    ASSERT_TRUE(hq_->import_files(small_agency()));
    EXPECT_EQ(snapshot(), read_files(small_agency()).value());
}

TEST_F(Import, TakesTheSampleAgency) {
    const auto counts = hq_->import_files(sample_agency());
    ASSERT_TRUE(counts) << to_text(counts.error());
    EXPECT_EQ(counts->subsystems, 3U);
    EXPECT_GE(counts->users, 12U);
    EXPECT_EQ(counts->companies, 80U);
    EXPECT_EQ(counts->contacts, 500U);
    EXPECT_EQ(counts->projects, 60U);
    EXPECT_EQ(counts->leads, 40U);
}

}  // namespace
}  // namespace hqsync::hq
