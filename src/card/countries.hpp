// Countries of ISO 3166-1: HQ keeps the code, a card shows the name.
#pragma once

#include <optional>
#include <string>

namespace hqsync::card {

/// The German name of a code of two letters, in either case; any other text unchanged.
std::string country_name(const std::string& code);

/// The code of two letters, from a code of two or three, or a German or English name, each without
/// regard to case. nullopt: no country of that name.
std::optional<std::string> country_code(const std::string& text);

}  // namespace hqsync::card
