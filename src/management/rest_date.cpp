// Fixed columns: both forms have only one way to be written.
#include "management/rest_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace hqsync::management::rest {

namespace {

/// Digits only; none for anything else.
std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return !text.empty() && read.ec == std::errc{} && read.ptr == end ? std::optional(value)
                                                                      : std::nullopt;
}

/// "16:52:10".
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    const auto hours = number(text.substr(0, 2));
    const auto minutes = number(text.substr(3, 2));
    const auto seconds = number(text.substr(6, 2));
    if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 60) {
        return std::nullopt;
    }
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) +
           std::chrono::seconds(*seconds);
}

std::optional<Instant> instant(std::optional<unsigned> year, unsigned month,
                               std::optional<unsigned> day,
                               std::optional<std::chrono::seconds> time) {
    if (!year || !day || !time || *year > 9999) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(month), std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    return Instant(std::chrono::sys_days(date)) + *time;
}

}  // namespace

std::optional<Instant> read_http_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
    const auto month = std::ranges::find(months, text.substr(8, 3));
    if (month == months.end()) return std::nullopt;
    return instant(number(text.substr(12, 4)), static_cast<unsigned>(month - months.begin()) + 1,
                   number(text.substr(5, 2)), time_of_day(text.substr(17, 8)));
}

std::optional<Instant> read_iso_date(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        !text.ends_with('Z') || (text[19] != '.' && text[19] != 'Z')) {
        return std::nullopt;
    }
    const auto month = number(text.substr(5, 2));
    if (!month) return std::nullopt;
    return instant(number(text.substr(0, 4)), *month, number(text.substr(8, 2)),
                   time_of_day(text.substr(11, 8)));
}

}  // namespace hqsync::management::rest
