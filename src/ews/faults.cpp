// The words for what goes wrong in a mailbox.
#include "ews/faults.hpp"

#include <fmt/format.h>

namespace hqsync::ews {

Fault endless(std::string_view what) {
    return {Reach::mailbox, "ews.endless", fmt::format("Exchange's {} does not end", what)};
}

Fault folder_gone() {
    return {Reach::folder, "folder_gone", "a folder of ours is gone"};
}

Fault conflict() {
    return {Reach::item, "conflict",
            "somebody changed the item meanwhile; the next pass reads it again"};
}

bool is_gone(const Fault& fault) {
    return fault.code == "gone";
}

bool is_folder_gone(const Fault& fault) {
    return fault.code == "folder_gone" || is_gone(fault);
}

bool is_corrupt(const Fault& fault) {
    return fault.code == "ErrorItemCorrupt" || fault.code == "ErrorItemPropertyRequestFailed" ||
           fault.code == "ErrorCorruptData" || fault.code == "ews.unreadable_item";
}

Fault of_mailbox(Fault fault) {
    if (fault.reach == Reach::item || fault.reach == Reach::folder) fault.reach = Reach::mailbox;
    return fault;
}

}  // namespace hqsync::ews
