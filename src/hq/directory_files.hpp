// The six files of a directory, read into a checked snapshot and written back.
#pragma once

#include "base/result.hpp"
#include "directory/snapshot.hpp"
#include "hq/embedded.hpp"

namespace hqsync::hq {

/// Faults "import.…" name file, record and field.
Result<Snapshot> read_files(const Files& files);

/// One record a line, so that two exports can be compared line by line.
Files write_files(const Snapshot& snapshot);

/// Every reference leads to a record; fault "import.dangling_id" otherwise. The snapshot is sorted.
Result<void> check_references(const Snapshot& snapshot);

Counts counts_of(const Snapshot& snapshot);

}  // namespace hqsync::hq
