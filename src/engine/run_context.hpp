// What all mailboxes of one run have in common, read once at its start.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "engine/desired.hpp"
#include "engine/run.hpp"
#include "placement/placement.hpp"
#include "settings/settings.hpp"

namespace hqsync::engine {

/// Lives on the run's frame, longer than every pass. Passes run interleaved on one thread.
struct RunContext {
    Ports ports;
    Options options;
    Progress* progress = nullptr;
    settings::Settings settings;
    std::string rules_text;  ///< of `settings.rules`, as `MailboxState::applied_rules` keeps it
    std::string system;
    bool source_shrunk = false;
    std::map<MailboxAddress, Held> held;
    const placement::Placements& placements;
    CardShelf& shelf;
};

}  // namespace hqsync::engine
