// What is exported is what is imported, whatever the directory holds.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "hq/directory_files.hpp"
#include "hq/embedded.hpp"
#include "unit/hq/small_agency.hpp"

namespace hqsync::hq {
namespace {

/// Texts with what JSON, SQL and line-based tools stumble over; always UTF-8.
std::string random_text() {
    static const std::vector<std::string> pieces = {
        "a",    "Ä",    "ß", "'",   "\"", "\\", "\n", "\r\n",       "\t",     std::string(1, '\0'),
        "\x01", "\x7F", "%", ";--", "{",  "}",  "王", "\U0001F600", "\u2028", " ",
        "0",    "null"};
    const auto chosen = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces));
    std::string text;
    for (const auto& piece : chosen)
        text += piece;
    return text;
}

template <class Record>
auto some_of(const std::vector<Record>& records) {
    std::vector<decltype(Record::id)> ids;
    for (const auto& record : records) {
        if (*rc::gen::inRange(0, 3) == 0) ids.push_back(record.id);
    }
    return ids;
}

template <class Record>
std::optional<decltype(Record::id)> one_of(const std::vector<Record>& records) {
    if (records.empty() || *rc::gen::arbitrary<bool>()) return std::nullopt;
    return records[*rc::gen::inRange<std::size_t>(0, records.size())].id;
}

std::optional<Address> random_address() {
    if (*rc::gen::arbitrary<bool>()) return std::nullopt;
    Address address;
    if (*rc::gen::arbitrary<bool>()) address.id = AddressId(*rc::gen::inRange(1, 1000));
    for (auto* text : {&address.city, &address.street, &address.house_number, &address.zip_code,
                       &address.line2, &address.description, &address.country, &address.phone,
                       &address.fax, &address.email, &address.website})
        *text = random_text();
    return address;
}

template <class Record>
std::vector<Record> random_records(std::int64_t first, auto fill) {
    std::vector<Record> records;
    for (std::int64_t id = first; *rc::gen::inRange(0, 4) > 0; id += *rc::gen::inRange(1, 5)) {
        Record record;
        record.id = decltype(Record::id)(id);
        record.updated_on = random_text();
        fill(record);
        records.push_back(std::move(record));
    }
    return records;
}

Snapshot random_snapshot() {
    Snapshot all;
    all.subsystems = random_records<Subsystem>(1, [](Subsystem& record) {
        record.name = random_text();
        record.is_master = *rc::gen::arbitrary<bool>();
    });
    all.users = random_records<User>(2'147'480'000, [](User& record) {
        for (auto* text : {&record.first_name, &record.last_name, &record.user_name,
                           &record.email_work, &record.leaving_date})
            *text = random_text();
    });
    all.companies = random_records<Company>(5, [&](Company& record) {
        record.name = random_text();
        if (*rc::gen::arbitrary<bool>()) record.types.push_back({CompanyTypeId(3), "Kunde"});
        if (*rc::gen::arbitrary<bool>()) record.types.push_back({{}, "x" + random_text()});
        record.responsible_users = some_of(all.users);
        record.subsystems = some_of(all.subsystems);
        record.default_address = random_address();
    });
    all.contacts = random_records<ContactPerson>(7, [&](ContactPerson& record) {
        for (auto* text :
             {&record.first_name, &record.last_name, &record.salutation, &record.salutation_form,
              &record.title, &record.language, &record.position, &record.phone_landline,
              &record.phone_mobile, &record.birthdate})
            *text = random_text();
        record.company = one_of(all.companies);
        record.default_address = random_address();
        if (auto address = random_address()) record.addresses = {*address, Address{}};
    });
    all.projects = random_records<Project>(1, [&](Project& record) {
        record.name = random_text();
        record.number = random_text();
        record.company = one_of(all.companies);
        record.members = some_of(all.users);
        record.contact_persons = some_of(all.contacts);
        record.subsystems = some_of(all.subsystems);
    });
    all.leads = random_records<Lead>(1, [&](Lead& record) {
        record.name = random_text();
        record.number = random_text();
        record.company = one_of(all.companies);
        record.responsible_user = one_of(all.users);
        record.contact_persons = some_of(all.contacts);
        record.subsystems = some_of(all.subsystems);
    });
    return all;
}

RC_GTEST_PROP(Identity, HoldsForFilesOfRandomDirectories, ()) {
    const auto directory = random_snapshot();
    const auto files = write_files(directory);
    const auto read = read_files(files);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == directory);
    RC_ASSERT(write_files(*read) == files);
}

RC_GTEST_PROP(Identity, HoldsForTheDatabase, ()) {
    const auto from = random_snapshot();
    const auto to = random_snapshot();
    const auto hq = EmbeddedHq::open(":memory:", "hq").value();
    RC_ASSERT(hq->import_files(write_files(from)).has_value());
    RC_ASSERT(*hq->read().value() == from);
    RC_ASSERT(hq->import_files(write_files(to)).value() == counts_of(to));
    RC_ASSERT(*hq->read().value() == to);
}

class Export : public EmbeddedHqTest {};

TEST_F(Export, OfTheSampleImportsAsTheSample) {
    ASSERT_TRUE(hq_->import_files(sample_agency()));
    const auto sample = snapshot();
    const auto there = folder_ / "deep" / "export";
    ASSERT_TRUE(hq_->export_directory(there));
    ASSERT_TRUE(hq_->import_files(
        {{"Users.json", "[]"}, {"Companies.json", "[]"}, {"ContactPersons.json", "[]"}}));
    ASSERT_TRUE(hq_->import_directory(there));
    EXPECT_EQ(snapshot(), sample);
}

TEST_F(Export, WritesSixFilesAndNoDrafts) {
    ASSERT_TRUE(hq_->import_files(small_agency()));
    const auto there = folder_ / "export";
    EXPECT_EQ(hq_->export_directory(there), (Counts{2, 2, 2, 2, 1, 1}));
    ASSERT_TRUE(hq_->export_directory(there)) << "over an earlier one";
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(there))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    EXPECT_EQ(names,
              (std::vector<std::string>{"Companies.json", "ContactPersons.json", "Leads.json",
                                        "Projects.json", "Subsystem.json", "Users.json"}));
    std::ifstream stream(there / "Leads.json");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}),
              "{\"value\":[\n"
              R"({"CompanyId":21,"ContactPersons":[{"Id":31}],"Id":51,"Name":"Anfrage",)"
              R"("Number":"L-1","ResponsibleUserId":11,"Subsystems":[{"Id":2}]})"
              "\n]}\n");
}

TEST_F(Export, SaysWhereItCannotWrite) {
    std::ofstream(folder_ / "taken") << "x";
    const auto refused = hq_->export_directory(folder_ / "taken");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "export.failed");
    std::filesystem::create_directories(folder_ / "export" / "Users.json" / "taken");
    EXPECT_EQ(hq_->export_directory(folder_ / "export").error().code, "export.failed");
}

}  // namespace
}  // namespace hqsync::hq
