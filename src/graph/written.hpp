// What the answer to a write says of the contact, and the faults of answers that do not.
#pragma once

#include "base/result.hpp"
#include "graph/service.hpp"
#include "port/exchange.hpp"

namespace hqsync::graph {

/// Somebody changed the item meanwhile. Reach item.
Fault conflict();
/// An answer that is no contact. Reach item.
Fault unreadable();

/// Item and change key of an answer that shows the contact; without the card.
Result<Written> written(const Result<Answer>& answer);

}  // namespace hqsync::graph
