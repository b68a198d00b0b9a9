// Writing contact persons back.
#include "played_hq.hpp"

namespace hqsync::hellohq {
namespace {

using testing::HasSubstr;
using testing::Not;

class Writing : public PlayedDirectory {
protected:
    Writing() { before_ = (*read())->contacts.at(0); }
    std::string replace(const ContactPerson& after) {
        const auto done = run(source_->replace(before_, after));
        return done ? "done" : done.error().code + (done.error().outcome_unknown ? "?" : "");
    }
    ContactPerson with_phone() const {
        auto after = before_;
        after.phone_mobile = "0171 1";
        return after;
    }

    ContactPerson before_;
};

TEST_F(Writing, SendsBackWhatItDoesNotKnowAndNotesAsTheyWere) {
    EXPECT_EQ(replace(with_phone()), "done");
    EXPECT_EQ(hq_.times("PUT"), 1U);
    const auto& kept = hq_.sets["ContactPersons"][101];
    EXPECT_THAT(kept, HasSubstr(R"("Unknown":"bleibt")"));
    EXPECT_THAT(kept, HasSubstr(R"("Description":"<p>Eins</p><p>Zwei</p>")"));
    EXPECT_THAT(kept, HasSubstr(R"("PhoneMobile":"0171 1")"));
}

TEST_F(Writing, ReachesIntoTheDefaultAddress) {
    auto after = before_;
    after.default_address->email = "neu@kunde.example";
    EXPECT_EQ(replace(after), "done");
    EXPECT_THAT(hq_.sets["ContactPersons"][101], HasSubstr(R"("Email":"neu@kunde.example")"));
}

TEST_F(Writing, LeavesAnAddressAloneThatOthersHave) {
    auto& other = hq_.sets["ContactPersons"][102];
    other.replace(other.find("1102"), 4, "1101");
    clock_.advance(std::chrono::hours(6));
    ASSERT_TRUE(read());
    auto after = before_;
    after.default_address->email = "neu@kunde.example";
    EXPECT_EQ(replace(after), "hq.refused");
    EXPECT_EQ(replace(with_phone()), "done");
}

TEST_F(Writing, RefusesARecordThatWasChangedMeanwhileAndShowsItNextTime) {
    hq_.sets["ContactPersons"][101] = contact(101, "Anders", "2026-11-01T08:00:00Z");
    EXPECT_EQ(replace(with_phone()), "hq.changed_meanwhile");
    EXPECT_EQ(hq_.times("PUT"), 0U);
    EXPECT_EQ((*read())->contacts.at(0).first_name, "Anders");
}

TEST_F(Writing, SettlesALostAnswerByReading) {
    hq_.next("PUT", [this](const http::Request& request) {
        hq_.sets["ContactPersons"][101] = request.body;
        return PlayedHq::lost();
    });
    EXPECT_EQ(replace(with_phone()), "done");
    EXPECT_EQ(hq_.times("PUT"), 1U);
}

TEST_F(Writing, SendsAgainWhatALostRequestDidNotDo) {
    hq_.next("PUT", [](const http::Request&) { return PlayedHq::lost(); });
    EXPECT_EQ(replace(with_phone()), "done");
    EXPECT_EQ(hq_.times("PUT"), 2U);
}

TEST_F(Writing, NamesTheRefusedFieldWithoutItsContent) {
    hq_.next("PUT", 400,
             R"({"error":{"code":"400","message":"PhoneMobile \"0171 1\" is no number"}})");
    const auto done = run(source_->replace(before_, with_phone()));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reach, Reach::item);
    EXPECT_EQ(done.error().code, "hq.refused");
    EXPECT_THAT(done.error().detail, HasSubstr("field PhoneMobile: "));
    EXPECT_THAT(done.error().detail, Not(HasSubstr("0171")));
}

TEST_F(Writing, ReportsAChangeThatHqTookAndDidNotKeep) {
    hq_.next("PUT", 200, "{}");
    EXPECT_EQ(replace(with_phone()), "hq.refused");
}

std::string with_email(std::string json, const std::string& email) {
    const std::string old = "k@kunde.example";
    return json.replace(json.find(old), old.size(), email);
}

// Changes what is his own, and leaves his address as it is.
http::Response put_without_address(std::string& kept, const std::string& phone) {
    kept.insert(1, R"("PhoneMobile":")" + phone + R"(",)");
    return {200, {}, kept};
}

TEST_F(Writing, PutsTheAddressApartWhereThePutOfAContactLeavesItAlone) {
    auto& kept = hq_.sets["ContactPersons"][101];
    auto after = with_phone();
    after.default_address->email = "neu@kunde.example";
    hq_.next("PUT /v1/ContactPersons(101)", [&](const http::Request&) -> Result<http::Response> {
        return put_without_address(kept, "0171 1");
    });
    hq_.next("PUT /v1/Companies(10)/Addresses(1101)",
             [&](const http::Request& request) -> Result<http::Response> {
                 EXPECT_THAT(request.body, HasSubstr(R"("Email":"neu@kunde.example")"));
                 EXPECT_THAT(request.body, HasSubstr(R"("Description":"<p>Eins</p><p>Zwei</p>")"));
                 kept = with_email(kept, "neu@kunde.example");
                 return http::Response{200, {}, request.body};
             });
    EXPECT_EQ(replace(after), "done");
    EXPECT_EQ(hq_.times("PUT"), 2U);
}

