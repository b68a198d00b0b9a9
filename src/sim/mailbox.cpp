// Ids are readable on purpose of the program only: stamp of the mailbox, key, place.
#include "sim/mailbox.hpp"

#include <fmt/format.h>

#include <charconv>
#include <random>

#include <strings.h>

namespace hqsync::sim {

namespace {

constexpr std::string_view classic_head = "AAMkAG";
constexpr std::string_view immutable_head = "AAkALg";
constexpr std::size_t classic_stamp = 109;
constexpr std::size_t immutable_stamp = 49;

bool is_same_name(std::string_view one, std::string_view other) {
    return one.size() == other.size() && strncasecmp(one.data(), other.data(), one.size()) == 0;
}

std::optional<std::uint64_t> hex(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

Mailbox::Mailbox(std::string address, std::uint64_t seed, Now now)
    : address_(std::move(address)), now_(std::move(now)) {
    std::uint64_t hash = 1469598103934665603ULL ^ seed;
    for (const char letter : address_)
        hash = (hash ^ static_cast<std::uint8_t>(letter)) * 1099511628211ULL;
    std::mt19937_64 random(hash);
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t i = 0; i < classic_stamp; ++i)
        stamp_ += letters[random() % letters.size()];
    const std::uint64_t high = random();
    const std::uint64_t low = random();
    user_id_ =
        fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU,
                    high & 0xFFFU, (low >> 52U) & 0xFFFU, low & 0xFFFFFFFFFFFFU);
    contents_.folders[contacts_folder] =
        Folder{.key = contacts_folder, .parent = 0, .name = "Contacts"};
    contents_.folders[deleted_items] =
        Folder{.key = deleted_items, .parent = 0, .name = "Deleted Items"};
}

std::string Mailbox::id_of(const Folder& folder) const {
    return fmt::format("{}{}F{:016X}{:08X}", classic_head, stamp_, folder.key, 0);
}

std::string Mailbox::id_of(Key contact, std::uint32_t place, IdForm form) const {
    if (form == IdForm::classic) {
        return fmt::format("{}{}C{:016X}{:08X}", classic_head, stamp_, contact, place);
    }
    return fmt::format("{}{}C{:016X}", immutable_head, stamp_.substr(0, immutable_stamp), contact);
}

bool Mailbox::is_well_formed(std::string_view id) const {
    const std::string_view stamp = stamp_;
    if (id.starts_with(classic_head)) {
        return id.size() == 140 && id.substr(6, classic_stamp) == stamp;
    }
    return id.starts_with(immutable_head) && id.size() == 72 &&
           id.substr(6, immutable_stamp) == stamp.substr(0, immutable_stamp);
}

Folder* Mailbox::folder(std::string_view id) {
    if (is_same_name(id, "contacts")) return &contents_.folders.at(contacts_folder);
    if (!is_well_formed(id) || id.size() != 140 || id[115] != 'F') return nullptr;
    const auto key = hex(id.substr(116, 16));
    if (!key) return nullptr;
    const auto at = contents_.folders.find(*key);
    return at == contents_.folders.end() || !is_live(*key) ? nullptr : &at->second;
}

Contact* Mailbox::contact(std::string_view id) {
    if (!is_well_formed(id)) return nullptr;
    const std::size_t kind = id.size() == 140 ? 115 : 55;
    const auto key = hex(id.substr(kind + 1, 16));
    if (!key || id[kind] != 'C') return nullptr;
    const auto at = contents_.contacts.find(*key);
    if (at == contents_.contacts.end() || !is_live(at->second.folder)) return nullptr;
    if (id.size() == 140 && hex(id.substr(132)) != at->second.place) return nullptr;
    return &at->second;
}

bool Mailbox::is_live(Key folder) const {
    while (folder != contacts_folder) {
        const auto at = contents_.folders.find(folder);
        if (at == contents_.folders.end() || folder == deleted_items) return false;
        folder = at->second.parent;
    }
    return true;
}

std::vector<Key> Mailbox::children(Key parent) const {
    std::vector<Key> found;
    for (const auto& [key, folder] : contents_.folders) {
        if (folder.parent == parent) found.push_back(key);
    }
    return found;
}

bool Mailbox::is_name_free(Key parent, std::string_view name, Key except) const {
    for (const auto& [key, folder] : contents_.folders) {
        if (key != except && folder.parent == parent && is_same_name(folder.name, name))
            return false;
    }
    return true;
}

Folder* Mailbox::create_folder(Key parent, std::string name) {
    if (!is_name_free(parent, name, 0)) return nullptr;
    const Key key = contents_.next_key++;
    Folder& folder = contents_.folders[key];
    folder.key = key;
    folder.parent = parent;
    folder.name = std::move(name);
    folder.created = contents_.sequence + 1;
    save_folder(folder);
    return &folder;
}

void Mailbox::rename_folder(Folder& folder, std::string name) {
    folder.name = std::move(name);
    save_folder(folder);
}

void Mailbox::move_folder(Folder& folder, Key parent) {
    folder.parent = parent;
    save_folder(folder);
}

void Mailbox::save_folder(Folder& folder) {
    folder.change = ++contents_.sequence;
}

bool Mailbox::is_within(Key folder, Key ancestor) const {
    while (folder != ancestor) {
        const auto at = contents_.folders.find(folder);
        if (at == contents_.folders.end()) return false;
        folder = at->second.parent;
    }
    return true;
}

void Mailbox::erase_folder(Key key) {
    for (const Key child : children(key))
        erase_folder(child);
    for (const Key contact : contents_.folders.at(key).contacts)
        contents_.contacts.erase(contact);
    contents_.folders.erase(key);
}

Contact& Mailbox::create_contact(Key folder) {
    const Key key = contents_.next_key++;
    Contact& contact = contents_.contacts[key];
    contact.key = key;
    contact.folder = folder;
    contact.created = now_();
    contents_.folders.at(folder).contacts.insert(key);
    return contact;
}

void Mailbox::note(Folder& folder, Change change) {
    const auto sequence = ++contents_.sequence;
    change.arrived = sequence;
    if (const auto old = folder.latest.find(change.contact); old != folder.latest.end()) {
        const Change& before = folder.changes.at(old->second);
        if (!before.removed) change.arrived = before.arrived;
        folder.changes.erase(old->second);
    }
    folder.latest[change.contact] = sequence;
    folder.changes[sequence] = change;
}

void Mailbox::note_departure(Folder& folder, const Contact& contact) {
    note(folder, Change{contact.key, contact.place, true});
    folder.departures[contents_.sequence] =
        Departure{contact.key, contact.place, folder.changes.at(contents_.sequence).arrived};
}

void Mailbox::save(Contact& contact) {
    contact.modified = now_();
    note(contents_.folders.at(contact.folder), Change{contact.key, contact.place, false});
    contact.change = contents_.sequence;
}

void Mailbox::move(Contact& contact, Key folder) {
    Folder& source = contents_.folders.at(contact.folder);
    note_departure(source, contact);
    source.contacts.erase(contact.key);
    contents_.folders.at(folder).contacts.insert(contact.key);
    contact.folder = folder;
    ++contact.place;
    save(contact);
}

void Mailbox::erase(Key key) {
    const Contact& contact = contents_.contacts.at(key);
    Folder& folder = contents_.folders.at(contact.folder);
    note_departure(folder, contact);
    folder.contacts.erase(key);
    contents_.contacts.erase(key);
}

}  // namespace hqsync::sim
