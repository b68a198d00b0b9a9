// Plans on random trees: carried out on a model mailbox they reach what HQ wants, once, and spare
// what is not ours.
#include <gtest/gtest.h>

#include <algorithm>

#include "contact/canonical.hpp"
#include "reconcile/plan.hpp"
#include "unit/placement/random_directory.hpp"

namespace hqsync::reconcile {
namespace {

using test::Dice;

ContactCard card(const std::string& surname) {
    ContactCard card;
    card[Field::surname] = surname;
    card[Field::email1] = surname + "@x.example";
    return card;
}

/// Two folders as the plan sees them.
struct Model {
    std::vector<Observed> items;
    int next = 1;

    Observed& at(const ItemId& item) { return *std::ranges::find(items, item, &Observed::item); }
    void touch(Observed& item) { item.change_key = ChangeKey("k" + std::to_string(next++)); }
    void add(std::optional<ContactMark> mark, FolderRole folder, ContactCard content) {
        const auto number = std::to_string(next++);
        items.push_back({ItemId("item" + number), ChangeKey("k" + number), folder, std::move(mark),
                         std::move(content), "2026-01-01"});
    }
    void erase(const ItemId& item) {
        std::erase_if(items, [&](const Observed& each) { return each.item == item; });
    }

    /// Carries the plan out, and answers the shadows that the engine would keep.
    std::map<ContactId, Shadow> carry_out(const Trees& trees, const Plan& plan) {
        auto shadows = trees.shadows;
        for (const auto& [contact, shadow] : plan.observed_shadows) {
            if (shadow) {
                shadows.insert_or_assign(contact, *shadow);
            } else {
                shadows.erase(contact);
            }
        }
        for (const auto& operation : plan.operations) {
            std::visit([&](const auto& one) { apply(one, trees, shadows); }, operation);
        }
        return shadows;
    }

private:
    using Shadows = std::map<ContactId, Shadow>;
    void apply(const Create& create, const Trees& trees, Shadows& shadows) {
        add(ContactMark{"hq", create.contact}, create.folder, create.card);
        remember(create.contact, items.back(), trees, shadows);
    }
    void apply(const Update& update, const Trees& trees, Shadows& shadows) {
        auto& item = at(update.item);
        EXPECT_EQ(item.change_key, update.change_key);
        item.card = with(item.card, update.changes);
        touch(item);
        remember(update.contact, item, trees, shadows);
    }
    void apply(const Move& move, const Trees& trees, Shadows& shadows) {
        auto copy = at(move.item);
        erase(move.item);
        copy.item = ItemId("moved" + std::to_string(next));
        copy.folder = move.to;
        copy.card = with(copy.card, move.changes);
        touch(copy);
        items.push_back(copy);
        remember(move.contact, copy, trees, shadows);
    }
    void apply(const Remove& remove, const Trees&, Shadows& shadows) {
        erase(remove.item);
        shadows.erase(remove.contact);
    }
    void apply(const Adopt&, const Trees&, Shadows&) {}
    void apply(const Pull& pull, const Trees&, Shadows&) {
        ADD_FAILURE() << "nothing of contact " << pull.contact.value() << " was edited";
    }
    void apply(const Link& link, const Trees& trees, Shadows& shadows) {
        auto& item = at(link.item);
        EXPECT_EQ(item.change_key, link.change_key);
        item.card = with(item.card, link.changes);
        item.mark = ContactMark{"hq", link.contact};
        touch(item);
        remember(link.contact, item, trees, shadows);
    }
    void apply(const Unmark& unmark, const Trees&, Shadows&) { at(unmark.item).mark.reset(); }
    void apply(const RemoveDouble& remove, const Trees&, Shadows&) { erase(remove.item); }

