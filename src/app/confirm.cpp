// The question at the terminal.
#include "app/confirm.hpp"

#include <cstdio>
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace hqsync::app {

Consent consent(Output output, Confirmation confirmation, std::string_view question) {
    if (confirmation == Confirmation::given) return Consent::given;
    if (output == Output::json || isatty(STDIN_FILENO) != 1) return Consent::not_asked;
    fmt::print("{} [y/N] ", question);
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    for (const auto* yes : {"y", "Y", "yes", "j", "ja"})
        if (answer == yes) return Consent::given;
    return Consent::refused;
}

ExitCode without_consent(Consent consent) {
    if (consent == Consent::not_asked) return refuse("nothing was changed: confirm with --yes");
    return refuse("nothing was changed");
}

}  // namespace hqsync::app
