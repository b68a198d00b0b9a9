// Values as rows of the state database keep them, and rows read into what the engine knows.
#pragma once

#include <cstdint>
#include <string>

#include "port/state_store.hpp"
#include "sqlite/database.hpp"

namespace hqsync::state {

std::int64_t milliseconds(Instant instant);
Instant instant(std::int64_t milliseconds);
std::int64_t number(std::size_t count);
std::size_t size(std::int64_t count);

/// These throw sqlite::Error (corrupt) for what no version ever wrote.
FolderRole role(const std::string& text);
reconcile::Shadow read_shadow(sqlite::Query& query);
Intent read_intent(sqlite::Query& query);
ItemError read_item_error(sqlite::Query& query);

}  // namespace hqsync::state