    static void remember(ContactId contact, const Observed& item, const Trees& trees,
                         Shadows& shadows) {
        shadows.insert_or_assign(contact, Shadow{item.item, item.change_key, item.folder,
                                                 trees.desired.at(contact).card, item.card});
    }
};

FolderRole random_folder(Dice& dice) {
    return dice.chance(50) ? FolderRole::mine : FolderRole::global;
}

/// What HQ wants is a random edit of what was synced, and so is what the mailbox shows.
struct Scene {
    Trees trees;
    Model model;
    std::vector<Observed> users_own;
};

Scene random_scene(Dice& dice) {
    Scene scene;
    scene.trees.system = "hq";
    for (std::int64_t id = 1; id <= 12; ++id) {
        const ContactId contact(id);
        const auto folder = random_folder(dice);
        const auto base = card("p" + std::to_string(id));
        if (dice.chance(80)) {
            auto wish = base;
            if (dice.chance(30)) wish[Field::surname] += "x";
            scene.trees.desired.emplace(
                contact, Desired{dice.chance(80) ? folder : random_folder(dice), wish});
        }
        if (dice.chance(30)) continue;
        scene.model.add(ContactMark{"hq", contact}, folder, base);
        auto& item = scene.model.items.back();
        if (dice.chance(70)) {
            scene.trees.shadows.emplace(contact,
                                        Shadow{item.item, item.change_key, folder, base, base});
        }
        if (dice.chance(20)) {
            item.card[Field::notes] = "mine";
            scene.model.touch(item);
        }
        if (dice.chance(15)) scene.model.add(item.mark, random_folder(dice), item.card);
        if (dice.chance(10)) scene.model.items.pop_back();
    }
    scene.model.add(std::nullopt, FolderRole::mine, card("own"));
    scene.model.add(ContactMark{"other", ContactId(1)}, FolderRole::global, card("foreign"));
    std::ranges::copy_if(
        scene.model.items, std::back_inserter(scene.users_own),
        [](const Observed& item) { return !item.mark || item.mark->system != "hq"; });
    scene.trees.complete = true;
    scene.trees.observed = scene.model.items;
    return scene;
}

TEST(MakePlan, ReachesWhatHqWantsAndThenRests) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        Dice dice(seed);
        auto scene = random_scene(dice);
        const auto before = scene.model.items;
        const auto plan = make_plan(scene.trees);
        ASSERT_EQ(plan, make_plan(scene.trees)) << "the same trees, the same plan";
        auto next = scene.trees;
        next.shadows = scene.model.carry_out(scene.trees, plan);
        next.observed = scene.model.items;

        std::map<ContactId, int> count;
        for (const auto& item : scene.model.items) {
            if (!item.mark || item.mark->system != "hq") continue;
            ++count[item.mark->contact];
            const auto wish = scene.trees.desired.find(item.mark->contact);
            ASSERT_NE(wish, scene.trees.desired.end()) << "seed " << seed;
            ASSERT_EQ(item.folder, wish->second.folder) << "seed " << seed;
            ASSERT_EQ(item.card[Field::surname], wish->second.card[Field::surname]);
        }
        ASSERT_EQ(count.size(), scene.trees.desired.size()) << "seed " << seed;
        for (const auto& [contact, items] : count)
            ASSERT_EQ(items, 1) << "seed " << seed;
        for (const auto& own : scene.users_own) {
            ASSERT_EQ(scene.model.at(own.item), own) << "seed " << seed;
        }
        ASSERT_EQ(to_text(make_plan(next)), "") << "seed " << seed;
    }
}

TEST(MakePlan, WithoutAnyShadowAdoptsEqualItemsAndWritesNothing) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Dice dice(seed);
        auto scene = random_scene(dice);
        auto settled = scene.trees;
        settled.shadows = scene.model.carry_out(scene.trees, make_plan(scene.trees));
        settled.observed = scene.model.items;
        settled.shadows.clear();
        for (const auto& operation : make_plan(settled).operations) {
            ASSERT_TRUE(std::holds_alternative<Adopt>(operation)) << "seed " << seed;
        }
    }
}

