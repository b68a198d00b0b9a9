// Cards as EWS takes them: a contact to create, the changes of one, the properties to ask for.
#pragma once

#include "contact/card.hpp"
#include "port/exchange.hpp"
#include "wire/writer.hpp"

namespace hqsync::ews {

/// <t:Contact> with the whole card and our mark, in the order of the schema. An empty field is left
/// out: an empty entry is an error (ews.md §10).
void write_contact(wire::Writer& xml, const ContactCard& card, const ContactMark& mark);

/// SetItemField and DeleteItemField elements; one property each. Writes nothing when the update has
/// no effect.
void write_updates(wire::Writer& xml, const UpdateItem& update);

/// Paths of everything that `read_contact` reads (ews/contact_reader.hpp).
void write_card_paths(wire::Writer& xml);

}  // namespace hqsync::ews
