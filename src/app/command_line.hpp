// The command line: what may be said, and which command it calls.
#pragma once

namespace hqsync::app {

/// Answers the exit code. Never throws.
int run_command_line(int count, char** arguments);

}  // namespace hqsync::app
