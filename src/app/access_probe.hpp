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

/// Lists its contact folders, by EWS or Graph as configured; writes nothing. Fault (configuration):
/// Exchange cannot be reached with this configuration.
Result<AccessTried> try_access(const Config& config, const std::string& mailbox);

/// `place` decides what is said of a right that does not work yet.
ProofReport judge_inside(const AccessTried& tried, ExchangePlace place);
ProofReport judge_outside(const AccessTried& tried);

/// The mailboxes that a filter leaves out, as far as Exchange tells.
struct LeftOut {
    std::string outside;  ///< of nobody who is synchronised, nor the account's; if there is one
    std::vector<std::string> synced;  ///< of users who are: they lack the right
};
/// Asks for the filter's opposite, or for mailboxes at all where the filter lists addresses; the
/// first thousand. `synced` in lower case.
Task<LeftOut> ask_left_out(management::ManagementSession& session, SetupWish wish,
                           std::vector<std::string> synced);
/// Whether all who are synchronised are in the scope.
ProofReport judge_left_out(const LeftOut& left_out);

}  // namespace hqsync::app
