// Encrypted messages as they lie in an HTTP body: ours, those of Windows and of Exchange, and
// broken ones.
#include <random>

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "management/multipart.hpp"

namespace hqsync::management {
namespace {

using testing::HasSubstr;

const Sealed sample{"header", std::string("\0\r\n--Encrypted\x01", 15), 15};

TEST(Multipart, IsWrittenAsWindowsDoes) {
    EXPECT_EQ(sealed_type(Seal::kerberos),
              "multipart/encrypted;protocol=\"application/HTTP-Kerberos-session-encrypted\";"
              "boundary=\"Encrypted Boundary\"");
    const Sealed small{"HH", "data", 4};
    EXPECT_EQ(encode(small, Seal::spnego),
              "--Encrypted Boundary\r\n"
              "\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
              "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=4\r\n"
              "--Encrypted Boundary\r\n"
              "\tContent-Type: application/octet-stream\r\n" +
                  std::string("\x02\0\0\0", 4) + "HHdata--Encrypted Boundary--\r\n");
}

TEST(Multipart, IsReadAsItWasWritten) {
    for (const auto seal : {Seal::kerberos, Seal::spnego})
        EXPECT_EQ(decode(sealed_type(seal), encode(sample, seal)).value(), sample);
}

TEST(Multipart, OfExchangeHasBlanksInItsBoundaries) {
    auto body = encode(sample, Seal::kerberos);
    for (auto at = body.find("--Encrypted Boundary"); at != std::string::npos;
         at = body.find("--Encrypted Boundary", at + 3))
        body.insert(at + 2, " ");
    EXPECT_EQ(decode(sealed_type(Seal::kerberos), body).value(), sample);
}

TEST(Multipart, MayHaveOtherBoundariesHeadersAndLineEnds) {
    const std::string body =
        "--b_1 \n"
        "OriginalContent: type=x; length=3\n"
        "content-type: application/HTTP-SPNEGO-session-encrypted\n"
        "\n"
        "--b_1\n"
        "Content-Type: application/octet-stream\n" +
        std::string("\x01\0\0\0", 4) + "Habc--b_1--";
    const auto read = decode("Multipart/Encrypted; boundary=b_1; protocol=\"x\"", body);
    ASSERT_TRUE(read) << to_text(read.error());
    EXPECT_EQ(*read, (Sealed{"H", "abc", 3}));
}

TEST(Multipart, ThatIsBrokenIsRefused) {
    const auto type = sealed_type(Seal::kerberos);
    const auto whole = encode(sample, Seal::kerberos);
    const auto said = [&](std::string_view content_type, std::string_view body) {
        const auto read = decode(content_type, body);
        if (read) return std::string("read");
        EXPECT_EQ(read.error().code, "multipart.malformed");
        EXPECT_TRUE(read.error().outcome_unknown);
        return read.error().detail;
    };
    EXPECT_THAT(said("multipart/encrypted", whole), HasSubstr("no boundary"));
    EXPECT_THAT(said("text/plain;boundary=\"Encrypted Boundary\"", whole),
                HasSubstr("no boundary"));
    EXPECT_THAT(said(type, ""), HasSubstr("begin"));
    EXPECT_THAT(said(type, "<html>"), HasSubstr("begin"));
    EXPECT_THAT(said(type, "--Encrypted Boundary\r\n--Encrypted Boundary\r\n"),
                HasSubstr("length"));
    for (std::size_t size = 0; size + 2 < whole.size(); ++size)
        EXPECT_NE(said(type, whole.substr(0, size)), "read") << size;
    auto long_header = whole;
    long_header[whole.find(std::string("\x06\0\0\0", 4)) + 3] = '\x7F';
    EXPECT_THAT(said(type, long_header), HasSubstr("longer than the message"));
}

TEST(Multipart, OfRandomOctetsComesBack) {
    std::mt19937 random(6);
    for (int round = 0; round < 2000; ++round) {
        Sealed sealed;
        for (auto* part : {&sealed.header, &sealed.octets}) {
            const auto size = random() % 80;
            constexpr std::string_view letters = "-- \r\nEncrypted Boundary\t:\0\xFF";
            for (std::size_t i = 0; i < size; ++i)
                *part += letters[random() % letters.size()];
        }
        sealed.plain_size = sealed.octets.size();
        EXPECT_EQ(decode(sealed_type(Seal::kerberos), encode(sealed, Seal::kerberos)).value(),
                  sealed);
    }
}

TEST(Multipart, ThatWasChangedAnywhereDoesNotCrash) {
    std::mt19937 random(7);
    const auto whole = encode(sample, Seal::kerberos);
    for (int round = 0; round < 5000; ++round) {
        auto changed = whole;
        for (int i = 0; i < 3; ++i)
            changed[random() % changed.size()] = static_cast<char>(random());
        const auto read = decode(sealed_type(Seal::kerberos), changed);
        if (read) EXPECT_LE(read->octets.size(), whole.size());
    }
}

}  // namespace
}  // namespace hqsync::management
