// Cards as the state database keeps them: {"surname":"…"}, fields without text left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contact/card.hpp"

namespace hqsync::state {

std::string encode(const ContactCard& card);

/// Unknown names are ignored (written by a newer version). nullopt: no JSON object of texts, that
/// is, somebody else wrote it.
std::optional<ContactCard> decode_card(std::string_view json);

}  // namespace hqsync::state
