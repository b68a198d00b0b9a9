// The three-way comparison of a card as a table: desired, synced, seen, and what is to be written.
#include <gtest/gtest.h>

#include "reconcile/plan.hpp"
#include "unit/placement/random_directory.hpp"

namespace hqsync::reconcile {
namespace {

struct Case {
    std::string what;
    Field field;
    std::string desired, synced, seen;
    std::optional<std::string> written;  ///< nullopt: nothing
};

ContactCard card_with(Field field, const std::string& text) {
    ContactCard card;
    card[field] = text;
    return card;
}

TEST(FieldChanges, LetHqLeadAndLoseNothingThatTheReaderAdded) {
    const std::vector<Case> cases = {
        {"nothing", Field::position, "", "", "", {}},
        {"new in HQ", Field::position, "Chefin", "", "", "Chefin"},
        {"changed in HQ", Field::position, "Chefin", "Leiterin", "Leiterin", "Chefin"},
        {"emptied in HQ", Field::position, "", "Leiterin", "Leiterin", ""},
        {"edited by the reader", Field::position, "Chefin", "Chefin", "Boss", "Chefin"},
        {"emptied by the reader", Field::position, "Chefin", "Chefin", "", "Chefin"},
        {"added by the reader", Field::position, "", "", "Boss", {}},
        {"emptied in HQ, edited by the reader", Field::position, "", "Leiterin", "Boss", {}},
        {"same on both sides", Field::position, "Boss", "Leiterin", "Boss", {}},
        {"reformatted by the server",
         Field::mobile_phone,
         "+49 171 1234567",
         "+49 171 1234567",
         "+491711234567",
         {}},
        {"notes added by the reader", Field::notes, "aus HQ", "aus HQ", "aus HQ\nmein Text", {}},
        {"notes changed in HQ and by the reader", Field::notes, "neu", "alt", "alt, mein Text", {}},
        {"notes changed in HQ", Field::notes, "neu", "alt", "alt", "neu"},
        {"notes new in HQ, the reader had his own", Field::notes, "neu", "", "mein Text", {}},
        {"category added by the reader", Field::categories, "Köln", "Köln", "Köln\nGolf", {}},
        {"category changed in HQ", Field::categories, "Bonn", "Köln", "Golf\nKöln", "Bonn\nGolf"},
        {"category taken back by HQ", Field::categories, "", "Köln", "Golf\nKöln", "Golf"},
        {"category removed by the reader", Field::categories, "Köln", "Köln", "", "Köln"},
    };
    for (const auto& each : cases) {
        std::vector<FieldChange> expected;
        if (each.written) expected.push_back({each.field, *each.written});
        EXPECT_EQ(
            field_changes(card_with(each.field, each.desired), card_with(each.field, each.synced),
                          card_with(each.field, each.seen)),
            expected)
            << each.what;
    }
}

ContactCard emails(const std::string& first, const std::string& second, const std::string& third) {
    ContactCard card;
    card[Field::email1] = first;
    card[Field::email2] = second;
    card[Field::email3] = third;
    return card;
}

TEST(FieldChanges, KeepAnAddressThatTheReaderAddedInAFreeSlot) {
    const auto synced = emails("a@hq", "", "");
    const auto seen = emails("a@hq", "mine@home", "");
    EXPECT_TRUE(field_changes(synced, synced, seen).empty());
    const auto grown = field_changes(emails("a@hq", "b@hq", ""), synced, seen);
    EXPECT_EQ(with(seen, grown), emails("a@hq", "b@hq", "mine@home"));
    const auto shrunk = field_changes(emails("", "", ""), synced, seen);
    EXPECT_EQ(with(seen, shrunk), emails("mine@home", "", ""));
}

TEST(FieldChanges, PutHqsAddressBackWhereTheReaderTypedOverIt) {
    const auto synced = emails("a@hq", "", "");
    const auto changes = field_changes(synced, synced, emails("other@x", "", ""));
    EXPECT_EQ(changes, (std::vector<FieldChange>{{Field::email1, "a@hq"}}));
}

TEST(FieldChanges, LeaveAnAddressOfTheReaderInItsSlot) {
    const auto synced = emails("a@hq", "", "");
    const auto seen = emails("a@hq", "", "mine@home");
    EXPECT_TRUE(field_changes(synced, synced, seen).empty());
    EXPECT_EQ(with(seen, field_changes(emails("b@hq", "", ""), synced, seen)),
              emails("b@hq", "mine@home", ""));
}

TEST(FieldChanges, KeepTheReadersAddressBesideAGapInThoseOfHq) {
    const auto desired = emails("", "b@hq", "");
    const auto seen = emails("b@hq", "mine@home", "");
    EXPECT_TRUE(field_changes(desired, desired, seen).empty());
}

/// Texts from so few words that every coincidence happens.
ContactCard random_card(test::Dice& dice) {
    ContactCard card;
    for (const auto field : all_fields()) {
        const auto word = [&] { return std::string(1, static_cast<char>('a' + dice.below(4))); };
        const bool is_slot =
            field == Field::email1 || field == Field::email2 || field == Field::email3;
        if (dice.chance(35)) continue;
        card[field] = word();
        if (is_slot) card[field] += "@x.example";
        if (field == Field::categories && dice.chance(50)) card[field] += "\n" + word();
    }
    return card;
}

TEST(FieldChanges, OnceWrittenAskForNothingMore) {
    for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
        test::Dice dice(seed);
        const auto desired = random_card(dice);
        const auto synced = random_card(dice);
        const auto seen = random_card(dice);
        const auto written = with(seen, field_changes(desired, synced, seen));
        const auto again = field_changes(desired, desired, written);
        ASSERT_TRUE(again.empty()) << "seed " << seed << " field " << name(again.front().field);
    }
}

TEST(FieldChanges, WithoutHistoryClearNothing) {
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
        test::Dice dice(seed);
        const auto desired = random_card(dice);
        const auto seen = random_card(dice);
        const auto written = with(seen, field_changes(desired, {}, seen));
        for (const auto field : all_fields()) {
            const bool is_slot =
                field == Field::email1 || field == Field::email2 || field == Field::email3;
            if (is_slot || seen[field].empty()) continue;
            ASSERT_NE(written[field], "") << "seed " << seed << " field " << name(field);
        }
    }
}

}  // namespace
}  // namespace hqsync::reconcile
