// What the program tells its caller: fixed for scripts, documented in docs/cli.md.
#pragma once

#include <cstdint>

namespace hqsync::app {

enum class ExitCode : std::uint8_t {
    done = 0,
    failed = 1,       ///< something could not be done; one line on stderr says what
    usage = 2,        ///< the command line was wrong; nothing was done
    item_errors = 3,  ///< done, but single contacts failed and are tried again next time
    held = 4,         ///< the guard holds deletions until somebody approves them
};

}  // namespace hqsync::app
