// Items: read, created, updated, moved, copied, deleted; one message each, in the order of the
// request.
#include <fmt/format.h>

#include "sim/base64.hpp"
#include "sim/ews_call.hpp"
#include "sim/ews_edit.hpp"
#include "sim/ews_item_shape.hpp"
#include "sim/graph_contact.hpp"
#include "sim/slot.hpp"

namespace hqsync::sim {

namespace {

bool holds_contacts(const Place& place) {
    return !is_root(place.folder) &&
           place.mailbox->folder(place.folder).kind.starts_with("IPF.Contact");
}

void fail_item(EwsCall& call, std::string_view operation, const EwsError& error) {
    add(add_failure(call.messages, operation, error), "m:Items");
}

std::string joined(const std::string& first, std::string_view between, const std::string& second) {
    if (first.empty() || second.empty()) return first + second;
    return fmt::format("{}{}{}", first, between, second);
}

/// By FileAsMapping; nothing for the mappings that nobody here asks for.
std::optional<std::string> filed_as(const Contact& contact) {
    const auto part = [&contact](std::string_view name) {
        return read_slot(contact, fmt::format("text:{}", name)).value_or("");
    };
    const std::string mapping = part("ews:FileAsMapping");
    std::string given = part("givenName");
    std::string surname = part("surname");
    if (mapping == "LastCommaFirst") return joined(surname, ", ", given);
    if (mapping == "LastSpaceFirst") return joined(surname, " ", given);
    if (mapping == "FirstSpaceLast") return joined(given, " ", surname);
    if (mapping == "FirstName") return given;
    if (mapping == "LastName") return surname;
    if (mapping == "Company") return part("companyName");
    if (mapping == "DisplayName") return part("displayName");
    return std::nullopt;
}

/// What the server fills in when an item is made; it does not do so when one is updated.
void complete(Contact& contact) {
    if (!read_slot(contact, "text:displayName")) {
        auto name = read_slot(contact, "text:givenName").value_or("");
        const auto surname = read_slot(contact, "text:surname").value_or("");
        if (!name.empty() && !surname.empty()) name += ' ';
        name += surname;
        if (name.empty()) name = read_slot(contact, "text:companyName").value_or("");
        if (!name.empty()) write_slot(contact, "text:displayName", name);
    }
    if (!read_slot(contact, "text:fileAs")) write_slot(contact, "text:fileAs", filed_as(contact));
    if (!read_slot(contact, "text:ews:Subject"))
        write_slot(contact, "text:ews:Subject", read_slot(contact, "text:displayName"));
}

std::expected<Item, EwsError> create_one(EwsCall& call, const Place& place, pugi::xml_node item) {
    if (auto ordered = call.ordered(item)) return std::unexpected(*ordered);
    const std::string_view name = item.name();
    const bool is_list = name == "t:DistributionList";
    if (name != "t:Contact" && !is_list) return std::unexpected(ews_error("ErrorInvalidRequest"));
    if (!holds_contacts(place))
        return std::unexpected(ews_error("ErrorCannotCreateContactInNonContactFolder"));
    Contact draft;
    if (is_list) write_slot(draft, "text:ews:ItemClass", "IPM.DistList");
    if (auto wrong = fill_contact(draft, item)) return std::unexpected(*wrong);
    complete(draft);
    Contact& made = place.mailbox->create_contact(place.folder);
    made.properties = std::move(draft.properties);
    made.marks = std::move(draft.marks);
    made.photo = std::move(draft.photo);
    made.attachments = std::move(draft.attachments);
    place.mailbox->save(made);
    return Item{place.mailbox, &made};
}

/// EWS: the key is wanted for writing, "even when always overwrite".
std::optional<EwsError> conflict_of(pugi::xml_node id, const Contact& contact,
                                    std::string_view resolution) {
    const std::string_view key = id.attribute("ChangeKey").value();
    if (key.empty()) return ews_error("ErrorChangeKeyRequiredForWriteOperations");
    if (!from_base64(key)) return ews_error("ErrorInvalidChangeKey");
    if (key == change_key(contact) || resolution == "AlwaysOverwrite") return std::nullopt;
    return ews_error("ErrorIrresolvableConflict");
}

std::expected<Item, EwsError> update_one(EwsCall& call, pugi::xml_node change,
                                         std::string_view resolution) {
    if (auto ordered = call.ordered(change)) return std::unexpected(*ordered);
    const auto id = first_element(change);
    const auto item = call.item(id);
    if (!item) return std::unexpected(item.error());
    if (auto conflict = conflict_of(id, *item->contact, resolution))
        return std::unexpected(*conflict);
    Contact draft = *item->contact;
    if (auto wrong = update_contact(draft, change.child("t:Updates")))
        return std::unexpected(*wrong);
    *item->contact = std::move(draft);
    item->mailbox->save(*item->contact);
    return *item;
}

std::optional<EwsError> delete_one(EwsCall& call, pugi::xml_node id, std::string_view way) {
    if (auto ordered = call.ordered(id)) return ordered;
    const auto item = call.item(id);
    if (!item) return item.error();
    Contact& contact = *item->contact;
    const bool is_binned = way == "MoveToDeletedItems" && contact.folder != deleted_items;
    if (!is_binned) {
        item->mailbox->erase(contact.key);
        return std::nullopt;
    }
    // EWS: the change key of an item does not change when it is moved to Deleted Items.
    const auto change = contact.change;
    item->mailbox->move(contact, deleted_items);
    contact.change = change;
    return std::nullopt;
}

std::expected<Item, EwsError> copy_one(const Item& item, const Place& target) {
    Contact& made = target.mailbox->create_contact(target.folder);
    const Contact& from = item.mailbox->contact(item.contact->key);
    made.properties = from.properties;
    made.marks = from.marks;
    made.photo = from.photo;
    made.attachments = from.attachments;
    target.mailbox->save(made);
    return Item{target.mailbox, &made};
}

enum class Carry : std::uint8_t { move, copy };

void carry_items(EwsCall& call, const char* operation, Carry way) {
    const auto target = call.folder(first_element(call.request.child("m:ToFolderId")));
    const bool says_ids = !call.request.child("m:ReturnNewItemIds") ||
                          call.request.child("m:ReturnNewItemIds").text().as_bool();
    for (const auto id : elements(call.request.child("m:ItemIds"))) {
        if (!target) {
            fail_item(call, operation, target.error());
            continue;
        }
        if (const auto ordered = call.ordered(id)) {
            fail_item(call, operation, *ordered);
            continue;
        }
        auto item = call.item(id);
        if (item && is_root(target->folder))
            item = std::unexpected(ews_error("ErrorCannotCreateContactInNonContactFolder"));
        if (item && way == Carry::move && item->mailbox == target->mailbox) {
            item->mailbox->move(*item->contact, target->folder);
        } else if (item) {
            const auto old = *item;
            const auto key = old.contact->key;
            item = copy_one(old, *target);
            if (way == Carry::move) old.mailbox->erase(key);
        }
        if (!item) {
            fail_item(call, operation, item.error());
            continue;
        }
        auto list = add(add_success(call.messages, operation), "m:Items");
        if (says_ids) write_item_id(list, *item);
    }
}

}  // namespace

void get_item(EwsCall& call) {
    const auto shape = read_item_shape(call.request.child("m:ItemShape"), Reach::whole);
    for (const auto id : elements(call.request.child("m:ItemIds"))) {
        if (const auto ordered = call.ordered(id)) {
            fail_item(call, "GetItem", *ordered);
            continue;
        }
        const auto item = call.item(id);
        if (!item || !shape) {
            fail_item(call, "GetItem", shape ? item.error() : shape.error());
            continue;
        }
        write_item(add(add_success(call.messages, "GetItem"), "m:Items"), *item, *shape);
    }
}

void create_item(EwsCall& call) {
    const auto named = first_element(call.request.child("m:SavedItemFolderId"));
    std::expected<Place, EwsError> place = Place{call.mailbox, contacts_folder};
    if (named) place = call.folder(named);
    if (!named && call.mailbox == nullptr)
        place = std::unexpected(ews_error("ErrorMissingEmailAddress"));
    for (const auto item : elements(call.request.child("m:Items"))) {
        const auto made = place ? create_one(call, *place, item)
                                : std::expected<Item, EwsError>(std::unexpected(place.error()));
        if (!made) {
            fail_item(call, "CreateItem", made.error());
            continue;
        }
        write_item_id(add(add_success(call.messages, "CreateItem"), "m:Items"), *made);
    }
}

void update_item(EwsCall& call) {
    const std::string_view resolution = call.request.attribute("ConflictResolution").value();
    for (const auto change : elements(call.request.child("m:ItemChanges"))) {
        const auto item = update_one(call, change, resolution);
        if (!item) {
            fail_item(call, "UpdateItem", item.error());
            continue;
        }
        auto message = add_success(call.messages, "UpdateItem");
        write_item_id(add(message, "m:Items"), *item);
        add(add(message, "m:ConflictResults"), "t:Count", "0");
    }
}

void delete_item(EwsCall& call) {
    const std::string_view way = call.request.attribute("DeleteType").value();
    for (const auto id : elements(call.request.child("m:ItemIds"))) {
        if (const auto wrong = delete_one(call, id, way)) {
            add_failure(call.messages, "DeleteItem", *wrong);
        } else {
            add_success(call.messages, "DeleteItem");
        }
    }
}

void move_item(EwsCall& call) {
    carry_items(call, "MoveItem", Carry::move);
}

void copy_item(EwsCall& call) {
    carry_items(call, "CopyItem", Carry::copy);
}

}  // namespace hqsync::sim
