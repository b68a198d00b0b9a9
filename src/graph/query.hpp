// The parts of an URL: what is asked for, and what has to be encoded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contact/card.hpp"
#include "login/form.hpp"

namespace hqsync::graph {

using login::url_encoded;

/// "$expand" of the extended properties named.
std::string expand_of(const std::vector<std::string_view>& properties);

/// "$filter" for items with this mark. The service compares values without case.
std::string filter_of(const ContactMark& mark);

}  // namespace hqsync::graph
