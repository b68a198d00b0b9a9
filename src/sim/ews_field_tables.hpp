// Which MAPI properties are other names of fields.
#pragma once

#include <span>

#include "sim/ews_fields.hpp"

namespace hqsync::sim {

/// PidTag and PidLid properties of MS-OXOCNTC by Graph's id, and the slot of the field they are.
struct Alias {
    const char* canonical;
    const char* slot;
};
std::span<const Alias> extended_aliases();

}  // namespace hqsync::sim
