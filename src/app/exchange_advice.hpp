// What to do about a fault of a management session, in the words of this program's options.
#pragma once

#include "app/management_place.hpp"
#include "base/result.hpp"

namespace hqsync::app {

/// The fault, with what can be said or configured so that it goes otherwise. `src/management` knows
/// neither options nor configuration.
Fault advised(Fault fault, const ManagementPlace& place, const ManagementWish& wish);

/// A command that Exchange wants confirmed: how to confirm it on the line.
Fault advised_command(Fault fault);

}  // namespace hqsync::app
