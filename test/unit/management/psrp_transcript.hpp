// A recorded conversation over WS-Management, reduced to what a shell sees of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hqsync::management::test {

/// Fragments in an envelope, decoded from base64.
struct Carried {
    std::string carrier;     ///< "creationXml", "Arguments", "Stream:stdin"
    std::string command_id;  ///< empty: of the pool
    std::string bytes;
};

struct Envelope {
    std::string action;  ///< the last word of it: "Receive"; empty for a fault
    std::vector<Carried> carried;
    std::string shell_id;    ///< that a Create answers
    std::string command_id;  ///< that a Command answers, or a Signal is for
    bool is_done = false;    ///< CommandState/Done
    std::optional<std::int64_t> exit_code;
    std::string fault;  ///< the WSManFault's code
};

struct Round {
    Envelope request;
    Envelope response;
    bool is_lost = false;  ///< no answer came
};

/// A file below pypsrp/.
std::vector<Round> transcript(const std::string& name);

}  // namespace hqsync::management::test
