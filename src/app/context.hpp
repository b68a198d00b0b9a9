// What commands that read HQ and state open first, in one step.
#pragma once

#include <memory>

#include "app/commands.hpp"
#include "app/compose.hpp"

namespace hqsync::app {

struct Reading {
    Config config;
    std::unique_ptr<StateStore> state;
    Directory directory;
};

/// Opens the state beside a possible run, reads HQ and settings once.
Result<Reading> open_reading(const Invocation& invocation);

/// "Nordlicht GmbH" of the record that a reason or an absence names; empty when it has no name.
std::string record_name(const Snapshot& snapshot, placement::Rule rule, std::int64_t record);

}  // namespace hqsync::app
