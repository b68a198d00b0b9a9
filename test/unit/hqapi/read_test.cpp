// Conditions, queries and pages over a small directory in memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "hqapi/message.hpp"
#include "hqapi/query.hpp"
#include "hqapi/read.hpp"

namespace hqsync::hqapi {
namespace {

SnapshotPtr agency() {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->users.push_back({.id = UserId(1), .first_name = "Anna", .user_name = "anna"});
    snapshot->companies.push_back({.id = CompanyId(10),
                                   .name = "Nordlicht",
                                   .types = {{CompanyTypeId(1), "Kunde"}},
                                   .responsible_users = {UserId(1)},
                                   .updated_on = "2026-11-01T08:00:00Z"});
    snapshot->companies.push_back({.id = CompanyId(20),
                                   .name = "Westend",
                                   .types = {{CompanyTypeId(1), "Kunde"}, {{}, "Lieferant"}},
                                   .updated_on = ""});
    for (std::int64_t id = 1; id <= 7; ++id) {
        ContactPerson person{.id = ContactId(id),
                             .first_name = id % 2 == 0 ? "Bo" : "Ada",
                             .last_name = "O'Neill",
                             .company = CompanyId(id < 5 ? 10 : 20)};
        if (id == 3) person.phone_mobile = "0171 3";
        person.updated_on = "2026-11-0" + std::to_string(id) + "T08:00:00Z";
        snapshot->contacts.push_back(std::move(person));
    }
    snapshot->projects.push_back({.id = ProjectId(5), .name = "Umzug", .members = {UserId(1)}});
    return snapshot;
}

class Reading : public testing::Test {
protected:
    Reply ask(std::string_view set_name, std::string_view text, std::size_t page_size = 500) {
        const auto& set = *entity_set(set_name);
        const auto options = read_options(text).value();
        const auto query = read_query(options, set.entity(), Reads::list);
        if (!query) return error_reply(query.error());
        return read_list(directory_, set.rows(directory_), *query,
                         {.url = "http://hq/v1/X",
                          .context = "http://hq/v1/$metadata#X",
                          .options = options,
                          .page_size = page_size});
    }
    /// "1,2,3": the ids of the answer, or its error.
    std::string ids(std::string_view set_name, std::string text) {
        text += "&$select=Id";
        const auto body = ask(set_name, text).body;
        if (body.find("\"error\"") != std::string::npos) return body;
        std::string found;
        for (auto at = body.find("{\"Id\":"); at != std::string::npos;
             at = body.find("{\"Id\":", at + 1)) {
            const auto end = body.find_first_of(",}", at);
            found += (found.empty() ? "" : ",") + body.substr(at + 6, end - at - 6);
        }
        return found;
    }
    std::string people(const std::string& condition) {
        return ids("ContactPersons", "$filter=" + percent_encode(condition));
    }
    std::string complaint(std::string_view set_name, std::string_view text) {
        return ask(set_name, text).body;
    }

