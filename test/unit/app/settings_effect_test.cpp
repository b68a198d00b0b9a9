// What a changed setting would do is counted per mailbox before it is stored.
#include "app/settings_effect.hpp"

#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

/// Anna is responsible for company 1 (contact 11); company 2 (contacts 21, 22) is nobody's.
Directory small_agency() {
    auto snapshot = std::make_shared<Snapshot>();
    for (const auto* name : {"anna", "ben"}) {
        User user;
        user.id = UserId(static_cast<std::int64_t>(snapshot->users.size()) + 1);
        user.email_work = std::string(name) + "@agentur.example";
        snapshot->users.push_back(user);
    }
    Company first{.id = CompanyId(1), .name = "Eins"};
    first.responsible_users = {UserId(1)};
    snapshot->companies = {first, Company{.id = CompanyId(2), .name = "Zwei"}};
    for (const auto id : {11, 21, 22}) {
        ContactPerson contact;
        contact.id = ContactId(id);
        contact.first_name = "Kim";
        contact.last_name = "Nummer" + std::to_string(id);
        contact.company = CompanyId(id / 10);
        snapshot->contacts.push_back(contact);
    }
    Directory directory;
    directory.snapshot = snapshot;
    directory.today = "2026-11-24";
    return directory;
}

TEST(Effect, CountsWhatLeavesEachMailbox) {
    const auto directory = small_agency();
    auto after = directory.settings;
    after.rules.only_my_contacts = true;
    const Effect expected{{{MailboxAddress("ben@agentur.example"), 3, 0, 0, 0},
                           {MailboxAddress("anna@agentur.example"), 2, 0, 0, 0}}};
    EXPECT_EQ(effect_of(directory, after), expected);
    EXPECT_EQ(to_text(expected),
              "The change concerns 2 mailboxes: 5 contacts leave, 0 enter, 0 change the folder, 0 "
              "are rewritten.\n"
              "mailbox               leave  enter  move  rewritten\n"
              "--------------------  -----  -----  ----  ---------\n"
              "ben@agentur.example       3      0     0          0\n"
              "anna@agentur.example      2      0     0          0\n");
}

TEST(Effect, OfOneUsersSettingStaysWithHim) {
    const auto directory = small_agency();
    auto after = directory.settings;
    after.rules.global_folder_of[UserId(1)] = false;
    const Effect expected{{{MailboxAddress("anna@agentur.example"), 2, 0, 0, 0}}};
    EXPECT_EQ(effect_of(directory, after), expected);
}

TEST(Effect, CountsCardsThatAreWrittenAnew) {
    const auto directory = small_agency();
    auto after = directory.settings;
    after.card.placeholder_domain = "leer.example";
    const Effect expected{{{MailboxAddress("anna@agentur.example"), 0, 0, 0, 3},
                           {MailboxAddress("ben@agentur.example"), 0, 0, 0, 3}}};
    EXPECT_EQ(effect_of(directory, after), expected);
}

TEST(Effect, CountsEditsThatADirectionSendsOrPutsBack) {
    const auto directory = small_agency();
    reconcile::Shadow untouched{.folder = FolderRole::mine};
    untouched.synced[Field::notes] = untouched.seen[Field::notes] = "Aus HQ";
    auto typed = untouched;
    typed.seen[Field::notes] = "Privat";
    const MailboxAddress anna("anna@agentur.example");
    const std::map<ContactId, reconcile::Shadow> shadows = {{ContactId(11), typed},
                                                            {ContactId(21), untouched}};
    const auto effect_with = [&](reconcile::Direction direction) {
        auto after = directory.settings;
        after.policies.field_direction[std::to_underlying(Field::notes)] = direction;
        EXPECT_TRUE(changes_directions(directory.settings, after));
        auto effect = effect_of(directory, after);
        add_edits(effect, anna, shadows, directory.settings.policies, after.policies);
        return effect;
    };
    const Effect sent{{{.mailbox = anna, .sent = 1}}};
    EXPECT_EQ(effect_with(reconcile::Direction::two_way), sent);
    EXPECT_NE(to_text(sent).find("into 1 contacts"), std::string::npos);
    EXPECT_EQ(effect_with(reconcile::Direction::hq_to_exchange),
              (Effect{{{.mailbox = anna, .put_back = 1}}}));
    EXPECT_FALSE(changes_directions(directory.settings, directory.settings));
}

TEST(Effect, OfNothingIsSaidInOneLine) {
    const auto directory = small_agency();
    EXPECT_EQ(effect_of(directory, directory.settings), Effect{});
    EXPECT_EQ(to_text(Effect{}), "The change moves no contact of any mailbox.\n");
}

}  // namespace
}  // namespace hqsync::app
