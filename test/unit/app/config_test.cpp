// Each way in which a configuration file can be wrong, and the line that says so.
#include "app/config.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* good = R"([hq]
database = "hq.db"
[exchange]
tenant = "t"
client_id = "c"
client_secret_file = "secret"
[state]
database = "state.db"
)";

class ConfigFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "hqsync-config-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        std::ofstream(folder_ / "secret") << "word\n";
        unsetenv("HQSYNC_CLIENT_SECRET");
        unsetenv("HQSYNC_EXCHANGE_PASSWORD");
    }
    void TearDown() override { fs::remove_all(folder_); }

    /// The fault's line, without the folder.
    [[nodiscard]] std::string problem(const std::string& text) const {
        const auto config = parse_config(text, folder_ / "c.toml");
        if (!config) return config.error().detail.substr(folder_.string().size() + 1);
        return config->exchange_missing.empty()
                   ? "none"
                   : config->exchange_missing.substr(folder_.string().size() + 1);
    }

    /// `good` with one line replaced.
    [[nodiscard]] std::string changed(const std::string& from, const std::string& to) const {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return problem(text);
    }

    fs::path folder_;
};

TEST_F(ConfigFile, IsReadWithPathsRelativeToIt) {
    const auto config = parse_config(good, folder_ / "c.toml");
    ASSERT_TRUE(config.has_value()) << to_text(config.error());
    Config expected;
    expected.file = folder_ / "c.toml";
    expected.hq.database = folder_ / "hq.db";
    expected.exchange.tenant = "t";
    expected.exchange.client_id = "c";
    expected.exchange.client_secret_file = folder_ / "secret";
    expected.state_database = folder_ / "state.db";
    EXPECT_EQ(*config, expected);
    EXPECT_EQ(config->exchange.settle, Milliseconds(150'000));
    EXPECT_EQ(config->exchange.mailboxes_at_once, 16u);
    EXPECT_EQ(config->exchange.streams, 10u);
    EXPECT_EQ(config->sync.interval, std::chrono::minutes(10));
}

TEST_F(ConfigFile, SaysHowOftenAllMailboxesAreAsked) {
    const auto config =
        parse_config(std::string(good) + "[sync]\ninterval_seconds = 90\n", folder_ / "c.toml");
    ASSERT_TRUE(config) << to_text(config.error());
    EXPECT_EQ(config->sync.interval, std::chrono::seconds(90));
    EXPECT_EQ(changed("[state]", "[sync]\ninterval_seconds = 0\n[state]"),
              "c.toml:8: sync.interval_seconds must be from 1 to 86400");
    EXPECT_EQ(changed("tenant = \"t\"", "tenant = \"t\"\nstreams = 5"),
              "c.toml:5: exchange.streams has no effect with exchange.api = \"graph\"");
}

TEST_F(ConfigFile, NamesUnknownKeysAndSections) {
    EXPECT_EQ(changed("tenant = \"t\"", "tenant = \"t\"\ntenannt = \"x\""),
              "c.toml:5: unknown key exchange.tenannt");
    EXPECT_EQ(changed("[state]", "[stat]\nx = 1\n[state]"), "c.toml:7: unknown section [stat]");
    EXPECT_EQ(problem(std::string("speed = 1\n") + good), "c.toml:1: unknown key speed");
}

TEST_F(ConfigFile, NamesWrongTypesAndRanges) {
    EXPECT_EQ(changed("tenant = \"t\"", "tenant = 5"),
              "c.toml:4: exchange.tenant must be a text in quotes");
    EXPECT_EQ(changed("tenant = \"t\"", "tenant = \"\""), "c.toml:4: exchange.tenant is empty");
    EXPECT_EQ(changed("tenant = \"t\"", "tenant = \"t\"\nsettle_seconds = \"30\""),
              "c.toml:5: exchange.settle_seconds must be a whole number");
    EXPECT_EQ(changed("tenant = \"t\"", "tenant = \"t\"\nmailboxes_at_once = 0"),
              "c.toml:5: exchange.mailboxes_at_once must be from 1 to 1024");
    EXPECT_EQ(changed("[hq]", "[hq]\nsource = \"excel\""),
              "c.toml:2: hq.source must be \"embedded\" or \"hellohq\"");
    EXPECT_EQ(changed("[exchange]", "[exchange]\napi = \"imap\""),
              "c.toml:4: exchange.api must be \"graph\" or \"ews\"");
    EXPECT_EQ(changed("[hq]", "[hq]\nsystem = \"a:b\""),
              "c.toml:2: hq.system must be at most 32 octets long, without colon and blanks");
}

TEST_F(ConfigFile, NamesWhatIsMissing) {
    EXPECT_EQ(changed("database = \"hq.db\"", ""), "c.toml:1: hq.database is missing");
    EXPECT_EQ(changed("[state]\ndatabase = \"state.db\"", ""),
              "c.toml:1: section [state] is missing");
    EXPECT_EQ(changed("tenant = \"t\"", ""), "c.toml:3: exchange.tenant is missing");
    EXPECT_EQ(changed("client_secret_file = \"secret\"", ""),
              "c.toml:3: exchange.client_secret_file (or client_certificate_file, or "
              "$HQSYNC_CLIENT_SECRET) is missing");
}

TEST_F(ConfigFile, TakesTheSecretFromTheEnvironment) {
    setenv("HQSYNC_CLIENT_SECRET", "word", 1);
    EXPECT_EQ(changed("client_secret_file = \"secret\"", ""), "none");
    unsetenv("HQSYNC_CLIENT_SECRET");
}

/// A file with these lines in [exchange], which begins in line 3.
std::string with_exchange(const std::string& lines) {
    return "[hq]\ndatabase = \"hq.db\"\n[exchange]\n" + lines +
           "\n[state]\ndatabase = \"state.db\"\n";
}

TEST_F(ConfigFile, TakesEachWayToExchangeServer) {
    for (const auto* lines :
         {"api = \"ews\"\nuser = 'D\\n'\npassword_file = \"secret\"",
          "api = \"ews\"\nauth = \"basic\"\nuser = \"n@d.example\"\npassword_file = \"secret\"",
          "api = \"ews\"\nauth = \"negotiate\"\nkeytab_file = \"secret\"",
          "api = \"ews\"\nauth = \"negotiate\""}) {
        EXPECT_EQ(problem(with_exchange(lines)), "none") << lines;
    }
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nauth = \"oauth\"\n"
                                    "ews_url = \"https://m.example/EWS/Exchange.asmx\"\n"
                                    "tenant = \"t\"\nclient_id = \"c\"\n"
                                    "client_secret_file = \"secret\"\n"
                                    "login_url = \"https://login.example\"")),
              "none");
}

