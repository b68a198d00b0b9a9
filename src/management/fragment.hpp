// Messages travel in fragments: cut to what an envelope holds, put together again on arrival.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hqsync::management::psrp {

/// In front of every fragment: object id (8), fragment id (8), flags (1), length (4), big-endian.
inline constexpr std::size_t fragment_header_octets = 21;

/// The fragments of one message, each with its header and at most `blob_max` octets behind it (at
/// least one). `object_id` is unique among the messages of the sender; it counts from 1.
std::vector<std::string> cut(std::string_view message, std::uint64_t object_id,
                             std::size_t blob_max);

struct AssemblyLimits {
    std::size_t message_octets = std::size_t{48} << 20;
    std::size_t open_messages = 16;  ///< begun and not ended
};

/// Puts messages together from a stream that may be cut anywhere, also within a header. Messages
/// may be interleaved; the fragments of each come in order.
class Assembler {
public:
    explicit Assembler(AssemblyLimits limits = {}) : limits_(limits) {}

    /// The messages that these octets complete. Faults (run): "psrp.fragment" (a fragment out of
    /// order, twice, or of a message that never began), "psrp.too_big". After a fault nothing can
    /// be trusted: every later call says the same.
    Result<std::vector<std::string>> take(std::string_view octets);

    /// Everything that began has ended.
    [[nodiscard]] bool is_between_messages() const { return rest_.empty() && open_.empty(); }

private:
    struct Open {
        std::uint64_t next_fragment = 0;
        std::string octets;
    };
    struct Header {
        std::uint64_t object_id;
        std::uint64_t fragment_id;
        bool is_start;
        bool is_end;
        std::size_t length;
    };
    static Header header_of(std::string_view octets);
    std::optional<Fault> refusal_of(const Header& header) const;

    AssemblyLimits limits_;
    std::string rest_;  ///< the beginning of a fragment that is not whole
    std::map<std::uint64_t, Open> open_;
    std::size_t open_octets_ = 0;
    std::optional<Fault> fault_;
};

}  // namespace hqsync::management::psrp
