// GUIDs as text and as .NET lays their octets out: the first three fields little-endian.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hqsync::sim {

inline constexpr std::string_view nil_guid = "00000000-0000-0000-0000-000000000000";

/// Random, capital letters.
std::string new_guid();
/// Always the same one for a name, small letters.
std::string guid_of(std::string_view name);
/// 8-4-4-4-12 hexadecimal digits of either case.
bool is_guid_text(std::string_view text);
/// 16 octets to capital letters; empty when there are not 16.
std::string guid_text(std::string_view octets);
/// Nothing for what is no GUID.
std::optional<std::string> guid_octets(std::string_view text);

}  // namespace hqsync::sim
