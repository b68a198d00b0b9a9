// The card that a contact of EWS shows.
#pragma once

#include "base/result.hpp"
#include "contact/card.hpp"
#include "wire/reader.hpp"

namespace hqsync::ews {

/// What the contact does not show is empty; what is not known is left aside. Fault (mailbox)
/// "ews.unreadable" names the element that is no text, entry or date.
Result<ContactCard> read_contact(wire::Element contact);

}  // namespace hqsync::ews
