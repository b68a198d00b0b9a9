// What the reports of `sync` and the lines of `watch` have in common.
#pragma once

#include "app/json.hpp"
#include "engine/run.hpp"
#include "reconcile/guard.hpp"

namespace hqsync::app {

/// The members of a mailbox's object, from "mailbox" to "item_errors".
void write_mailbox(Json& json, const engine::MailboxReport& mailbox,
                   const reconcile::GuardLimits& limits);

}  // namespace hqsync::app
