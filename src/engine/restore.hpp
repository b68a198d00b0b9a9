// Puts back what passes overwrote or removed in one mailbox.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "engine/run.hpp"

namespace hqsync::engine {

/// System of the mark that an item bears while it is being restored; it belongs to nobody's HQ, and
/// no pass touches it.
inline constexpr std::string_view restored_system = "restored";

struct RestoreRequest {
    MailboxAddress mailbox;
    std::int64_t before_run = 0;       ///< as it was before this run
    std::optional<ContactId> contact;  ///< only this one
    std::set<ContactId> wanted;        ///< contacts that HQ wants in this mailbox
    bool dry_run = false;
};

/// What became of one contact.
struct Restored {
    enum class Way : std::uint8_t {
        edited,     ///< its item has the old texts again, as if the user had typed them: the next
                    ///< pass sends them to HQ, or puts HQ's back where HQ leads
        recreated,  ///< HQ does not want it here any more: it is a contact of the user's own now
        awaited,    ///< HQ wants it here: the next pass brings it
        unchanged,  ///< its item shows the old texts already
    };
    ContactId contact;
    Way way = Way::unchanged;
    FolderRole folder = FolderRole::mine;
    std::vector<Field> fields;   ///< that got their old text
    std::optional<Fault> fault;  ///< why it could not be done
};

/// In order of contacts. What was put back once is not put back again. Interrupted, it can be
/// repeated: nothing is doubled.
Task<Result<std::vector<Restored>>> restore(Ports ports, RestoreRequest request);

}  // namespace hqsync::engine
