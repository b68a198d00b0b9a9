// The three-way comparison of a card as tables: desired, synced, seen, and what goes where.
#include <gtest/gtest.h>

#include <algorithm>

#include "contact/canonical.hpp"
#include "reconcile/merge.hpp"
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

std::vector<FieldChange> field_changes(const ContactCard& desired, const ContactCard& synced,
                                       const ContactCard& seen) {
    const auto merged = merge({desired, synced, seen, FolderRole::global}, {});
    EXPECT_TRUE(merged.pull.empty());
    EXPECT_EQ(merged.base, desired);
    return merged.push;
}

ContactCard card_with(Field field, const std::string& text) {
    ContactCard card;
    card[field] = text;
    return card;
}

TEST(MergeForHq, LetHqLeadAndLoseNothingThatTheReaderAdded) {
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
        {"notes emptied by the reader", Field::notes, "aus HQ", "aus HQ", "", {}},
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

TEST(MergeForHq, KeepAnAddressThatTheReaderAddedInAFreeSlot) {
    const auto synced = emails("a@hq", "", "");
    const auto seen = emails("a@hq", "mine@home", "");
    EXPECT_TRUE(field_changes(synced, synced, seen).empty());
    const auto grown = field_changes(emails("a@hq", "b@hq", ""), synced, seen);
    EXPECT_EQ(with(seen, grown), emails("a@hq", "b@hq", "mine@home"));
    const auto shrunk = field_changes(emails("", "", ""), synced, seen);
    EXPECT_EQ(with(seen, shrunk), emails("mine@home", "", ""));
}

TEST(MergeForHq, PutHqsAddressBackWhereTheReaderTypedOverIt) {
    const auto synced = emails("a@hq", "", "");
    const auto changes = field_changes(synced, synced, emails("other@x", "", ""));
    EXPECT_EQ(changes, (std::vector<FieldChange>{{Field::email1, "a@hq"}}));
}

TEST(MergeForHq, LeaveAnAddressOfTheReaderInItsSlot) {
    const auto synced = emails("a@hq", "", "");
    const auto seen = emails("a@hq", "", "mine@home");
    EXPECT_TRUE(field_changes(synced, synced, seen).empty());
    EXPECT_EQ(with(seen, field_changes(emails("b@hq", "", ""), synced, seen)),
              emails("b@hq", "mine@home", ""));
}

TEST(MergeForHq, KeepTheReadersAddressBesideAGapInThoseOfHq) {
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

TEST(MergeForHq, OnceWrittenAskForNothingMore) {
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

TEST(MergeForHq, WithoutHistoryClearNothing) {
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

/// Both ways: a letter for each text; what is pushed, what is pulled, who wins a conflict.
struct TwoWayCase {
    std::string what;
    std::string hq, base, mailbox;
    std::string expected;
};

std::string to_text(const Merge& merged) {
    std::string text;
    for (const auto& change : merged.push)
        text += "push " + std::string(name(change.field)) + "=" + change.text + " ";
    for (const auto& change : merged.pull)
        text += "pull " + std::string(name(change.field)) + "=" + change.text + " ";
    for (const auto& conflict : merged.conflicts) {
        text += "conflict " + conflict.hq + "/" + conflict.exchange + " " +
                std::string(name(conflict.winner)) + " ";
    }
    if (!text.empty()) text.pop_back();
    return text;
}

TEST(MergeTwoWay, LetsTheSideThatChangedWin) {
    const std::vector<TwoWayCase> cases = {
        {"nothing", "a", "a", "a", ""},
        {"HQ changed", "b", "a", "a", "push position=b"},
        {"HQ emptied", "", "a", "a", "push position="},
        {"the reader changed", "a", "a", "b", "pull position=b"},
        {"the reader emptied", "a", "a", "", "pull position="},
        {"both the same", "b", "a", "b", ""},
        {"both emptied", "", "a", "", ""},
        {"both differently", "b", "a", "c", "push position=b conflict b/c hq"},
        {"HQ emptied, the reader changed", "", "a", "c", "push position= conflict /c hq"},
        {"HQ changed, the reader emptied", "b", "a", "", "push position=b conflict b/ hq"},
        {"no history, only HQ", "b", "", "", "push position=b"},
        {"no history, only the mailbox", "", "", "c", "pull position=c"},
        {"no history, both", "b", "", "c", "push position=b conflict b/c hq"},
    };
    for (const auto& each : cases) {
        const auto merged =
            merge({card_with(Field::position, each.hq), card_with(Field::position, each.base),
                   card_with(Field::position, each.mailbox), FolderRole::mine},
                  {});
        EXPECT_EQ(to_text(merged), each.expected) << each.what;
    }
}

TEST(MergeTwoWay, DecidesAConflictByThePolicyOfTheField) {
    const auto hq = card_with(Field::position, "b");
    const auto base = card_with(Field::position, "a");
    const auto mailbox = card_with(Field::position, "c");
    Policies policies;
    policies.conflict = Preference::exchange;
    EXPECT_EQ(to_text(merge({hq, base, mailbox, FolderRole::mine}, policies)),
              "pull position=c conflict b/c exchange");
    policies.conflict = Preference::newest;
    EXPECT_EQ(to_text(merge({hq, base, mailbox, FolderRole::mine, Side::exchange}, policies)),
              "pull position=c conflict b/c exchange");
    EXPECT_EQ(to_text(merge({hq, base, mailbox, FolderRole::mine, Side::hq}, policies)),
              "push position=b conflict b/c hq");
    policies.field_conflict[std::to_underlying(Field::position)] = Preference::exchange;
    EXPECT_EQ(to_text(merge({hq, base, mailbox, FolderRole::mine, Side::hq}, policies)),
              "pull position=c conflict b/c exchange");
}

TEST(MergeTwoWay, KeepsTheOldBaseOfWhatHqHasYetToTake) {
    const auto hq = card_with(Field::position, "a");
    const auto mailbox = card_with(Field::position, "c");
    const auto merged = merge({hq, hq, mailbox, FolderRole::mine}, {});
    EXPECT_EQ(merged.base, hq);
    EXPECT_EQ(merge({hq, merged.base, mailbox, FolderRole::mine}, {}), merged)
        << "a pull that failed is found again";
}

TEST(MergeTwoWay, NarrowsTheDirectionFieldByField) {
    const auto hq = card_with(Field::position, "a");
    const auto mailbox = card_with(Field::position, "c");
    Policies policies;
    auto& direction = policies.field_direction[std::to_underlying(Field::position)];
    const auto merged = [&](FolderRole folder) {
        return to_text(merge({hq, hq, mailbox, folder}, policies));
    };
    direction = Direction::hq_to_exchange;
    EXPECT_EQ(merged(FolderRole::mine), "push position=a");
    direction = Direction::exchange_only;
    EXPECT_EQ(merged(FolderRole::mine), "");
    EXPECT_EQ(merged(FolderRole::global), "");
    direction = Direction::two_way;
    EXPECT_EQ(merged(FolderRole::mine), "pull position=c");
    EXPECT_EQ(merged(FolderRole::global), "push position=a") << "no field widens its folder";
    policies.global = Direction::two_way;
    EXPECT_EQ(merged(FolderRole::global), "pull position=c");
}

TEST(MergeTwoWay, NeverSendsWhatHqDoesNotKeepWithThePerson) {
    for (const auto field : all_fields()) {
        if (is_of_contact_person(field)) continue;
        auto hq = card_with(Field::email1, "own@x");
        auto mailbox = hq;
        hq[field] = "a@x";
        mailbox[field] = "b@x";
        const auto merged = merge({hq, hq, mailbox, FolderRole::mine}, {});
        EXPECT_TRUE(merged.pull.empty()) << name(field);
        EXPECT_TRUE(merged.conflicts.empty()) << name(field);
    }
}

TEST(MergeTwoWay, LetsDerivedNamesWaitForTheNewName) {
    ContactCard hq;
    hq[Field::given_name] = "Jörg";
    hq[Field::display_name] = "Jörg Weiß";
    hq[Field::file_as] = "Weiß, Jörg";
    auto mailbox = hq;
    mailbox[Field::given_name] = "Georg";
    mailbox[Field::display_name] = "Georg Weiß";
    const auto merged = merge({hq, hq, mailbox, FolderRole::mine}, {});
    EXPECT_EQ(to_text(merged), "pull given_name=Georg");
    EXPECT_EQ(merged.base, hq);
}

struct EmailCase {
    std::string what;
    ContactCard hq, base, mailbox;
    std::string expected;
};

TEST(MergeTwoWay, SendsARealAddressThatWasTypedAndNeverAPlaceholder) {
    const auto none = emails("A.B@nomail.de", "", "");
    const auto real = emails("a@hq", "", "");
    const std::vector<EmailCase> cases = {
        {"typed over HQ's", real, real, emails("new@x", "", ""), "pull email1=new@x"},
        {"removed", real, real, emails("", "", ""), "pull email1="},
        {"added beside HQ's", real, real, emails("a@hq", "new@x", ""), ""},
        {"HQ's moved to another slot", real, real, emails("new@x", "a@hq", ""),
         "push email1=a@hq push email2=new@x"},
        {"typed over a placeholder", none, none, emails("new@x", "", ""), "pull email1=new@x"},
        {"typed beside a placeholder", none, none, emails("A.B@nomail.de", "new@x", ""),
         "pull email1=new@x"},
        {"placeholder removed", none, none, emails("", "", ""), "push email1=A.B@nomail.de"},
        {"placeholder of another name", none, none, emails("C.D@nomail.de", "", ""),
         "push email1=A.B@nomail.de"},
        {"placeholder typed over HQ's", real, real, emails("C.D@NoMail.de", "", ""),
         "push email1=a@hq"},
        {"reserved domain typed over HQ's", real, real, emails("c@nomail.invalid", "", ""),
         "push email1=a@hq"},
        {"HQ changed", emails("b@hq", "", ""), real, real, "push email1=b@hq"},
        {"both the same", emails("b@hq", "", ""), real, emails("b@hq", "", ""), ""},
        {"both differently", emails("b@hq", "", ""), real, emails("new@x", "", ""),
         "push email1=b@hq conflict b@hq/new@x hq"},
        {"HQ got one, the reader typed over the placeholder", emails("b@hq", "", ""), none,
         emails("new@x", "", ""), "push email1=b@hq push email2=new@x"},
        {"HQ lost it, the reader removed it", none, real, emails("", "", ""),
         "push email1=A.B@nomail.de"},
        {"no history", real, emails("", "", ""), emails("new@x", "", ""),
         "push email1=a@hq push email2=new@x"},
    };
    for (const auto& each : cases) {
        const auto merged = merge({each.hq, each.base, each.mailbox, FolderRole::mine}, {});
        EXPECT_EQ(to_text(merged), each.expected) << each.what;
    }
}

/// What HQ has once it took the pull, as far as a card can tell.
ContactCard taken(ContactCard hq, const Merge& merged) {
    for (const auto& change : merged.pull)
        hq[change.field] = change.text;
    return hq;
}

TEST(MergeTwoWay, ComesToRestAndNamesEveryTextThatIsOverwritten) {
    Policies exchange_wins;
    exchange_wins.conflict = Preference::exchange;
    for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
        test::Dice dice(seed);
        auto hq = random_card(dice);
        auto base = random_card(dice);
        auto mailbox = random_card(dice);
        const auto policies = dice.chance(50) ? Policies() : exchange_wins;
        for (int round = 0; round < 4; ++round) {
            const auto merged = merge({hq, base, mailbox, FolderRole::mine}, policies);
            for (const auto& change : merged.push) {
                if (!is_of_contact_person(change.field) || change.field == Field::email1) continue;
                const bool was_edited =
                    !same(change.field, mailbox[change.field], base[change.field]);
                const bool is_named = std::ranges::any_of(merged.conflicts, [&](const auto& each) {
                    return each.field == change.field && each.exchange == mailbox[change.field];
                });
                ASSERT_TRUE(!was_edited || is_named)
                    << "seed " << seed << " " << name(change.field);
            }
            base = taken(merged.base, merged);
            mailbox = with(mailbox, merged.push);
            hq = taken(hq, merged);
        }
        const auto rest = merge({hq, base, mailbox, FolderRole::mine}, policies);
        ASSERT_EQ(to_text(rest), "") << "seed " << seed;
    }
}

}  // namespace
}  // namespace hqsync::reconcile
