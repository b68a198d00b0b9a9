// A fragment is looked at when it is whole; its length is checked as soon as its header is there.
#include "management/fragment.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace hqsync::management::psrp {

namespace {

constexpr std::uint8_t start_flag = 1;
constexpr std::uint8_t end_flag = 2;

void append(std::string& to, std::uint64_t number, std::size_t octets) {
    for (std::size_t i = octets; i-- > 0;)
        to += static_cast<char>((number >> (8 * i)) & 0xFFU);
}

std::uint64_t number_at(std::string_view octets, std::size_t at, std::size_t count) {
    std::uint64_t number = 0;
    for (const char octet : octets.substr(at, count))
        number = (number << 8U) | static_cast<unsigned char>(octet);
    return number;
}

}  // namespace

std::vector<std::string> cut(std::string_view message, std::uint64_t object_id,
                             std::size_t blob_max) {
    std::vector<std::string> fragments;
    blob_max = std::max<std::size_t>(blob_max, 1);
    do {
        const auto blob = message.substr(0, blob_max);
        message.remove_prefix(blob.size());
        const auto is_start = fragments.empty() ? start_flag : 0U;
        const auto is_end = message.empty() ? end_flag : 0U;
        std::string fragment;
        fragment.reserve(fragment_header_octets + blob.size());
        append(fragment, object_id, 8);
        append(fragment, fragments.size(), 8);
        append(fragment, is_start | is_end, 1);
        append(fragment, blob.size(), 4);
        fragment += blob;
        fragments.push_back(std::move(fragment));
    } while (!message.empty());
    return fragments;
}

Assembler::Header Assembler::header_of(std::string_view octets) {
    const auto flags = number_at(octets, 16, 1);
    return {number_at(octets, 0, 8), number_at(octets, 8, 8), (flags & start_flag) != 0,
            (flags & end_flag) != 0, number_at(octets, 17, 4)};
}

std::optional<Fault> Assembler::refusal_of(const Header& header) const {
    const auto refused = [&](const char* code, std::string_view what) {
        return Fault{Reach::run, code,
                     fmt::format("{}, in fragment {} of object {}", what, header.fragment_id,
                                 header.object_id)};
    };
    const auto known = open_.find(header.object_id);
    if (header.length > limits_.message_octets ||
        open_octets_ + header.length > limits_.message_octets)
        return refused("psrp.too_big", "messages are too long");
    if (header.is_start != (header.fragment_id == 0))
        return refused("psrp.fragment", "a beginning in the wrong place");
    if (header.is_start && known != open_.end())
        return refused("psrp.fragment", "a message that began before");
    if (!header.is_start && known == open_.end())
        return refused("psrp.fragment", "a message that never began");
    if (!header.is_start && known->second.next_fragment != header.fragment_id)
        return refused("psrp.fragment", "not the next one");
    if (header.is_start && open_.size() >= limits_.open_messages)
        return refused("psrp.too_big", "too many messages at once");
    return std::nullopt;
}

Result<std::vector<std::string>> Assembler::take(std::string_view octets) {
    if (fault_) return fail(*fault_);
    rest_ += octets;
    std::vector<std::string> messages;
    std::string_view rest = rest_;
    while (rest.size() >= fragment_header_octets) {
        const auto header = header_of(rest);
        fault_ = refusal_of(header);
        if (fault_) return fail(*fault_);
        if (rest.size() - fragment_header_octets < header.length) break;
        const auto blob = rest.substr(fragment_header_octets, header.length);
        rest.remove_prefix(fragment_header_octets + blob.size());
        auto& open = open_[header.object_id];
        open.octets += blob;
        ++open.next_fragment;
        open_octets_ += blob.size();
        if (!header.is_end) continue;
        open_octets_ -= open.octets.size();
        messages.push_back(std::move(open.octets));
        open_.erase(header.object_id);
    }
    rest_.erase(0, rest_.size() - rest.size());
    return messages;
}

}  // namespace hqsync::management::psrp
