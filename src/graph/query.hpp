// The parts of an URL: what is asked for, and what has to be encoded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contact/card.hpp"

namespace hqsync::graph {

/// "$expand" of the extended properties named.
std::string expand_of(const std::vector<std::string_view>& properties);

/// "$filter" for items with this mark. The service compares values without case.
std::string filter_of(const ContactMark& mark);

/// Everything but unreserved characters percent-encoded (RFC 3986), for one path segment or value.
std::string url_encoded(std::string_view text);

}  // namespace hqsync::graph
