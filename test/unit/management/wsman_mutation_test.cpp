// Answers that were changed anywhere are read or refused: no crash, no endless work.
#include <random>

#include <gtest/gtest.h>

#include "management/redirect.hpp"
#include "management/rest_errors.hpp"
#include "management/rest_value.hpp"
#include "management/wsman_answer.hpp"
#include "management/wsman_errors.hpp"
#include "unit/management/wsman_recordings.hpp"

namespace hqsync::management {
namespace {

/// A few octets changed, cut out or doubled.
std::string changed(std::string text, std::mt19937& random) {
    for (auto times = random() % 4 + 1; times > 0 && !text.empty(); --times) {
        const auto at = random() % text.size();
        const auto length = random() % 40;
        switch (random() % 4) {
            case 0: text[at] = static_cast<char>(random()); break;
            case 1: text.erase(at, length); break;
            case 2: text.insert(at, text.substr(at, length)); break;
            default: text.resize(at);
        }
    }
    return text;
}

TEST(WsmanMutation, AnswersAreReadOrRefused) {
    std::vector<std::string> texts;
    for (const auto& one : test::recordings())
        if (!one.response.empty() && one.response.size() < 20'000) texts.push_back(one.response);
    if (texts.empty()) GTEST_SKIP() << "no recordings here";
    std::mt19937 random(42);
    int read = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto answer = wsman::read_answer(changed(texts[random() % texts.size()], random), "");
        if (!answer) continue;
        ++read;
        if (answer->fault) EXPECT_FALSE(wsman::judge(*answer->fault).fault.code.empty());
    }
    EXPECT_LT(read, 4000);
}

TEST(WsmanMutation, BombsAreRefusedSoon) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "<a>";
    EXPECT_FALSE(wsman::read_answer(deep, ""));
    EXPECT_FALSE(wsman::read_answer("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>", ""));
    std::string wide = "<s:Envelope><s:Body>";
    for (int i = 0; i < 200'000; ++i)
        wide += "<a/>";
    EXPECT_FALSE(wsman::read_answer(wide + "</s:Body></s:Envelope>", ""));
}

TEST(RestMutation, BodiesAreReadOrRefused) {
    std::vector<std::string> texts;
    for (const auto* name :
         {"error_400_invalid_enum.json", "error_400_unknown_parameter.json",
          "error_404_object_not_found.json", "invoke_get_mailbox_200.http.txt"}) {
        auto text = test::whole_file(test::transcripts() / "rest" / name);
        if (const auto body = text.find("{\"@odata"); body != std::string::npos)
            text.erase(0, body);
        if (!text.empty()) texts.push_back(text);
    }
    if (texts.empty()) GTEST_SKIP() << "no recordings here";
    std::mt19937 random(43);
    for (int round = 0; round < 8000; ++round) {
        const auto body = changed(texts[random() % texts.size()], random);
        static_cast<void>(rest::read_page(body));
        static_cast<void>(rest::read_exported(body));
        const auto verdict = rest::judge({400, {}, body}, "Get-Mailbox", Instant{});
        EXPECT_FALSE(verdict.fault.code.empty());
        EXPECT_LT(verdict.fault.detail.size(), 1200U);
    }
}

TEST(UrlMutation, AddressesAreReadOrRefused) {
    std::mt19937 random(44);
    for (int round = 0; round < 8000; ++round) {
        const auto url =
            parse_url(changed("https://mail.agentur.example:443/PowerShell/?a=b#c", random));
        if (!url) continue;
        EXPECT_FALSE(url->host.empty());
        EXPECT_EQ(parse_url(url->text()), url) << "what is written is read as the same";
    }
}

}  // namespace
}  // namespace hqsync::management
