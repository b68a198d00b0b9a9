// What the engine sees of the items that EWS shows.
#pragma once

#include <vector>

#include "ews/answers.hpp"

namespace hqsync::ews {

/// The items that lie in these folders. Fault "ews.unreadable": one without id or change key.
Result<std::vector<reconcile::Observed>> observed_in(std::vector<ItemShown> items,
                                                     const std::vector<Folder>& folders);

}  // namespace hqsync::ews
