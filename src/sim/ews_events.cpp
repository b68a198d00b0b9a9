// From the change lists of the folders: who arrived, who left, and whether the two are one move.
#include "sim/ews_events.hpp"

#include <set>
#include <utility>

namespace hqsync::sim {

namespace {

class Gatherer {
public:
    Gatherer(const Mailbox& mailbox, std::uint64_t sequence)
        : contents_(mailbox.contents()), sequence_(sequence) {
        for (const auto& [key, folder] : contents_.folders) {
            for (auto at = folder.departures.upper_bound(sequence); at != folder.departures.end();
                 ++at)
                left_[{at->second.contact, at->second.place}] = key;
        }
    }

    void gather_departures(const Folder& folder) {
        for (auto at = folder.departures.upper_bound(sequence_); at != folder.departures.end();
             ++at) {
            const Departure& gone = at->second;
            if (gone.arrived > sequence_ && gone.place == 0)
                add(gone.arrived, item(EventKind::created, gone.contact, 0, folder.key));
            auto event = item(EventKind::deleted, gone.contact, gone.place, folder.key);
            if (const Key target = folder_of(gone.contact, gone.place + 1); target != 0) {
                event = item(EventKind::moved, gone.contact, gone.place + 1, target);
                event.old_place = gone.place;
                event.old_parent = folder.key;
                touched_.insert(target);
            }
            add(at->first, event);
            touched_.insert(folder.key);
        }
    }

    void gather_changes(const Folder& folder) {
        for (auto at = folder.changes.upper_bound(sequence_); at != folder.changes.end(); ++at) {
            const Change& change = at->second;
            if (change.removed) continue;
            touched_.insert(folder.key);
            const bool is_new = change.arrived > sequence_;
            if (is_new && change.place == 0)
                add(change.arrived, item(EventKind::created, change.contact, 0, folder.key));
            if (!is_new || at->first > change.arrived)
                add(at->first, item(EventKind::modified, change.contact, change.place, folder.key));
        }
    }

    void gather_folders(const FolderTree& known) {
        for (const auto& [key, folder] : contents_.folders) {
            MailboxEvent event{.folder = key, .parent = folder.parent};
            const auto at = known.find(key);
            if (at == known.end()) {
                event.kind = EventKind::created;
            } else if (at->second != folder.parent) {
                event.kind = EventKind::moved;
                event.old_parent = at->second;
            } else if (folder.change <= sequence_ && !touched_.contains(key)) {
                continue;
            }
            auto when = contents_.sequence;  // after what changed in it
            if (event.kind == EventKind::created) when = folder.created;
            if (event.kind == EventKind::moved) when = folder.change;
            add(when, event);
        }
        for (const auto& [key, parent] : known) {
            if (contents_.folders.contains(key)) continue;
            add(contents_.sequence,
                MailboxEvent{.kind = EventKind::deleted, .folder = key, .parent = parent});
        }
    }

    [[nodiscard]] std::vector<MailboxEvent> all() const {
        std::vector<MailboxEvent> events;
        for (const auto& [sequence, event] : found_)
            events.push_back(event);
        return events;
    }

private:
    static MailboxEvent item(EventKind kind, Key contact, std::uint32_t place, Key parent) {
        return {.kind = kind, .contact = contact, .place = place, .parent = parent};
    }

    /// Where a contact lay, or lies, at that place; 0 when it never came there.
    [[nodiscard]] Key folder_of(Key contact, std::uint32_t place) const {
        const auto left = left_.find({contact, place});
        if (left != left_.end()) return left->second;
        const auto here = contents_.contacts.find(contact);
        const bool is_here = here != contents_.contacts.end() && here->second.place == place;
        return is_here ? here->second.folder : 0;
    }

    void add(std::uint64_t sequence, const MailboxEvent& event) { found_.emplace(sequence, event); }

    const Contents& contents_;
    std::uint64_t sequence_;
    std::map<std::pair<Key, std::uint32_t>, Key> left_;  ///< contact and place to the folder
    std::multimap<std::uint64_t, MailboxEvent> found_;
    std::set<Key> touched_;
};

}  // namespace

FolderTree folder_tree(const Mailbox& mailbox) {
    FolderTree tree;
    for (const auto& [key, folder] : mailbox.folders())
        tree[key] = folder.parent;
    return tree;
}

std::vector<MailboxEvent> events_since(const Mailbox& mailbox, std::uint64_t sequence,
                                       const FolderTree& known) {
    Gatherer gatherer(mailbox, sequence);
    for (const auto& [key, folder] : mailbox.folders()) {
        gatherer.gather_departures(folder);
        gatherer.gather_changes(folder);
    }
    gatherer.gather_folders(known);
    return gatherer.all();
}

}  // namespace hqsync::sim
