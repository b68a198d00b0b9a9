// What all mailboxes of one round have in common, read once at its start.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "engine/desired.hpp"
#include "engine/run.hpp"
#include "placement/placement.hpp"
#include "settings/settings.hpp"

namespace hqsync::engine {

/// Lives on the round's frame, longer than every pass. Passes run interleaved on one thread.
struct RunContext {
    Ports ports;
    Options options;
    Progress* progress = nullptr;
    settings::Settings settings;
    std::string rules_text;  ///< of `settings.rules`, as `MailboxState::applied_rules` keeps it
    std::string system;
    bool source_shrunk = false;
    std::map<MailboxAddress, Held> held;
    std::int64_t run_id = 0;  ///< names the backups; 0 in a dry run
    /// Users of HQ that are synchronised, by the address that HQ has of them.
    std::set<MailboxAddress> addresses;
    std::map<MailboxAddress, MailboxAddress> aliases;  ///< as StateStore::aliases, kept in step
    SnapshotPtr snapshot;
    const placement::Placements& placements;
    CardShelf& shelf;
};

}  // namespace hqsync::engine
