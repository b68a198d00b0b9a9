// A contact that a user made becomes one of HQ.
#pragma once

#include "card/make_card.hpp"
#include "directory/snapshot.hpp"
#include "engine/run.hpp"
#include "settings/settings.hpp"

namespace hqsync::engine {

/// Creates the contact person of a proposal in HQ, once: a proposal whose acceptance was cut off is
/// looked for in `snapshot` first. Its item gets its mark by the next pass of its mailbox. Answers
/// the contact. Fields that never go to HQ (direction.FIELD) stay with their user. Faults: item
/// "hq.refused" (the company does not exist, say), else those of the ports.
Task<Result<ContactId>> accept(Ports ports, Proposal proposal, CompanyId company,
                               SnapshotPtr snapshot, settings::Settings settings);

}  // namespace hqsync::engine
