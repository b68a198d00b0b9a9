// What a text of CLIXML says, whatever the order of its parts and the numbers of its references:
// worked out on the XML itself, so that it does not share the mistakes of the reader.
#pragma once

#include <string>

namespace hqsync::management::test {

/// Empty: the text is no XML.
std::string meaning(const std::string& clixml);

}  // namespace hqsync::management::test
