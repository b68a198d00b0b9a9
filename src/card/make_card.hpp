// From HQ's records to the card that travels: names, phones, placeholder e-mail, categories.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "contact/card.hpp"
#include "directory/snapshot.hpp"

namespace hqsync::card {

enum class PlaceholderMode : std::uint8_t { nomail, invalid, none };

/// The settings that shape a card.
struct CardRules {
    PlaceholderMode placeholder_mode = PlaceholderMode::nomail;
    std::string placeholder_domain = "nomail.de";
    std::string phone_region = "DE";  ///< ISO 3166-1 alpha-2, for numbers without country code
    std::string link_template;  ///< every "{id}" becomes the contact's id; empty: no link line

    bool operator==(const CardRules&) const = default;
};

/// Makes cards by one set of rules. Holds the caches of transliteration and phone numbers (both
/// libraries are slow: 0.3 s to set up, 20 µs a number), so keep one and use it again.
/// Not for two threads at once.
class CardMaker {
public:
    explicit CardMaker(CardRules rules);
    ~CardMaker();
    CardMaker(const CardMaker&) = delete;
    CardMaker& operator=(const CardMaker&) = delete;

    /// The card of a contact of this snapshot. Never fails: what cannot be read travels unchanged
    /// (phones) or not at all (a birthday that is no date).
    ContactCard make(const Snapshot& snapshot, const ContactPerson& contact);

    /// "Vorname.Nachname@nomail.de" by the rules; empty with mode none.
    std::string placeholder_email(std::string_view first_name, std::string_view last_name,
                                  ContactId id);

    /// In international format; unchanged (but for white space at its ends) when it is no number or
    /// holds letters that are no extension.
    std::string international_phone(std::string_view number);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// As `iso_date`, and empty before 1601, where Exchange's calendar begins.
std::string iso_birthday(std::string_view text);

}  // namespace hqsync::card
