// The section [exchange] of the configuration: which keys there are, which belong together.
#pragma once

#include <string>

#include "app/config.hpp"
#include "app/config_reader.hpp"

namespace hqsync::app {

void read_exchange(ConfigReader& reader, Config::Exchange& exchange);

/// What is missing to reach Exchange ("FILE:LINE: …"); empty: nothing.
std::string missing_for_exchange(const ConfigReader& reader, const Config::Exchange& exchange);

}  // namespace hqsync::app
