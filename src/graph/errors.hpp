// What an answer that is no success means for the engine: one table (graph.md §7).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hqsync::graph {

/// What the adapter does about it before it gives up.
enum class Remedy : std::uint8_t {
    none,       ///< the fault stands
    wait,       ///< refused before any work: wait as asked, send again
    uncertain,  ///< the work may have been done: repeat only what may be done twice
    token,      ///< a new token, then again
};

struct Verdict {
    Remedy remedy;
    Fault fault;
};

/// `code` is the innermost error code of the body (compared without case), empty without one.
Verdict judge(long status, std::string_view code);

/// error.code, or the deepest innerError.code that names one. Empty when the body is no error.
std::string error_code(std::string_view body);

/// Seconds, or an HTTP date relative to `now` (seconds since 1970).
std::optional<std::chrono::milliseconds> retry_after(std::string_view header, std::int64_t now);

}  // namespace hqsync::graph
