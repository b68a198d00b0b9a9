// POX Autodiscover (/autodiscover/autodiscover.xml): where the mailbox of an address is served.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sim/graph_message.hpp"

namespace hqsync::sim {

/// What is answered for an address instead of its settings.
struct Detour {
    std::string url;      ///< redirectUrl: ask there
    std::string address;  ///< redirectAddr: ask for this one
    int error = 0;        ///< ErrorCode, 500 for an address that is none
};

class Autodiscover {
public:
    /// `url` of the simulator, without a path at its end.
    Autodiscover(std::string domain, std::string url);

    /// POST by somebody who has logged in. `primary` is empty, or what the address is an alias of.
    [[nodiscard]] Reply answer(const Request& request, std::string_view primary) const;
    /// GET, which needs no login: 302 to the place that a POST is to ask.
    [[nodiscard]] Reply location() const;
    /// The address that a POST asks for, in lower case; empty when it is not legible.
    [[nodiscard]] static std::string address_in(const Request& request);

    /// For one address, or for all of a domain; one of an address goes first.
    void set_detour(std::string_view address_or_domain, Detour detour);
    void set_location(std::string url) { location_ = std::move(url); }
    void clear();

private:
    [[nodiscard]] const Detour* detour_of(std::string_view address) const;
    [[nodiscard]] Reply settings(std::string_view address) const;

    std::string domain_;
    std::string url_;
    std::string location_;
    std::map<std::string, Detour, std::less<>> detours_;
};

}  // namespace hqsync::sim
