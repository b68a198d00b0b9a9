// Forty octets of header, numbers little-endian; then the data.
#include "management/psrp_message.hpp"

#include <cstddef>

#include <fmt/format.h>

namespace hqsync::management::psrp {

namespace {

constexpr std::size_t header_octets = 40;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

void append(std::string& to, std::uint32_t number) {
    for (const unsigned shift : {0U, 8U, 16U, 24U})
        to += static_cast<char>((number >> shift) & 0xFFU);
}

std::uint32_t number_at(std::string_view octets, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;)
        number = (number << 8U) | static_cast<unsigned char>(octets[at + i]);
    return number;
}

}  // namespace

std::string encode(const Message& message) {
    std::string octets;
    octets.reserve(header_octets + message.data.size());
    append(octets, static_cast<std::uint32_t>(message.destination));
    append(octets, static_cast<std::uint32_t>(message.type));
    octets += message.pool.wire();
    octets += message.pipeline.wire();
    octets += message.data;
    return octets;
}

Result<Message> decode(std::string_view octets) {
    if (octets.size() < header_octets) {
        return fail(
            {Reach::run, "psrp.malformed",
             fmt::format("a message of {} octets, shorter than its header", octets.size())});
    }
    const auto destination = number_at(octets, 0);
    if (destination != 1 && destination != 2) {
        return fail({Reach::run, "psrp.malformed",
                     fmt::format("a message for destination {}", destination)});
    }
    Message message;
    message.destination = static_cast<Destination>(destination);
    message.type = static_cast<MessageType>(number_at(octets, 4));
    message.pool = Guid::from_wire(octets.substr(8, Guid::size));
    message.pipeline = Guid::from_wire(octets.substr(24, Guid::size));
    auto data = octets.substr(header_octets);
    if (data.starts_with(byte_order_mark)) data.remove_prefix(byte_order_mark.size());
    message.data = data;
    return message;
}

}  // namespace hqsync::management::psrp