TEST_F(ConfigFile, ReadsTheKeysOfExchangeServer) {
    const auto config = parse_config(
        with_exchange("api = \"ews\"\nuser = 'D\\n'\npassword_file = \"secret\"\n"
                      "impersonation = false\nconcurrency = 1\nstreams = 0\nca_file = \"secret\"\n"
                      "autodiscover_domains = [\"a.example\", \"b.example\"]"),
        folder_ / "c.toml");
    ASSERT_TRUE(config.has_value()) << to_text(config.error());
    Config::Exchange expected;
    expected.api = "ews";
    expected.user = "D\\n";
    expected.password_file = folder_ / "secret";
    expected.impersonation = false;
    expected.concurrency = 1;
    expected.streams = 0;
    expected.ca_file = folder_ / "secret";
    expected.autodiscover_domains = {"a.example", "b.example"};
    EXPECT_EQ(config->exchange, expected);
    EXPECT_EQ(config->exchange.auth, "ntlm");
}

TEST_F(ConfigFile, NamesWhatIsMissingForExchangeServer) {
    EXPECT_EQ(problem(with_exchange("api = \"ews\"")), "c.toml:3: exchange.user is missing");
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nuser = \"n\"")),
              "c.toml:3: exchange.password_file (or $HQSYNC_EXCHANGE_PASSWORD) is missing");
    setenv("HQSYNC_EXCHANGE_PASSWORD", "word", 1);
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nuser = \"n\"")), "none");
    unsetenv("HQSYNC_EXCHANGE_PASSWORD");
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nauth = \"oauth\"")),
              "c.toml:3: exchange.ews_url is missing");
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nauth = \"oauth\"\n"
                                    "ews_url = \"https://m.example\"\ntenant = \"t\"")),
              "c.toml:3: exchange.client_id is missing");
}

