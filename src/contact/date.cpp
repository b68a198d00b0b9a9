// Dates of HQ read by position: two spellings, and a time behind them that is left out.
#include "contact/date.hpp"

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

std::string checked_date(std::string_view year, std::string_view month, std::string_view day) {
    const auto y = number(year);
    const auto m = number(month);
    const auto d = number(day);
    if (!y || !m || !d) return {};
    const std::chrono::year_month_day date(std::chrono::year(*y),
                                           std::chrono::month(static_cast<unsigned>(*m)),
                                           std::chrono::day(static_cast<unsigned>(*d)));
    const bool is_unset = *y == 1 && *m == 1 && *d == 1;  // .NET's DateTime.MinValue
    if (!date.ok() || *y == 0 || is_unset) return {};
    return fmt::format("{:04}-{:02}-{:02}", *y, *m, *d);
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

}  // namespace hqsync
