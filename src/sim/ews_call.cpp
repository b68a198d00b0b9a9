// From ids to what they name, and whether whoever calls may see it.
#include "sim/ews_call.hpp"

#include <array>
#include <sstream>

namespace hqsync::sim {

namespace {

struct Distinguished {
    std::string_view name;
    Key folder;
};
constexpr std::array distinguished{
    Distinguished{"contacts", contacts_folder},
    Distinguished{"deleteditems", deleted_items},
    Distinguished{"msgfolderroot", root_folder},
    Distinguished{"root", store_root},
};

}  // namespace

pugi::xml_node first_element(pugi::xml_node node) {
    for (const auto child : node.children()) {
        if (child.type() == pugi::node_element) return child;
    }
    return {};
}

std::vector<pugi::xml_node> elements(pugi::xml_node node) {
    std::vector<pugi::xml_node> found;
    for (const auto child : node.children()) {
        if (child.type() == pugi::node_element) found.push_back(child);
    }
    return found;
}

std::expected<Mailbox*, EwsError> EwsCall::mailbox_of(const EwsId& id) {
    Mailbox* const found = domain.mailbox(id.user_id);
    if (found == nullptr) return std::unexpected(ews_error("ErrorItemNotFound"));
    if (is_impersonated && found != mailbox) return std::unexpected(ews_error("ErrorAccessDenied"));
    return found;
}

std::expected<Place, EwsError> EwsCall::folder(pugi::xml_node id) {
    const std::string_view text = id.attribute("Id").value();
    if (std::string_view(id.name()) == "t:DistinguishedFolderId") {
        Mailbox* box = mailbox;
        if (const auto address = id.child("t:Mailbox").child("t:EmailAddress")) {
            box = domain.mailbox(address.text().get());
            if (box == nullptr) return std::unexpected(ews_error("ErrorNonExistentMailbox"));
            if (is_impersonated && box != mailbox)
                return std::unexpected(ews_error("ErrorAccessDenied"));
        }
        if (box == nullptr) return std::unexpected(ews_error("ErrorMissingEmailAddress"));
        for (const auto& one : distinguished) {
            if (one.name == text) return Place{box, one.folder};
        }
        return std::unexpected(ews_error("ErrorFolderNotFound"));
    }
    const auto read = read_ews_id(text);
    if (!read || read->kind != EwsIdKind::folder)
        return std::unexpected(ews_error("ErrorInvalidIdMalformed"));
    const auto box = mailbox_of(*read);
    if (!box) {
        const bool gone = box.error().code == "ErrorItemNotFound";
        return std::unexpected(gone ? ews_error("ErrorFolderNotFound") : box.error());
    }
    if (!is_root(read->folder) && !(*box)->folders().contains(read->folder))
        return std::unexpected(ews_error("ErrorFolderNotFound"));
    return Place{*box, read->folder};
}

std::expected<Item, EwsError> EwsCall::item(pugi::xml_node id) {
    const auto read = read_ews_id(id.attribute("Id").value());
    if (!read || read->kind != EwsIdKind::item)
        return std::unexpected(ews_error("ErrorInvalidIdMalformed"));
    const auto box = mailbox_of(*read);
    if (!box) return std::unexpected(box.error());
    const auto& contacts = (*box)->contents().contacts;
    const auto at = contacts.find(read->contact);
    if (at == contacts.end() || at->second.place != read->place)
        return std::unexpected(ews_error("ErrorItemNotFound"));
    return Item{*box, &(*box)->contact(read->contact)};
}

std::optional<EwsError> EwsCall::ordered(pugi::xml_node item) const {
    if (!trouble) return std::nullopt;
    std::ostringstream text;
    item.print(text, "", pugi::format_raw);
    return trouble(text.str());
}

}  // namespace hqsync::sim
