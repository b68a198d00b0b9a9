// One mailbox through Graph.
#pragma once

#include <memory>

#include "graph/service.hpp"
#include "port/exchange.hpp"

namespace hqsync::graph {

class GraphMailbox final : public Mailbox {
public:
    GraphMailbox(MailboxAddress address, Service service);

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
    Task<Result<std::vector<FoundItem>>> find_everywhere(ContactMark mark) override;
    Task<std::vector<Result<Written>>> apply(std::vector<Write> writes) override;
    [[nodiscard]] MailboxAddress primary_address() const override { return address_; }
    [[nodiscard]] std::size_t batch_size() const override { return batch_size_max; }
    [[nodiscard]] std::uint64_t requests() const override { return service_.counters().requests; }
    [[nodiscard]] std::uint64_t writes() const override { return service_.counters().writes; }

private:
    struct FoundFolder {
        FolderId id;
        std::string display_name;
        std::optional<FolderRole> role;
    };
    struct Job;

    // folders.cpp
    Task<Result<std::vector<FoundFolder>>> list_folders();
    Task<Result<FolderId>> open_folder(FolderRole role, const std::vector<FoundFolder>& found,
                                       const std::vector<Folder>& known);
    Task<Result<FolderId>> create_folder(FolderRole role);
    Task<Result<void>> mark_folder(FolderId folder, FolderRole role);

    // observe
    Task<Result<std::vector<reconcile::Observed>>> list_items(std::string path, FolderRole role);

    // search.cpp
    Task<Result<std::vector<std::string>>> pages_of(std::vector<std::string> paths);
    Task<Result<std::vector<std::string>>> all_folders();

    // writes.cpp
    Task<Result<Written>> move(MoveItem move);
    Task<Result<Written>> finish_move(FinishMove finish);
    Task<Result<std::string>> photo_of(ItemId item);
    Task<Result<void>> put_photo(ItemId item, std::string photo);
    Task<Result<ChangeKey>> complete_copy(FinishMove finish);
    Task<Result<Answer>> content_of(ItemId item);
    Task<Result<void>> remove(ItemId item, ChangeKey change_key);
    Task<Result<ChangeKey>> change_key_of(ItemId item);
    Task<std::vector<Result<Answer>>> read_before(const std::vector<Write>& writes);
    Task<Result<Written>> delete_plainly(ItemId item, ChangeKey change_key);

    [[nodiscard]] std::string contact_path(const ItemId& item) const;
    [[nodiscard]] std::string folder_path(const FolderId& folder) const;

    MailboxAddress address_;
    std::string user_path_;  ///< "/users/{address}"
    Service service_;
    bool offers_permanent_delete_ = true;
};

/// `W/"…"`, the form of a change key that If-Match wants (graph.md §1, changeKey / ETag).
std::string etag_of(const ChangeKey& change_key);

}  // namespace hqsync::graph
