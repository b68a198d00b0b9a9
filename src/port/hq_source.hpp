// Where the directory comes from.
#pragma once

#include "async/task.hpp"
#include "base/result.hpp"
#include "directory/snapshot.hpp"

namespace hqsync {

class HqSource {
public:
    virtual ~HqSource() = default;
    /// The whole directory, consistent and checked. A read that ends short is a fault, never a
    /// smaller snapshot.
    virtual Task<Result<SnapshotPtr>> snapshot() = 0;
    /// Names this installation in marks ("hq" unless configured): no colon, at most 32 octets.
    [[nodiscard]] virtual std::string system() const = 0;
};

}  // namespace hqsync
