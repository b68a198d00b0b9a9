// Values of commands as the REST interface of Exchange Online writes them: JSON with annotations.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "management/clixml.hpp"
#include "management/session.hpp"

namespace hqsync::management::rest {

/// {"CmdletInput":{"CmdletName":…,"Parameters":{…}}}. A first parameter without name is "Identity",
/// as with nearly all commands of Exchange. Fault (item) "command.parameter": a second one without
/// name, input through a pipe, a password (it would have to be encrypted with Microsoft's key), a
/// value that JSON cannot hold.
Result<std::string> write_command(const Command& command);

/// One page of an answer.
struct Page {
    std::vector<clixml::Value> objects;
    std::vector<std::string> warnings;
    std::vector<std::string> errors;  ///< @adminapi.errors: they did not end the command
    std::string next_link;            ///< empty: the last page
};

/// Objects have extended properties, in their order; dates and GUIDs keep their lexical form
/// ("X@data.type"). An empty body is a page without objects. Fault (run) "rest.malformed".
Result<Page> read_page(std::string_view body);

/// Of EXOModuleFile: what the account may run, sorted. Fault (run) "rest.malformed".
Result<std::vector<std::string>> read_exported(std::string_view body);

}  // namespace hqsync::management::rest
