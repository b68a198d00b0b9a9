// The wire's order of octets is a fixed permutation of the text's.
#include "management/psrp_guid.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace hqsync::management::psrp {

namespace {

constexpr std::array<std::size_t, Guid::size> wire_order = {3, 2, 1,  0,  5,  4,  7,  6,
                                                            8, 9, 10, 11, 12, 13, 14, 15};

}  // namespace

Guid Guid::random(std::mt19937_64& random) {
    Guid guid;
    for (auto& octet : guid.octets_)
        octet = static_cast<std::uint8_t>(random());
    guid.octets_[6] = static_cast<std::uint8_t>((guid.octets_[6] & 0x0FU) | 0x40U);
    guid.octets_[8] = static_cast<std::uint8_t>((guid.octets_[8] & 0x3FU) | 0x80U);
    return guid;
}

std::optional<Guid> Guid::from_text(std::string_view text) {
    Guid guid;
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '-') {
            ++at;
            continue;
        }
        const auto* const end = text.data() + std::min(at + 2, text.size());
        if (count == size) return std::nullopt;
        const auto read = std::from_chars(text.data() + at, end, guid.octets_[count], 16);
        if (read.ec != std::errc{} || read.ptr != text.data() + at + 2) return std::nullopt;
        ++count;
        at += 2;
    }
    if (count != size) return std::nullopt;
    return guid;
}

Guid Guid::from_wire(std::string_view octets) {
    Guid guid;
    for (std::size_t i = 0; i < std::min(octets.size(), wire_order.size()); ++i)
        guid.octets_[wire_order[i]] = static_cast<std::uint8_t>(octets[i]);
    return guid;
}

std::string Guid::text() const {
    std::string text;
    for (std::size_t i = 0; i < octets_.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02X}", octets_[i]);
    }
    return text;
}

std::string Guid::wire() const {
    std::string result;
    for (const auto at : wire_order)
        result += static_cast<char>(octets_[at]);
    return result;
}

}  // namespace hqsync::management::psrp
