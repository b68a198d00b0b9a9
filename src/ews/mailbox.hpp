// One mailbox through EWS.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "ews/answers.hpp"
#include "ews/batches.hpp"
#include "ews/requests.hpp"
#include "ews/service.hpp"
#include "port/exchange.hpp"

namespace hqsync::ews {

class EwsMailbox final : public Mailbox {
public:
    explicit EwsMailbox(Service service);

    Task<Result<std::vector<Folder>>> open_folders(std::vector<Folder> known,
                                                   std::vector<FolderRole> wanted,
                                                   Trust trust) override;
    Task<Result<FolderChanges>> changes_since(Folder folder,
                                              std::optional<SyncState> since) override;
    Task<Result<std::vector<reconcile::Observed>>> survey(Folder folder) override;
    Task<Result<std::vector<reconcile::Observed>>> read(std::vector<ItemId> items,
                                                        std::vector<Folder> folders) override;
    Task<Result<std::vector<reconcile::Observed>>> find_marked(
        ContactMark mark, std::vector<Folder> folders) override;
    /// Every contact folder, and Deleted Items, where removed contacts lie.
    Task<Result<std::vector<FoundItem>>> find_everywhere(ContactMark mark) override;

    /// A contact of which the server refuses a field that it names is written without this field,
    /// and the fault is answered all the same: what the mailbox shows then is no edit of its
    /// reader, and the next pass tries the field again.
    Task<std::vector<Result<Written>>> apply(std::vector<Write> writes) override;
    [[nodiscard]] MailboxAddress primary_address() const override { return service_.mailbox(); }
    [[nodiscard]] std::size_t batch_size() const override { return BatchSize::max; }
    [[nodiscard]] std::uint64_t requests() const override { return service_.counters().requests; }
    [[nodiscard]] std::uint64_t writes() const override { return service_.counters().writes; }

private:
    struct Applying;
    struct Moving;
    struct Tried;

    // folders.cpp
    Task<Result<bool>> are_in_place(std::vector<Folder> known);
    Task<Result<std::vector<FolderShown>>> list_folders();
    Task<Result<std::optional<FolderId>>> find_folder(FolderRole role,
                                                      std::vector<FolderShown> found,
                                                      std::vector<Folder> known);
    Task<Result<FolderId>> open_folder(FolderRole role, std::vector<FolderShown> found,
                                       std::vector<Folder> known);
    Task<Result<FolderId>> folder_of(Distinguished name);
    Task<Result<FolderId>> create_folder(FolderRole role);
    Task<Result<void>> mark_folder(FolderId folder, FolderRole role);

    // reads.cpp
    /// Each item in its place.
    Task<Each<ItemShown>> get(std::vector<ItemId> items);
    /// Of items whose content is broken, the faults of those that are ours or may be: a reader's
    /// own is none of our business.
    Task<std::optional<Fault>> fault_of_broken(std::vector<ItemId> items, Fault fault);
    /// Those that are still there.
    Task<Result<std::vector<ItemShown>>> get_present(std::vector<ItemId> items);

    // search.cpp
    Task<Result<std::vector<FolderId>>> contact_folders();

    // writes.cpp, tries.cpp
    Task<void> create_all(Applying& applying);
    Task<std::vector<Tried>> create(FolderId folder, std::vector<CreateItem> creates);
    Task<void> update_all(Applying& applying);
    static Result<Written> answer_of(const Tried& tried);
    Task<std::vector<Tried>> update(std::vector<UpdateItem> updates);
    Task<Each<ItemReference>> send_creates(FolderId folder, std::vector<CreateItem> creates,
                                           std::map<std::size_t, Field>* refusals);
    Task<Each<ItemReference>> send_updates(std::vector<UpdateItem> updates,
                                           std::map<std::size_t, Field>* refusals);
    Task<void> unmark_all(Applying& applying);

    // removals.cpp
    Task<void> remove_all(Applying& applying);
    Task<std::vector<Result<void>>> remove(std::vector<RemoveItem> removals);

    // moves.cpp
    Task<void> move_all(Applying& applying);
    Task<std::vector<Moving>> begin_moves(Applying& applying);
    Task<std::vector<Moving>> update_before_moving(Applying& applying, std::vector<Moving> all);
    Task<std::vector<Moving>> move_into(Applying& applying, FolderId to, std::vector<Moving> all);

    // copies.cpp
    Task<void> finish_all(Applying& applying);
    Task<Result<Written>> finish_move(FinishMove finish);
    Task<Result<ChangeKey>> complete_copy(FinishMove finish, ItemShown source, ItemShown copy);

    Service service_;
    BatchSize reading_;
    BatchSize writing_;
};

}  // namespace hqsync::ews
