// One run over all mailboxes: read HQ, place, keep each mailbox in step; again for what came back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "port/exchange.hpp"
#include "port/hq_source.hpp"
#include "port/hq_writer.hpp"
#include "port/state_store.hpp"
#include "settings/settings.hpp"

namespace hqsync::engine {

/// What the engine works on; owned by the caller, who keeps them alive until the run ends.
struct Ports {
    HqSource& hq;
    HqWriter& hq_writer;
    Exchange& exchange;
    StateStore& state;
    Clock& clock;
};

/// How far a run over some mailboxes goes.
enum class Spread : std::uint8_t {
    only_these,
    all_concerned,  ///< what came back from them goes on into all mailboxes that it concerns
};

struct Options {
    std::vector<MailboxAddress> only;  ///< these mailboxes; empty: all synced users
    Spread spread = Spread::only_these;
    bool dry_run = false;  ///< plan, print, write nothing (Exchange, HQ, state)
    bool survey = false;   ///< read both folders whole, not only what changed
    std::size_t mailboxes_at_once = 16;
    /// Age of an intent before its item is looked for: longer than a request can be under way (the
    /// adapter's deadline of a call, 120 s), or a late create would be a second one.
    Milliseconds settle_after{150'000};
    /// Asked before each mailbox; true: the run ends there, with what was done so far.
    std::function<bool()> wants_end = {};
};

/// What happened in one mailbox.
struct MailboxReport {
    MailboxAddress mailbox;
    UserId user;
    PassCounts counts;
    std::optional<Fault> fault;           ///< what stopped this mailbox
    std::optional<reconcile::Hold> hold;  ///< deletions held by the guard
    std::vector<ItemError> item_errors;
    std::optional<reconcile::Plan> plan;  ///< with dry_run
    bool needs_round = false;  ///< something went to HQ, HQ's record had changed meanwhile, or a
                               ///< contact needs another plan: the next round sees to it
};

struct RunReport {
    std::vector<MailboxReport> mailboxes;  ///< sorted by address
    std::optional<Fault> fault;            ///< what stopped the whole run
    reconcile::SourceCounts source;        ///< what HQ answered with
    bool source_shrunk = false;
};

/// Told while the run goes on, always from the engine's thread.
class Progress {
public:
    virtual ~Progress() = default;
    virtual void planned(const MailboxAddress& mailbox, std::size_t operations) = 0;
    virtual void advanced(const MailboxAddress& mailbox, std::size_t operations) = 0;
    virtual void ended(const MailboxReport& report) = 0;
};

/// Never throws for a fault: it is in the report. `progress` may be null.
Task<RunReport> run(Ports ports, Options options, Progress* progress);

}  // namespace hqsync::engine
