// An answer that goes on after its first part: the service writes, the server knows how.
#pragma once

#include <functional>
#include <string>

namespace hqsync::sim {

/// All three do nothing when the connection is gone. Empty until the server has begun the answer.
struct Stream {
    std::function<void(const std::string&)> send;  ///< one more chunk
    std::function<void()> end;                     ///< the answer is whole
    std::function<void()> drop;                    ///< closes the connection in the middle of it
};

}  // namespace hqsync::sim
