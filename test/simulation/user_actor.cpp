// Acts on the simulator's model past Graph: a user needs no token and knows no limit.
#include "simulation/user_actor.hpp"

#include <array>

#include "graph/names.hpp"

namespace hqsync::simulation {

namespace {

/// Where a user types. `list`: the property is a list of texts; `led`: HQ may lead it.
struct Slot {
    std::string_view name;
    bool is_list;
    std::optional<Field> led;
};
constexpr std::array slots = {
    Slot{"homePhones", true, {}},
    Slot{"imAddresses", true, {}},
    Slot{"department", false, {}},
    Slot{"spouseName", false, {}},
    Slot{"nickName", false, {}},
    Slot{"personalNotes", false, {}},
    Slot{"title", false, Field::title},
    Slot{"jobTitle", false, Field::position},
    Slot{"mobilePhone", false, Field::mobile_phone},
    Slot{"businessHomePage", false, Field::web_page},
};
constexpr std::array<std::string_view, 3> email_slots = {
    "primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress"};
constexpr std::string_view home_fax = "String 0x3A25";

std::string list_without_end(const sim::Properties& from, std::string_view name) {
    const auto at = from.find(name);
    if (at == from.end() || at->second.size() < 3) return "[";
    return at->second.substr(0, at->second.size() - 1) + ",";
}

std::size_t length_of(const sim::Properties& from, std::string_view name) {
    const auto at = from.find(name);
    if (at == from.end() || at->second.size() < 3) return 0;
    return 1 + static_cast<std::size_t>(std::ranges::count(at->second, ','));
}

}  // namespace

std::string UserActor::token(std::string_view stem) {
    return fmt::format("{}{}", stem, world_.fresh());
}

sim::Contact* UserActor::some_item(sim::Mailbox& mailbox) {
    const auto live = live_items(mailbox);
    if (live.empty()) return nullptr;
    return &mailbox.contact(any_of(dice_, live));
}

/// One of ours, or any other under Contacts.
sim::Key UserActor::some_folder(const sim::Mailbox& mailbox) {
    std::vector<sim::Key> keys;
    for (const auto& [key, folder] : mailbox.folders()) {
        if (mailbox.is_live(key)) keys.push_back(key);
    }
    return any_of(dice_, keys);
}

void UserActor::act(const std::string& address) {
    auto& mailbox = world_.mailbox(address);
    ++world_.counts.edits;
    const auto what = dice_.below(100);
    auto* item = some_item(mailbox);
    if (what < 8 || item == nullptr) return add_own(address);
    if (what < 50) return type_into(address, *item);
    if (what < 66) return type_over(address, *item);
    if (what < 74) return copy(address, *item);
    if (what < 84) return move(address, *item);
    if (what < 90) return touch_folder(address);
    world_.note("{}: the user deletes item {:x}", address, item->key);
    if (dice_.chance(50)) {
        mailbox.move(*item, sim::deleted_items);
    } else {
        mailbox.erase(item->key);
    }
    ledger_.take_user(address);
}

/// Something of his own, where he takes nothing away.
void UserActor::type_into(const std::string& address, sim::Contact& item) {
    auto& mailbox = world_.mailbox(address);
    const auto key = item.key;
    auto& own = item.properties;
    Addition addition;
    std::string slot;
    const auto kind = dice_.below(15);
    if (kind < std::ssize(slots)) {
        const auto& chosen = slots[static_cast<std::size_t>(kind)];
        const bool is_taken = own.contains(chosen.name) && own.find(chosen.name)->second != "\"\"";
        if (chosen.led && is_taken) return type_over(address, item);
        slot = chosen.name;
        addition = {token("eigen"), {slot}, chosen.led};
        own[slot] =
            chosen.is_list ? "[" + json_text(addition.token) + "]" : json_text(addition.token);
    } else if (kind == 10) {
        slot = "photo";
        addition = {token("bild"), {slot}};
        item.photo = addition.token;
    } else if (kind == 11) {
        slot = home_fax;
        addition = {token("+49 221 7"), {slot}};
        item.marks[slot] = addition.token;
    } else if (kind == 12) {
        addition = {token("farbe"), {"categories"}};
        slot = addition.token;
        own["categories"] = list_without_end(own, "categories") + json_text(addition.token) + "]";
    } else if (kind == 13) {
        if (length_of(own, "businessPhones") != 1) return;
        slot = "second phone";
        addition = {token("+49 221 8"), {"businessPhones"}};
        own["businessPhones"] =
            list_without_end(own, "businessPhones") + json_text(addition.token) + "]";
    } else {
        for (const auto name : email_slots) {
            if (own.contains(name) && own.find(name)->second != "null") continue;
            slot = name;
            addition = {fmt::format("{}@privat.example", token("ich")),
                        {email_slots.begin(), email_slots.end()},
                        Field::email1};
            own[slot] = fmt::format(R"({{"name":"x","address":{}}})", json_text(addition.token));
            break;
        }
        if (slot.empty()) return;
    }
    world_.note("{}: the user types \"{}\" into {} of item {:x}", address, addition.token, slot,
                key);
    mailbox.save(item);
    ledger_.take_user(address);
    ledger_.typed(addition.token);
    if (contact_of(item)) ledger_.add(address, key, slot, std::move(addition));
}

/// Over what HQ leads: HQ will put its text back, or take his where it has none.
void UserActor::type_over(const std::string& address, sim::Contact& item) {
    constexpr std::array names = {"givenName",   "surname",     "companyName",
                                  "mobilePhone", "title",       "fileAs",
                                  "jobTitle",    "displayName", "businessHomePage"};
    const std::string name = any_of(dice_, names);
    auto text = token("anders");
    ledger_.typed(text);
    ledger_.drop(address, item.key, name);
    world_.note("{}: the user writes \"{}\" over {} of item {:x}", address, text, name, item.key);
    if (dice_.chance(20)) {
        item.properties.erase(name);
    } else {
        item.properties[name] = json_text(text);
    }
    world_.mailbox(address).save(item);
    ledger_.take_user(address);
}

void UserActor::add_own(const std::string& address) {
    auto& mailbox = world_.mailbox(address);
    auto& item = mailbox.create_contact(some_folder(mailbox));
    const auto given_name = token("Privat");
    ledger_.typed(given_name);
    item.properties["givenName"] = json_text(given_name);
    if (dice_.chance(40)) {
        item.properties["companyName"] = json_text(any_of(dice_, world_.hq->companies).name);
    }
    item.properties["displayName"] = item.properties["givenName"];
    if (dice_.chance(15)) {
        item.marks[std::string(graph::contact_property)] =
            fmt::format("other:{}", 1001 + dice_.below(8));
    }
    mailbox.save(item);
    world_.note("{}: the user adds item {:x} to folder {:x}", address, item.key, item.folder);
    ledger_.take_user(address);
}

void UserActor::copy(const std::string& address, const sim::Contact& item) {
    auto& mailbox = world_.mailbox(address);
    const auto from = item.key;
    const auto folder = dice_.chance(70) ? item.folder : some_folder(mailbox);
    auto& made = mailbox.create_contact(folder);
    const auto& source = mailbox.contact(from);
    made.properties = source.properties;
    made.marks = source.marks;
    made.photo = source.photo;
    mailbox.save(made);
    world_.note("{}: the user copies item {:x} to item {:x} in folder {:x}", address, from,
                made.key, folder);
    ledger_.take_user(address);
}

void UserActor::move(const std::string& address, sim::Contact& item) {
    auto& mailbox = world_.mailbox(address);
    const auto folder = some_folder(mailbox);
    if (folder == item.folder) return;
    world_.note("{}: the user moves item {:x} to folder {:x}", address, item.key, folder);
    mailbox.move(item, folder);
    ledger_.take_user(address);
}

void UserActor::touch_folder(const std::string& address) {
    auto& mailbox = world_.mailbox(address);
    const auto key = some_folder(mailbox);
    if (key == sim::contacts_folder) return;
    auto& folder = mailbox.folder(key);
    if (dice_.chance(70)) {
        folder.name = token("Ordner");
        world_.note("{}: the user renames folder {:x}", address, key);
    } else {
        world_.note("{}: the user deletes folder {:x}", address, key);
        folder.name = token("Gelöscht");
        folder.parent = sim::deleted_items;
    }
    ledger_.take_user(address);
}

void UserActor::furnish(const std::string& address) {
    auto& mailbox = world_.mailbox(address);
    if (dice_.chance(50)) {
        auto* other = mailbox.create_folder(sim::contacts_folder, "Privat");
        for (auto i = dice_.below(3); i > 0; --i) {
            auto& item = mailbox.create_contact(other->key);
            item.properties["displayName"] = json_text(token("Freund"));
            mailbox.save(item);
        }
    }
    for (const auto role : {FolderRole::mine, FolderRole::global}) {
        if (!dice_.chance(40)) continue;
        auto* made =
            mailbox.create_folder(sim::contacts_folder, std::string(graph::display_name(role)));
        if (dice_.chance(60)) made->marks[std::string(graph::folder_property)] = name(role);
        const auto folder = made->key;
        for (const auto& [contact, card] : world_.view->cards) {
            if (!dice_.chance(50)) continue;
            auto& item = mailbox.create_contact(folder);
            const bool is_marked = dice_.chance(85);
            put_card(item, card,
                     is_marked ? to_text(ContactMark{hq_system, contact}) : std::string());
            mailbox.save(item);
        }
    }
    ledger_.take_user(address);
}

}  // namespace hqsync::simulation
