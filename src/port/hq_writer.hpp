// What goes back to HQ: edits of contact persons, and new ones.
#pragma once

#include "async/task.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"

namespace hqsync {

/// Faults of reach item: "hq.changed_meanwhile" (transient: read again and merge), "hq.gone" (no
/// such record any more), "hq.refused" (the detail names the field and what HQ wants; never its
/// content).
class HqWriter {
public:
    virtual ~HqWriter() = default;

    /// The contact person as HQ has him now.
    virtual Task<Result<ContactPerson>> read(ContactId contact) = 0;

    /// Makes `before` into `after` (same id) if HQ still has `before`; HQ decides that by
    /// UpdatedOn. Answers the record as HQ keeps it, with its new UpdatedOn. Repeating it after an
    /// unknown outcome is safe: it is then refused as changed meanwhile.
    virtual Task<Result<ContactPerson>> replace(ContactPerson before, ContactPerson after) = 0;

    /// A new contact person; the id of `wanted` is ignored, his company must exist. Not idempotent:
    /// look for him before repeating it after an unknown outcome.
    virtual Task<Result<ContactPerson>> create(ContactPerson wanted) = 0;
};

}  // namespace hqsync