TEST_F(Writing, SettlesALostAnswerAboutTheAddressByReading) {
    auto& kept = hq_.sets["ContactPersons"][101];
    auto after = before_;
    after.default_address->email = "neu@kunde.example";
    hq_.next("PUT /v1/ContactPersons(101)", 200, "{}");
    hq_.next("/Addresses(1101)", [&](const http::Request&) {
        kept = with_email(kept, "neu@kunde.example");
        return PlayedHq::lost();
    });
    EXPECT_EQ(replace(after), "done");
}

// Taken for done, the old address would come back as HQ's own later edit.
TEST_F(Writing, ReportsTheFieldThatHqLeftAsItWasBesideOthers) {
    auto& kept = hq_.sets["ContactPersons"][101];
    auto after = with_phone();
    after.default_address->email = "neu@kunde.example";
    hq_.next("PUT /v1/ContactPersons(101)", [&](const http::Request&) -> Result<http::Response> {
        return put_without_address(kept, "0171 1");
    });
    hq_.next("/Addresses(1101)", 404, "");
    const auto done = run(source_->replace(before_, after));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reach, Reach::item);
    EXPECT_EQ(done.error().code, "hq.refused");
    EXPECT_EQ(done.error().detail,
              "field DefaultAddress.Email: HQ took the change and kept its old value");
}

class WithTwoAddresses : public Writing {
protected:
    WithTwoAddresses() {
        auto& kept = hq_.sets["ContactPersons"][101];
        kept.insert(1, R"("Addresses":[{"Id":2101,"Email":"zweite@kunde.example","Note":"x"}],)");
        clock_.advance(std::chrono::hours(6));
        before_ = (*read())->contacts.at(0);
        after_ = before_;
        after_.addresses.at(0).email = "neu@kunde.example";
    }
    ContactPerson after_;
};

// Without this the edit would be taken for done, and undone by the next pass.
TEST_F(WithTwoAddresses, PutsTheOneThatWasEditedAndNothingElse) {
    auto& kept = hq_.sets["ContactPersons"][101];
    hq_.next("PUT /v1/Companies(10)/Addresses(2101)",
             [&](const http::Request& request) -> Result<http::Response> {
                 EXPECT_EQ(request.body, R"({"Email":"neu@kunde.example","Id":2101,"Note":"x"})");
                 kept.replace(kept.find("zweite@"), 6, "neu");
                 return http::Response{200, {}, request.body};
             });
    EXPECT_EQ(replace(after_), "done");
    EXPECT_EQ(hq_.times("PUT"), 1U);
}

TEST_F(WithTwoAddresses, ReportsWhatHqDoesNotTake) {
    hq_.next("/Addresses(2101)", 404, "");
    const auto done = run(source_->replace(before_, after_));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().detail,
              "field Addresses.Email: HQ took the change and kept its old value");
}

TEST_F(WithTwoAddresses, LeavesAloneWhatOthersHave) {
    hq_.sets["ContactPersons"][102].insert(1, R"("Addresses":[{"Id":2101}],)");
    clock_.advance(std::chrono::hours(6));
    before_ = (*read())->contacts.at(0);
    EXPECT_EQ(replace(after_), "hq.refused");
    EXPECT_EQ(hq_.times("PUT"), 0U);
}

TEST_F(WithTwoAddresses, ChangesNothingOfARecordThatWasChangedMeanwhile) {
    auto& kept = hq_.sets["ContactPersons"][101];
    kept.replace(kept.find("zweite@"), 6, "andere");
    EXPECT_EQ(replace(after_), "hq.changed_meanwhile");
    EXPECT_EQ(hq_.times("PUT"), 0U);
}

TEST_F(Writing, SaysThatAContactIsGone) {
    hq_.sets["ContactPersons"].erase(101);
    EXPECT_EQ(replace(with_phone()), "hq.gone");
}

TEST_F(Writing, CreatesOnce) {
    ContactPerson wanted;
    wanted.first_name = "Jana";
    wanted.company = CompanyId(10);
    const auto made = run(source_->create(wanted));
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->id, ContactId(106));
    EXPECT_EQ(made->first_name, "Jana");
}

TEST_F(Writing, NeverSendsACreateTwice) {
    ContactPerson wanted;
    wanted.company = CompanyId(10);
    hq_.next("POST", [](const http::Request& request) {
        EXPECT_EQ(request.resend, http::Resend::never);
        return PlayedHq::lost();
    });
    const auto made = run(source_->create(wanted));
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().outcome_unknown);
    EXPECT_EQ(made.error().reach, Reach::item);
    EXPECT_EQ(hq_.times("POST"), 1U);
}

}  // namespace
}  // namespace hqsync::hellohq
