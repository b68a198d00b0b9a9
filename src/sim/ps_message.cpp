// Fragment headers are big-endian, message headers little-endian.
#include "sim/ps_message.hpp"

#include <algorithm>
#include <utility>

#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

constexpr std::size_t fragment_header = 21;
constexpr std::size_t message_header = 40;
constexpr std::size_t object_max = 4UL * 1024 * 1024;
constexpr std::size_t objects_max = 16;
constexpr unsigned start_flag = 1;
constexpr unsigned end_flag = 2;
constexpr std::uint64_t client = 1;
constexpr std::uint64_t server = 2;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::uint64_t read_big(std::string_view octets) {
    std::uint64_t number = 0;
    for (const char octet : octets)
        number = (number << 8U) | static_cast<unsigned char>(octet);
    return number;
}

std::uint64_t read_little(std::string_view octets) {
    std::uint64_t number = 0;
    for (std::size_t at = octets.size(); at-- > 0;)
        number = (number << 8U) | static_cast<unsigned char>(octets[at]);
    return number;
}

std::string little(std::uint64_t number, std::size_t size) {
    std::string octets;
    for (std::size_t at = 0; at < size; ++at)
        octets += static_cast<char>((number >> (8U * at)) & 0xFFU);
    return octets;
}

std::string big(std::uint64_t number, std::size_t size) {
    auto octets = little(number, size);
    std::ranges::reverse(octets);
    return octets;
}

}  // namespace

std::string write_message(const PsMessage& message) {
    const auto guid = [](const std::string& text) {
        return guid_octets(text).value_or(std::string(16, '\0'));
    };
    auto octets = little(client, 4) + little(std::to_underlying(message.type), 4) +
                  guid(message.pool) + guid(message.pipeline);
    octets += byte_order_mark;
    return octets + message.data;
}

std::expected<PsMessage, std::string> read_message(std::string_view octets) {
    if (octets.size() < message_header) return std::unexpected("a message under 40 octets");
    if (read_little(octets.substr(0, 4)) != server)
        return std::unexpected("a message that is not for the server");
    PsMessage message{.type = static_cast<PsType>(read_little(octets.substr(4, 4))),
                      .pool = guid_text(octets.substr(8, 16)),
                      .pipeline = guid_text(octets.substr(24, 16)),
                      .data = {}};
    octets.remove_prefix(message_header);
    if (octets.starts_with(byte_order_mark)) octets.remove_prefix(byte_order_mark.size());
    message.data = octets;
    return message;
}

std::vector<std::string> fragments_of(std::uint64_t object, std::string_view message,
                                      std::size_t blob_max) {
    std::vector<std::string> fragments;
    std::size_t at = 0;
    do {
        const auto blob = message.substr(at, blob_max);
        unsigned flags = at == 0 ? start_flag : 0U;
        if (at + blob.size() == message.size()) flags |= end_flag;
        auto fragment = big(object, 8) + big(fragments.size(), 8);
        fragment += static_cast<char>(flags);
        fragment += big(blob.size(), 4);
        fragment += blob;
        fragments.push_back(std::move(fragment));
        at += blob.size();
    } while (at < message.size());
    return fragments;
}

std::expected<std::vector<std::string>, std::string> PsAssembly::feed(std::string_view octets) {
    std::vector<std::string> whole;
    while (!octets.empty()) {
        if (octets.size() < fragment_header) return std::unexpected("a fragment cut off");
        const auto object = read_big(octets.substr(0, 8));
        const auto number = read_big(octets.substr(8, 8));
        const auto flags = static_cast<unsigned char>(octets[16]);
        const auto size = read_big(octets.substr(17, 4));
        octets.remove_prefix(fragment_header);
        if (size > octets.size()) return std::unexpected("a fragment cut off");
        const bool is_start = (flags & start_flag) != 0;
        const auto at = parts_.find(object);
        if (is_start != (at == parts_.end()) || (is_start && number != 0))
            return std::unexpected("a fragment out of turn");
        if (at == parts_.end() && parts_.size() >= objects_max)
            return std::unexpected("too many objects begun");
        auto& part = parts_[object];
        if (number != part.next++) return std::unexpected("a fragment out of turn");
        if (part.octets.size() + size > object_max) return std::unexpected("an object over 4 MB");
        part.octets += octets.substr(0, size);
        octets.remove_prefix(size);
        if ((flags & end_flag) == 0) continue;
        whole.push_back(std::move(part.octets));
        parts_.erase(object);
    }
    return whole;
}

}  // namespace hqsync::sim