TEST(MakePlan, RecreatesAnItemThatIsGoneAndKeepsWhatTheReaderTypedOnAMove) {
    Trees trees;
    trees.system = "hq";
    const auto base = card("a");
    auto noted = base;
    noted[Field::notes] = "mine";
    trees.desired = {{ContactId(1), {FolderRole::mine, base}},
                     {ContactId(2), {FolderRole::mine, base}}};
    trees.shadows = {
        {ContactId(1), {ItemId("i1"), ChangeKey("k1"), FolderRole::mine, base, base}},
        {ContactId(2), {ItemId("i2"), ChangeKey("k2"), FolderRole::global, base, noted}}};
    trees.gone = {ItemId("i1")};
    EXPECT_EQ(to_text(make_plan(trees)),
              "move contact 2 from global to mine fields -\ncreate contact 1 in mine\n");
}

TEST(MakePlan, NamesTheCauseOfEveryDeletion) {
    Trees trees;
    trees.system = "hq";
    for (std::int64_t id = 1; id <= 3; ++id) {
        trees.shadows[ContactId(id)] = {ItemId("i"), ChangeKey("k"), FolderRole::global, {}, {}};
    }
    trees.undesired = {{ContactId(1), Cause::rule_change},
                       {ContactId(2), Cause::confirmed_setting}};
    EXPECT_EQ(to_text(make_plan(trees)),
              "delete contact 1 from global cause rule_change\n"
              "delete contact 2 from global cause confirmed_setting\n"
              "delete contact 3 from global cause hq_deletion\n");
}

TEST(MakePlan, LetsGoOfAnItemThatLostItsMark) {
    const auto base = card("a");
    const std::vector<std::optional<ContactMark>> marks = {
        std::nullopt, ContactMark{"other", ContactId(1)}, ContactMark{"hq", ContactId(2)}};
    for (const auto& mark : marks) {
        for (const bool complete : {false, true}) {
            Trees trees;
            trees.system = "hq";
            trees.complete = complete;
            trees.shadows = {
                {ContactId(1), {ItemId("i"), ChangeKey("k"), FolderRole::mine, base, base}}};
            trees.desired = {{ContactId(1), {FolderRole::mine, card("b")}}};
            if (mark && mark->system == "hq") {
                trees.desired[ContactId(2)] = {FolderRole::mine, base};
            }
            trees.observed = {{ItemId("i"), ChangeKey("k2"), FolderRole::mine, mark, base, ""}};
            const auto plan = make_plan(trees);
            const std::string adopted =
                trees.desired.contains(ContactId(2)) ? "adopt contact 2\n" : "";
            EXPECT_EQ(to_text(plan), adopted + "create contact 1 in mine\n");
            EXPECT_EQ(plan.observed_shadows.at(ContactId(1)), std::nullopt);
        }
    }
}

TEST(MakePlan, KeepsTheKnownOneOfTwoItemsOfOneMark) {
    const auto base = card("a");
    auto edited = base;
    edited[Field::notes] = "mine";
    const ContactMark mark{"hq", ContactId(1)};
    const Observed ours{ItemId("z"), ChangeKey("k"), FolderRole::mine, mark, base, "2026-02-02"};
    Trees trees;
    trees.system = "hq";
    trees.complete = true;
    trees.desired = {{ContactId(1), {FolderRole::mine, base}}};
    trees.shadows = {{ContactId(1), {ours.item, ours.change_key, FolderRole::mine, base, base}}};

    auto other = ours;
    other.item = ItemId("a");
    other.created_on = "2026-01-01";
    trees.observed = {other, ours};
    const std::vector<Operation> doubles = {
        RemoveDouble{ContactId(1), ItemId("a"), ChangeKey("k")}};
    const auto unmarked = [](const ContactCard& seen) {
        return std::vector<Operation>{Unmark{ContactId(1), ItemId("a"), ChangeKey("k"), seen}};
    };
    EXPECT_EQ(make_plan(trees).operations, unmarked(other.card))
        << "a copy that its reader made is his";
    trees.doubtful = {ContactId(1)};
    EXPECT_EQ(make_plan(trees).operations, doubles) << "a create of ours came true late";
    trees.observed.front().card = edited;
    EXPECT_EQ(make_plan(trees).operations, unmarked(edited));
}

