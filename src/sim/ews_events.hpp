// What happened in a mailbox since a point of its sequence, as notifications tell it; knows no XML.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sim/mailbox.hpp"

namespace hqsync::sim {

enum class EventKind : std::uint8_t { created, modified, deleted, moved };

/// Of a contact, or of a folder when `contact` is 0.
struct MailboxEvent {
    EventKind kind = EventKind::modified;
    Key contact = 0;
    std::uint32_t place = 0;
    Key folder = 0;  ///< the folder itself; of a contact: 0
    Key parent = 0;
    std::uint32_t old_place = 0;  ///< of what was moved
    Key old_parent = 0;
};

/// Folders and their parents, as somebody last saw them.
using FolderTree = std::map<Key, Key>;
FolderTree folder_tree(const Mailbox& mailbox);

/// In the order in which it happened. Changes of contacts come with one change of each folder that
/// they lie in, as real servers send it. `known` is the tree at `sequence`.
std::vector<MailboxEvent> events_since(const Mailbox& mailbox, std::uint64_t sequence,
                                       const FolderTree& known);

}  // namespace hqsync::sim
