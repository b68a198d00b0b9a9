// Edits of single records, as a batch on a snapshot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "directory/snapshot.hpp"

namespace hqsync::hq {

/// Takes a batch (see `EmbeddedHq::apply_json`) over into `snapshot`, stamps the edited records
/// with `now` (UTC, as UpdatedOn), and answers their ids. Fault "edit.…": `snapshot` is then
/// worthless.
Result<std::vector<std::int64_t>> apply(Snapshot& snapshot, const std::string& batch,
                                        const std::string& now);

}  // namespace hqsync::hq