TEST(MakePlan, WithoutHistoryChoosesTheItemWithLeastToDo) {
    const auto base = card("a");
    const ContactMark mark{"hq", ContactId(1)};
    const Observed plain{ItemId("m"), ChangeKey("k"), FolderRole::mine, mark, base, "2026-02-02"};
    auto elsewhere = plain;
    elsewhere.item = ItemId("a");
    elsewhere.folder = FolderRole::global;
    auto differing = plain;
    differing.item = ItemId("b");
    differing.card[Field::surname] = "old";
    auto younger = plain;
    younger.item = ItemId("c");
    younger.created_on = "2026-03-03";
    auto later_id = plain;
    later_id.item = ItemId("n");
    for (const auto& other : {elsewhere, differing, younger, later_id}) {
        for (const auto& order : {std::vector{plain, other}, std::vector{other, plain}}) {
            Trees trees;
            trees.system = "hq";
            trees.complete = true;
            trees.desired = {{ContactId(1), {FolderRole::mine, base}}};
            trees.observed = order;
            const auto plan = make_plan(trees);
            ASSERT_FALSE(plan.operations.empty());
            EXPECT_EQ(plan.operations.front(), Operation(Adopt{ContactId(1), ItemId("m")}))
                << other.item.value();
            EXPECT_EQ(plan.operations.size(), 2U);
        }
    }
}

Trees two_way_trees(const ContactCard& hq, const ContactCard& base, const ContactCard& mailbox) {
    Trees trees;
    trees.system = "hq";
    trees.desired = {{ContactId(1), {FolderRole::mine, hq, "2026-02-01T00:00:00Z"}}};
    trees.shadows = {{ContactId(1), {ItemId("i"), ChangeKey("k1"), FolderRole::mine, base, base}}};
    trees.observed = {{ItemId("i"), ChangeKey("k2"), FolderRole::mine,
                       ContactMark{"hq", ContactId(1)}, mailbox, "2026-01-01T00:00:00Z",
                       "2026-03-01T00:00:00Z"}};
    return trees;
}

ContactCard named(const std::string& surname, const std::string& position) {
    auto one = card(surname);
    one[Field::position] = position;
    return one;
}

TEST(MakePlan, SendsAnEditToHqAndRemembersWhoSavedLast) {
    const auto base = named("a", "x");
    const auto plan = make_plan(two_way_trees(base, base, named("a", "y")));
    EXPECT_EQ(to_text(plan), "pull contact 1 fields position\n");
    EXPECT_EQ(plan.observed_shadows.at(ContactId(1))->touched_on, "2026-03-01T00:00:00Z");
    EXPECT_EQ(plan.bases.at(ContactId(1)), base);
}

TEST(MakePlan, LetsTheLaterSaveWinWhereThatIsThePolicy) {
    auto trees = two_way_trees(named("a", "z"), named("a", "x"), named("a", "y"));
    trees.policies.conflict = Preference::newest;
    EXPECT_EQ(to_text(make_plan(trees)), "pull contact 1 fields position\n");
    trees.desired.at(ContactId(1)).updated_on = "2026-04-01T00:00:00Z";
    const auto plan = make_plan(trees);
    EXPECT_EQ(to_text(plan), "update contact 1 fields position\n");
    EXPECT_EQ(plan.conflicts.at(ContactId(1)),
              (std::vector<FieldConflict>{{Field::position, "z", "y", Side::hq}}));
}

