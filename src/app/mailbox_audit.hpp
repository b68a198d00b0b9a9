// What Exchange's own statistics say of our folders, next to what the sync believes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "contact/card.hpp"
#include "management/session.hpp"

namespace hqsync::app {

/// One folder as the state knows it.
struct BelievedFolder {
    FolderRole role = FolderRole::mine;
    FolderId id;
    std::size_t managed = 0;  ///< contacts that the sync keeps there
    /// Items of the user's own: at most so many; none: any number.
    std::optional<std::size_t> own_max = 0;
    /// Writes whose outcome is not known yet: so many more or fewer prove nothing.
    std::size_t unsettled = 0;
};

struct BelievedMailbox {
    MailboxAddress mailbox;
    std::vector<BelievedFolder> folders;  ///< empty: never synchronised
    MailboxAddress primary = {};  ///< as Exchange said, where `mailbox` is an alias; else empty
};

/// One line of Get-MailboxFolderStatistics.
struct FolderStatistics {
    std::string name;
    std::string path;  ///< "/Contacts/HQ Meine Kontakte"; Contacts has the mailbox's language
    std::string type;  ///< "Contacts", "User Created"
    std::string container_class;  ///< "IPF.Contact"; empty: not told
    std::string id;
    std::size_t items = 0;
    bool operator==(const FolderStatistics&) const = default;
};
/// Fault (mailbox) "audit.unreadable": a line without name, path or count.
Result<std::vector<FolderStatistics>> read_folder_statistics(
    const std::vector<management::clixml::Value>& objects);

struct Deviation {
    enum class Kind : std::uint8_t {
        mailbox_unknown,  ///< Exchange has no such mailbox
        missing,          ///< the folder is nowhere in the mailbox
        elsewhere,        ///< not below Contacts
        wrong_name,       ///< ours by its id, under another name
        wrong_type,       ///< not for contacts
        too_few,          ///< fewer items than contacts that the sync keeps there
        too_many,         ///< more than those and the user's own ones that it knows
    };
    Kind kind = Kind::missing;
    std::optional<FolderRole> folder = {};
    std::string detail = {};  ///< name, path or type; empty for counts
    std::size_t expected = 0;
    std::size_t items = 0;
    bool operator==(const Deviation&) const = default;
};
std::string_view name(Deviation::Kind kind);

struct AuditedFolder {
    BelievedFolder believed;
    std::optional<FolderStatistics> found;
    /// Found items that the sync does not keep.
    [[nodiscard]] std::size_t others() const;
};

struct MailboxAudit {
    MailboxAddress mailbox;
    std::optional<Fault> fault;  ///< it could not be asked
    std::vector<AuditedFolder> folders;
    std::vector<Deviation> deviations;
};

/// Asks for the folders below Contacts; for all when one of ours is not there. Reads only.
Task<MailboxAudit> audit_mailbox(management::ManagementSession& session, BelievedMailbox believed);

/// `contacts` are the folders below Contacts, `all` those of the mailbox.
MailboxAudit compare_folders(const BelievedMailbox& believed,
                             const std::vector<FolderStatistics>& contacts,
                             const std::vector<FolderStatistics>& all);

/// Whether the id of the statistics and that of Graph or EWS hold the same entry id: 46 octets
/// behind a length in the former, somewhere within the latter (MS-OXCDATA 2.2.4.1, folder EntryID).
bool is_same_folder(std::string_view statistics_id, std::string_view folder_id);

}  // namespace hqsync::app
