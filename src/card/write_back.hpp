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
/// Refused: fields that HQ does not keep with the contact person; a country that is neither an
/// ISO 3166-1 code nor a German or English name of one; a birthday that is no date; an e-mail
/// without "@", or one of the placeholders that `rules` make.
WriteBack write_back(const ContactPerson& contact, const std::vector<FieldChange>& changes,
                     const ContactCard& seen, const CardRules& rules);

/// A new contact person of a company, from a card that a user made. The id is 0; what HQ cannot
/// hold is left out and named as refused (not the derived fields).
WriteBack new_contact(CompanyId company, const ContactCard& card, const CardRules& rules);

}  // namespace hqsync::card
