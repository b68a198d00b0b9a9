// What verify calls the operations of a plan.
#include "app/drift.hpp"

#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

using Kind = Drift::Kind;

/// User 1 is responsible for company 1 (contact 11); contact 21 is nobody's; 31 is excluded.
Snapshot small_agency() {
    Snapshot snapshot;
    User user;
    user.id = UserId(1);
    user.email_work = "anna@agentur.example";
    snapshot.users = {user};
    Company first{.id = CompanyId(1), .name = "Eins"};
    first.responsible_users = {UserId(1)};
    Company third{.id = CompanyId(3), .name = "Drei"};
    third.types = {{.id = {}, .name = "Interessent"}};
    snapshot.companies = {first, Company{.id = CompanyId(2), .name = "Zwei"}, third};
    for (const auto id : {11, 21, 31}) {
        ContactPerson contact;
        contact.id = ContactId(id);
        contact.company = CompanyId(id / 10);
        snapshot.contacts.push_back(contact);
    }
    return snapshot;
}

std::vector<Drift> drift(const reconcile::Plan& plan, const placement::Rules& rules = {}) {
    return drift_of(plan, placement::Placements(small_agency(), rules, "2026-11-24"), UserId(1));
}

reconcile::Remove removal(std::int64_t contact) {
    return {ContactId(contact),
            ItemId("i"),
            ChangeKey("k"),
            FolderRole::global,
            reconcile::Cause::rule_change,
            reconcile::Disposal::forever};
}

std::vector<Drift> drift_of_removal(std::int64_t contact, const placement::Rules& rules = {}) {
    reconcile::Plan plan;
    plan.operations = {removal(contact)};
    return drift(plan, rules);
}

Drift removed(Kind kind, std::int64_t contact,
              std::optional<placement::AbsenceRule> rule = std::nullopt) {
    return {.kind = kind,
            .contact = ContactId(contact),
            .item = ItemId("i"),
            .folder = FolderRole::global,
            .rule = rule};
}

TEST(Drift, NamesEveryOperationAndNoAdoption) {
    const ContactId contact(11);
    const ItemId item("i");
    const ChangeKey key("k");
    reconcile::Plan plan;
    plan.operations = {
        reconcile::Adopt{contact, item},
        reconcile::Pull{contact, item, {{Field::position, "x"}}},
        reconcile::Link{contact, item, key, FolderRole::mine, {}, {}},
        reconcile::Move{
            contact, item, key, FolderRole::global, FolderRole::mine, {{Field::title, "x"}}},
        reconcile::Update{contact, item, key, {{Field::title, "x"}, {Field::position, ""}}},
        reconcile::Create{contact, FolderRole::mine, {}},
        reconcile::Unmark{contact, item, key},
        reconcile::RemoveDouble{contact, item, key}};
    plan.in_peace = {ContactId(21)};
    using enum Field;
    const std::vector<Drift> expected = {
        {.kind = Kind::unsent, .contact = contact, .item = item, .fields = {position}},
        {.kind = Kind::missing, .contact = contact, .item = item, .folder = FolderRole::mine},
        {.kind = Kind::wrong_folder,
         .contact = contact,
         .item = item,
         .folder = FolderRole::global,
         .fields = {title}},
        {.kind = Kind::different, .contact = contact, .item = item, .fields = {title, position}},
        {.kind = Kind::missing, .contact = contact, .folder = FolderRole::mine},
        {.kind = Kind::unknown_copy, .contact = contact, .item = item},
        {.kind = Kind::extra, .contact = contact, .item = item},
        {.kind = Kind::contested, .contact = ContactId(21)}};
    EXPECT_EQ(drift(plan), expected);
}

TEST(Drift, TellsWhatHqHasNoMoreFromWhatTheUserMustNotSee) {
    using enum placement::AbsenceRule;
    EXPECT_EQ(drift_of_removal(99), std::vector{removed(Kind::extra, 99)});
    EXPECT_EQ(drift_of_removal(31),
              std::vector{removed(Kind::not_allowed, 31, excluded_company_type)});
    placement::Rules rules;
    rules.only_my_contacts = true;
    EXPECT_EQ(drift_of_removal(21, rules),
              std::vector{removed(Kind::not_allowed, 21, only_my_contacts)});
    rules = {};
    rules.global_folder = false;
    EXPECT_EQ(drift_of_removal(21, rules),
              std::vector{removed(Kind::not_allowed, 21, global_folder_off)});
    rules = {};
    rules.erased = {ContactId(11)};
    EXPECT_EQ(drift_of_removal(11, rules), std::vector{removed(Kind::not_allowed, 11, erased)});
}

TEST(Drift, HasANameForEachKind) {
    for (std::size_t kind = 0; kind < drift_kinds; ++kind)
        EXPECT_NE(name(static_cast<Kind>(kind)), "unknown");
}

}  // namespace
}  // namespace hqsync::app
