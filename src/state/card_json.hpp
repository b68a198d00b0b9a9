// Cards as the state database keeps them: {"surname":"…"}, fields without text left out.
#pragma once

#include <string>
#include <string_view>

#include "contact/card.hpp"

namespace hqsync::state {

std::string encode(const ContactCard& card);

/// Unknown names are ignored (written by a newer version); what is no JSON object is an empty card:
/// it then reads as "never synced", which the plan repairs.
ContactCard decode_card(std::string_view json);

}  // namespace hqsync::state