TEST_F(ConfigFile, RefusesKeysThatDoNothing) {
    for (const auto* key :
         {"user = \"n\"", "auth = \"ntlm\"", "impersonation = true", "concurrency = 1",
          "autodiscover_domains = []", "ews_url = \"https://m.example\"",
          "keytab_file = \"secret\"", "password_file = \"secret\""}) {
        const std::string line = key;
        EXPECT_EQ(changed("tenant = \"t\"", "tenant = \"t\"\n" + line),
                  "c.toml:5: exchange." + line.substr(0, line.find(' ')) +
                      " has no effect with exchange.api = \"graph\"");
    }
    const auto told = [&](const std::string& auth, const std::string& line) {
        return problem(with_exchange("api = \"ews\"\nauth = \"" + auth + "\"\n" + line));
    };
    EXPECT_EQ(told("ntlm", "graph_url = \"https://graph.example\""),
              "c.toml:6: exchange.graph_url has no effect with exchange.api = \"ews\"");
    EXPECT_EQ(told("ntlm", "tenant = \"t\""),
              "c.toml:6: exchange.tenant has no effect with exchange.auth = \"ntlm\"");
    EXPECT_EQ(told("basic", "keytab_file = \"secret\""),
              "c.toml:6: exchange.keytab_file has no effect with exchange.auth = \"basic\"");
    EXPECT_EQ(told("negotiate", "password_file = \"secret\""),
              "c.toml:6: exchange.password_file has no effect with exchange.auth = \"negotiate\"");
    EXPECT_EQ(told("oauth", "user = \"n\""),
              "c.toml:6: exchange.user has no effect with exchange.auth = \"oauth\"");
    EXPECT_EQ(told("ntlm", "ews_url = \"https://m.example\"\nautodiscover_domains = [\"a\"]"),
              "c.toml:7: exchange.autodiscover_domains has no effect with exchange.ews_url");
}

TEST_F(ConfigFile, ChecksTheValuesOfExchangeServer) {
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nauth = \"kerberos\"")),
              "c.toml:5: exchange.auth must be \"basic\" or \"ntlm\" or \"negotiate\" or "
              "\"oauth\"");
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nconcurrency = 3")),
              "c.toml:5: exchange.concurrency must be from 1 to 2");
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nimpersonation = \"yes\"")),
              "c.toml:5: exchange.impersonation must be true or false");
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nautodiscover_domains = \"a.example\"")),
              "c.toml:5: exchange.autodiscover_domains must be a list like "
              "[\"agentur.example\"]");
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\nautodiscover_domains = [\"https://a\"]")),
              "c.toml:5: exchange.autodiscover_domains holds domains like \"agentur.example\"");
    EXPECT_EQ(problem(with_exchange("api = \"ews\"\news_url = \"http://mail.example\"")),
              "c.toml:5: exchange.ews_url is plain http, which is accepted for loopback addresses "
              "only");
}

TEST_F(ConfigFile, NamesFilesThatCannotBeReached) {
    EXPECT_EQ(
        changed("\"secret\"", "\"nothing\""),
        "c.toml:6: exchange.client_secret_file: cannot read " + (folder_ / "nothing").string());
    EXPECT_EQ(changed("\"hq.db\"", "\"no/hq.db\""),
              "c.toml:2: hq.database: there is no folder " + (folder_ / "no").string());
    EXPECT_EQ(changed("client_secret_file = \"secret\"",
                      "client_secret_file = \"secret\"\nclient_certificate_file = \"secret\""),
              "c.toml:7: exchange.client_secret_file and exchange.client_certificate_file exclude "
              "each other");
}

