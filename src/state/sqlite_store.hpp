// The state store on SQLite.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "port/state_store.hpp"

namespace hqsync::state {

/// Opens or creates the database (WAL), migrates it forward. Fault: reach configuration when the
/// folder cannot be written or another hqsync holds the lock of a run; reach run when the file is
/// no database of ours, is damaged, or was written by a newer version.
Result<std::unique_ptr<StateStore>> open_sqlite(const std::string& path);

}  // namespace hqsync::state
