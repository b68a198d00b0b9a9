// The lines of `hqsync exchange connect`: what each does with an open session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_catalogue.hpp"
#include "app/commands.hpp"
#include "app/exchange_session.hpp"

namespace hqsync::app {

/// Session and catalogue outlive it.
class ExchangePrompt {
public:
    ExchangePrompt(ExchangeSession& session, CommandCatalogue& catalogue, Output output);

    /// Takes the commands from the catalogue, or from the server when they are older than a day.
    /// What kept them from coming is told; the prompt works without them.
    void know_commands();

    enum class Then : std::uint8_t {
        next,
        failed,  ///< this line; the session goes on
        exit,    ///< wanted
        broken,  ///< the session is of no use any more
    };
    /// Prints what the line answered.
    Then take(std::string_view line);

    /// What may stand at the last word of `before`: commands, parameters of the one in it.
    [[nodiscard]] std::vector<std::string> complete(std::string_view before) const;

    [[nodiscard]] std::size_t command_count() const {
        return imported_ ? imported_->commands.size() : 0;
    }

private:
    Then import();
    Then help(std::string_view name) const;
    Then run(std::string_view line);
    static Then told(const Fault& fault);

    ExchangeSession& session_;
    CommandCatalogue& catalogue_;
    Output output_;
    std::optional<ImportedCommands> imported_;
};

}  // namespace hqsync::app
