// The ids of runspace pools and pipelines.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace hqsync::management::psrp {

/// All zeros means "none".
class Guid {
public:
    static constexpr std::size_t size = 16;

    Guid() = default;
    /// Version 4.
    static Guid random(std::mt19937_64& random);
    /// With or without dashes in place: "D3C3D95E-FA32-4D95-BEDF-3B7A81094D3B".
    static std::optional<Guid> from_text(std::string_view text);
    /// Sixteen octets as .NET stores them: the first three groups have their last octet first.
    static Guid from_wire(std::string_view octets);

    /// Upper case, as shell and command ids are written.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string wire() const;

    auto operator<=>(const Guid&) const = default;

private:
    std::array<std::uint8_t, size> octets_{};  ///< in the order of the text
};

}  // namespace hqsync::management::psrp
