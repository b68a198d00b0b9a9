// Folders: read, created, renamed, moved, deleted, emptied.
#include "sim/ews_call.hpp"
#include "sim/ews_extended.hpp"
#include "sim/ews_shape.hpp"

namespace hqsync::sim {

namespace {

using Wrong = std::optional<EwsError>;

void fail_folder(EwsCall& call, std::string_view operation, const EwsError& error) {
    add(add_failure(call.messages, operation, error), "m:Folders");
}

void answer_folder(EwsCall& call, std::string_view operation, const Place& place) {
    write_folder(add(add_success(call.messages, operation), "m:Folders"), place, {});
}

bool is_first(Key folder) {
    return folder <= deleted_items || folder == store_root;
}

Wrong set_marks(Marks& marks, pugi::xml_node folder) {
    for (const auto property : folder.children("t:ExtendedProperty")) {
        const auto path = read_extended_path(property.child("t:ExtendedFieldURI"));
        if (!path) return path.error();
        const auto value = read_extended_value(*path, property);
        if (!value) return value.error();
        marks[path->canonical] = *value;
    }
    return std::nullopt;
}

/// The class of a new folder. EWS: a typed element implies it, and must not say it again.
std::expected<std::string, EwsError> kind_of(pugi::xml_node folder) {
    const std::string_view element = folder.name();
    const auto said = folder.child("t:FolderClass");
    if (element == "t:Folder") return said ? said.text().get() : std::string("IPF.Note");
    if (said) return std::unexpected(ews_error("ErrorNoFolderClassOverride"));
    if (element == "t:ContactsFolder") return "IPF.Contact";
    if (element == "t:CalendarFolder") return "IPF.Appointment";
    if (element == "t:TasksFolder") return "IPF.Task";
    return std::unexpected(ews_error("ErrorInvalidRequest"));
}

std::expected<Place, EwsError> create_one(EwsCall& call, const Place& parent,
                                          pugi::xml_node folder) {
    if (auto ordered = call.ordered(folder)) return std::unexpected(*ordered);
    if (parent.folder == store_root) return std::unexpected(ews_error("ErrorAccessDenied"));
    const auto kind = kind_of(folder);
    if (!kind) return std::unexpected(kind.error());
    const std::string name = folder.child("t:DisplayName").text().get();
    if (name.empty()) return std::unexpected(ews_error("ErrorFolderSavePropertyError"));
    Marks marks;
    if (auto wrong = set_marks(marks, folder)) return std::unexpected(*wrong);
    Folder* const made = parent.mailbox->create_folder(parent.folder, name);
    if (made == nullptr) return std::unexpected(ews_error("ErrorFolderExists"));
    made->kind = *kind;
    made->marks = std::move(marks);
    return Place{parent.mailbox, made->key};
}

EwsError at_path(std::string_view code, pugi::xml_node update) {
    EwsError error = ews_error(code);
    error.path = first_element(update);
    return error;
}

Wrong set_field(Mailbox& mailbox, Folder& folder, pugi::xml_node update) {
    const auto path = first_element(update);
    const auto properties = elements(elements(update).back());
    if (properties.size() != 1) return at_path("ErrorUpdatePropertyMismatch", update);
    const auto property = properties.front();
    if (std::string_view(path.name()) == "t:ExtendedFieldURI") {
        const auto named = read_extended_path(path);
        if (!named) return named.error();
        Marks set;
        if (auto wrong = set_marks(set, elements(update).back())) return wrong;
        if (set.size() != 1 || set.begin()->first != named->canonical)
            return at_path("ErrorUpdatePropertyMismatch", update);
        folder.marks[named->canonical] = set.begin()->second;
        return std::nullopt;
    }
    const std::string uri = path.attribute("FieldURI").value();
    if (uri != "folder:DisplayName") return at_path("ErrorInvalidPropertySet", update);
    if (std::string_view(property.name()) != "t:DisplayName")
        return at_path("ErrorUpdatePropertyMismatch", update);
    const std::string name = property.text().get();
    if (!mailbox.is_name_free(folder.parent, name, folder.key))
        return ews_error("ErrorFolderExists");
    folder.name = name;
    return std::nullopt;
}

Wrong delete_field(Folder& folder, pugi::xml_node update) {
    const auto path = first_element(update);
    if (std::string_view(path.name()) != "t:ExtendedFieldURI")
        return at_path("ErrorInvalidPropertyDelete", update);
    const auto named = read_extended_path(path);
    if (!named) return named.error();
    folder.marks.erase(named->canonical);
    return std::nullopt;
}

std::expected<Place, EwsError> update_one(EwsCall& call, pugi::xml_node change) {
    if (auto ordered = call.ordered(change)) return std::unexpected(*ordered);
    const auto place = call.folder(first_element(change));
    if (!place) return place;
    if (is_root(place->folder)) return std::unexpected(ews_error("ErrorAccessDenied"));
    Folder draft = place->mailbox->folder(place->folder);
    for (const auto update : elements(change.child("t:Updates"))) {
        const std::string_view name = update.name();
        auto wrong = name == "t:SetFolderField" ? set_field(*place->mailbox, draft, update)
                     : name == "t:DeleteFolderField"
                         ? delete_field(draft, update)
                         : Wrong(at_path("ErrorInvalidPropertyAppend", update));
        if (wrong) return std::unexpected(*wrong);
    }
    Folder& folder = place->mailbox->folder(place->folder);
    folder.name = draft.name;
    folder.marks = draft.marks;
    place->mailbox->save_folder(folder);
    return place;
}

/// EWS: folders cannot be soft-deleted; a folder moved to Deleted Items keeps its id.
Wrong delete_one(EwsCall& call, pugi::xml_node id, std::string_view way) {
    const auto place = call.folder(id);
    if (!place) return place.error();
    Mailbox& mailbox = *place->mailbox;
    if (is_first(place->folder)) return ews_error("ErrorDeleteDistinguishedFolder");
    if (way == "SoftDelete") return ews_error("ErrorUnsupportedPathForQuery");
    if (way == "HardDelete" || mailbox.is_within(place->folder, deleted_items)) {
        mailbox.erase_folder(place->folder);
        return std::nullopt;
    }
    Folder& folder = mailbox.folder(place->folder);
    // The store finds a free name by itself.
    std::string name = folder.name;
    for (int i = 1; !mailbox.is_name_free(deleted_items, name, folder.key); ++i)
        name = folder.name + std::to_string(i);
    folder.name = name;
    mailbox.move_folder(folder, deleted_items);
    return std::nullopt;
}

Wrong empty_one(EwsCall& call, pugi::xml_node id) {
    const auto place = call.folder(id);
    if (!place) return place.error();
    if (is_root(place->folder)) return ews_error("ErrorAccessDenied");
    const std::string_view way = call.request.attribute("DeleteType").value();
    Mailbox& mailbox = *place->mailbox;
    const auto contacts = mailbox.folder(place->folder).contacts;
    for (const Key key : contacts) {
        if (way == "MoveToDeletedItems" && place->folder != deleted_items) {
            mailbox.move(mailbox.contact(key), deleted_items);
        } else {
            mailbox.erase(key);
        }
    }
    if (!call.request.attribute("DeleteSubFolders").as_bool()) return std::nullopt;
    for (const Key child : mailbox.children(place->folder)) {
        if (!is_first(child)) mailbox.erase_folder(child);
    }
    return std::nullopt;
}

std::expected<Place, EwsError> move_one(EwsCall& call, pugi::xml_node id, const Place& target) {
    const auto place = call.folder(id);
    if (!place) return place;
    if (is_first(place->folder)) return std::unexpected(ews_error("ErrorMoveDistinguishedFolder"));
    if (place->mailbox != target.mailbox)
        return std::unexpected(ews_error("ErrorCrossMailboxMoveCopy"));
    if (target.folder == store_root) return std::unexpected(ews_error("ErrorAccessDenied"));
    if (target.folder != root_folder && place->mailbox->is_within(target.folder, place->folder))
        return std::unexpected(ews_error("ErrorMoveCopyFailed"));
    Folder& folder = place->mailbox->folder(place->folder);
    if (!place->mailbox->is_name_free(target.folder, folder.name, folder.key))
        return std::unexpected(ews_error("ErrorFolderExists"));
    place->mailbox->move_folder(folder, target.folder);
    return place;
}

}  // namespace

void get_folder(EwsCall& call) {
    const auto shape = read_folder_shape(call.request.child("m:FolderShape"));
    for (const auto id : elements(call.request.child("m:FolderIds"))) {
        const auto place = call.folder(id);
        if (!place) {
            fail_folder(call, "GetFolder", place.error());
        } else {
            write_folder(add(add_success(call.messages, "GetFolder"), "m:Folders"), *place, shape);
        }
    }
}

void create_folder(EwsCall& call) {
    const auto parent = call.folder(first_element(call.request.child("m:ParentFolderId")));
    for (const auto folder : elements(call.request.child("m:Folders"))) {
        const auto made = parent ? create_one(call, *parent, folder) : parent;
        if (made) {
            answer_folder(call, "CreateFolder", *made);
        } else {
            fail_folder(call, "CreateFolder", made.error());
        }
    }
}

void update_folder(EwsCall& call) {
    for (const auto change : elements(call.request.child("m:FolderChanges"))) {
        const auto place = update_one(call, change);
        if (place) {
            answer_folder(call, "UpdateFolder", *place);
        } else {
            fail_folder(call, "UpdateFolder", place.error());
        }
    }
}

void delete_folder(EwsCall& call) {
    const std::string_view way = call.request.attribute("DeleteType").value();
    for (const auto id : elements(call.request.child("m:FolderIds"))) {
        if (const auto wrong = delete_one(call, id, way)) {
            add_failure(call.messages, "DeleteFolder", *wrong);
        } else {
            add_success(call.messages, "DeleteFolder");
        }
    }
}

void empty_folder(EwsCall& call) {
    for (const auto id : elements(call.request.child("m:FolderIds"))) {
        if (const auto wrong = empty_one(call, id)) {
            add_failure(call.messages, "EmptyFolder", *wrong);
        } else {
            add_success(call.messages, "EmptyFolder");
        }
    }
}

void move_folder(EwsCall& call) {
    const auto target = call.folder(first_element(call.request.child("m:ToFolderId")));
    for (const auto id : elements(call.request.child("m:FolderIds"))) {
        const auto moved = target ? move_one(call, id, *target) : target;
        if (moved) {
            answer_folder(call, "MoveFolder", *moved);
        } else {
            fail_folder(call, "MoveFolder", moved.error());
        }
    }
}

}  // namespace hqsync::sim
