// Texts out of the objects that Exchange's commands answer.
#pragma once

#include <string>
#include <string_view>

#include "management/clixml.hpp"

namespace hqsync::app {

/// The property as one line; empty: there is none, or it is nothing.
std::string text_of(const management::clixml::Value& object, std::string_view name);

/// Without the case of ASCII letters, as names of objects, roles and addresses are compared.
bool is_same_word(std::string_view one, std::string_view other);

/// "hqsync" of "agentur.example/Configuration/hqsync" or "AGENTUR\\hqsync".
std::string_view last_part(std::string_view text);

}  // namespace hqsync::app
