// Dates and times read by position: two spellings of a date, one of a time.
#include "contact/date.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "contact/text.hpp"

namespace hqsync {

namespace {

/// The number that these digits are; nullopt when one of them is no digit.
std::optional<int> number(std::string_view digits) {
    int value = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value = value * 10 + (digit - '0');
    }
    return value;
}

/// The day, when there is one: no 30 February, no year 0, and not 0001-01-01, .NET's
/// DateTime.MinValue.
std::optional<std::chrono::year_month_day> day_of(std::string_view year, std::string_view month,
                                                  std::string_view day) {
    const auto y = number(year);
    const auto m = number(month);
    const auto d = number(day);
    if (!y || !m || !d) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*y),
                                           std::chrono::month(static_cast<unsigned>(*m)),
                                           std::chrono::day(static_cast<unsigned>(*d)));
    const bool is_unset = *y == 1 && *m == 1 && *d == 1;
    if (!date.ok() || *y == 0 || is_unset) return std::nullopt;
    return date;
}

std::string checked_date(std::string_view year, std::string_view month, std::string_view day) {
    const auto date = day_of(year, month, day);
    if (!date) return {};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date->year()),
                       static_cast<unsigned>(date->month()), static_cast<unsigned>(date->day()));
}

/// "12:30" in minutes, "12:30:59" in seconds; nullopt when a part is out of its range.
std::optional<int> clock_time(std::string_view text, int hours_max) {
    int value = 0;
    int limit = hours_max;
    for (std::size_t at = 0; at < text.size(); at += 3) {
        const auto part = number(text.substr(at, 2));
        const bool is_parted = at + 2 == text.size() || text[at + 2] == ':';
        if (!part || *part > limit || !is_parted) return std::nullopt;
        value = value * 60 + *part;
        limit = 59;
    }
    return value;
}

/// ".1234567" in milliseconds, what is finer is cut off; without a fraction 0.
std::optional<int> milliseconds(std::string_view fraction) {
    constexpr std::size_t digits_max = 7;  // .NET's ticks
    if (fraction.empty()) return 0;
    const auto digits = fraction.substr(1);
    if (digits.empty() || digits.size() > digits_max || !number(digits)) return std::nullopt;
    return number((std::string(digits) + "00").substr(0, 3));
}

/// "", "Z" or "+01:00": minutes ahead of UTC.
std::optional<int> minutes_ahead(std::string_view zone) {
    if (zone.empty() || zone == "Z") return 0;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
    const auto minutes = clock_time(zone.substr(1), 14);
    if (!minutes) return std::nullopt;
    return zone[0] == '+' ? *minutes : -*minutes;
}

}  // namespace

std::string iso_date(std::string_view text) {
    text = trimmed(text);
    if (text.size() < 10) return {};
    // A time behind the date is not converted: dates of HQ have no zone.
    const auto rest = text.substr(10);
    if (!rest.empty() && rest.front() != 'T' && rest.front() != ' ') return {};
    if (text[4] == '-' && text[7] == '-') {
        return checked_date(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
    }
    if (text[2] == '.' && text[5] == '.') {
        return checked_date(text.substr(6, 4), text.substr(3, 2), text.substr(0, 2));
    }
    return {};
}

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> time_of(std::string_view text) {
    constexpr std::size_t size_min = 19;
    if (text.size() < size_min || text[4] != '-' || text[7] != '-' || text[10] != 'T') {
        return std::nullopt;
    }
    const auto day = day_of(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
    const auto second = clock_time(text.substr(11, 8), 23);
    auto rest = text.substr(size_min);
    const bool has_fraction = rest.starts_with('.');
    const auto end = has_fraction ? rest.find_first_not_of("0123456789", 1) : 0;
    const auto fraction = milliseconds(rest.substr(0, end));
    const auto ahead = minutes_ahead(rest.substr(std::min(end, rest.size())));
    if (!day || !second || !fraction || !ahead) return std::nullopt;
    return std::chrono::sys_days(*day) + std::chrono::seconds(*second) +
           std::chrono::milliseconds(*fraction) - std::chrono::minutes(*ahead);
}

}  // namespace hqsync
