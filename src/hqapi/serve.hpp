// The server as a program's main work: start, say where, wait for the signal to end.
#pragma once

#include "hqapi/server.hpp"

namespace hqsync::hqapi {

/// Prints "api URL", with logins "login URL", with control "control URL", then "ready". Ends with
/// SIGTERM or SIGINT.
Result<void> serve(hq::EmbeddedHq& hq, const Clock& clock, const ServerOptions& options);

}  // namespace hqsync::hqapi
