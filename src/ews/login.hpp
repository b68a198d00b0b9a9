// The account's login as requests carry it, and what a 401 to it means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ews/exchange.hpp"
#include "http/sender.hpp"

namespace hqsync::ews {

/// None for OAuth: a token is a header.
http::Login login_of(const Options& options);

/// True also when the answer does not say what it offers.
bool offers(const http::Response& answer, Authentication authentication);

/// The configuration's fault that a 401 stands for.
Fault refused_login(const Options& options, const http::Response& answer);

}  // namespace hqsync::ews
