// Dates in headers.
#pragma once

#include <optional>
#include <string_view>

#include "async/clock.hpp"

namespace hqsync::management::rest {

/// "Wed, 22 May 2024 16:52:10 GMT". None: anything else.
std::optional<Instant> read_http_date(std::string_view text);
/// "2024-05-22T16:52:26.365Z", with or without a fraction. None: anything else.
std::optional<Instant> read_iso_date(std::string_view text);

}  // namespace hqsync::management::rest
