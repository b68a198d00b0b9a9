// Filters of Exchange (OPATH) that name the users who are synchronised.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hqsync::app {

/// Longer filters are not sent. How long Exchange takes them is written nowhere; this holds some
/// two hundred addresses, and whoever has more is better off with a group.
inline constexpr std::size_t filter_octets_max = 10'000;

/// 'O''Neill' for "O'Neill". Fault (configuration) "setup.filter": typographic quotes, which
/// PowerShell takes for plain ones, or control characters.
Result<std::string> opath_text(std::string_view text);

/// MemberOfGroup -eq 'DN'. A distinguished name, nothing else: a filter takes no shorter one.
Result<std::string> group_filter(std::string_view distinguished_name);
/// CustomAttribute7 -eq 'hqsync', from "CustomAttribute7=hqsync" (1 to 15).
Result<std::string> attribute_filter(std::string_view assignment);
/// PrimarySmtpAddress -eq 'a@b' -or …, sorted. Fault where there is none, where one is no plain
/// address, or where the filter gets longer than `filter_octets_max`; the fault names its length.
Result<std::string> address_filter(std::vector<std::string> addresses);

/// Whether the text is a distinguished name (CN=…,DC=…).
bool is_distinguished_name(std::string_view text);

/// Two filters that name the same ones although a server has set other parentheses, blanks, letters
/// or another order: only chains of -or that compare by -eq are understood. Others are compared as
/// they stand.
bool is_same_filter(std::string_view one, std::string_view other);

}  // namespace hqsync::app
