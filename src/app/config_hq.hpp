// The section [hq] of the configuration.
#pragma once

#include "app/config.hpp"
#include "app/config_reader.hpp"

namespace hqsync::app {

void read_hq(ConfigReader& reader, Config::Hq& hq);

}  // namespace hqsync::app
