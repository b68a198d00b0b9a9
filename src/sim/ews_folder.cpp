// Folders: read.
#include "sim/ews_call.hpp"
#include "sim/ews_shape.hpp"

namespace hqsync::sim {

void get_folder(EwsCall& call) {
    const auto shape = read_folder_shape(call.request.child("m:FolderShape"));
    for (const auto id : elements(call.request.child("m:FolderIds"))) {
        const auto place = call.folder(id);
        if (!place) {
            add(add_failure(call.messages, "GetFolder", place.error()), "m:Folders");
            continue;
        }
        auto message = add_success(call.messages, "GetFolder");
        write_folder(add(message, "m:Folders"), *place, shape);
    }
}

}  // namespace hqsync::sim
