// There and back: cards of random contacts, edited at random.
#include "card/write_back.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "card/countries.hpp"
#include "contact/canonical.hpp"
#include "unit/card/random_contact.hpp"

namespace hqsync::card {
namespace {

const CardRules rules{.link_template = "https://hq.example/{id}"};

std::vector<FieldChange> all_of(const ContactCard& card) {
    std::vector<FieldChange> changes;
    for (const auto field : all_fields()) {
        if (is_of_contact_person(field)) changes.push_back({field, card[field]});
    }
    return changes;
}

RC_GTEST_PROP(WriteBackOfRandomContacts, ChangesNothingWhenNothingWasEdited, ()) {
    const auto snapshot = *test::random_company();
    const auto contact = *test::random_contact();
    CardMaker maker{rules};
    const auto card = maker.make(snapshot, contact);
    RC_ASSERT(write_back(contact, {}, card, rules) == (WriteBack{contact, {}}));
    const auto again = write_back(contact, all_of(card), card, rules);
    RC_ASSERT(differing_fields(maker.make(snapshot, again.contact), card).empty());
    // What came from the company may become his own, by asking for it; nothing else moves.
    const auto own = contact.default_address.value_or(Address{});
    const bool is_own = !own.city.empty() && !own.website.empty();
    if (is_own) RC_ASSERT(again.contact == contact);
}

/// What the card is to show of an edit.
std::string expected(CardMaker& maker, const FieldChange& change) {
    switch (change.field) {
        case Field::business_phone:
        case Field::mobile_phone:
        case Field::business_fax: return maker.international_phone(change.text);
        case Field::country: {
            const auto code = country_code(change.text);
            return code ? country_name(*code) : change.text;
        }
        case Field::birthday: return iso_birthday(change.text);
        case Field::notes:
            return change.text.empty() ? "https://hq.example/7"
                                       : change.text + "\nhttps://hq.example/7";
        default: return change.text;
    }
}

/// Clearing these uncovers something else, which the tables above show.
bool uncovers(const FieldChange& change) {
    return change.text.empty() &&
           (change.field == Field::email1 || change.field == Field::web_page);
}

bool is_postal(Field field) {
    return field == Field::street || field == Field::city || field == Field::postal_code ||
           field == Field::country;
}

bool is_derived(Field field) {
    return field == Field::display_name || field == Field::file_as || field == Field::email2 ||
           field == Field::email3;
}

bool has_postal_address(const ContactPerson& contact) {
    const auto own = contact.default_address.value_or(Address{});
    return !own.street.empty() || !own.city.empty() || !own.zip_code.empty();
}

/// Everything that no edit may touch.
ContactPerson rest_of(ContactPerson contact) {
    contact.first_name = contact.last_name = contact.title = contact.position = "";
    contact.phone_landline = contact.phone_mobile = contact.birthdate = "";
    contact.default_address.reset();
    for (auto& address : contact.addresses) {
        if (address.id == AddressId(1)) address = {};
        address.email.clear();
    }
    return contact;
}

RC_GTEST_PROP(WriteBackOfRandomContacts, ShowsEveryEditThatIsNotRefusedAndNothingElse, ()) {
    const auto snapshot = *test::random_company();
    const auto contact = *test::random_contact();
    const auto changes = *test::random_changes();
    CardMaker maker{rules};
    const auto before = maker.make(snapshot, contact);
    auto seen = before;
    for (const auto& change : changes)
        seen[change.field] = change.text;

    const auto back = write_back(contact, changes, seen, rules);
    const auto card = maker.make(snapshot, back.contact);
    std::map<Field, std::string> wanted;
    for (const auto& change : changes)
        wanted[change.field] = change.text;
    for (const auto field : all_fields()) {
        const auto edit = wanted.find(field);
        const bool is_refused = std::ranges::find(back.refused, field) != back.refused.end();
        RC_LOG() << name(field) << (is_refused ? " refused\n" : "\n");
        // A contact whose own address is cleared shows his company's.
        const bool lost_address = has_postal_address(contact) && !has_postal_address(back.contact);
        if (is_postal(field) && lost_address) continue;
        if (edit != wanted.end() && !is_refused) {
            const FieldChange change{field, edit->second};
            if (uncovers(change)) continue;
            const bool is_no_country =
                field == Field::country && !change.text.empty() && !country_code(change.text);
            RC_ASSERT(!is_no_country || change.text == before[field]);
            RC_ASSERT(canonical(field, card[field]) == canonical(field, expected(maker, change)));
        } else if (field == Field::email1 && wanted.contains(field)) {
            // A placeholder is made of the names, which may have been edited.
            RC_ASSERT(card[field].ends_with("@nomail.de") || card[field] == before[field]);
        } else if (!is_derived(field) && !card[field].ends_with("@nomail.de")) {
            RC_ASSERT(canonical(field, card[field]) == canonical(field, before[field]));
        }
    }
    RC_ASSERT(rest_of(back.contact) == rest_of(contact));
    for (const auto& address : back.contact.addresses) {
        if (address.id == AddressId(1)) RC_ASSERT(address == back.contact.default_address);
    }
    for (const auto field : back.refused)
        RC_ASSERT(wanted.contains(field));
}

RC_GTEST_PROP(NewContactOfRandomCards, ShowsEveryFieldThatIsNotRefused, ()) {
    ContactCard typed;
    for (const auto& change : *test::random_changes())
        typed[change.field] = change.text;
    const auto made = new_contact(CompanyId(1), typed, CardRules{});
    CardMaker maker{CardRules{}};
    const auto card = maker.make(*test::random_company(), made.contact);
    for (const auto field : all_fields()) {
        const bool is_refused = std::ranges::find(made.refused, field) != made.refused.end();
        if (is_refused || typed[field].empty() || field == Field::display_name ||
            field == Field::file_as || field == Field::company) {
            continue;
        }
        const auto wanted =
            field == Field::notes ? typed[field] : expected(maker, {field, typed[field]});
        RC_ASSERT(canonical(field, card[field]) == canonical(field, wanted));
    }
}

}  // namespace
}  // namespace hqsync::card
