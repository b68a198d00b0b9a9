// The configuration of commands below `hqsync exchange` that can do without a file.
#pragma once

#include <string>

#include "app/config.hpp"
#include "app/management_place.hpp"
#include "base/result.hpp"

namespace hqsync::app {

/// As load_config; where nobody names a file and there is none in the usual places, nothing is
/// configured but the place of what is remembered, "exchange" in the folder hqsync of
/// $XDG_STATE_HOME, else of ~/.local/state, which is made. Fault (configuration) "config": that of
/// load_config, with what to say instead, when `wish` has no address; no such folder.
Result<Config> exchange_config(const std::string& given, const ManagementWish& wish);

/// The same for what only looks at sessions that are held: they were written down with an address.
Result<Config> held_config(const std::string& given);

}  // namespace hqsync::app
