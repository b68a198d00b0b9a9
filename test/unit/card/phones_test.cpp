// Phone numbers: what is written in international format, and what travels as it was typed.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "card/make_card.hpp"
#include "unit/contact/random_text.hpp"

namespace hqsync::card {
namespace {

using Numbers = std::vector<std::pair<std::string, std::string>>;

void expect_written(const Numbers& numbers) {
    CardMaker maker{CardRules{}};
    for (const auto& [typed, written] : numbers)
        EXPECT_EQ(maker.international_phone(typed), written) << typed;
}

TEST(InternationalPhone, ReadsTheSpellingsOfANumber) {
    expect_written({
        {"0171 1234567", "+49 171 1234567"},
        {"+49 (0)40 123456", "+49 40 123456"},
        {"0049-221-123456", "+49 221 123456"},
        {"(00)49 221/123456", "+49 221 123456"},
        {"\u00A00221 123456\t", "+49 221 123456"},
        {"0221 – 123456", "+49 221 123456"},
        {"+43 1 5125123", "+43 1 5125123"},
    });
}

TEST(InternationalPhone, KeepsAnExtensionThatItKnows) {
    expect_written({
        {"0221 123456 ext. 12", "+49 221 123456 ext. 12"},
        {"0221 123456 Ext 12", "+49 221 123456 ext. 12"},
        {"0221 123456 x12", "+49 221 123456 ext. 12"},
        {"0221-123456#12", "+49 221 123456 ext. 12"},
    });
}

TEST(InternationalPhone, TakesNoLettersForKeysOfAKeypad) {
    expect_written({
        {"0221 123456 Durchwahl 12", "0221 123456 Durchwahl 12"},
        {"0221 123456 App. 12", "0221 123456 App. 12"},
        {"0221 123456 DW 12", "0221 123456 DW 12"},
        {"0221 123456 (Zentrale)", "0221 123456 (Zentrale)"},
        {"0171 1234567 privat", "0171 1234567 privat"},
        {"Tel. 0171 1234567", "Tel. 0171 1234567"},
        {"0800 FLOWERS", "0800 FLOWERS"},
        {"0221 123456 ext 12 oder 13", "0221 123456 ext 12 oder 13"},
        {" Zentrale ", "Zentrale"},
    });
}

TEST(InternationalPhone, LeavesWhatWouldBeAGuess) {
    expect_written({
        {"", ""},
        {"1", "1"},
        {"112", "112"},
        {"123456", "123456"},
        {"*31#0171 1234567", "*31#0171 1234567"},
        {"0171 1234567 / 0172 7654321", "0171 1234567 / 0172 7654321"},
        {"0171 1234567, 0172 7654321", "0171 1234567, 0172 7654321"},
        {std::string(300, '1'), std::string(300, '1')},
    });
}

TEST(InternationalPhone, ReadsByTheRegion) {
    CardMaker austria{CardRules{.phone_region = "AT"}};
    EXPECT_EQ(austria.international_phone("01 5125123"), "+43 1 5125123");
}

RC_GTEST_PROP(InternationalPhone, IsIdempotent, ()) {
    CardMaker maker{CardRules{}};
    for (const auto& text : *test::random_texts()) {
        const auto once = maker.international_phone(text);
        RC_ASSERT(maker.international_phone(once) == once);
    }
}

}  // namespace
}  // namespace hqsync::card
