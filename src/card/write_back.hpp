// The way back: from fields that somebody edited in a mailbox to the contact person of HQ.
#pragma once

#include <vector>

#include "card/make_card.hpp"
#include "contact/card.hpp"
#include "directory/snapshot.hpp"

namespace hqsync::card {

/// The contact person as he is to be, and what of the edit HQ cannot hold.
struct WriteBack {
    ContactPerson contact;
    std::vector<Field> refused;  ///< in field order; these fields are as they were

    bool operator==(const WriteBack&) const = default;
};

/// Takes `changes` over into `contact`. `seen` is the whole card as the mailbox shows it: an
/// address that came from the company becomes one of his own, whole, when a part of it was edited.
/// For every field that is not refused, the card made of the result shows the text that was typed,
/// as far as the forms of HQ allow (a phone in international format, a street in its parts).
/// What is cleared uncovers what make_card shows instead: the next e-mail or the placeholder, the
/// company's address or web page.
/// Refused: fields that HQ does not keep with the contact person; a country that is neither an
/// ISO 3166-1 code nor a German or English name of one; a birthday that is no date, or before 1601;
/// an e-mail without "@", or of a placeholder's domain; what cannot be cleared because the
/// company's is shown; a country without street, city and postal code; notes over 100,000 octets,
/// other texts over 1,000. A part of the company's address that is refused takes all other parts
/// with it.
WriteBack write_back(const ContactPerson& contact, const std::vector<FieldChange>& changes,
                     const ContactCard& seen, const CardRules& rules);

/// A new contact person of a company, from a card that a user made. The id is 0; what HQ cannot
/// hold is left out and named as refused (not the derived fields).
WriteBack new_contact(CompanyId company, const ContactCard& card, const CardRules& rules);

}  // namespace hqsync::card