TEST(MakePlan, SendsWhatWasEditedInMineAlsoOfAContactThatLeavesIt) {
    const auto base = named("a", "x");
    auto trees = two_way_trees(base, base, named("a", "y"));
    trees.desired.at(ContactId(1)).folder = FolderRole::global;
    EXPECT_EQ(to_text(make_plan(trees)),
              "pull contact 1 fields position\nmove contact 1 from mine to global fields -\n");
}

TEST(MakePlan, PutsWhatSomebodyElseSavedIntoDeletedItemsAndNamesWhatHqNeverGot) {
    const auto base = named("a", "x");
    auto trees = two_way_trees(base, base, named("a", "y"));
    trees.desired.clear();
    const auto plan = make_plan(trees);
    const std::vector<Operation> expected = {Remove{ContactId(1), ItemId("i"), ChangeKey("k2"),
                                                    FolderRole::mine, Cause::hq_deletion,
                                                    Disposal::deleted_items}};
    EXPECT_EQ(plan.operations, expected);
    EXPECT_EQ(plan.conflicts.at(ContactId(1)),
              (std::vector<FieldConflict>{{Field::position, "", "y", Side::hq}}));
    trees.observed.clear();
    EXPECT_EQ(std::get<Remove>(make_plan(trees).operations.front()).disposal, Disposal::forever);
}

TEST(MakePlan, RemembersADeletionOfTheUserUntilTheContactLeavesTheFolder) {
    const auto base = named("a", "x");
    auto trees = two_way_trees(base, base, base);
    trees.observed.clear();
    trees.gone = {ItemId("i")};
    EXPECT_EQ(to_text(make_plan(trees)), "create contact 1 in mine\n");
    trees.policies.user_deletion = UserDeletion::remember;
    const auto plan = make_plan(trees);
    EXPECT_EQ(to_text(plan), "");
    EXPECT_EQ(plan.kept_away.at(ContactId(1)), FolderRole::mine);

    trees.renewed = {FolderRole::mine};
    EXPECT_EQ(to_text(make_plan(trees)), "create contact 1 in mine\n")
        << "who deletes a folder did not delete each contact";
    trees.renewed.clear();

    trees.shadows.clear();
    trees.gone.clear();
    trees.kept_away = {{ContactId(1), FolderRole::mine}};
    EXPECT_EQ(to_text(make_plan(trees)), "");
    EXPECT_TRUE(make_plan(trees).kept_away.empty());
    trees.desired.at(ContactId(1)).folder = FolderRole::global;
    EXPECT_EQ(to_text(make_plan(trees)), "create contact 1 in global\n");
    EXPECT_EQ(make_plan(trees).kept_away.at(ContactId(1)), std::nullopt);
    trees.desired.clear();
    EXPECT_EQ(make_plan(trees).kept_away.at(ContactId(1)), std::nullopt);
}

TEST(MakePlan, LeavesAContestedItemInPeaceAndStillRemovesIt) {
    const auto base = named("a", "x");
    auto trees = two_way_trees(named("b", "x"), base, named("a", "y"));
    trees.in_peace = {ContactId(1)};
    const auto plan = make_plan(trees);
    EXPECT_EQ(to_text(plan), "");
    EXPECT_EQ(plan.in_peace, std::vector{ContactId(1)});
    EXPECT_EQ(plan.bases.at(ContactId(1)), base) << "nothing is agreed upon";
    trees.desired.clear();
    EXPECT_EQ(to_text(make_plan(trees)), "delete contact 1 from mine cause hq_deletion\n");
}

Trees unmarked_trees(const std::vector<ContactCard>& wanted,
                     const std::vector<ContactCard>& found) {
    Trees trees;
    trees.system = "hq";
    trees.complete = true;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        trees.desired.emplace(ContactId(static_cast<std::int64_t>(i) + 1),
                              Desired{FolderRole::mine, wanted[i], {}});
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        trees.observed.push_back({ItemId("u" + std::to_string(i + 1)), ChangeKey("k"),
                                  FolderRole::mine, std::nullopt, found[i], "", ""});
    }
    return trees;
}

