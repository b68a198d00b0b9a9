// Where the EWS URL is looked for, whom the login is shown to, and where it ends.
#include "ews/autodiscover.hpp"

#include <map>

#include <gmock/gmock.h>
#include <asio/detached.hpp>

#include "async/await.hpp"
#include "ews/autodiscover_answer.hpp"
#include "unit/ews/played_servers.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::ews {
namespace {

using test::lost;
using test::plain;
using test::redirect;
using test::wants_login;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* first = "https://agentur.example/autodiscover/autodiscover.xml";
constexpr const char* second = "https://autodiscover.agentur.example/autodiscover/autodiscover.xml";
constexpr const char* third = "http://autodiscover.agentur.example/autodiscover/autodiscover.xml";
constexpr const char* ews = "https://mail.agentur.example/EWS/Exchange.asmx";

std::string account_of(std::string_view inside) {
    return fmt::format(
        R"(<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><User><DisplayName>Anna</DisplayName></User><Account><AccountType>email</AccountType>{}</Account></Response></Autodiscover>)",
        inside);
}

std::string protocol(std::string_view type, std::string_view url) {
    return fmt::format("<Protocol><Type>{}</Type><EwsUrl>{}</EwsUrl></Protocol>", type, url);
}

std::string settings(std::string_view url) {
    return account_of("<Action>settings</Action>" +
                      protocol("EXCH", "https://inside.agentur.example/e") + protocol("EXPR", url));
}

class EwsAutodiscover : public testing::Test {
protected:
    std::string found(const std::string& address = "anna@agentur.example") {
        const auto url = await_on(context_, autodiscover_.ews_url(MailboxAddress(address))).value();
        if (url) return *url;
        fault_ = url.error();
        return fault_.code;
    }
    /// The place asks for the login, and answers to it.
    void behind_login(const std::string& url, http::Response answer) {
        without_login_[url] = wants_login({"Negotiate", "NTLM"});
        with_login_.insert_or_assign(url, std::move(answer));
    }

