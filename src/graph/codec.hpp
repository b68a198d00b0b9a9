// Contacts as Graph writes them, to cards and back. Pure; sources: graph.md §1, graph-openapi.json.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/id.hpp"
#include "base/result.hpp"
#include "contact/card.hpp"

namespace hqsync::graph {

/// Member name -> JSON text of its value: the pieces of a request body.
using Members = std::map<std::string, std::string>;

std::string json_string(std::string_view text);
std::string json_object(const Members& members);

/// The whole card with our mark, as POST takes it.
Members create_members(const ContactCard& card, const ContactMark& mark);

/// What a PATCH has to carry so that the changes come true. Graph replaces lists and addresses
/// whole: their other parts are taken from `current`, the item as the server has it (business
/// phones and business address are read there; it may lack all others). displayName is always sent,
/// or the server may make one of its own. `mark` is put on the item when there is one.
Members change_members(const std::vector<FieldChange>& changes, const ContactCard& seen,
                       simdjson::dom::object current, const std::optional<ContactMark>& mark);

/// True when `change_members` needs `current`.
bool needs_current(const std::vector<FieldChange>& changes);

/// A copy of the item, which shows `seen`, with the changes, for another folder: everything that
/// can be written.
Members copy_members(simdjson::dom::object item, const ContactCard& seen,
                     const std::vector<FieldChange>& changes, const ContactMark& mark);

/// The card that an item shows. What Graph left out, or gave as null, is empty; what it does not
/// know is left aside. Fault (mailbox) "graph.unreadable" names the member that is no text, list,
/// object or date: taken for empty, it would look as if somebody had cleared it.
Result<ContactCard> read_card(simdjson::dom::object item);

/// Value of an extended property (ids are compared without case), if it was expanded and is there.
std::optional<std::string> read_property(simdjson::dom::object item, std::string_view id);

/// Text of a member; empty when it is absent, null or no string.
std::string read_text(simdjson::dom::object object, std::string_view name);

/// "$select" of the fields that `read_card` reads, and of what an item is besides.
std::string select_of_card();

}  // namespace hqsync::graph
