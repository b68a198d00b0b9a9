// The order of octets within a GUID, written down once.
#include "sim/ps_guid.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

namespace hqsync::sim {

namespace {

/// Which octet of .NET's layout each pair of digits stands for.
constexpr std::array<std::size_t, 16> places{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

int digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

std::string with_dashes(std::string_view digits) {
    return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                       digits.substr(12, 4), digits.substr(16, 4), digits.substr(20));
}

}  // namespace

std::string new_guid() {
    thread_local std::mt19937_64 random{std::random_device{}()};
    const auto high = (random() & ~0xF000ULL) | 0x4000ULL;
    const auto low = (random() & ~(3ULL << 62U)) | (2ULL << 62U);
    return with_dashes(fmt::format("{:016X}{:016X}", high, low));
}

std::string guid_of(std::string_view name) {
    std::array<std::uint64_t, 2> sums{0xCBF29CE484222325ULL, 0x84222325CBF29CE4ULL};
    for (auto& sum : sums) {
        for (const char letter : name)
            sum = (sum ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
        sum ^= sum >> 29U;
    }
    sums[0] = (sums[0] & ~0xF000ULL) | 0x4000ULL;
    sums[1] = (sums[1] & ~(3ULL << 62U)) | (2ULL << 62U);
    return with_dashes(fmt::format("{:016x}{:016x}", sums[0], sums[1]));
}

bool is_guid_text(std::string_view text) {
    return guid_octets(text).has_value();
}

std::string guid_text(std::string_view octets) {
    if (octets.size() != 16) return {};
    std::string digits;
    for (const auto place : places)
        digits += fmt::format("{:02X}", static_cast<unsigned char>(octets[place]));
    return with_dashes(digits);
}

std::optional<std::string> guid_octets(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::string octets(16, '\0');
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at == 8 || at == 13 || at == 18 || at == 23) {
            if (text[at] != '-') return std::nullopt;
            continue;
        }
        if (at + 1 >= text.size()) return std::nullopt;
        const int high = digit(text[at]);
        const int low = digit(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        octets[places[count++]] = static_cast<char>(high * 16 + low);
        ++at;
    }
    return octets;
}

}  // namespace hqsync::sim
