// Reading a mailbox: change listings, surveys, items by id.
#include <algorithm>
#include <map>

#include "ews/faults.hpp"
#include "ews/mailbox.hpp"
#include "ews/observed.hpp"

namespace hqsync::ews {

namespace {

using reconcile::Observed;

constexpr std::size_t page_size = 512;  // MaxChangesReturned, at most (messages.xsd)
// A million entries are no mailbox but a loop.
constexpr int pages_max = 2'000;

/// The last word on an item counts; no change key: it left.
using LastWords = std::map<ItemId, std::optional<ChangeKey>>;

void take_page(const SyncPage& page, LastWords& items) {
    for (const auto& changed : page.changed)
        items[changed.item] = changed.change_key;
    for (const auto& item : page.left)
        items[item] = std::nullopt;
}

FolderChanges changes_of(LastWords items, SyncState next) {
    FolderChanges changes;
    changes.next = std::move(next);
    for (auto& [item, change_key] : items) {
        if (change_key) {
            changes.changed.push_back({item, *std::move(change_key)});
        } else {
            changes.left.push_back(item);
        }
    }
    return changes;
}

Result<Each<SyncPage>> read_page(std::string answer, std::size_t) {
    return read_sync_page(std::move(answer));
}

}  // namespace

EwsMailbox::EwsMailbox(Service service) : service_(std::move(service)) {}

Task<Result<FolderChanges>> EwsMailbox::changes_since(Folder folder,
                                                      std::optional<SyncState> since) {
    LastWords items;
    for (int page = 0; page < pages_max; ++page) {
        auto shown = co_await ask_one<SyncPage>(service_, sync_items(folder.id, since, page_size),
                                                Effect::none, read_page);
        if (!shown && is_folder_gone(shown.error())) co_return fail(folder_gone());
        if (!shown && shown.error().reach == Reach::item) {
            co_return fail(of_mailbox(shown.error()));
        }
        if (!shown) co_return fail(shown.error());
        take_page(*shown, items);
        if (shown->is_last) co_return changes_of(std::move(items), std::move(shown->next));
        if (shown->next == since) break;
        since = std::move(shown->next);
    }
    co_return fail(endless("list of changes"));
}

Task<Each<ItemShown>> EwsMailbox::get(std::vector<ItemId> items) {
    Each<ItemShown> results(items.size());
    const auto request = [&items](Places places) { return get_items(pick(items, places)); };
    const auto is_asked = [&items](std::size_t place, const ItemShown& shown) {
        return shown.item == items[place];
    };
    auto work = work_into(results, Effect::none, request, read_items, is_asked);
    co_await carry_out(service_, reading_, std::move(work));
    co_return results;
}

Task<Result<std::vector<ItemShown>>> EwsMailbox::get_present(std::vector<ItemId> items) {
    std::vector<ItemShown> present;
    if (items.empty()) co_return present;
    auto each = co_await get(items);
    std::vector<ItemId> broken;
    std::optional<Fault> fault;
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto& item = each[i];
        if (item) {
            present.push_back(*std::move(item));
        } else if (is_corrupt(item.error())) {
            broken.push_back(items[i]);
            fault = item.error();
        } else if (!is_gone(item.error())) {
            // Unread is not gone: without this answer the pass cannot be told what is there.
            co_return fail(of_mailbox(item.error()));
        }
    }
    if (fault) {
        auto stops = co_await fault_of_broken(std::move(broken), *std::move(fault));
        if (stops) co_return fail(of_mailbox(*std::move(stops)));
    }
    co_return present;
}

Task<std::optional<Fault>> EwsMailbox::fault_of_broken(std::vector<ItemId> items, Fault fault) {
    Each<ItemShown> marks(items.size());
    const auto request = [&items](Places places) { return get_marks(pick(items, places)); };
    const auto is_asked = [&items](std::size_t place, const ItemShown& shown) {
        return shown.item == items[place];
    };
    auto work = work_into(marks, Effect::none, request, read_items, is_asked);
    co_await carry_out(service_, reading_, std::move(work));
    for (const auto& each : marks) {
        if (!each && !is_gone(each.error())) co_return each.error();
        if (each && each->mark) co_return fault;
    }
    co_return std::nullopt;
}

/// SyncFolderItems from nothing, not FindItem: pages by offset miss an item when another one goes
/// meanwhile, and a marked item that a survey misses would be made a second time.
Task<Result<std::vector<Observed>>> EwsMailbox::survey(Folder folder) {
    const auto changes = co_await changes_since(folder, std::nullopt);
    if (!changes) co_return fail(changes.error());
    std::vector<ItemId> items;
    for (const auto& changed : changes->changed)
        items.push_back(changed.item);
    co_return co_await read(std::move(items), {folder});
}

Task<Result<std::vector<Observed>>> EwsMailbox::read(std::vector<ItemId> items,
                                                     std::vector<Folder> folders) {
    auto present = co_await get_present(std::move(items));
    if (!present) co_return fail(present.error());
    co_return observed_in(*std::move(present), folders);
}

}  // namespace hqsync::ews
