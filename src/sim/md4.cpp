// Three rounds of sixteen steps over each block of 64 bytes.
#include "sim/md4.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace hqsync::sim {

namespace {

using State = std::array<std::uint32_t, 4>;
using Block = std::array<std::uint32_t, 16>;

struct Round {
    std::uint32_t constant;
    std::array<std::size_t, 16> order;
    std::array<int, 4> turns;
};

constexpr std::array<Round, 3> rounds{{
    {0, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {3, 7, 11, 19}},
    {0x5A827999, {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}, {3, 5, 9, 13}},
    {0x6ED9EBA1, {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}, {3, 9, 11, 15}},
}};

std::uint32_t mixed(std::size_t round, std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    if (round == 0) return (x & y) | (~x & z);
    if (round == 1) return (x & y) | (x & z) | (y & z);
    return x ^ y ^ z;
}

void add(State& state, const Block& block) {
    auto [a, b, c, d] = state;
    for (std::size_t at = 0; at < rounds.size(); ++at) {
        const Round& round = rounds[at];
        for (std::size_t step = 0; step < 16; ++step) {
            const auto sum = a + mixed(at, b, c, d) + block[round.order[step]] + round.constant;
            a = d;
            d = c;
            c = b;
            b = std::rotl(sum, round.turns[step % 4]);
        }
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

}  // namespace

std::string md4(std::string_view bytes) {
    std::string padded(bytes);
    padded += '\x80';
    padded.append((120 - padded.size() % 64) % 64, '\0');
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    for (unsigned shift = 0; shift < 64; shift += 8)
        padded += static_cast<char>((bits >> shift) & 0xFFU);
    State state{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
    for (std::size_t start = 0; start < padded.size(); start += 64) {
        Block block{};
        for (std::size_t at = 0; at < 64; ++at) {
            const auto octet = static_cast<std::uint8_t>(padded[start + at]);
            block[at / 4] |= std::uint32_t{octet} << (at % 4 * 8);
        }
        add(state, block);
    }
    std::string digest;
    for (const std::uint32_t word : state) {
        for (unsigned shift = 0; shift < 32; shift += 8)
            digest += static_cast<char>((word >> shift) & 0xFFU);
    }
    return digest;
}

}  // namespace hqsync::sim