ContactCard person(const std::string& given, const std::string& surname, const std::string& company,
                   const std::string& email) {
    ContactCard one;
    one[Field::given_name] = given;
    one[Field::surname] = surname;
    one[Field::company] = company;
    one[Field::email1] = email;
    return one;
}

TEST(MakePlan, AdoptsAnUnmarkedItemOnlyWhereItCanBeNobodyElse) {
    const auto ute = person("Ute", "Lang", "Nord GmbH", "ute@nord.example");
    const auto plain = person("Ute", "Lang", "Nord GmbH", "");
    const auto other_name = person("Uwe", "Lang", "Nord GmbH", "ute@nord.example");
    const auto other_email = person("Ute", "Lang", "Nord GmbH", "private@home.example");
    struct Case {
        std::string what;
        std::vector<ContactCard> wanted, found;
        std::string expected;
        std::size_t findings;
    };
    const std::vector<Case> cases = {
        {"by address",
         {ute},
         {person("", "", "", "UTE@nord.example")},
         "link contact 1 in mine fields given_name,surname,company\n",
         0},
        {"by name and company", {ute}, {plain}, "link contact 1 in mine fields email1\n", 0},
        {"shared address, other name", {ute}, {other_name}, "create contact 1 in mine\n", 1},
        {"same name, other address", {ute}, {other_email}, "create contact 1 in mine\n", 1},
        {"two items for one contact", {ute}, {plain, plain}, "create contact 1 in mine\n", 2},
        {"one item for two contacts",
         {ute, ute},
         {plain},
         "create contact 1 in mine\ncreate contact 2 in mine\n",
         1},
    };
    for (const auto& each : cases) {
        auto trees = unmarked_trees(each.wanted, each.found);
        trees.policies.adopt_unmarked = true;
        const auto plan = make_plan(trees);
        EXPECT_EQ(to_text(plan), each.expected) << each.what;
        EXPECT_EQ(plan.findings.size(), each.findings) << each.what;
    }
}

TEST(MakePlan, ProposesWhatAUserMadeInMineButNoCopyOfAContact) {
    const auto ute = person("Ute", "Lang", "Nord GmbH", "ute@nord.example");
    const auto nina = person("Nina", "Neu", "Nord GmbH", "nina@nord.example");
    auto trees = unmarked_trees({ute}, {nina, ute, {}});
    const std::vector<Finding> expected = {{ItemId("u1"), nina, {}}};
    EXPECT_EQ(make_plan(trees).findings, expected);
    trees.observed.front().folder = FolderRole::global;
    EXPECT_TRUE(make_plan(trees).findings.empty());
    trees.observed.front().folder = FolderRole::mine;
    trees.observed.front().mark = ContactMark{"other", ContactId(7)};
    EXPECT_TRUE(make_plan(trees).findings.empty());
    trees.observed.front().mark.reset();
    trees.policies.user_creation = UserCreation::ignore;
    EXPECT_TRUE(make_plan(trees).findings.empty());
}

TEST(MakePlan, MarksTheItemOfAnAcceptedProposalInsteadOfCreatingASecondOne) {
    const auto nina = person("Nina", "Neu", "Nord GmbH", "nina@nord.example");
    auto trees = unmarked_trees({nina}, {nina});
    trees.complete = false;
    trees.links = {{ItemId("u1"), ContactId(1)}};
    const auto plan = make_plan(trees);
    EXPECT_EQ(to_text(plan), "link contact 1 in mine fields -\n");
    EXPECT_TRUE(plan.findings.empty());
}

