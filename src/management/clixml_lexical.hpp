// Whether a text has the form that a primitive of CLIXML demands (XML Schema part 2, .NET Version).
#pragma once

#include <string_view>

#include "management/clixml.hpp"

namespace hqsync::management::clixml {

/// Kinds without a form of their own (uri, xml, script) always answer true.
bool is_lexical(Lexical kind, std::string_view text);

}  // namespace hqsync::management::clixml
