// Settings: what may be typed, what is stored, and what comes of it.
#include "settings/settings.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace hqsync::settings {
namespace {

std::string parsed(std::string_view key, std::string_view typed) {
    const auto result = parse(key, typed);
    return result ? *result : to_text(result.error());
}

TEST(SettingTable, IsSortedAndEveryDefaultPassesItsOwnCheck) {
    EXPECT_TRUE(std::ranges::is_sorted(definitions(), {}, &Definition::key));
    EXPECT_EQ(std::ranges::count(definitions(), false, &Definition::of_field), 19);
    EXPECT_EQ(std::ranges::count(definitions(), true, &Definition::of_field), 35)
        << "a direction for each field but the notes, a conflict for each field of the person";
    for (const auto& definition : definitions())
        EXPECT_EQ(parsed(definition.key, definition.default_json), definition.default_json)
            << definition.key;
}

TEST(SettingTable, DefaultsAreThoseOfTheValues) {
    std::map<std::string, std::string> stored;
    for (const auto& definition : definitions()) {
        if (definition.of_field) continue;  // absent, it follows the folder or conflict.default
        stored[std::string(definition.key)] = std::string(definition.default_json);
    }
    const auto settings = read(stored, {});
    ASSERT_TRUE(settings.has_value());
    EXPECT_EQ(*settings, Settings{});
}

TEST(SettingText, TakesTheWordsPeopleUseForYesAndNo) {
    for (const auto* yes : {"true", "on", "yes", "1", "On", " TRUE "})
        EXPECT_EQ(parsed("sync.only_my_contacts", yes), "true") << yes;
    for (const auto* no : {"false", "off", "no", "0", "Off"})
        EXPECT_EQ(parsed("sync.only_my_contacts", no), "false") << no;
    EXPECT_EQ(parsed("sync.only_my_contacts", "maybe"),
              "settings.wrong_value: sync.only_my_contacts must be true or false (on, off, yes and "
              "no do as well)");
}

TEST(SettingText, TakesCountsWithinTheirRange) {
    EXPECT_EQ(parsed("guard.max_deletes", "0"), "0");
    EXPECT_EQ(parsed("guard.max_deletes", "1000000"), "1000000");
    EXPECT_EQ(parsed("guard.max_delete_percent", "100"), "100");
    EXPECT_EQ(
        parsed("guard.max_delete_percent", "101"),
        "settings.wrong_value: guard.max_delete_percent must be a whole number from 0 to 100");
    for (const auto* wrong : {"-1", "12x", "", "1.5", "99999999999999999999"})
        EXPECT_FALSE(parse("guard.max_deletes", wrong).has_value()) << wrong;
}

TEST(SettingText, TakesListsAsNamesOrAsJson) {
    EXPECT_EQ(parsed("sync.excluded_company_types", "Interessent, Früher "),
              R"(["Interessent","Früher"])");
    EXPECT_EQ(parsed("sync.excluded_company_types", R"(["A, B"])"), R"(["A, B"])");
    EXPECT_EQ(parsed("sync.excluded_company_types", ""), "[]");
    EXPECT_FALSE(parse("sync.excluded_company_types", R"(["A")").has_value());
    EXPECT_FALSE(parse("sync.excluded_company_types", "[1]").has_value());
}

TEST(SettingText, ChecksDomainRegionLinkAndMode) {
    EXPECT_EQ(parsed("placeholder.domain", "NoMail.Example"), R"("nomail.example")");
    for (const auto* wrong :
         {"", "nomail", "no mail.de", "-a.de", "a-.de", "a..de", "a.de.", "@a.de"})
        EXPECT_FALSE(parse("placeholder.domain", wrong).has_value()) << wrong;
    EXPECT_EQ(parsed("phone.region", "at"), R"("AT")");
    for (const auto* wrong : {"", "D", "DEU", "4D", "XX", "ZZ"})
        EXPECT_FALSE(parse("phone.region", wrong).has_value()) << wrong;
    EXPECT_EQ(parsed("card.hq_link", "https://hq.example/c/{id}"),
              R"("https://hq.example/c/{id}")");
    EXPECT_EQ(parsed("card.hq_link", ""), R"("")");
    EXPECT_FALSE(parse("card.hq_link", "https://hq.example/").has_value());
    EXPECT_EQ(parsed("placeholder.mode", "Invalid"), R"("invalid")");
    EXPECT_EQ(parsed("placeholder.mode", "mail"),
              "settings.wrong_value: placeholder.mode must be one of nomail|invalid|none");
}

TEST(SettingText, KnowsNoOtherKey) {
    EXPECT_EQ(parsed("sync.everything", "on"),
              "settings.unknown_key: there is no setting sync.everything");
}

TEST(StoredSettings, ShapeThePolicies) {
    const auto settings = read({{"adopt.unmarked", "true"},
                                {"backup.days", "7"},
                                {"conflict.birthday", R"("exchange")"},
                                {"conflict.default", R"("newest")"},
                                {"direction.global", R"("two_way")"},
                                {"direction.mine", R"("exchange_only")"},
                                {"direction.notes", R"("two_way")"},
                                {"loop.max_writes", "9"},
                                {"user_create", R"("create")"},
                                {"user_delete", R"("remember")"}},
                               {});
    ASSERT_TRUE(settings.has_value());
    Settings expected;
    auto& policies = expected.policies;
    policies.adopt_unmarked = true;
    policies.conflict = reconcile::Preference::newest;
    policies.field_conflict[std::to_underlying(Field::birthday)] = reconcile::Preference::exchange;
    policies.global = reconcile::Direction::two_way;
    policies.mine = reconcile::Direction::exchange_only;
    policies.field_direction[std::to_underlying(Field::notes)] = reconcile::Direction::two_way;
    policies.loop_writes_max = 9;
    policies.user_creation = reconcile::UserCreation::create;
    policies.user_deletion = reconcile::UserDeletion::remember;
    expected.backup_days = 7;
    EXPECT_EQ(*settings, expected);
}

TEST(StoredSettings, ShapeRulesCardAndGuard) {
    const std::map<MailboxAddress, UserId> users = {
        {MailboxAddress("anna@agentur.example"), UserId(3)}};
    const auto settings = read({{"card.hq_link", R"("https://hq.example/{id}")"},
                                {"guard.max_delete_percent", "10"},
                                {"guard.max_deletes", "20"},
                                {"guard.source_shrink_percent", "30"},
                                {"phone.region", R"("AT")"},
                                {"placeholder.domain", R"("leer.example")"},
                                {"placeholder.mode", R"("none")"},
                                {"sync.excluded_company_types", R"(["Alt"])"},
                                {"sync.global_folder", "false"},
                                {"sync.global_folder@anna@agentur.example", "true"},
                                {"sync.global_folder@gone@agentur.example", "true"},
                                {"sync.only_my_contacts", "true"},
                                {"of.a.newer.version", "7"}},
                               users);
    ASSERT_TRUE(settings.has_value());
    Settings expected;
    expected.rules = {{"Alt"}, true, false, {{UserId(3), true}}};
    expected.policies.placeholder_domains.insert("leer.example");
    expected.card = {card::PlaceholderMode::none, "leer.example", "AT", "https://hq.example/{id}"};
    expected.guard.max_deletes = 20;
    expected.guard.max_delete_percent = 10;
    expected.guard.source_shrink_percent = 30;
    EXPECT_EQ(*settings, expected);
}

TEST(StoredSettings, ThatDoNotParseAreFaults) {
    const auto wrong = read({{"guard.max_deletes", "many"}}, {});
    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(
        to_text(wrong.error()),
        "settings.stored: the stored value of guard.max_deletes cannot be used: set it again");
    EXPECT_EQ(wrong.error().reach, Reach::configuration);
    EXPECT_FALSE(read({{"phone.region@anna@agentur.example", R"("DE")"}}, {}).has_value());
}

TEST(RulesText, ComesBackAsItWent) {
    placement::Rules rules{{"Interessent", "Früher \"so\""}, true, false, {{UserId(3), true}}};
    Settings settings;
    settings.rules = rules;
    settings.policies.field_conflict[std::to_underlying(Field::title)] =
        reconcile::Preference::newest;
    const auto text = to_text(settings);
    EXPECT_EQ(text, R"({"policies":"0 1 0 0 0 false 5 c4=2 d19=2",)"
                    R"("excluded_company_types":["Interessent","Früher \"so\""],)"
                    R"("only_my_contacts":true,"global_folder":false,)"
                    R"("global_folder_of":{"3":true}})");
    const auto back = rules_from_text(text);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, rules);
}

TEST(RulesText, ThatIsNoneIsAFault) {
    for (const auto* wrong : {"", "{}", "[]",
                              R"({"excluded_company_types":[1],"only_my_contacts":true,)"
                              R"("global_folder":true,"global_folder_of":{}})",
                              R"({"excluded_company_types":[],"only_my_contacts":true,)"
                              R"("global_folder":true,"global_folder_of":{"x":true}})"})
        EXPECT_FALSE(rules_from_text(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace hqsync::settings
