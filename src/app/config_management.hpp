// The section [exchange.management] of the configuration.
#pragma once

#include "app/config.hpp"
#include "app/config_reader.hpp"

namespace hqsync::app {

void read_management(ConfigReader& reader, Config::Management& management);

}  // namespace hqsync::app
