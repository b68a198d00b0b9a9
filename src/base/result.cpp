// Names of reaches and the one-line form of a fault.
#include "base/result.hpp"

#include <cstddef>
#include <utility>

namespace hqsync {
namespace {

/// Details hold words of servers, and terminals act on controls: those of ASCII, and U+0080 to
/// U+009F (0xC2 and an octet).
std::string without_controls(std::string text) {
    const auto octet = [&text](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_pair = octet(at) == 0xC2 && octet(at + 1) >= 0x80 && octet(at + 1) <= 0x9F;
        if (is_pair) text.replace(at, 2, " ");
        if (octet(at) < 0x20 || octet(at) == 0x7F) text[at] = ' ';
    }
    return text;
}

}  // namespace

std::string_view name(Reach reach) {
    switch (reach) {
        case Reach::item: return "item";
        case Reach::folder: return "folder";
        case Reach::mailbox: return "mailbox";
        case Reach::run: return "run";
        case Reach::configuration: return "configuration";
    }
    return "unknown";
}

std::string to_text(const Fault& fault) {
    if (fault.detail.empty()) return fault.code;
    return without_controls(fault.code + ": " + fault.detail);
}

}  // namespace hqsync
