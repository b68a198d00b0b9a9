// A directory small enough to be read in a test, with one record of each kind and every relation.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "hq/embedded.hpp"

namespace hqsync::hq {

inline Files small_agency() {
    return {{"Subsystem.json", R"({"value":[{"Id":1,"Name":"Köln","IsMaster":true},
                                        {"Id":2,"Name":"Bonn"}]})"},
            {"Users.json", R"({"value":[{"Id":11,"FirstName":"Ute","LastName":"Bär","UserName":"ub",
                            "EMailWork":"ute@agentur.example","LeavingDate":"2030-01-31"},
                           {"Id":12,"LastName":"Jan"}]})"},
            {"Companies.json", R"({"value":[{"Id":21,"Name":"Kunde & Söhne",
                                "CompanyTypes":[{"Id":5,"Name":"Kunde"},{"Name":"Interessent"}],
                                "ResponsibleUsers":[{"Id":11}],"Subsystems":[{"Id":1}],
                                "DefaultAddress":{"Id":91,"Street":"Weg","HouseNumber":"1 a",
                                  "City":"Köln","ZipCode":"50667","Country":"DE"}},
                               {"Id":22,"Name":"Leer"}]})"},
            {"ContactPersons.json", R"({"value":[{"Id":31,"FirstName":"Jörg","LastName":"O'Neill",
                                   "CompanyId":21,"Birthdate":"04.09.1959",
                                   "PhoneMobile":"0171 1","SalutationForm":"Formal",
                                   "DefaultAddress":{"Email":"j@kunde.example","Fax":"1",
                                     "AddressLine2":"Hof","Description":"x","Phone":"2",
                                     "Website":"kunde.example"},
                                   "Addresses":[{"Id":92,"Email":"k@kunde.example"}]},
                                  {"Id":32,"LastName":"Frei","Salutation":"Herr","Title":"Dr.",
                                   "Language":"de","Position":"Chef","PhoneLandline":"030 1"}]})"},
            {"Projects.json", R"({"value":[{"Id":41,"Name":"Netz","Number":"P-1","CompanyId":21,
                             "Members":[{"UserId":11}],"ContactPersons":[{"Id":31}],
                             "Subsystems":[{"Id":1}]}]})"},
            {"Leads.json", R"({"value":[{"Id":51,"Name":"Anfrage","Number":"L-1","CompanyId":21,
                          "ResponsibleUserId":11,"ContactPersons":[{"Id":31}],
                          "Subsystems":[{"Id":2}]}]})"}};
}

class EmbeddedHqTest : public testing::Test {
protected:
    EmbeddedHqTest() {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        hq_ = EmbeddedHq::open(file_, "hq").value();
    }
    ~EmbeddedHqTest() override {
        hq_.reset();
        std::filesystem::remove_all(folder_);
    }

    Snapshot snapshot() { return *hq_->read().value(); }

    /// Of the database and of what stands beside it.
    std::string octets() const {
        std::string all;
        for (const auto* end : {"", "-wal"}) {
            std::ifstream stream(file_.string() + end, std::ios::binary);
            all.append(std::istreambuf_iterator<char>(stream), {});
        }
        return all;
    }

    const std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) /
        ("hqsync_hq_" + std::to_string(testing::UnitTest::GetInstance()->random_seed()) + "_" +
         testing::UnitTest::GetInstance()->current_test_info()->name());
    const std::filesystem::path file_ = folder_ / "hq.db";
    std::unique_ptr<EmbeddedHq> hq_;
};

}  // namespace hqsync::hq
