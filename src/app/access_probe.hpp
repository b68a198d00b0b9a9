// Tries the sync's own way to a mailbox: those in the scope must be let in, others refused.
#pragma once

#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/exchange_setup.hpp"
#include "app/exchange_setup_run.hpp"
#include "base/result.hpp"

namespace hqsync::app {

/// What a look at a mailbox's contact folders answered.
enum class Access : std::uint8_t { granted, refused, unknown };
struct AccessTried {
    std::string mailbox;
    Access access = Access::unknown;
    std::string words;  ///< of the refusal or the failure
};
/// From what the adapter answered: only a refusal of rights is one.
AccessTried access_of(std::string mailbox, const Result<void>& answer);

/// Lists the contact folders of each, by EWS or Graph as configured; writes nothing. Fault
/// (configuration): Exchange cannot be reached with this configuration.
Result<std::vector<AccessTried>> try_access(const Config& config,
                                            const std::vector<std::string>& mailboxes);

/// `place` decides what is said of a right that does not work yet.
ProofReport judge_inside(const AccessTried& tried, ExchangePlace place);
ProofReport judge_outside(const AccessTried& tried);

/// A mailbox that the filter leaves out: asked for by the filter's opposite, or looked for among
/// the first thousand when the filter lists addresses (`synced`, lower case). Empty: there is none,
/// or Exchange does not tell.
Task<std::string> pick_outside(management::ManagementSession& session, std::string filter,
                               std::vector<std::string> synced);

}  // namespace hqsync::app
