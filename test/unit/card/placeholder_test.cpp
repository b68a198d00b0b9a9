// The placeholder e-mail, word by word of its rule.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "card/make_card.hpp"
#include "unit/contact/random_text.hpp"

namespace hqsync::card {
namespace {

struct Name {
    std::string first;
    std::string last;
    std::string local_part;
};

void expect_local_parts(const std::vector<Name>& names) {
    CardMaker maker{CardRules{}};
    for (const auto& name : names) {
        EXPECT_EQ(maker.placeholder_email(name.first, name.last, ContactId(42)),
                  name.local_part + "@nomail.de")
            << name.first << " | " << name.last;
    }
}

TEST(PlaceholderEmail, FollowsTheGermanRulesFirst) {
    expect_local_parts({
        {"Jürgen", "Groß", "Juergen.Gross"},
        {"Änne", "ÄRGER", "Aenne.AERGER"},
        {"Ömer", "Übel", "Oemer.Uebel"},
        {"Mu\u0308ller", "O\u0308ztu\u0308rk", "Mueller.Oeztuerk"},
        {"Zoë", "GROẞ", "Zoe.GROSS"},
    });
}

TEST(PlaceholderEmail, TurnsOtherLatinLettersIntoAscii) {
    expect_local_parts({
        {"René", "Lefèvre", "Rene.Lefevre"},
        {"Łukasz", "Żabiński", "Lukasz.Zabinski"},
        {"Øyvind", "Sørensen", "Oyvind.Sorensen"},
        {"Işıl", "Şahin", "Isil.Sahin"},
        {"İbrahim", "Çelik", "Ibrahim.Celik"},
        {"Đorđe", "Þórsson", "Dorde.THorsson"},
        {"Rene\u0301", "A\u030Angstrom", "Rene.Angstrom"},
    });
}

TEST(PlaceholderEmail, TurnsOtherScriptsIntoAscii) {
    expect_local_parts({
        {"Иван", "Петров", "Ivan.Petrov"},
        {"Νίκος", "Παππάς", "Nikos.Pappas"},
        {"Юлия", "Жукова", "Ulia.Zukova"},
        {"王", "小明", "wang.xiao-ming"},
    });
}

TEST(PlaceholderEmail, MakesOneHyphenOfWhiteSpaceAndHyphens) {
    expect_local_parts({
        {"Hans Peter", "von der Höh", "Hans-Peter.von-der-Hoeh"},
        {"Karl-Heinz", "Müller-Lüdenbach", "Karl-Heinz.Mueller-Luedenbach"},
        {"Karl – Heinz", "Müller \u2011 Lüdenbach", "Karl-Heinz.Mueller-Luedenbach"},
        {"Jan\u00A0Ole", "a\t\n b", "Jan-Ole.a-b"},
        {"Anna--Lena", "x - - y", "Anna-Lena.x-y"},
        {" Jan\tOle ", "-Ohm-", "Jan-Ole.Ohm"},
    });
}

TEST(PlaceholderEmail, DropsEveryOtherCharacter) {
    expect_local_parts({
        {"Seán", "O'Neill", "Sean.ONeill"},
        {"D’Arcy", "M`Bala", "DArcy.MBala"},
        {"Jo.", "Li_Wu & Söhne (alt)", "Jo.LiWu-Soehne-alt"},
        {"Kim 😀", "Star★", "Kim.Star"},
        {"Agent", "007", "Agent.007"},
        {"a@b", "c\"d\\", "ab.cd"},
    });
}

TEST(PlaceholderEmail, LeavesOutAnEmptyPartWithItsDot) {
    expect_local_parts({
        {"", "Weiß", "Weiss"},
        {"Ute", "", "Ute"},
        {"😀", "Weiß", "Weiss"},
        {"Ute", " - ", "Ute"},
        {"", "", "kontakt-42"},
        {"???", "!", "kontakt-42"},
        {" ", "\u00A0", "kontakt-42"},
        {"\xFF", "\xC3", "kontakt-42"},
    });
}

TEST(PlaceholderEmail, KeepsTheLocalPartWithinSixtyFourOctets) {
    const std::string hundred(100, 'a');
    const std::string umlauts = [] {
        std::string text;
        for (int i = 0; i < 100; ++i)
            text += "ä";
        return text;
    }();
    std::string pairs;
    for (int i = 0; i < 32; ++i)
        pairs += "ae";
    expect_local_parts({
        {hundred, "", std::string(64, 'a')},
        {hundred, hundred, std::string(64, 'a')},
        {"Jo", hundred, "Jo." + std::string(61, 'a')},
        {umlauts, "Bär", pairs},
        {std::string(63, 'a'), "Bär", std::string(63, 'a')},
        {std::string(63, 'a') + "-b", "", std::string(63, 'a')},
    });
}

TEST(PlaceholderEmail, ObeysItsMode) {
    CardMaker reserved{CardRules{.placeholder_mode = PlaceholderMode::invalid}};
    EXPECT_EQ(reserved.placeholder_email("A", "B", ContactId(1)), "A.B@nomail.invalid");
    CardMaker none{CardRules{.placeholder_mode = PlaceholderMode::none}};
    EXPECT_EQ(none.placeholder_email("A", "B", ContactId(1)), "");
    CardMaker own{CardRules{.placeholder_domain = "ohne.example"}};
    EXPECT_EQ(own.placeholder_email("A", "B", ContactId(1)), "A.B@ohne.example");
}

bool is_local_part(const std::string& text) {
    const bool is_plain = std::ranges::all_of(text, [](char letter) {
        return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
               (letter >= '0' && letter <= '9') || letter == '.' || letter == '-';
    });
    return is_plain && !text.empty() && text.size() <= 64 && !text.starts_with('.') &&
           !text.ends_with('.') && text.find("..") == std::string::npos;
}

RC_GTEST_PROP(PlaceholderEmail, IsAnAddressWhateverTheNamesAre, ()) {
    CardMaker maker{CardRules{}};
    const auto firsts = *test::random_texts();
    const auto lasts = *test::random_texts();
    for (std::size_t i = 0; i < firsts.size(); ++i) {
        const auto email = maker.placeholder_email(firsts[i], lasts[i], ContactId(42));
        RC_ASSERT(email.ends_with("@nomail.de"));
        RC_ASSERT(is_local_part(email.substr(0, email.find('@'))));
    }
}

}  // namespace
}  // namespace hqsync::card