TEST(MakePlan, PutsALinkedItemInThePlaceOfOurs) {
    const auto base = named("a", "x");
    auto trees = two_way_trees(base, base, named("a", "y"));
    trees.observed.push_back(
        {ItemId("u"), ChangeKey("k"), FolderRole::mine, std::nullopt, base, "", ""});
    EXPECT_EQ(to_text(make_plan(trees)), "pull contact 1 fields position\n");
    trees.links = {{ItemId("u"), ContactId(1)}};
    const auto plan = make_plan(trees);
    EXPECT_EQ(plan.operations,
              (std::vector<Operation>{RemoveDouble{ContactId(1), ItemId("i"), ChangeKey("k2")}}));
    EXPECT_EQ(plan.again, std::vector{ContactId(1)});
    EXPECT_EQ(plan.conflicts.at(ContactId(1)),
              (std::vector<FieldConflict>{{Field::position, "x", "y", Side::hq}}));
    trees.policies.user_deletion = UserDeletion::remember;
    trees.observed.erase(trees.observed.begin());
    trees.gone = {ItemId("i")};
    EXPECT_EQ(to_text(make_plan(trees)), "link contact 1 in mine fields -\n");
}

TEST(MakePlan, LeavesAnItemInItsPlaceWhenAnUnmarkedOneFitsToo) {
    const auto nina = person("Nina", "Neu", "Nord GmbH", "nina@nord.example");
    auto trees = two_way_trees(nina, nina, nina);
    trees.complete = true;
    trees.policies.adopt_unmarked = true;
    trees.observed.push_back(
        {ItemId("u"), ChangeKey("k"), FolderRole::mine, std::nullopt, nina, "", ""});
    EXPECT_EQ(to_text(make_plan(trees)), "");
}

TEST(MakePlan, TakesWhatTheServerKeepsInItsOwnWayForNoEdit) {
    auto base = named("a", "x");
    base[Field::email1] = "nachfragen";
    auto dropped = base;
    dropped[Field::email1] = "";
    auto trees = two_way_trees(base, base, dropped);
    EXPECT_EQ(to_text(make_plan(trees)), "pull contact 1 fields email1\n");
    auto& shadow = trees.shadows.at(ContactId(1));
    shadow.kept = kept_otherwise({{Field::email1, "nachfragen"}, {Field::surname, "a"}}, dropped);
    EXPECT_EQ(shadow.kept, (std::vector<FieldChange>{{Field::email1, ""}}));
    EXPECT_EQ(to_text(make_plan(trees)), "");
    trees.observed.front().card[Field::email1] = "new@x.example";
    EXPECT_EQ(to_text(make_plan(trees)), "pull contact 1 fields email1\n");
}

TEST(MakePlan, RemovesAnErasedPersonForGoodAndKeepsNothingOfHim) {
    const auto base = named("a", "x");
    auto trees = two_way_trees(base, base, named("a", "y"));
    trees.desired.clear();
    trees.shadows.clear();
    trees.undesired = {{ContactId(1), Cause::erasure}};
    const auto plan = make_plan(trees);
    const std::vector<Operation> expected = {Remove{ContactId(1), ItemId("i"), ChangeKey("k2"),
                                                    FolderRole::mine, Cause::erasure,
                                                    Disposal::forever}};
    EXPECT_EQ(plan.operations, expected);
    EXPECT_TRUE(plan.observed_shadows.empty());
    EXPECT_TRUE(plan.conflicts.empty());
}

TEST(MakePlan, NamesWhatHqNeverGotOfAContactThatTheRulesTakeAway) {
    const auto base = named("a", "x");
    auto trees = two_way_trees(base, base, named("a", "y"));
    trees.desired.clear();
    trees.undesired = {{ContactId(1), Cause::rule_change}};
    EXPECT_EQ(make_plan(trees).conflicts.at(ContactId(1)),
              (std::vector<FieldConflict>{{Field::position, "x", "y", Side::hq}}));
}

}  // namespace
}  // namespace hqsync::reconcile
