// The simulator's memory in a file: JSON, one line for the simulator and one for each mailbox.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sim/mailbox.hpp"

namespace hqsync::sim {

/// What ids are made of: a file is good for the seed and the domain that it was written with.
struct Origin {
    std::string domain;
    std::uint64_t seed = 1;
};

using Mailboxes = std::map<std::string, const Mailbox*, std::less<>>;  ///< by address
using AllContents = std::map<std::string, Contents, std::less<>>;      ///< by address

/// Replaces the file as a whole. Fault (configuration) "sim.state".
Result<void> write_state(const std::string& file, const Origin& origin, const Mailboxes& mailboxes);
/// Nothing when there is no such file. Fault (configuration) "sim.state" names the line.
Result<AllContents> read_state(const std::string& file, const Origin& origin);

}  // namespace hqsync::sim
