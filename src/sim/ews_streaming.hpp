// The operations around streaming subscriptions.
#pragma once

#include "sim/ews_call.hpp"

namespace hqsync::sim {

void subscribe(EwsCall& call);
void unsubscribe(EwsCall& call);
/// Leaves the beginning of the answer in call.start.
void get_streaming_events(EwsCall& call);

}  // namespace hqsync::sim
