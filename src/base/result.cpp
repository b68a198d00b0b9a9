// Names of reaches and the one-line form of a fault.
#include "base/result.hpp"

#include "base/utf8.hpp"

namespace hqsync {

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
    return printable(fault.detail.empty() ? fault.code : fault.code + ": " + fault.detail);
}

}  // namespace hqsync
