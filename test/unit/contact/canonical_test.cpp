// What counts as the same in each field, and what does not.
#include "contact/canonical.hpp"

#include <gtest/gtest.h>

namespace hqsync {
namespace {

struct Pair {
    Field field;
    std::string left;
    std::string right;
    bool is_same;
};

TEST(Same, ForgivesWhatServersRewriteAndNothingElse) {
    const std::vector<Pair> pairs = {
        {Field::mobile_phone, "+49 171 1234567", "+491711234567", true},
        {Field::mobile_phone, "0049 171/123-4567", "+49 (171) 1234567", true},
        {Field::mobile_phone, "+49 (0)171 1234567", "+49 171 1234567", true},
        {Field::mobile_phone, "+49 171 1234567", "+49 171 1234568", false},
        {Field::mobile_phone, "0171 1234567", "+49 171 1234567", false},
        {Field::business_phone, "Zentrale", "zentrale", true},
        {Field::business_phone, "123 App. 4", "1234", false},
        {Field::business_phone, "Zentrale", "", false},
        {Field::email1, " A@X.Example", "a@x.example", true},
        {Field::email1, "a@x.example", "b@x.example", false},
        {Field::surname, "Mu\xCC\x88ller", "M\xC3\xBCller", true},
        {Field::surname, "Müller ", "Müller", true},
        {Field::surname, "müller", "Müller", false},
        {Field::notes, "eins\r\nzwei", "eins\nzwei", true},
        {Field::notes, "eins \nzwei\n", "eins\nzwei", true},
        {Field::notes, "eins\nzwei", "eins zwei", false},
        {Field::web_page, "HTTPS://Www.X.Example/", "https://www.x.example", true},
        {Field::web_page, "https://x.example/A", "https://x.example/a", false},
        {Field::categories, "Köln\nBerlin", "Berlin\nköln\nKöln", true},
        {Field::categories, "Köln", "Köln\nBerlin", false},
    };
    for (const auto& pair : pairs) {
        EXPECT_EQ(same(pair.field, pair.left, pair.right), pair.is_same)
            << name(pair.field) << ": " << pair.left << " / " << pair.right;
        const auto once = canonical(pair.field, pair.left);
        EXPECT_EQ(canonical(pair.field, once), once) << "idempotent";
    }
}

TEST(Fingerprint, ChangesWhenATextMovesToAnotherField) {
    ContactCard left;
    left[Field::given_name] = "Jan";
    ContactCard right;
    right[Field::surname] = "Jan";
    EXPECT_NE(fingerprint(left), fingerprint(right));
    EXPECT_EQ(fingerprint(ContactCard{}), 0x8dc1657e5c2d2d1aU) << "stored: it must never change";
}

TEST(ParseMark, ReadsBackOnlyWhatIsWritten) {
    const ContactMark mark{"hq", ContactId(10007)};
    EXPECT_EQ(parse_mark(to_text(mark)), mark);
    for (const auto* text : {"", ":", "hq", "hq:", ":7", "hq:07", "hq:-7", "hq:+7", "hq:7 ",
                             "hq:99999999999999999999", "hq:7:8"}) {
        EXPECT_EQ(parse_mark(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_mark("hq:0"), (ContactMark{"hq", ContactId(0)}));
}

TEST(FieldNames, LeadBackToTheirFields) {
    for (const auto field : all_fields())
        EXPECT_EQ(field_named(name(field)), field);
    EXPECT_EQ(field_named("shoe_size"), std::nullopt);
}

}  // namespace
}  // namespace hqsync
