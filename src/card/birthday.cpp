// Birthdays as HQ writes them, to ISO dates.
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "card/make_card.hpp"

namespace hqsync::card {

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

std::string iso_date(std::string_view year, std::string_view month, std::string_view day) {
    const auto y = number(year);
    const auto m = number(month);
    const auto d = number(day);
    if (!y || !m || !d) return {};
    const std::chrono::year_month_day date(std::chrono::year(*y),
                                           std::chrono::month(static_cast<unsigned>(*m)),
                                           std::chrono::day(static_cast<unsigned>(*d)));
    if (!date.ok() || *y == 0) return {};
    return fmt::format("{:04}-{:02}-{:02}", *y, *m, *d);
}

}  // namespace

std::string iso_birthday(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    if (text.size() < 10) return {};
    // A time behind the date is not converted: dates of HQ have no zone.
    const auto rest = text.substr(10);
    if (!rest.empty() && rest.front() != 'T' && rest.front() != ' ') return {};
    if (text[4] == '-' && text[7] == '-') {
        return iso_date(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
    }
    if (text[2] == '.' && text[5] == '.') {
        return iso_date(text.substr(6, 4), text.substr(3, 2), text.substr(0, 2));
    }
    return {};
}

}  // namespace hqsync::card
