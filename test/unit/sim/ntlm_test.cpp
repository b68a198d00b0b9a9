// NTLMv2 against the examples of [MS-NLMP] 4.2.4, and messages that are none.
#include "sim/ntlm.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sim/md4.hpp"

namespace hqsync::sim {
namespace {

std::string bytes(std::string_view hex) {
    std::string made;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        made += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
    return made;
}

std::string hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string made;
    for (const char octet : octets) {
        made += digits[static_cast<unsigned char>(octet) >> 4U];
        made += digits[static_cast<unsigned char>(octet) & 15U];
    }
    return made;
}

/// 4.2.4.3: User, Domain, Password; the challenge's nonce is 0123456789abcdef.
const std::string authenticate = bytes(
    "4e544c4d5353500003000000180018006c00000054005400840000000c000c00"
    "480000000800080054000000100010005c00000010001000d8000000358288e2"
    "0501280a0000000f44006f006d00610069006e00550073006500720043004f00"
    "4d005000550054004500520086c35097ac9cec10255476"
    "4a57cccc19aaaaaaaaaaaaaaaa68cd0ab851e51c96aabc927bebef6a1c"
    "01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000"
    "02000c0044006f006d00610069006e0001000c00530065007200760065007200"
    "0000000000000000c5dad2544fc9799094ce1ce90bc9d03e");
const NtlmChallenge asked{.nonce = bytes("0123456789abcdef")};
const NtlmServer server{"AGENTUR", "EXCHANGE", "agentur.example"};
const std::string negotiate =
    bytes("4e544c4d53535000010000000782080000000000000000000000000000000000");

TEST(Md4, GivesTheDigestsOfItsDescription) {
    EXPECT_EQ(hex(md4("")), "31d6cfe0d16ae931b73c59d7e0c089c0");
    EXPECT_EQ(hex(md4("abc")), "a448017aaf21d8525fc10ae87aa6729d");
    EXPECT_EQ(hex(md4("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")),
              "043f8582f241db351ce627e153e7f0e4");
    EXPECT_EQ(hex(md4("123456789012345678901234567890123456789012345678901234567890123456789012345"
                      "67890")),
              "e33b4ddc9c38f2199c3e7b164fcc0536");
}

TEST(Ntlm, MakesTheKeyOfItsDescription) {
    EXPECT_EQ(hex(ntlm_key("User", "Domain", "Password")), "0c868a403bfd7a93a3001ef22ef02e3f");
    EXPECT_EQ(ntlm_key("uSER", "Domain", "Password"), ntlm_key("User", "Domain", "Password"));
    EXPECT_NE(ntlm_key("User", "DOMAIN", "Password"), ntlm_key("User", "Domain", "Password"));
    EXPECT_NE(ntlm_key("User", "Domain", "password"), ntlm_key("User", "Domain", "Password"));
}

TEST(Ntlm, TakesNamesBeyondAsciiWithoutCaseToo) {
    EXPECT_EQ(ntlm_key("j\u00fcrgen", "Domain", "\u20ac"),
              ntlm_key("J\u00dcRGEN", "Domain", "\u20ac"));
    EXPECT_NE(ntlm_key("j\u00fcrgen", "Domain", "\u20ac"), ntlm_key("jurgen", "Domain", "\u20ac"));
}

TEST(Ntlm, ReadsTheAnswerOfItsDescription) {
    const auto answer = read_ntlm_answer(authenticate);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->domain, "Domain");
    EXPECT_EQ(answer->user, "User");
    EXPECT_EQ(hex(answer->response.substr(0, 16)), "68cd0ab851e51c96aabc927bebef6a1c");
}

TEST(Ntlm, AcceptsTheAnswerOfItsDescriptionAndNoOther) {
    const auto answer = read_ntlm_answer(authenticate);
    ASSERT_TRUE(answer);
    EXPECT_EQ(check_ntlm(*answer, asked, "Password"), NtlmVerdict::good);
    EXPECT_EQ(check_ntlm(*answer, asked, "password"), NtlmVerdict::wrong);
    const NtlmChallenge other{.nonce = bytes("0123456789abcdee")};
    EXPECT_EQ(check_ntlm(*answer, other, "Password"), NtlmVerdict::wrong);
    auto renamed = *answer;
    renamed.user = "Other";
    EXPECT_EQ(check_ntlm(renamed, asked, "Password"), NtlmVerdict::wrong);
}

TEST(Ntlm, RefusesAnAnswerOfVersion1AndNoneAtAll) {
    auto answer = read_ntlm_answer(authenticate).value();
    answer.response.resize(24);
    EXPECT_EQ(check_ntlm(answer, asked, "Password"), NtlmVerdict::not_version_2);
    answer.response.clear();
    EXPECT_EQ(check_ntlm(answer, asked, "Password"), NtlmVerdict::not_version_2);
}

TEST(Ntlm, WantsAMicWhereTheAnswerSaysThatItHasOne) {
    auto answer = read_ntlm_answer(authenticate).value();
    const std::string flags = bytes("0600040002000000");
    const std::string blob = answer.response.substr(16, 28) + flags + answer.response.substr(44);
    const auto key = ntlm_key("User", "Domain", "Password");
    answer.response = ntlm_proof(key, asked.nonce, blob) + blob;
    EXPECT_EQ(check_ntlm(answer, asked, "Password"), NtlmVerdict::wrong);
}

TEST(Ntlm, ReadsNoMessageThatPointsBeyondItsEnd) {
    EXPECT_EQ(ntlm_kind(authenticate), 3U);
    EXPECT_EQ(ntlm_kind("NTLMSSP"), 0U);
    for (std::size_t size = 0; size < 84 + 48; ++size)
        EXPECT_FALSE(read_ntlm_answer(authenticate.substr(0, size))) << size;
    auto far = authenticate;
    far.replace(24, 4, bytes("ffffffff"));
    EXPECT_FALSE(read_ntlm_answer(far));
}

TEST(Ntlm, ChallengesInTheAlphabetOfTheClient) {
    const auto wide = ntlm_challenge(negotiate, server, 0xEFCDAB8967452301, 0);
    ASSERT_TRUE(wide);
    EXPECT_EQ(ntlm_kind(wide->message), 2U);
    EXPECT_EQ(hex(wide->nonce), "0123456789abcdef");
    EXPECT_EQ(wide->message.substr(24, 8), wide->nonce);
    EXPECT_NE(wide->message.find(bytes("4100470045004e00540055005200")), std::string::npos);
    auto narrow_negotiate = negotiate;
    narrow_negotiate[12] = '\x06';
    const auto narrow = ntlm_challenge(narrow_negotiate, server, 1, 0);
    ASSERT_TRUE(narrow);
    EXPECT_EQ(narrow->message.substr(56, 7), "AGENTUR");
    EXPECT_FALSE(ntlm_challenge(authenticate, server, 1, 0));
}

}  // namespace
}  // namespace hqsync::sim
