// Where a management session goes, from configuration and command line.
#include "app/management_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

using testing::HasSubstr;

Config server() {
    Config config;
    config.exchange.api = "ews";
    config.exchange.ews_url = "https://mail.agentur.example/EWS/Exchange.asmx";
    config.exchange.user = "hqsync@agentur.example";
    config.exchange.password_file = "/etc/hqsync/password";
    return config;
}

Config cloud() {
    Config config;
    config.exchange.tenant = "agentur.example";
    config.exchange.client_id = "0001";
    return config;
}

TEST(ManagementPlace, IsTheHostOfEwsByKerberosOverHttp) {
    const auto place = management_place(server(), {});
    ASSERT_TRUE(place) << to_text(place.error());
    EXPECT_EQ(place->uri, "http://mail.agentur.example/PowerShell/");
    EXPECT_EQ(place->auth, "kerberos");
    EXPECT_EQ(place->user, "hqsync@agentur.example");
    EXPECT_EQ(place->password_file, "/etc/hqsync/password");
}

TEST(ManagementPlace, TakesTheTicketsOfTheProcessWhereKerberosDoesNotKnowTheAccountOfEws) {
    auto config = server();
    config.exchange.user = "AGENTUR\\hqsync";
    const auto place = management_place(config, {});
    ASSERT_TRUE(place) << to_text(place.error());
    EXPECT_EQ(place->user, "");
    EXPECT_EQ(place->password_file, "");
    EXPECT_FALSE(place->wants_password());
    EXPECT_EQ(management_place(config, {.auth = "ntlm"})->user, "AGENTUR\\hqsync");
}

TEST(ManagementPlace, KeepsPasswordsToHttps) {
    const auto place = management_place(server(), {.auth = "basic"});
    ASSERT_TRUE(place);
    EXPECT_EQ(place->uri, "https://mail.agentur.example/PowerShell/");
}

TEST(ManagementPlace, IsTheCloudForAnApplication) {
    const auto place = management_place(cloud(), {});
    ASSERT_TRUE(place) << to_text(place.error());
    EXPECT_EQ(place->uri, "https://outlook.office365.com");
    EXPECT_TRUE(place->is_online());
    EXPECT_EQ(place->user, "0001");
}

TEST(ManagementPlace, IsAServerWhereTheAddressIsOneOfPowerShell) {
    const auto place = management_place(cloud(), {.uri = "http://mail.agentur.example/powershell",
                                                  .user = "admin@AGENTUR.EXAMPLE"});
    ASSERT_TRUE(place) << to_text(place.error());
    EXPECT_EQ(place->auth, "kerberos");
    EXPECT_TRUE(place->wants_password());
}

TEST(ManagementPlace, DoesNotTakeOnesPasswordForAnother) {
    const auto place = management_place(server(), {.user = "admin@AGENTUR.EXAMPLE"});
    ASSERT_TRUE(place);
    EXPECT_EQ(place->password_file, "");
}

TEST(ManagementPlace, TakesThePasswordOfTheSyncsAccountWhenThatIsNamed) {
    const auto config = server();
    const auto place = management_place(config, {.user = config.exchange.user});
    ASSERT_TRUE(place);
    EXPECT_EQ(place->password_file, config.exchange.password_file);
    EXPECT_NE(place->password_file, "");
}

TEST(ManagementPlace, TakesTheConfiguredUserForAPasswordOfTheCommandLine) {
    const auto place = management_place(server(), {.password_file = "/etc/hqsync/password"});
    ASSERT_TRUE(place) << to_text(place.error());
    EXPECT_EQ(place->user, "hqsync@agentur.example");
    EXPECT_EQ(place->password_file, "/etc/hqsync/password");
    auto own = server();
    own.management.user = "admin@AGENTUR.EXAMPLE";
    const auto of_own = management_place(own, {.password_file = "/etc/hqsync/password"});
    ASSERT_TRUE(of_own);
    EXPECT_EQ(of_own->user, "admin@AGENTUR.EXAMPLE");
}

TEST(ManagementPlace, RefusesAPasswordOfNobody) {
    auto config = server();
    config.exchange.user.clear();
    const auto place = management_place(config, {.password_file = "/etc/hqsync/password"});
    ASSERT_FALSE(place);
    EXPECT_THAT(place.error().detail, HasSubstr("--user"));
    config.exchange.user = "AGENTUR\\hqsync";  // nobody that Kerberos knows
    EXPECT_FALSE(management_place(config, {.password_file = "/etc/hqsync/password"}));
    EXPECT_TRUE(
        management_place(config, {.auth = "basic", .password_file = "/etc/hqsync/password"}));
}

TEST(ManagementPlace, LeavesTheEnvironmentsPasswordToTheAccountOfEwsThatNeedsIt) {
    const std::vector<std::string> both{"HQSYNC_MANAGEMENT_PASSWORD", "HQSYNC_EXCHANGE_PASSWORD"};
    const auto variables = [](const Config& config, const std::string& user) {
        const auto place = management_place(
            config, {.uri = "http://mail.agentur.example/PowerShell/", .user = user});
        const auto names = password_variables(config, place.value());
        return std::vector<std::string>(names.begin(), names.end());
    };
    EXPECT_EQ(variables(server(), "admin@AGENTUR.EXAMPLE"), both);
    auto config = server();
    config.exchange.password_file.clear();
    EXPECT_EQ(variables(config, "admin@AGENTUR.EXAMPLE"),
              std::vector<std::string>{"HQSYNC_MANAGEMENT_PASSWORD"});
    EXPECT_EQ(variables(config, config.exchange.user), both);
    config.exchange.auth = "negotiate";
    EXPECT_EQ(variables(config, "admin@AGENTUR.EXAMPLE"), both);
    EXPECT_EQ(variables(Config(), "admin@AGENTUR.EXAMPLE"), both);
}

TEST(ManagementPlace, TakesTheTicketsOfTheProcessWhereNobodyIsNamed) {
    auto config = server();
    config.exchange.user.clear();
    config.exchange.password_file.clear();
    const auto place = management_place(config, {});
    ASSERT_TRUE(place);
    EXPECT_FALSE(place->wants_password());
    EXPECT_FALSE(management_place(config, {.auth = "ntlm"}));
}

TEST(ManagementPlace, SaysWhatIsMissing) {
    Config config;
    config.exchange.api = "ews";
    const auto place = management_place(config, {});
    ASSERT_FALSE(place);
    EXPECT_THAT(place.error().detail, HasSubstr("--uri"));
}

TEST(ManagementPlace, KnowsTheRetiredAddress) {
    const auto place = management_place(
        server(), {.uri = "https://outlook.office365.com/powershell-liveid/", .auth = "basic"});
    ASSERT_FALSE(place);
    EXPECT_EQ(place.error().code, "shell.retired");
}

}  // namespace
}  // namespace hqsync::app
