// A street as people write it, in the parts in which HQ keeps it.
#pragma once

#include <string>
#include <string_view>

#include "directory/directory.hpp"

namespace hqsync::card {

/// Street and house number on one line, `AddressLine2` below.
std::string street_text(const Address& address);

/// The way back: a last word like "12", "12a", "12-14" or "12 a" is the house number; lines after
/// the first become `AddressLine2`, with ", " between them. A part that is shown so already stays
/// as it is.
void put_street(Address& address, std::string_view text);

}  // namespace hqsync::card
