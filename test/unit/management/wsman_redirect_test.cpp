// Addresses, and where a session lets itself be sent.
#include "management/redirect.hpp"

#include <gmock/gmock.h>

namespace hqsync::management {
namespace {

using testing::HasSubstr;

Url url(std::string_view text) {
    return parse_url(text).value();
}

TEST(ManagementUrl, IsTakenApart) {
    const auto plain = url("HTTP://Mail.Agentur.Example/PowerShell/");
    EXPECT_EQ(plain, (Url{"http", "mail.agentur.example", 80, "/PowerShell/", ""}));
    EXPECT_EQ(url("https://mail.agentur.example:8443?a=b#c"),
              (Url{"https", "mail.agentur.example", 8443, "/", "a=b"}));
    EXPECT_EQ(url("https://[::1]:444/x"), (Url{"https", "[::1]", 444, "/x", ""}));
    EXPECT_EQ(url("https://mail.agentur.example:443/x").text(), "https://mail.agentur.example/x");
    EXPECT_EQ(url("http://127.0.0.1:81/x?y").text(), "http://127.0.0.1:81/x?y");
    for (const auto* wrong : {"", "mail.agentur.example", "ftp://a/", "https://", "https:///x",
                              "https://a@b/", "https://a:0/", "https://a:70000/", "https://a:x/",
                              "https://a/ b", "https://a/\r\nb", "https://a\\b/", "https://:443/"})
        EXPECT_EQ(parse_url(wrong), std::nullopt) << wrong;
}

TEST(ManagementUrl, TellsTheVersionAsWindowsDoes) {
    EXPECT_EQ(with_ps_version(url("http://m.example/PowerShell/")),
              "http://m.example/PowerShell?PSVersion=5.1.14393.2248");
    EXPECT_EQ(with_ps_version(url("http://m.example/PowerShell?a=b")),
              "http://m.example/PowerShell?a=b;PSVersion=5.1.14393.2248");
    EXPECT_EQ(with_ps_version(url("http://m.example/PowerShell?PSVersion=5.0")),
              "http://m.example/PowerShell?PSVersion=5.0");
    EXPECT_EQ(with_ps_version(url("http://m.example/")),
              "http://m.example/?PSVersion=5.1.14393.2248");
}

TEST(ManagementUrl, OfExchangeOnlinesOldWayIsRecognised) {
    for (const auto* old : {"https://outlook.office365.com/powershell-liveid/",
                            "https://ps.outlook.com/PowerShell", "http://OUTLOOK.COM/powershell/",
                            "https://ps.compliance.protection.outlook.com/powershell-liveid/",
                            "https://partner.outlook.cn/PowerShell",
                            "https://outlook.office365.us/powershell-liveid"})
        EXPECT_TRUE(is_retired(url(old))) << old;
    for (const auto* good :
         {"https://mail.agentur.example/PowerShell/", "https://outlook.office365.com/adminapi/beta",
          "https://notoutlook.com/powershell"})
        EXPECT_FALSE(is_retired(url(good))) << good;
    const auto fault = retired(url("https://outlook.office365.com/powershell-liveid/"));
    EXPECT_EQ(fault.code, "shell.retired");
    EXPECT_EQ(fault.reach, Reach::configuration);
    EXPECT_THAT(fault.detail, HasSubstr("REST"));
    EXPECT_THAT(fault.detail, HasSubstr("OAuth 2"));
    EXPECT_THAT(fault.detail, HasSubstr("October 2023"));
}

Result<Url> led(std::string location, const RedirectRules& rules) {
    http::Response answer{302, {}, {}};
    if (!location.empty()) answer.headers.emplace_back("location", std::move(location));
    const auto first = url("http://mail.agentur.example/PowerShell/");
    return redirect_target(answer, first, first, rules);
}

TEST(ManagementRedirect, IsFollowedOnlyWhenAllowed) {
    const auto refused = led("https://mail.agentur.example/PowerShell/", {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "shell.redirect");
    EXPECT_EQ(refused.error().reach, Reach::configuration);
    EXPECT_THAT(refused.error().detail, HasSubstr("not allowed"));
    EXPECT_THAT(refused.error().detail, HasSubstr("https://mail.agentur.example/PowerShell/"));
    EXPECT_TRUE(led("https://mail.agentur.example/PowerShell/", {true}));
}

TEST(ManagementRedirect, LeadsToHttpsOnly) {
    const auto refused = led("http://mail.agentur.example/x", {true});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("to https only"));
    // Relative: to where it came from, which is http here.
    EXPECT_FALSE(led("/PowerShell2/", {true}));
    const auto safe = url("https://mail.agentur.example/PowerShell/");
    const auto relative =
        redirect_target({302, {{"location", "/PowerShell2/?a"}}, {}}, safe, safe, {true});
    EXPECT_EQ(relative->text(), "https://mail.agentur.example/PowerShell2/?a");
}

TEST(ManagementRedirect, LeadsToNoOtherHostUnlessNamed) {
    const auto refused = led("https://evil.example/PowerShell/", {true});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("https://evil.example/PowerShell/"));
    EXPECT_THAT(refused.error().detail, HasSubstr("another host"));
    EXPECT_TRUE(led("https://mail2.agentur.example/x", {true, {"Mail2.agentur.example"}}));
    EXPECT_TRUE(led("https://mail2.agentur.example/x", {true, {".agentur.example"}}));
    EXPECT_FALSE(led("https://mail2.agentur.example.evil.example/x", {true, {".agentur.example"}}));
    EXPECT_FALSE(led("https://notagentur.example/x", {true, {".agentur.example"}}));
    EXPECT_FALSE(led("https://mail.agentur.example@evil.example/x", {true}));
    EXPECT_FALSE(led("//evil.example/x", {true}));
    // What a resolver would take for other signs, or a terminal for a command.
    for (const auto* odd :
         {"https://evil.example%2f.agentur.example/x",
          "https://evil.example\u3002.agentur.example/", "https://evil.example;.agentur.example/x",
          "https://mail2.agentur.example/\u009b2J"})
        EXPECT_THAT(led(odd, {true, {".agentur.example"}}).error().detail,
                    HasSubstr("an address that is none"))
            << odd;
}

TEST(ManagementRedirect, ToNowhereIsAFault) {
    EXPECT_THAT(led("", {true}).error().detail, HasSubstr("does not say where"));
    EXPECT_THAT(led("nonsense", {true}).error().detail, HasSubstr("an address that is none"));
}

}  // namespace
}  // namespace hqsync::management
