// Bodies of PUT and POST, logins, and answers that are spoiled on order.
#include <gtest/gtest.h>

#include "async/clock.hpp"
#include "hqapi/gzip.hpp"
#include "hqapi/login.hpp"
#include "hqapi/spoil.hpp"
#include "hqapi/write.hpp"

namespace hqsync::hqapi {
namespace {

ContactPerson anna() {
    return {
        .id = ContactId(7),
        .first_name = "Anna",
        .last_name = "Abel",
        .title = "Dr.",
        .company = CompanyId(10),
        .default_address = Address{.id = AddressId(70), .city = "Bonn", .email = "a@b.example"}};
}

std::string complaint(std::string_view body) {
    const auto read = changed_contact(anna(), body, {});
    return read ? "accepted" : read.error().message;
}

TEST(ChangedContact, KeepsWhatIsLeftOut) {
    auto wanted = anna();
    wanted.title.clear();
    wanted.default_address->email = "neu@b.example";
    EXPECT_EQ(
        changed_contact(anna(), R"({"Title":null,"DefaultAddress":{"Email":"neu@b.example"}})", {}),
        wanted);
}

TEST(ChangedContact, EmptiesWhatIsLeftOutWhenAFaultWantsIt) {
    ContactPerson wanted{.id = ContactId(7), .last_name = "Neu"};
    EXPECT_EQ(changed_contact(anna(), R"({"LastName":"Neu"})", {.left_out = LeftOut::emptied}),
              wanted);
}

TEST(ChangedContact, TakesBackWhatWasRead) {
    EXPECT_EQ(changed_contact(anna(),
                              R"({"Id":7,"CompanyId":10,"DefaultAddressId":70,"UpdatedOn":"x",)"
                              R"("CreatedBy":null,"CustomFields":[],"@odata.context":"y",)"
                              R"("DefaultAddress":{"Id":70,"IsStandard":true,"City":"Bonn"}})",
                              {}),
              anna());
}

TEST(ChangedContact, NamesTheFieldThatIsWrong) {
    EXPECT_EQ(complaint(R"({"FirstName":1})"), "FirstName: expected a text or null.");
    EXPECT_EQ(complaint(R"({"Nam":1})"), "Nam: ContactPerson has no such property.");
    EXPECT_EQ(complaint(R"({"Id":8})"), "Id: cannot be changed.");
    EXPECT_EQ(complaint(R"({"DefaultAddress":{"Email":"x"}})"),
              "DefaultAddress.Email: expected an e-mail address.");
    EXPECT_EQ(complaint(R"({"Company":{"Id":10}})"), "Company: cannot be changed here.");
    EXPECT_EQ(complaint(R"({"FirstName":"","LastName":null})"),
              "LastName: a contact person needs a first or a last name.");
    EXPECT_EQ(complaint(""), "The body is missing.");
    EXPECT_EQ(complaint("[1]"), "The body is no JSON object.");
}

TEST(ChangedContact, CountsCharactersNotOctets) {
    std::string name;
    for (int i = 0; i < 255; ++i)
        name += "ü";
    EXPECT_EQ(complaint(R"({"FirstName":")" + name + R"("})"), "accepted");
    EXPECT_EQ(complaint(R"({"FirstName":")" + name + R"(x"})"),
              "FirstName: longer than 255 characters.");
}

class FixedClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override { return now_; }
    Task<void> sleep_for(Milliseconds) override { co_return; }
    void advance(std::int64_t seconds) { now_ += std::chrono::seconds(seconds); }

private:
    Instant now_{std::chrono::seconds(1'700'000'000)};
};

std::string between(const std::string& text, std::string_view from, std::string_view to) {
    const auto start = text.find(from) + from.size();
    return text.substr(start, text.find(to, start) - start);
}

class LoginTest : public testing::Test {
protected:
    Reply code() {
        return login_.authorize({{"response_type", "code"},
                                 {"client_id", "demo-hqsync"},
                                 {"scope", "read_all"},
                                 {"redirect_uri", "http://127.0.0.1:1/x"}},
                                {1, "anna"});
    }
    Reply token(const std::string& form) {
        Request request{.method = "POST", .target = "/Token"};
        request.body = form + "&client_id=demo-hqsync&client_secret=demo";
        return login_.token(request);
    }
    std::string pair() {
        const auto location = code().headers.at(0).second;
        return token(
                   "grant_type=authorization_code&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fx"
                   "&code=" +
                   location.substr(location.find("code=") + 5))
            .body;
    }
    int status(const std::string& access, Right right) {
        Request request{.method = "GET", .target = "/v1/Users"};
        request.headers["authorization"] = "Bearer " + access;
        const auto refused = login_.refusal(request, right);
        return refused ? refused->status : 200;
    }

    FixedClock clock_;
    Login login_{{.tokens = {"shared-token"},
                  .code_grant = LoginOptions::CodeGrant::offered,
                  .token_seconds = 60},
                 clock_};
};

TEST_F(LoginTest, ACodeLivesFiveMinutes) {
    const auto location = code().headers.at(0).second;
    clock_.advance(300);
    EXPECT_EQ(token("grant_type=authorization_code&redirect_uri=http://127.0.0.1:1/x&code=" +
                    location.substr(location.find("code=") + 5))
                  .status,
              400);
    EXPECT_NE(pair().find("access_token"), std::string::npos);
}

TEST_F(LoginTest, AnAccessTokenExpiresOnTime) {
    const auto access = between(pair(), "\"access_token\":\"", "\"");
    clock_.advance(59);
    EXPECT_EQ(status(access, Right::read), 200);
    EXPECT_EQ(status(access, Right::write), 403) << "only read_all was asked for";
    clock_.advance(1);
    EXPECT_EQ(status(access, Right::read), 401);
    EXPECT_EQ(status("shared-token", Right::write), 200);
}

TEST(TokensIn, WantsLongTokensWithoutBlanks) {
    EXPECT_EQ(tokens_in("# x\n\nlong-enough\r\nanother-one"),
              (std::vector<std::string>{"long-enough", "another-one"}));
    EXPECT_EQ(tokens_in("long-enough\nshort").error().detail,
              "line 2: a token has at least 8 characters and no blanks");
    EXPECT_FALSE(tokens_in("# only this\n"));
}

TEST(Spoiled, TouchesOnlyWhatTheFaultNames) {
    const std::string page = R"({"@odata.count":2,"value":[{"Id":1,"A":"x"},{"Id":2,"A":null}],)"
                             R"("@odata.nextLink":"y"})";
    const auto with = [&](Misbehaviour fault) { return spoiled(page, fault); };
    EXPECT_EQ(with({.kind = "latency"}), page);
    EXPECT_EQ(with({.kind = "short_page"}), R"({"@odata.count":2,"value":[{"Id":1,"A":"x"}]})");
    EXPECT_EQ(with({.kind = "missing_field", .field = "A"}),
              R"({"@odata.count":2,"value":[{"Id":1},{"Id":2}],"@odata.nextLink":"y"})");
    EXPECT_EQ(with({.kind = "wrong_count"}).substr(0, 18), R"({"@odata.count":3,)");
}

TEST(AcceptsGzip, HearsTheRefusalToo) {
    EXPECT_TRUE(accepts_gzip("gzip"));
    EXPECT_TRUE(accepts_gzip("br;q=0, GZIP;q=0.5"));
    EXPECT_FALSE(accepts_gzip("gzip;q=0, br"));
    EXPECT_FALSE(accepts_gzip("gzip; q=0.0"));
    EXPECT_FALSE(accepts_gzip(""));
}

}  // namespace
}  // namespace hqsync::hqapi
