// Members of a folder in the order of the schema.
#include "sim/ews_shape.hpp"

#include "sim/ews_extended.hpp"

namespace hqsync::sim {

namespace {

bool holds_contacts(const Folder& folder) {
    return folder.kind == "IPF.Contact" || folder.kind.starts_with("IPF.Contact.");
}

}  // namespace

Folder folder_at(const Place& place) {
    if (!is_root(place.folder)) return place.mailbox->folder(place.folder);
    const bool is_top = place.folder == root_folder;
    Folder root;
    root.key = place.folder;
    root.parent = store_root;
    root.name = is_top ? "Top of Information Store" : "Root";
    root.kind = is_top ? "IPF" : "";
    return root;
}

std::vector<Key> children_at(const Mailbox& mailbox, Key parent) {
    return parent == store_root ? std::vector{root_folder} : mailbox.children(parent);
}

FolderShape read_folder_shape(pugi::xml_node shape) {
    FolderShape read;
    const std::string_view base = shape.child("t:BaseShape").text().get();
    if (base != "IdOnly") {
        read.fields = {"folder:DisplayName", "folder:TotalCount", "folder:ChildFolderCount"};
    }
    if (base == "AllProperties") {
        read.fields.insert(
            {"folder:ParentFolderId", "folder:FolderClass", "folder:DistinguishedFolderId"});
    }
    for (const auto path : elements(shape.child("t:AdditionalProperties"))) {
        const std::string_view name = path.name();
        if (name == "t:FieldURI") read.fields.insert(path.attribute("FieldURI").value());
        if (name == "t:ExtendedFieldURI") read.extended.push_back(path);
    }
    return read;
}

void write_folder(pugi::xml_node parent, const Place& place, const FolderShape& shape) {
    const Mailbox& mailbox = *place.mailbox;
    const Folder folder = folder_at(place);
    const auto wanted = [&shape](std::string_view name) { return shape.fields.contains(name); };
    auto node = add(parent, holds_contacts(folder) ? "t:ContactsFolder" : "t:Folder");
    auto id = add(node, "t:FolderId");
    set(id, "Id", ews_id_of(mailbox, place.folder));
    set(id, "ChangeKey", ews_change_key(folder));
    if (wanted("folder:ParentFolderId")) {
        auto above = add(node, "t:ParentFolderId");
        set(above, "Id", ews_id_of(mailbox, folder.parent));
        set(above, "ChangeKey", "AQAAAA==");
    }
    if (wanted("folder:FolderClass")) add(node, "t:FolderClass", folder.kind);
    if (wanted("folder:DisplayName")) add(node, "t:DisplayName", folder.name);
    if (wanted("folder:TotalCount"))
        add(node, "t:TotalCount", std::to_string(folder.contacts.size()));
    if (wanted("folder:ChildFolderCount"))
        add(node, "t:ChildFolderCount", std::to_string(children_at(mailbox, place.folder).size()));
    for (const auto path : shape.extended) {
        const auto tag = read_extended_path(path);
        const auto mark = tag ? folder.marks.find(tag->canonical) : folder.marks.end();
        if (mark != folder.marks.end()) write_extended(node, *tag, mark->second);
    }
    static constexpr std::array names{"msgfolderroot", "contacts", "deleteditems"};
    const bool is_root_of_all = place.folder == store_root;
    if (wanted("folder:DistinguishedFolderId") && (is_root_of_all || place.folder < names.size()))
        add(node, "t:DistinguishedFolderId", is_root_of_all ? "root" : names.at(place.folder));
}

}  // namespace hqsync::sim
