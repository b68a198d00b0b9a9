// Erasure: block, remove, read back, forget.
#include "engine/erase.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/restore.hpp"

namespace hqsync::engine {

namespace {

constexpr int tries_max = 3;  // an item that is saved meanwhile has another change key

Fault still_there() {
    return {Reach::mailbox,
            "erase.still_there",
            "the person is still in this mailbox after three tries",
            {},
            false,
            true};
}

/// Removes what is found until nothing is.
Task<Result<void>> clear(Mailbox& mailbox, ContactMark mark, MailboxErasure& result) {
    std::set<FolderId> folders;
    for (int tries = 0; tries <= tries_max; ++tries) {
        const auto found = co_await mailbox.find_everywhere(mark);
        if (!found) co_return fail(found.error());
        if (found->empty()) co_return Result<void>{};
        if (tries == tries_max) break;
        std::vector<Write> writes;
        for (const auto& item : *found) {
            writes.emplace_back(
                RemoveItem{item.item, item.change_key, reconcile::Disposal::forever});
        }
        const auto removed = co_await mailbox.apply(std::move(writes));
        for (std::size_t i = 0; i < found->size(); ++i) {
            if (removed[i]) {
                ++result.items;
                folders.insert((*found)[i].folder);
            } else if (removed[i].error().reach != Reach::item) {
                co_return fail(removed[i].error());
            }
        }
        result.folders = std::max(result.folders, folders.size());
    }
    co_return fail(still_there());
}

/// The next pass reads the mailbox whole, and removes what it meets of the person.
Task<Result<void>> look_again(Ports ports, MailboxAddress address) {
    auto memory = co_await ports.state.mailbox(address);
    if (!memory) co_return fail(memory.error());
    for (auto& [role, folder] : memory->folders)
        folder.since.reset();
    memory->desired_fingerprint = 0;
    co_return co_await ports.state.finish(address, *std::move(memory));
}

}  // namespace

Task<Result<Erasure>> erase(Ports ports, ContactId contact, std::vector<MailboxAddress> mailboxes) {
    Erasure erasure{.when = ports.clock.now(),
                    .searched = 0,
                    .mailboxes = {},
                    .remembered = {},
                    .is_complete = true};
    const auto blocked = co_await ports.state.block(contact);
    if (!blocked) co_return fail(blocked.error());
    // Also what a restoration that was cut off left behind.
    const std::array marks{ContactMark{ports.hq.system(), contact},
                           ContactMark{std::string(restored_system), contact}};
    for (const auto& address : mailboxes) {
        MailboxErasure one{.mailbox = address, .fault = {}};
        const auto mailbox = ports.exchange.mailbox(address);
        Result<void> cleared;
        for (const auto& mark : marks) {
            cleared = co_await clear(*mailbox, mark, one);
            if (!cleared) break;
        }
        if (cleared) {
            ++erasure.searched;
        } else {
            one.fault = cleared.error();
            erasure.is_complete = false;
            const auto looked = co_await look_again(ports, address);
            if (!looked) co_return fail(looked.error());
        }
        if (one.items > 0 || one.fault) erasure.mailboxes.push_back(std::move(one));
        const bool stops_all = !cleared && (cleared.error().reach == Reach::run ||
                                            cleared.error().reach == Reach::configuration);
        if (stops_all) break;
    }
    auto forgotten = co_await ports.state.erase(contact);
    if (!forgotten) co_return fail(forgotten.error());
    erasure.remembered = *std::move(forgotten);
    co_return erasure;
}

}  // namespace hqsync::engine