TEST_F(ConfigFile, TakesNoPasswordOrQueryInAnAddress) {
    for (const auto* address : {"https://anna:geheim@graph.example", "https://graph.example?x=1",
                                "http://localhost#.graph.example", "https://graph .example"}) {
        const auto told =
            changed("[exchange]", std::string("[exchange]\ngraph_url = \"") + address + "\"");
        EXPECT_EQ(told,
                  "c.toml:4: exchange.graph_url must be an address like https://host, without "
                  "user, password, query, fragment or blanks");
    }
}

TEST_F(ConfigFile, TakesPlainHttpForLoopbackOnly) {
    EXPECT_EQ(
        changed("[exchange]", "[exchange]\ngraph_url = \"http://graph.example\""),
        "c.toml:4: exchange.graph_url is plain http, which is accepted for loopback addresses "
        "only");
    EXPECT_EQ(
        changed("[exchange]", "[exchange]\nlogin_url = \"http://127.0.0.1.example\""),
        "c.toml:4: exchange.login_url is plain http, which is accepted for loopback addresses "
        "only");
    EXPECT_EQ(changed("[exchange]", "[exchange]\nlogin_url = \"ftp://x\""),
              "c.toml:4: exchange.login_url must be an address that begins with https://");
    EXPECT_EQ(changed("[exchange]", "[exchange]\ngraph_url = \"http://127.0.0.1:8025\""), "none");
    EXPECT_EQ(changed("[exchange]", "[exchange]\ngraph_url = \"https://graph.example\""), "none");
}

TEST_F(ConfigFile, HoldsTheWayToExchangesAdminSide) {
    const std::string head = std::string(good) + "[exchange.management]\n";
    const auto config = parse_config(head +
                                         "uri = \"http://mail.agentur.example/PowerShell/\"\n"
                                         "auth = \"kerberos\"\nkeytab_file = \"secret\"\n"
                                         "redirect_hosts = [\".agentur.example\"]\n",
                                     folder_ / "c.toml");
    ASSERT_TRUE(config.has_value()) << to_text(config.error());
    EXPECT_EQ(config->management.uri, "http://mail.agentur.example/PowerShell/");
    EXPECT_EQ(config->management.keytab_file, folder_ / "secret");
    EXPECT_EQ(problem(head + "url = \"x\"\n"), "c.toml:10: unknown key exchange.management.url");
    EXPECT_EQ(problem(head + "uri = \"https://anna:geheim@mail.example/\"\n"),
              "c.toml:10: exchange.management.uri must be an address like "
              "https://host/PowerShell/, without user, password or blanks");
    EXPECT_EQ(problem(head + "auth = \"ntlm\"\nkeytab_file = \"secret\"\n"),
              "c.toml:11: exchange.management.keytab_file has no effect with "
              "exchange.management.auth = \"ntlm\"");
    EXPECT_EQ(problem(std::string(good) + "[exchange.other]\nx = 1\n"),
              "c.toml:9: unknown key exchange.other");
}

TEST_F(ConfigFile, ThatIsNoTomlNamesTheLine) {
    EXPECT_EQ(problem("[hq]\ndatabase = \n").substr(0, 9), "c.toml:2:");
    EXPECT_EQ(problem("[hq]\nsource = \"embedded\"\nsource = \"embedded\"\n").substr(0, 9),
              "c.toml:3:");
}

TEST_F(ConfigFile, IsFoundByArgumentFirstAndEnvironmentSecond) {
    setenv("HQSYNC_CONFIG", "/of/the/environment.toml", 1);
    EXPECT_EQ(find_config("given.toml"), Result<fs::path>("given.toml"));
    EXPECT_EQ(find_config(""), Result<fs::path>("/of/the/environment.toml"));
    unsetenv("HQSYNC_CONFIG");
    const auto missing = load_config((folder_ / "none.toml").string());
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().detail, "cannot read " + (folder_ / "none.toml").string());
}

TEST_F(ConfigFile, SecretsLoseTheirFinalLineEnd) {
    EXPECT_EQ(read_secret(folder_ / "secret"), Result<std::string>("word"));
    std::ofstream(folder_ / "blank") << "\n";
    EXPECT_FALSE(read_secret(folder_ / "blank").has_value());
}

}  // namespace
}  // namespace hqsync::app
