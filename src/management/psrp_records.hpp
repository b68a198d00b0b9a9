// What a server reports beside its output: errors, and lines of its other streams.
#pragma once

#include <string>

#include "base/result.hpp"
#include "management/clixml.hpp"
#include "management/session.hpp"

namespace hqsync::management::psrp {

ErrorRecord read_error_record(const clixml::Value& value);

/// The error that ended a command, as a fault of reach item with a code of "command."
/// (session.hpp).
Fault fault_of(const ErrorRecord& record, const std::string& command);

/// The message of a warning, verbose, debug or information record.
std::string read_line(const clixml::Value& value);

clixml::Progress read_progress(const clixml::Value& value);

}  // namespace hqsync::management::psrp
