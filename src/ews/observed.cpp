// Items as the engine sees them.
#include "ews/observed.hpp"

#include <algorithm>

#include "ews/faults.hpp"
#include "ews/messages.hpp"

namespace hqsync::ews {

Result<std::vector<reconcile::Observed>> observed_in(std::vector<ItemShown> items,
                                                     const std::vector<Folder>& folders) {
    std::vector<reconcile::Observed> observed;
    for (auto& item : items) {
        const auto folder = std::ranges::find(folders, item.folder, &Folder::id);
        if (folder == folders.end()) continue;
        if (item.item.value().empty() || item.change_key.value().empty()) {
            return fail(unreadable("shows a contact without id or change key"));
        }
        observed.push_back({std::move(item.item), std::move(item.change_key), folder->role,
                            std::move(item.mark), std::move(item.card), std::move(item.created_on),
                            std::move(item.modified_on)});
    }
    return observed;
}

}  // namespace hqsync::ews
