// The version of the protocol that both sides keep to.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace hqsync::management::psrp {

struct Version {
    int major = 0;
    int minor = 0;

    auto operator<=>(const Version&) const = default;
};

/// What we offer: that of Windows PowerShell 5.1. From 2.4 on secrets travel in the clear.
inline constexpr Version offered{2, 3};

std::optional<Version> version_in(std::string_view text);

}  // namespace hqsync::management::psrp