    Directory directory_ = directory_of(agency());
};

TEST_F(Reading, AndBindsTighterThanOr) {
    EXPECT_EQ(people("Id eq 1 or Id gt 2 and FirstName eq 'Bo'"), "1,4,6");
    EXPECT_EQ(people("(Id eq 1 or Id gt 2) and FirstName eq 'Bo'"), "4,6");
}

TEST_F(Reading, NullIsNeitherTrueNorFalse) {
    EXPECT_EQ(people("contains(PhoneMobile,'3')"), "3");
    EXPECT_EQ(people("not contains(PhoneMobile,'9')"), "3");
    EXPECT_EQ(people("contains(PhoneMobile,'9') or Id eq 1"), "1");
    EXPECT_EQ(people("contains(PhoneMobile,'9') and Id eq 1"), "");
    EXPECT_EQ(people("PhoneMobile ne null"), "3");
    EXPECT_EQ(people("PhoneMobile gt null or PhoneMobile le null"), "");
}

TEST_F(Reading, QuotesInsideOfTextsAreDoubled) {
    EXPECT_EQ(people("LastName eq 'O''Neill' and Id le 2"), "1,2");
    EXPECT_NE(people("LastName eq 'O'Neill'").find("$filter at 16"), std::string::npos);
}

TEST_F(Reading, TimesAreComparedAsInstantsInEveryZone) {
    EXPECT_EQ(people("UpdatedOn gt 2026-11-06T09:00:00+01:00"), "7");
    EXPECT_EQ(people("UpdatedOn ge 2026-11-06T09:00:00+01:00"), "6,7");
    EXPECT_EQ(people("UpdatedOn lt 2026-11-02"), "1");
    EXPECT_EQ(people("UpdatedOn lt 2026-11-01T08:01Z"), "1");
}

TEST_F(Reading, LambdasAskEveryEntryOfAList) {
    const std::string expanded = "$expand=CompanyTypes&$filter=";
    const auto of = [&](const char* condition) {
        return ids("Companies", expanded + percent_encode(condition));
    };
    EXPECT_EQ(of("CompanyTypes/any(t: t/Name eq 'Lieferant')"), "20");
    EXPECT_EQ(of("CompanyTypes/all(t: t/Name eq 'Kunde')"), "10");
    EXPECT_EQ(of("CompanyTypes/any(t: t/CompanyId eq Id and Id gt 10)"), "20");
    EXPECT_EQ(of("CompanyTypes/$count eq 2"), "20");
    EXPECT_NE(of("CompanyTypes/any(t: Name/x)").find("error"), std::string::npos);
}

TEST_F(Reading, DeepConditionsAreRefusedNotFollowed) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '(') + "true" + std::string(depth, ')');
    };
    EXPECT_EQ(people(nested(filter_depth_max) + " and Id eq 1"), "1");
    EXPECT_NE(people(nested(100'000)).find("nested too deep"), std::string::npos);
}

TEST_F(Reading, PagesBeginBehindTheLastId) {
    const auto first = ask("ContactPersons", "$select=Id&$count=true", 3);
    const std::string wanted =
        R"page({"@odata.context":"http://hq/v1/$metadata#X(Id)","@odata.count":7,)page"
        R"("value":[{"Id":1},{"Id":2},{"Id":3}],"@odata.nextLink":)"
        R"("http://hq/v1/X?$select=Id&$count=true&$skiptoken=a3"})";
    EXPECT_EQ(first.body, wanted);
    auto snapshot = std::make_shared<Snapshot>(*directory_.snapshot);
    snapshot->contacts.erase(snapshot->contacts.begin());
    directory_ = directory_of(snapshot);
    const auto second = ask("ContactPersons", "$select=Id&$skiptoken=a3", 3);
    EXPECT_NE(second.body.find(R"("value":[{"Id":4},{"Id":5},{"Id":6}])"), std::string::npos);
}

TEST_F(Reading, TopIsSpreadOverPages) {
    const auto first = ask("ContactPersons", "$select=Id&$top=4&$skip=1&$orderby=Id%20desc", 3);
    EXPECT_NE(first.body.find(R"("value":[{"Id":6},{"Id":5},{"Id":4}])"), std::string::npos);
    EXPECT_NE(first.body.find("$top=1&$skiptoken=o4"), std::string::npos) << first.body;
    const auto last = ask("ContactPersons", "$select=Id&$top=3", 3);
    EXPECT_EQ(last.body.find("nextLink"), std::string::npos);
}

TEST_F(Reading, OrderGoesByEveryKeyThenById) {
    EXPECT_EQ(ids("ContactPersons", "$orderby=FirstName desc,Id desc"), "6,4,2,7,5,3,1");
    EXPECT_EQ(ids("ContactPersons", "$orderby=FirstName"), "1,3,5,7,2,4,6");
    EXPECT_EQ(ids("Companies", "$orderby=UpdatedOn"), "20,10") << "null comes first";
}

TEST_F(Reading, PathsOfMixedCardinalityAreRefused) {
    EXPECT_NE(complaint("Projects", "$expand=Company($expand=CompanyTypes)").find("mixes"),
              std::string::npos);
    EXPECT_NE(complaint("Projects", "$expand=Members($expand=User)").find("mixes"),
              std::string::npos);
    EXPECT_EQ(ask("Projects", "$expand=ContactPersons($expand=Addresses)").status, 200);
    EXPECT_EQ(ask("ContactPersons", "$expand=Company($expand=DefaultAddress)").status, 200);
}

TEST_F(Reading, UnknownNamesAreToldWithTheirPlace) {
    EXPECT_NE(complaint("ContactPersons", "$filter=Id eq 1 and Nam eq 2").find("$filter at 13"),
              std::string::npos);
    EXPECT_NE(complaint("ContactPersons", "$nosuch=1").find("$nosuch"), std::string::npos);
    EXPECT_NE(complaint("Companies", "$expand=CompanyTypes($orderby=Nam)")
                  .find("$expand: CompanyTypes: $orderby at 1"),
              std::string::npos);
}

TEST_F(Reading, MadeUpIdsAreTheSameWithEveryReading) {
    const auto once = ids("CompanyTypeToCompanies", "");
    directory_ = directory_of(agency());
    EXPECT_EQ(ids("CompanyTypeToCompanies", ""), once);
    EXPECT_EQ(std::ranges::count(once, ','), 2);
}

TEST(MembershipId, TellsAllPairsApart) {
    std::set<std::int64_t> seen;
    for (std::int64_t project = 1; project <= 300; ++project) {
        for (std::int64_t user = 1; user <= 300; ++user) {
            const auto id = membership_id(ProjectId(project), UserId(user));
            EXPECT_TRUE(seen.insert(id).second && id > 0 && id < (1 << 30));
        }
    }
    EXPECT_GE(membership_id(ProjectId(2'000'000'000), UserId(5)), 1 << 30);
}

}  // namespace
}  // namespace hqsync::hqapi
