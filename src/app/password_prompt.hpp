// A password from the terminal, without echo.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"

namespace hqsync::app {

/// Asks on the terminal of the process, whatever stdin is. `wait` returns whether the file has
/// something to read; false: nobody answers any more. Fault (configuration) "config": there is no
/// terminal; "session.interrupted" (run): Ctrl-C, Ctrl-D, nothing typed, or `wait` said so.
Result<std::string> ask_password(const std::string& question,
                                 const std::function<bool(int file)>& wait);

}  // namespace hqsync::app
