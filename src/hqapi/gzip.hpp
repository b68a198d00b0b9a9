// Bodies packed for clients that say they can unpack them.
#pragma once

#include <string>
#include <string_view>

#include "hqapi/message.hpp"

namespace hqsync::hqapi {

/// Whether an Accept-Encoding names gzip and does not switch it off by "q=0".
bool accepts_gzip(std::string_view accept_encoding);

/// Packs the body where the request allows it and it is worth it; says so in the headers.
void pack(const Request& request, Reply& reply);

}  // namespace hqsync::hqapi
