// The header of a message, GUIDs in the order of .NET, UTF-16.
#include <gmock/gmock.h>

#include "management/psrp_message.hpp"
#include "management/psrp_utf16.hpp"

namespace hqsync::management::psrp {
namespace {

TEST(PsrpMessage, LaysOutItsHeaderAsDotNetDoes) {
    const auto pool = *Guid::from_text("00112233-4455-6677-8899-AABBCCDDEEFF");
    const auto octets =
        encode({Destination::server, MessageType::create_pipeline, pool, Guid(), "<S/>"});
    EXPECT_EQ(octets, std::string("\x02\0\0\0\x06\x10\x02\0"
                                  "\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF"
                                  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0<S/>",
                                  44));
    const auto again = decode(octets);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->pool, pool);
    EXPECT_EQ(again->pool.text(), "00112233-4455-6677-8899-AABBCCDDEEFF");
    EXPECT_EQ(again->type, MessageType::create_pipeline);
    EXPECT_EQ(again->data, "<S/>");
}

TEST(PsrpMessage, DropsTheByteOrderMarkOfServers) {
    auto octets = encode({Destination::client, MessageType::pipeline_output, {}, {}, ""});
    EXPECT_EQ(decode(octets + "\xEF\xBB\xBF<S/>")->data, "<S/>");
    EXPECT_EQ(decode(octets)->data, "");
}

TEST(PsrpMessage, RefusesWhatIsTooShortOrForNobody) {
    EXPECT_EQ(to_text(decode(std::string(39, '\1')).error()),
              "psrp.malformed: a message of 39 octets, shorter than its header");
    EXPECT_EQ(to_text(decode(std::string(40, '\0')).error()),
              "psrp.malformed: a message for destination 0");
}

TEST(PsrpMessage, GuidsAreReadFromTextOrRefused) {
    const auto guid = Guid::from_text("d3c3d95e-fa32-4d95-bedf-3b7a81094d3b");
    ASSERT_TRUE(guid);
    EXPECT_EQ(guid->text(), "D3C3D95E-FA32-4D95-BEDF-3B7A81094D3B");
    EXPECT_EQ(Guid::from_wire(guid->wire()), *guid);
    for (const auto* text :
         {"", "D3", "D3C3D95E-FA32-4D95-BEDF-3B7A81094D3", "x3C3D95E-FA32-4D95-BEDF-3B7A81094D3B",
          "D3C3D95E-FA32-4D95-BEDF-3B7A81094D3B00"})
        EXPECT_FALSE(Guid::from_text(text)) << text;
    std::mt19937_64 random(1);
    const auto made = Guid::random(random);
    EXPECT_EQ(made.text()[14], '4');
    EXPECT_THAT(std::string(1, made.text()[19]), testing::AnyOf("8", "9", "A", "B"));
    EXPECT_NE(made, Guid::random(random));
}

TEST(PsrpMessage, TextsBecomeUtf16AndBack) {
    EXPECT_EQ(utf16_of("a\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E"),
              std::string("a\0\xE9\0\xAC\x20\x34\xD8\x1E\xDD", 10));
    for (const std::string text : {"",
                                   "Gr\xC3\xBC\xC3\x9F"
                                   "e",
                                   "\xF0\x9F\x98\x80", "\xE2\x82\xAC"})
        EXPECT_EQ(utf8_of(utf16_of(text)), text);
    EXPECT_EQ(utf8_of("a"), std::nullopt);
    EXPECT_EQ(utf8_of(std::string("\x34\xD8", 2)), std::nullopt);
    EXPECT_EQ(utf8_of(std::string("\x1E\xDD", 2)), std::nullopt);
    EXPECT_EQ(utf8_of(std::string("\x34\xD8\x41\x00", 4)), std::nullopt);
}

}  // namespace
}  // namespace hqsync::management::psrp
