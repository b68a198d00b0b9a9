// $metadata: the entities as CSDL, for tools that ask for it before anything else.
#pragma once

#include "hqapi/message.hpp"

namespace hqsync::hqapi {

Reply metadata();

}  // namespace hqsync::hqapi
