// Makes a card field by field from a contact person, his address and his company.
#include "card/make_card.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "card/ascii.hpp"
#include "card/countries.hpp"
#include "card/phones.hpp"
#include "card/street.hpp"
#include "card/texts.hpp"
#include "contact/text.hpp"

namespace hqsync::card {

namespace {

constexpr std::size_t local_part_octets_max = 64;  // RFC 5321 §4.5.3.1.1

/// The emails of the addresses, each once (without case), the default address first.
std::vector<std::string> emails_of(const ContactPerson& contact) {
    std::vector<std::string> emails;
    std::set<std::string> known;
    const auto take = [&](const Address& address) {
        auto email = line(address.email);
        if (!email.empty() && known.insert(folded(email)).second) {
            emails.push_back(std::move(email));
        }
    };
    if (contact.default_address) take(*contact.default_address);
    std::ranges::for_each(contact.addresses, take);
    return emails;
}

std::string subsystem_names(const Snapshot& snapshot, const Company& company) {
    std::set<std::string> names;
    for (const auto id : company.subsystems) {
        if (const auto* subsystem = find(snapshot, id)) names.insert(line(subsystem->name));
    }
    std::string text;
    for (const auto& name : names)
        text = joined(text, "\n", name);
    return text;
}

void fill_names(const ContactPerson& contact, const Company* company, ContactCard& card) {
    const auto first = line(contact.first_name);
    const auto last = line(contact.last_name);
    const auto firm = company == nullptr ? std::string{} : line(company->name);
    card[Field::given_name] = first;
    card[Field::surname] = last;
    card[Field::title] = line(contact.title);
    card[Field::position] = line(contact.position);
    card[Field::company] = firm;
    card[Field::display_name] = joined(first, " ", last);
    card[Field::file_as] = joined(last, ", ", first);
    if (!card[Field::display_name].empty()) return;
    // Outlook lists a contact without any name under nothing at all.
    const auto fallback = firm.empty() ? fmt::format("Kontakt {}", contact.id.value()) : firm;
    card[Field::display_name] = fallback;
    card[Field::file_as] = fallback;
}

void fill_postal(const Address& address, ContactCard& card) {
    card[Field::street] = street_text(address);
    card[Field::city] = line(address.city);
    card[Field::postal_code] = line(address.zip_code);
    card[Field::country] = country_name(line(address.country));
}

}  // namespace

struct CardMaker::Parts {
    CardRules rules;
    Ascii ascii;
    Phones phones;

    explicit Parts(CardRules given) : rules(std::move(given)), phones(rules.phone_region) {}
};

CardMaker::CardMaker(CardRules rules) : parts_(std::make_unique<Parts>(std::move(rules))) {}
CardMaker::~CardMaker() = default;

ContactCard CardMaker::make(const Snapshot& snapshot, const ContactPerson& contact) {
    static const Address no_address;
    const auto* company = contact.company ? find(snapshot, *contact.company) : nullptr;
    const auto& own = contact.default_address ? *contact.default_address : no_address;
    const auto& firm =
        company != nullptr && company->default_address ? *company->default_address : no_address;
    ContactCard card;
    fill_names(contact, company, card);
    fill_postal(is_postal(own) ? own : firm, card);
    card[Field::business_phone] = international_phone(
        line(contact.phone_landline).empty() ? own.phone : contact.phone_landline);
    card[Field::mobile_phone] = international_phone(contact.phone_mobile);
    card[Field::business_fax] = international_phone(own.fax);
    card[Field::web_page] = line(line(own.website).empty() ? firm.website : own.website);
    card[Field::birthday] = iso_birthday(contact.birthdate);
    card[Field::notes] = paragraphs(own.description);
    if (!parts_->rules.link_template.empty()) {
        card[Field::notes] =
            joined(card[Field::notes], "\n", link_text(parts_->rules.link_template, contact.id));
    }
    if (company != nullptr) card[Field::categories] = subsystem_names(snapshot, *company);

    constexpr std::array slots = {Field::email1, Field::email2, Field::email3};
    const auto emails = emails_of(contact);
    for (std::size_t i = 0; i < slots.size() && i < emails.size(); ++i)
        card[slots[i]] = emails[i];
    if (emails.empty()) {
        card[Field::email1] = placeholder_email(contact.first_name, contact.last_name, contact.id);
    }
    return card;
}

std::string CardMaker::placeholder_email(std::string_view first_name, std::string_view last_name,
                                         ContactId id) {
    const auto& rules = parts_->rules;
    if (rules.placeholder_mode == PlaceholderMode::none) return {};
    auto local =
        joined(parts_->ascii.local_part(first_name), ".", parts_->ascii.local_part(last_name));
    if (local.size() > local_part_octets_max) local.resize(local_part_octets_max);
    while (local.ends_with('.') || local.ends_with('-'))
        local.pop_back();
    if (local.empty()) local = fmt::format("kontakt-{}", id.value());
    const bool is_reserved = rules.placeholder_mode == PlaceholderMode::invalid;
    return fmt::format("{}@{}", local, is_reserved ? "nomail.invalid" : rules.placeholder_domain);
}

std::string CardMaker::international_phone(std::string_view number) {
    return parts_->phones.international(line(number));
}

}  // namespace hqsync::card
