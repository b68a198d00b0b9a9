// Texts out of the objects that Exchange's commands answer.
#pragma once

#include <string>
#include <string_view>

#include "management/clixml.hpp"

namespace hqsync::app {

/// The property as one line; empty: there is none, or it is nothing.
std::string text_of(const management::clixml::Value& object, std::string_view name);

/// "hqsync" of "agentur.example/Configuration/hqsync" or "AGENTUR\\hqsync".
std::string_view last_part(std::string_view text);

}  // namespace hqsync::app