    std::map<std::string, Result<http::Response>> without_login_;
    std::map<std::string, Result<http::Response>> with_login_;
    test::PlayedServers servers_{[this](const http::Request& request) -> Result<http::Response> {
        const bool has_login = request.login.scheme != http::Scheme::none;
        const auto& answers = has_login ? with_login_ : without_login_;
        const auto place = answers.find(request.url);
        if (place == answers.end()) return fail(lost("http.connect"));
        return place->second;
    }};
    asio::io_context context_;
    test::TestClock clock_;
    Options options_{.authentication = Authentication::ntlm,
                     .user = "sync@agentur.example",
                     .password = "s3cret",
                     .autodiscover_domains = {"Example.NET", "online.example"}};
    Autodiscover autodiscover_{options_, servers_, clock_};
    Fault fault_;
};

TEST_F(EwsAutodiscover, AsksTheDomainThenItsAutodiscoverHostThenForARedirect) {
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_THAT(servers_.urls(),
                ElementsAre("POST " + std::string(first), "POST " + std::string(second),
                            "GET " + std::string(third)));
    const auto& post = servers_.asked.at(0);
    EXPECT_THAT(post.body, HasSubstr("<EMailAddress>anna@agentur.example</EMailAddress>"));
    EXPECT_EQ(post.answer_max, 1U << 20U);
    const auto& get = servers_.asked.at(2);
    EXPECT_EQ(get.plain_http, http::PlainHttp::bare_request);
    EXPECT_EQ(get.body, "");
    EXPECT_THAT(get.headers, IsEmpty());
    EXPECT_TRUE(fault_.transient);
    EXPECT_THAT(fault_.detail, HasSubstr("https://agentur.example: http.connect; "));
    EXPECT_THAT(fault_.detail, HasSubstr("set exchange.ews_url"));
}

TEST_F(EwsAutodiscover, ShowsTheLoginOnlyToTheOneWhoAsksForIt) {
    without_login_[first] = plain(404);
    behind_login(second, plain(200, settings(ews)));
    EXPECT_EQ(found(), ews);
    EXPECT_THAT(servers_.urls(),
                ElementsAre("POST " + std::string(first), "POST " + std::string(second),
                            "POST " + std::string(second) + " with login"));
}

TEST_F(EwsAutodiscover, DoesNotShowTheLoginToOneWhoOffersAnotherScheme) {
    without_login_[first] = wants_login({"Basic realm=\"shop\""});
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_THAT(servers_.urls(), Not(testing::Contains(HasSubstr("with login"))));
    EXPECT_THAT(fault_.detail, HasSubstr("refuses the login (offers Basic)"));
}

TEST_F(EwsAutodiscover, FollowsARedirectAndShowsTheLoginToDomainsThatAreOurs) {
    const std::string hoster = "https://auto.example.net/x.xml";
    without_login_[third] = redirect(hoster);
    behind_login(hoster, plain(200, settings("https://ews.example.net/EWS/Exchange.asmx")));
    EXPECT_EQ(found(), "https://ews.example.net/EWS/Exchange.asmx");
}

TEST_F(EwsAutodiscover, DoesNotShowTheLoginToOtherDomains) {
    const std::string stranger = "https://evil-agentur.example/x.xml";
    without_login_[third] = redirect(stranger);
    behind_login(stranger, plain(200, settings(ews)));
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_THAT(servers_.urls(), Not(testing::Contains(HasSubstr("with login"))));
    EXPECT_THAT(fault_.detail, HasSubstr("add it to exchange.autodiscover_domains"));
}

TEST_F(EwsAutodiscover, TakesNoEwsUrlOfAnotherDomainOrWithoutTls) {
    behind_login(first, plain(200, settings("https://ews.other.example/EWS/Exchange.asmx")));
    EXPECT_EQ(found(), "autodiscover.foreign_host");
    EXPECT_THAT(fault_.detail, HasSubstr("ews.other.example"));
    behind_login("https://b.agentur.example/autodiscover/autodiscover.xml",
                 plain(200, settings("http://mail.agentur.example/EWS/Exchange.asmx")));
    EXPECT_EQ(found("x@b.agentur.example"), "autodiscover.failed");
    EXPECT_THAT(fault_.detail, HasSubstr("an EWS URL that is not https"));
    behind_login("https://c.agentur.example/autodiscover/autodiscover.xml",
                 plain(200, settings("https://mail.agentur.example@evil.example/")));
    EXPECT_EQ(found("x@c.agentur.example"), "autodiscover.failed");
}

TEST_F(EwsAutodiscover, FollowsRedirectsToHttpsOnly) {
    without_login_[third] = redirect("http://mail.agentur.example/x.xml");
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_EQ(servers_.asked.size(), 3U);
    EXPECT_THAT(fault_.detail, HasSubstr("a redirect that is not to https"));
}

TEST_F(EwsAutodiscover, FollowsPlainHttpOnlyByA302) {
    without_login_[third] = redirect(ews, 301);
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_EQ(servers_.asked.size(), 3U);
}

TEST_F(EwsAutodiscover, EndsAfterTenRedirects) {
    for (int i = 0; i < 30; ++i) {
        const auto at = [](int step) { return fmt::format("https://agentur.example/{}", step); };
        without_login_[i == 0 ? first : at(i)] = redirect(at(i + 1));
    }
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_EQ(servers_.asked.size(), 13U) << "the first, ten that it led to, and the other places";
    EXPECT_THAT(fault_.detail, HasSubstr("too many redirects"));
}

TEST_F(EwsAutodiscover, DoesNotAskTheSamePlaceTwice) {
    without_login_[first] = redirect(second);
    without_login_[second] = redirect(first);
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_EQ(servers_.asked.size(), 3U);
}

TEST_F(EwsAutodiscover, StartsAnewWithTheAddressThatItIsTold) {
    behind_login(first, plain(200, account_of("<Action>redirectAddr</Action><RedirectAddr>anna@"
                                              "intern.agentur.example</RedirectAddr>")));
    behind_login("https://intern.agentur.example/autodiscover/autodiscover.xml",
                 plain(200, settings(ews)));
    EXPECT_EQ(found(), ews);
    EXPECT_THAT(servers_.asked.back().body, HasSubstr(">anna@intern.agentur.example<"));
}

TEST_F(EwsAutodiscover, DoesNotGoInCirclesOverAddresses) {
    behind_login(first,
                 plain(200, account_of("<RedirectAddr>Anna@agentur.example</RedirectAddr>")));
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_THAT(fault_.detail, HasSubstr("an address that was asked for already"));
}

TEST_F(EwsAutodiscover, FollowsTheUrlInAnAnswer) {
    const std::string other = "https://as.agentur.example/autodiscover/autodiscover.xml";
    behind_login(first, plain(200, account_of("<Action>redirectUrl</Action><RedirectUrl>" + other +
                                              "</RedirectUrl>")));
    behind_login(other, plain(200, settings(ews)));
    EXPECT_EQ(found(), ews);
}

TEST_F(EwsAutodiscover, SaysThatAMailboxHasMovedToTheCloud) {
    behind_login(first, plain(200, account_of("<RedirectAddr>anna@agentur.mail.onmicrosoft.com"
                                              "</RedirectAddr>")));
    EXPECT_EQ(found(), "ews.moved_to_cloud");
    EXPECT_EQ(fault_.reach, Reach::mailbox);
    EXPECT_THAT(fault_.detail, HasSubstr("exchange.api = \"graph\""));
    behind_login(first, plain(200, settings(ews)));
    EXPECT_EQ(found("ben@agentur.example"), ews) << "a neighbour may still be here";

    without_login_["http://autodiscover.wolke.example/autodiscover/autodiscover.xml"] =
        redirect("https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml");
    EXPECT_EQ(found("anna@wolke.example"), "ews.moved_to_cloud");
    behind_login("https://online.example/autodiscover/autodiscover.xml",
                 plain(200, settings("https://outlook.office365.com/EWS/Exchange.asmx")));
    EXPECT_EQ(found("anna@online.example"), "ews.moved_to_cloud");
}

TEST_F(EwsAutodiscover, TriesARefusedLoginAtOneMorePlaceAndThenNowhere) {
    behind_login(first, wants_login({"NTLM"}));
    behind_login(second, plain(200, settings(ews)));
    EXPECT_EQ(found(), ews) << "a single 401 proves nothing";
    behind_login("https://x.example.net/autodiscover/autodiscover.xml", wants_login({"NTLM"}));
    EXPECT_EQ(found("a@x.example.net"), "login.refused");
    EXPECT_EQ(fault_.reach, Reach::configuration);
    const auto before = servers_.asked.size();
    EXPECT_EQ(found("a@y.example.net"), "login.refused");
    EXPECT_EQ(servers_.asked.size(), before);
    EXPECT_EQ(found("ben@agentur.example"), ews) << "what is known stays known";
}

TEST_F(EwsAutodiscover, IsAskedOnceForADomain) {
    behind_login(first, plain(200, settings(ews)));
    std::vector<std::optional<Result<std::string>>> got(5);
    for (auto& each : got) {
        asio::co_spawn(
            context_,
            keep_answer(autodiscover_.ews_url(MailboxAddress("anna@AGENTUR.example")), &each),
            asio::detached);
    }
    context_.run();
    for (const auto& each : got)
        EXPECT_EQ(each->value(), ews);
    EXPECT_EQ(servers_.asked.size(), 2U);
}

TEST_F(EwsAutodiscover, IsAskedAgainAQuarterOfAnHourAfterItFailed) {
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_EQ(found(), "autodiscover.failed");
    EXPECT_EQ(servers_.asked.size(), 3U);
    clock_.advance(std::chrono::minutes(15));
    behind_login(first, plain(200, settings(ews)));
    EXPECT_EQ(found(), ews);
}

TEST_F(EwsAutodiscover, NeedsAnAddressWithADomain) {
    for (const auto* address : {"anna", "anna@", "anna@evil.example/x", "anna@a:1", "a@b c"})
        EXPECT_EQ(found(address), "autodiscover.failed") << address;
    EXPECT_THAT(servers_.asked, IsEmpty());
}

TEST(AutodiscoverAnswer, PrefersTheUrlFromOutside) {
    EXPECT_EQ(read_autodiscover(settings(ews)), Discovered(FoundUrl{ews}));
    EXPECT_EQ(read_autodiscover(account_of(protocol("WEB", "https://x") + protocol("EXCH", ews))),
              Discovered(FoundUrl{ews}));
}

TEST(AutodiscoverAnswer, SaysWhatIsWrongWithoutTheWordsOfTheServer) {
    const auto why = [](const std::string& text) {
        return std::get<NoSettings>(read_autodiscover(text)).why;
    };
    EXPECT_EQ(why("<html>no"), "an answer that is no XML");
    EXPECT_EQ(why("<html/>"), "an answer that is not of Autodiscover");
    EXPECT_EQ(why(account_of("")), "no EWS URL for this mailbox");
    EXPECT_EQ(why("<Autodiscover><Response><Error><ErrorCode>500</ErrorCode><Message>anna"
                  "</Message></Error></Response></Autodiscover>"),
              "Autodiscover's error 500");
}

}  // namespace
}  // namespace hqsync::ews
