// From OpenSSL's source of randomness.
#include "management/wsman_ids.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <openssl/rand.h>

namespace hqsync::management::wsman {

std::string new_id() {
    std::array<std::uint8_t, 16> octets{};
    RAND_bytes(octets.data(), static_cast<int>(octets.size()));
    octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0FU) | 0x40U);
    octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3FU) | 0x80U);
    std::string id;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
        id += fmt::format("{:02X}", octets[i]);
    }
    return id;
}

}  // namespace hqsync::management::wsman
