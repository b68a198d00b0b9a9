// The simulator as a program's main work: start, say where, wait for the signal to end.
#pragma once

#include "sim/server.hpp"

namespace hqsync::sim {

/// Prints "graph URL", "ews URL", "login URL", "powershell URL", "control URL", then "ready".
/// Returns 0 after SIGTERM or SIGINT, 1 when the server cannot start.
int serve(const Options& options);

}  // namespace hqsync::sim
