// What a client asks to run: CREATE_PIPELINE and GET_COMMAND_METADATA
// ([MS-PSRP] 2.2.2.10, 2.2.2.14).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "sim/ps_cmdlet.hpp"
#include "sim/ps_value.hpp"

namespace hqsync::sim {

enum class PsInput : std::uint8_t { none, comes };

struct PsPipeline {
    PsInput input = PsInput::none;
    /// One after the other; of each statement the output of a step is the next one's input.
    std::vector<std::vector<PsStep>> statements;
};

/// The text of what is missing or wrong. At most 64 statements of 16 steps.
std::expected<PsPipeline, std::string> read_pipeline(const PsValue& message);

/// The answer to GET_COMMAND_METADATA: first how many, then each command with its parameters.
std::vector<PsValue> command_metadata(const PsValue& message, const PsRights& rights);

}  // namespace hqsync::sim
