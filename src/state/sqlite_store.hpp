// The state store on SQLite.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "port/state_store.hpp"

namespace hqsync::state {

/// A run works alone on its state; everything else (status, settings, approve) may look and write
/// beside it.
enum class Access : std::uint8_t { shared, run };

/// Opens or creates the database (WAL), migrates it forward. Faults: reach configuration when the
/// folder cannot be written ("database.open") or another run holds the lock ("state.locked"); reach
/// run when the file is no database of ours, is damaged, or was written by a newer version.
Result<std::unique_ptr<StateStore>> open_sqlite(const std::string& path, Access access);

}  // namespace hqsync::state
