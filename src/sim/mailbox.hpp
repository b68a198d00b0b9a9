// The simulated mailbox: folders, contacts, their changes in order; knows no protocol.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/time.hpp"

namespace hqsync::sim {

using Key = std::uint64_t;
using Properties = std::map<std::string, std::string, std::less<>>;  ///< name to JSON text
using Marks = std::map<std::string, std::string, std::less<>>;       ///< extended property to value

enum class IdForm : std::uint8_t { classic, immutable };

struct Attachment {
    Key key = 0;
    std::string name;
    std::string content_type;
    std::string content;
};

struct Contact {
    Key key = 0;
    Key folder = 0;
    std::uint32_t place = 0;   ///< raised by each move: the classic id contains it
    std::uint64_t change = 0;  ///< raised by each save, unique in the mailbox
    std::int64_t created = 0;  ///< seconds since 1970
    std::int64_t modified = 0;
    Properties properties;
    Marks marks;
    std::string photo;
    std::vector<Attachment> attachments;  ///< besides the photo
};

/// What happened last to a contact in a folder.
struct Change {
    Key contact = 0;
    std::uint32_t place = 0;
    bool removed = false;
    std::uint64_t arrived = 0;  ///< sequence with which it came into the folder
};

/// A contact that was in a folder, with the place that it had there. Kept for ever: who comes back
/// has another classic id, and whoever knew the old one must hear of its end.
struct Departure {
    Key contact = 0;
    std::uint32_t place = 0;
    std::uint64_t arrived = 0;
};

struct Folder {
    Key key = 0;
    Key parent = 0;
    std::string name;
    Marks marks;
    std::string kind = "IPF.Contact";  ///< folder class
    std::uint64_t created = 0;         ///< sequence
    std::uint64_t change = 0;          ///< sequence of the last change of its own properties
    std::set<Key> contacts;
    std::map<std::uint64_t, Change> changes;  ///< by sequence; one entry a contact, its latest
    std::unordered_map<Key, std::uint64_t> latest;
    std::map<std::uint64_t, Departure> departures;  ///< by sequence
};

/// The parent of the folders that lie in no other one; it is no folder itself.
inline constexpr Key root_folder = 0;
inline constexpr Key contacts_folder = 1;
inline constexpr Key deleted_items = 2;

/// All that a mailbox holds; a state file keeps it.
struct Contents {
    std::map<Key, Folder> folders;
    std::unordered_map<Key, Contact> contacts;
    Key next_key = 3;
    std::uint64_t sequence = 0;
    std::uint64_t delta_generation = 1;  ///< delta tokens of another generation have expired
};

/// One mailbox. Pointers that it hands out live until the thing is erased.
class Mailbox {
public:
    Mailbox(std::string address, std::uint64_t seed, Now now);

    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] const std::string& user_id() const { return user_id_; }

    [[nodiscard]] std::string id_of(const Folder& folder) const;
    [[nodiscard]] std::string id_of(Key contact, std::uint32_t place, IdForm form) const;
    [[nodiscard]] bool is_well_formed(std::string_view id) const;
    /// Null when it is not there, or lies in Deleted Items.
    Folder* folder(std::string_view id);
    Contact* contact(std::string_view id);
    Folder& folder(Key key) { return contents_.folders.at(key); }
    Contact& contact(Key key) { return contents_.contacts.at(key); }
    [[nodiscard]] bool is_live(Key folder) const;
    [[nodiscard]] std::vector<Key> children(Key parent) const;
    [[nodiscard]] const std::map<Key, Folder>& folders() const { return contents_.folders; }
    [[nodiscard]] const Contents& contents() const { return contents_; }
    /// Instead of what it held.
    void restore(Contents contents) { contents_ = std::move(contents); }

    /// Null when the parent has a child of that name already, compared without case.
    Folder* create_folder(Key parent, std::string name);
    [[nodiscard]] bool is_name_free(Key parent, std::string_view name, Key except) const;
    void rename_folder(Folder& folder, std::string name);
    void move_folder(Folder& folder, Key parent);
    /// Says that one of its properties was saved.
    void save_folder(Folder& folder);
    void erase_folder(Key key);
    /// The same folder, or below it.
    [[nodiscard]] bool is_within(Key folder, Key ancestor) const;
    Contact& create_contact(Key folder);
    /// Says that it was saved: new change key, new entry in the folder's changes.
    void save(Contact& contact);
    void move(Contact& contact, Key folder);
    void erase(Key contact);

    [[nodiscard]] std::uint64_t delta_generation() const { return contents_.delta_generation; }
    void expire_deltas() { ++contents_.delta_generation; }

private:
    void note(Folder& folder, Change change);
    void note_departure(Folder& folder, const Contact& contact);

    std::string address_;
    Now now_;
    std::string user_id_;
    std::string stamp_;  ///< the part of ids that tells the mailbox
    Contents contents_;
};

}  // namespace hqsync::sim
