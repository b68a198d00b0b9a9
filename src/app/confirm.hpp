// Asks before something is done that cannot be taken back with one word.
#pragma once

#include <cstdint>
#include <string_view>

#include "app/commands.hpp"

namespace hqsync::app {

enum class Consent : std::uint8_t {
    given,
    refused,    ///< somebody said no
    not_asked,  ///< there is nobody to ask: no terminal, or the output is JSON
};

/// Asks "QUESTION [y/N]" on the terminal unless it was confirmed by --yes.
Consent consent(Output output, Confirmation confirmation, std::string_view question);

/// What a command that got no consent says and ends with.
ExitCode without_consent(Consent consent);

}  // namespace hqsync::app
