// Dates as HQ writes them, to ISO dates.
#pragma once

#include <string>
#include <string_view>

namespace hqsync {

/// "1959-09-04", "1959-09-04T00:00:00Z" and "04.09.1959" become "1959-09-04"; white space around
/// them is ignored. Anything else becomes empty, and so do a date that does not exist (30 February)
/// and 0001-01-01, which HQ's platform writes where no date was set.
std::string iso_date(std::string_view text);

}  // namespace hqsync
