// Changes of a contact as CreateItem and UpdateItem ask for them.
#pragma once

#include <pugixml.hpp>

#include <optional>

#include "sim/ews_message.hpp"
#include "sim/mailbox.hpp"

namespace hqsync::sim {

/// All properties of a t:Contact. The contact is half changed when an error comes back.
std::optional<EwsError> fill_contact(Contact& contact, pugi::xml_node item);
/// t:SetItemField, t:AppendToItemField and t:DeleteItemField in their order.
std::optional<EwsError> update_contact(Contact& contact, pugi::xml_node updates);
/// Attachments of a t:Attachments element; "m:Attachments" too.
std::optional<EwsError> attach(Contact& contact, pugi::xml_node attachment, Key key);

}  // namespace hqsync::sim
