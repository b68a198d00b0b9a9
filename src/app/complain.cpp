// How failures are told: one line on stderr.
#include <cstdio>

#include <fmt/format.h>

#include "app/commands.hpp"

namespace hqsync::app {

ExitCode complain(const Fault& fault) {
    // Lines of the configuration file and of arguments speak for themselves.
    const bool plain = fault.code == "config";
    fmt::print(stderr, "hqsync: {}\n", plain ? fault.detail : to_text(fault));
    return ExitCode::failed;
}

ExitCode refuse(std::string_view line) {
    fmt::print(stderr, "hqsync: {}\n", line);
    return ExitCode::usage;
}

}  // namespace hqsync::app
