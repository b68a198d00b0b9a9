// What lies in a simulated mailbox, seen past Graph: marks, folders, cards.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contact/card.hpp"
#include "sim/mailbox.hpp"

namespace hqsync::simulation {

/// The contact that an item is marked as, by our HQ; none: it is not ours.
std::optional<ContactId> contact_of(const sim::Contact& item);
/// Which of our two folders this is; none: another one, or one that was thrown away.
std::optional<FolderRole> role_of(const sim::Mailbox& mailbox, sim::Key folder);
ContactCard card_of(const sim::Mailbox& mailbox, const sim::Contact& item);
/// Sorted keys of the items that are not thrown away.
std::vector<sim::Key> live_items(const sim::Mailbox& mailbox);

/// A text as JSON, for `sim::Contact::properties`.
std::string json_text(std::string_view text);
/// Puts a card and a mark on an item as a program of ours would have.
void put_card(sim::Contact& item, const ContactCard& card, std::string_view mark);

}  // namespace hqsync::simulation
