// Field by field the inverse of make_card; a text that the card shows already changes nothing.
#include "card/write_back.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "card/countries.hpp"
#include "card/phones.hpp"
#include "card/street.hpp"
#include "card/texts.hpp"
#include "contact/text.hpp"

namespace hqsync::card {

namespace {

// HQ documents no lengths; what is longer is no name, street or address, but a mistake.
constexpr std::size_t line_octets_max = 1'000;
constexpr std::size_t notes_octets_max = 100'000;

constexpr std::array postal_fields = {Field::street, Field::city, Field::postal_code,
                                      Field::country};

bool is_postal_part(Field field) {
    return std::ranges::find(postal_fields, field) != postal_fields.end();
}

bool fits(Field field, std::string_view text) {
    return text.size() <= (field == Field::notes ? notes_octets_max : line_octets_max);
}

/// Each field once; the last word on it counts.
std::map<Field, std::string> by_field(const std::vector<FieldChange>& changes) {
    std::map<Field, std::string> texts;
    for (const auto& change : changes)
        texts[change.field] = change.text;
    return texts;
}

void put(std::string& place, const std::string& text) {
    if (line(place) != text) place = text;
}

/// Changes his default address, also where `addresses` repeats it; makes none that stays empty.
template <class Change>
void change_own(ContactPerson& contact, Change change) {
    auto own = contact.default_address.value_or(Address{});
    change(own);
    if (!contact.default_address && own == Address{}) return;
    for (auto& address : contact.addresses) {
        if (own.id && address.id == own.id) change(address);
    }
    contact.default_address = std::move(own);
}

void put_phone(std::string& place, const std::string& text, const CardRules& rules) {
    const auto shown = Phones(rules.phone_region).international(line(place));
    if (shown != text) place = text;
}

/// The number of his address is shown where he has none himself: then the edit is of that one.
void take_business_phone(ContactPerson& contact, const std::string& text, const CardRules& rules) {
    const bool is_of_address = line(contact.phone_landline).empty() && contact.default_address &&
                               !line(contact.default_address->phone).empty();
    if (!is_of_address) put_phone(contact.phone_landline, text, rules);
    if (is_of_address || text.empty()) {
        change_own(contact, [&](Address& own) { put_phone(own.phone, text, rules); });
    }
}

std::string first_email(const ContactPerson& contact) {
    if (contact.default_address && !line(contact.default_address->email).empty()) {
        return line(contact.default_address->email);
    }
    for (const auto& address : contact.addresses) {
        if (auto email = line(address.email); !email.empty()) return email;
    }
    return {};
}

/// The e-mail that the card shows first, wherever it stands; his own address gets the first one.
void put_email(ContactPerson& contact, const std::string& text) {
    const auto old = first_email(contact);
    if (old == text) return;
    if (old.empty()) {
        change_own(contact, [&](Address& own) { own.email = text; });
        return;
    }
    const auto replace = [&](Address& address) {
        if (folded(line(address.email)) == folded(old)) address.email = text;
    };
    if (contact.default_address) replace(*contact.default_address);
    std::ranges::for_each(contact.addresses, replace);
}

/// By the domain, in whatever mode they are made now: another mode may have made it before.
bool is_placeholder(std::string_view email, const CardRules& rules) {
    const auto domain = folded(email.substr(email.rfind('@') + 1));
    return domain == folded(rules.placeholder_domain) || domain == "nomail.invalid";
}

/// One address and nothing around it, as RFC 5321 writes it without quotes.
bool is_email(std::string_view text) {
    const auto at = text.find('@');
    const bool has_sides = at != std::string_view::npos && at > 0 && at + 1 < text.size();
    const auto is_foreign = [](char each) {
        return static_cast<unsigned char>(each) <= ' ' ||
               std::string_view("()<>,;:\\\"[]").contains(each);
    };
    return has_sides && at == text.rfind('@') && std::ranges::none_of(text, is_foreign);
}

bool take_email(ContactPerson& contact, const std::string& text, const CardRules& rules) {
    if (!text.empty() && (!is_email(text) || is_placeholder(text, rules))) return false;
    put_email(contact, text);
    return true;
}

/// Where he has none, the company's is shown: that cannot be cleared for him alone.
bool take_web_page(ContactPerson& contact, const std::string& text) {
    const bool has_own = contact.default_address && !line(contact.default_address->website).empty();
    if (text.empty() && !has_own) return false;
    change_own(contact, [&](Address& own) { put(own.website, text); });
    return true;
}

bool take_birthday(ContactPerson& contact, const std::string& text) {
    const auto date = iso_birthday(text);
    if (date.empty() && !text.empty()) return false;
    if (iso_birthday(contact.birthdate) != date) contact.birthdate = date;
    return true;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(trimmed(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Without the lines of the link that make_card put at the end; people write below them too.
std::string without_link(const std::string& notes, const std::string& link) {
    const auto lines = lines_of(notes);
    const auto wanted = lines_of(paragraphs(link));
    const auto place = std::ranges::find_end(lines, wanted);
    if (wanted.empty() || place.empty()) return notes;
    const auto first = static_cast<std::size_t>(place.begin() - lines.begin());
    std::string kept;
    std::size_t number = 0;
    for (std::string_view rest = notes; !rest.empty(); ++number) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const bool is_link = number >= first && number < first + wanted.size();
        if (!is_link) kept.append(rest.substr(0, end)).append("\n");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return paragraphs(kept);
}

void put_notes(ContactPerson& contact, const std::string& text, const CardRules& rules) {
    const auto notes = without_link(paragraphs(text), link_text(rules.link_template, contact.id));
    change_own(contact, [&](Address& own) {
        if (paragraphs(own.description) != notes) own.description = notes;
    });
}

/// False: refused. Postal fields are taken together, by `take_postal`.
bool take(ContactPerson& contact, Field field, const std::string& typed, const CardRules& rules) {
    const auto text = line(typed);
    switch (field) {
        case Field::given_name: put(contact.first_name, text); return true;
        case Field::surname: put(contact.last_name, text); return true;
        case Field::title: put(contact.title, text); return true;
        case Field::position: put(contact.position, text); return true;
        case Field::business_phone: take_business_phone(contact, text, rules); return true;
        case Field::mobile_phone: put_phone(contact.phone_mobile, text, rules); return true;
        case Field::business_fax:
            change_own(contact, [&](Address& own) { put_phone(own.fax, text, rules); });
            return true;
        case Field::email1: return take_email(contact, text, rules);
        case Field::web_page: return take_web_page(contact, text);
        case Field::birthday: return take_birthday(contact, text);
        case Field::notes: put_notes(contact, typed, rules); return true;
        case Field::display_name:
        case Field::file_as:
        case Field::company:
        case Field::email2:
        case Field::email3:
        case Field::street:
        case Field::city:
        case Field::postal_code:
        case Field::country:
        case Field::categories: return false;
    }
    return false;
}

bool put_country(Address& address, const std::string& text) {
    if (country_name(line(address.country)) == text) return true;
    const auto code = text.empty() ? std::optional<std::string>("") : country_code(text);
    if (!code) return false;
    address.country = *code;
    return true;
}

bool put_postal(Address& address, Field field, const std::string& text) {
    if (field == Field::street) put_street(address, text);
    if (field == Field::city) put(address.city, line(text));
    if (field == Field::postal_code) put(address.zip_code, line(text));
    return field != Field::country || put_country(address, line(text));
}

/// With the company's postal parts, which the mailbox shows where nobody edited them. Its country
/// may be none that we know: then it is shown, and taken over, as it stands there.
Address company_address(Address own, const ContactCard& seen,
                        const std::map<Field, std::string>& edited) {
    for (const auto field : postal_fields)
        static_cast<void>(put_postal(own, field, edited.contains(field) ? "" : seen[field]));
    const auto country = edited.contains(Field::country) ? "" : line(seen[Field::country]);
    if (!country.empty() && !country_code(country)) own.country = country;
    return own;
}

void copy_postal(const Address& from, Address& to) {
    to.street = from.street;
    to.house_number = from.house_number;
    to.line2 = from.line2;
    to.city = from.city;
    to.zip_code = from.zip_code;
    to.country = from.country;
}

/// Answers what was refused. An address of the company becomes his own whole or not at all; without
/// street, city and postal code none is his own, and a country alone would never be shown.
std::vector<Field> take_postal(ContactPerson& contact, const std::map<Field, std::string>& texts,
                               const ContactCard& seen) {
    std::vector<Field> wanted;
    std::vector<Field> refused;
    const auto before = contact.default_address.value_or(Address{});
    const bool is_own = is_postal(before);
    auto after = is_own ? before : company_address(before, seen, texts);
    for (const auto& [field, text] : texts) {
        if (!is_postal_part(field)) continue;
        wanted.push_back(field);
        if (!fits(field, text) || !put_postal(after, field, text)) refused.push_back(field);
    }
    if (wanted.empty()) return {};
    if (!is_own && (!refused.empty() || !is_postal(after))) return wanted;
    const auto country = texts.find(Field::country);
    const bool asks_country = country != texts.end() && !line(country->second).empty();
    if (!is_postal(after) && asks_country && after.country != before.country) {
        after.country = before.country;
        refused.push_back(Field::country);
    }
    change_own(contact, [&](Address& own) { copy_postal(after, own); });
    return refused;
}

}  // namespace

WriteBack write_back(const ContactPerson& contact, const std::vector<FieldChange>& changes,
                     const ContactCard& seen, const CardRules& rules) {
    WriteBack result{contact, {}};
    const auto texts = by_field(changes);
    for (const auto& [field, text] : texts) {
        if (is_postal_part(field)) continue;
        const bool is_taken = fits(field, text) && take(result.contact, field, text, rules);
        if (!is_taken) result.refused.push_back(field);
    }
    const auto refused = take_postal(result.contact, texts, seen);
    result.refused.insert(result.refused.end(), refused.begin(), refused.end());
    std::ranges::sort(result.refused);
    return result;
}

WriteBack new_contact(CompanyId company, const ContactCard& card, const CardRules& rules) {
    ContactPerson person;
    person.company = company;
    auto seen = card;
    std::vector<FieldChange> changes;
    std::vector<Field> refused;
    for (const auto field : all_fields()) {
        const bool is_derived =
            field == Field::display_name || field == Field::file_as || field == Field::company;
        const bool is_country = field != Field::country || country_code(line(card[field]));
        if (card[field].empty() || is_derived) continue;
        if (is_of_contact_person(field) && fits(field, card[field]) && is_country) {
            changes.push_back({field, card[field]});
        } else {
            seen[field].clear();
            refused.push_back(field);
        }
    }
    auto made = write_back(person, changes, seen, rules);
    made.refused.insert(made.refused.end(), refused.begin(), refused.end());
    std::ranges::sort(made.refused);
    return made;
}

}  // namespace hqsync::card
