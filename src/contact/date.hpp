// Dates and times as HQ and Exchange write them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hqsync {

/// "1959-09-04", "1959-09-04T00:00:00Z" and "04.09.1959" become "1959-09-04"; white space around
/// them is ignored. Anything else becomes empty, and so do a date that does not exist (30 February)
/// and 0001-01-01, which HQ's platform writes where no date was set.
std::string iso_date(std::string_view text);

/// A time as "2026-01-31T12:00:00", with or without a fraction of the second and "Z" (always read
/// as UTC) or an offset like "+01:00". Anything else is nullopt.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> time_of(std::string_view text);

}  // namespace hqsync
