// The request and the answer of Autodiscover by POX (Plain Old XML). Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

namespace hqsync::ews {

/// What an answer of Autodiscover says to do.
struct FoundUrl {
    std::string url;  ///< EwsUrl of EXPR (from outside), else of EXCH
    bool operator==(const FoundUrl&) const = default;
};
struct OtherAddress {
    std::string address;
    bool operator==(const OtherAddress&) const = default;
};
struct OtherUrl {
    std::string url;
    bool operator==(const OtherUrl&) const = default;
};
struct NoSettings {
    std::string why;  ///< for people; holds nothing that the server wrote but its error number
    bool operator==(const NoSettings&) const = default;
};
using Discovered = std::variant<FoundUrl, OtherAddress, OtherUrl, NoSettings>;

std::string autodiscover_request(std::string_view address);
Discovered read_autodiscover(std::string answer);

}  // namespace hqsync::ews
