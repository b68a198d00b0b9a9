// Members of an item in the order of the schema.
#include "sim/ews_item_shape.hpp"

#include <algorithm>
#include <array>

#include "sim/ews_fields.hpp"
#include "sim/graph_contact.hpp"
#include "sim/slot.hpp"

namespace hqsync::sim {

namespace {

constexpr std::array default_shape{
    "item:Subject",         "item:Sensitivity",    "item:Body",
    "item:Attachments",     "item:HasAttachments", "contacts:FileAs",
    "contacts:DisplayName", "contacts:GivenName",  "contacts:CompleteName",
    "contacts:CompanyName", "contacts:JobTitle",   "contacts:Surname",
    "contacts:HasPicture"};

bool is_body(std::string_view uri) {
    return uri == "item:Body" || uri == "item:Attachments" || uri == "item:TextBody" ||
           uri == "item:UniqueBody" || uri == "item:MimeContent";
}

const char* element_of(const Contact& contact) {
    const auto kind = read_slot(contact, "text:ews:ItemClass").value_or("IPM.Contact");
    return kind.starts_with("IPM.DistList") ? "t:DistributionList" : "t:Contact";
}

void write_complete_name(pugi::xml_node node, const Contact& contact) {
    constexpr std::array<std::pair<const char*, const char*>, 8> parts{{
        {"t:Title", "text:title"},
        {"t:FirstName", "text:givenName"},
        {"t:MiddleName", "text:middleName"},
        {"t:LastName", "text:surname"},
        {"t:Suffix", "text:generation"},
        {"t:Initials", "text:initials"},
        {"t:FullName", "text:displayName"},
        {"t:Nickname", "text:nickName"},
    }};
    auto name = add(node, "t:CompleteName");
    for (const auto& [element, slot] : parts) {
        if (const auto text = read_slot(contact, slot)) add(name, element, *text);
    }
}

pugi::xml_node dictionary(pugi::xml_node node, const char* element) {
    const auto there = node.child(element);
    return there ? there : add(node, element);
}

void write_email(pugi::xml_node node, const Contact& contact, const Indexed& at) {
    for (const auto& slots : email_slots()) {
        if (std::string_view(slots.index) != at.index) continue;
        const auto address = read_slot(contact, slots.address);
        auto name = read_slot(contact, slots.name);
        if (!name) name = read_slot(contact, slots.original);
        if (!address && !name) return;
        auto entry = add(dictionary(node, at.element), "t:Entry", address.value_or(""));
        set(entry, "Key", at.index);
        if (name) set(entry, "Name", *name);
        if (const auto type = read_slot(contact, slots.type); type || address)
            set(entry, "RoutingType", type.value_or("SMTP"));
        if (address) set(entry, "MailboxType", "Contact");
    }
}

void write_entry(pugi::xml_node node, const Contact& contact, const Indexed& at) {
    if (std::string_view(at.element) == "t:EmailAddresses") return write_email(node, contact, at);
    const auto text = read_slot(contact, at.slot);
    if (!text) return;
    auto list = dictionary(node, at.element);
    if (std::string_view(at.element) != "t:PhysicalAddresses") {
        set(add(list, "t:Entry", *text), "Key", at.index);
        return;
    }
    auto entry = list.find_child_by_attribute("t:Entry", "Key", at.index);
    if (!entry) {
        entry = add(list, "t:Entry");
        set(entry, "Key", at.index);
    }
    const std::string_view uri = at.uri;
    add(entry, ("t:" + std::string(uri.substr(uri.rfind(':') + 1))).c_str(), *text);
}

void write_dictionary(pugi::xml_node node, const Contact& contact, const Field& field,
                      const ItemShape& shape) {
    const bool is_whole = shape.wanted.contains(field.uri);
    for (const auto& at : indexed_fields()) {
        if (std::string_view(at.element) != field.element) continue;
        if (is_whole || shape.wanted.contains(std::string(at.uri) + '/' + at.index))
            write_entry(node, contact, at);
    }
}

void write_body(pugi::xml_node node, const Contact& contact, const ItemShape& shape) {
    const auto text = read_slot(contact, "text:personalNotes").value_or("");
    // EWS: an item without a body shows an empty one.
    const auto shown = shape.as_html ? "<html><body>" + text + "</body></html>" : text;
    set(add(node, "t:Body", shown), "BodyType", shape.as_html ? "HTML" : "Text");
}

void write_attachments(pugi::xml_node node, const Item& item) {
    const Contact& contact = *item.contact;
    if (contact.photo.empty() && contact.attachments.empty()) return;
    auto list = add(node, "t:Attachments");
    if (!contact.photo.empty()) write_attachment(list, item, nullptr);
    for (const auto& file : contact.attachments)
        write_attachment(list, item, &file);
}

void write_marks(pugi::xml_node node, const Contact& contact, const ItemShape& shape) {
    for (const auto& path : shape.extended) {
        if (const auto value = read_extended(contact, path)) write_extended(node, path, *value);
    }
}

/// What the server makes up itself.
void write_made(pugi::xml_node node, const Item& item, const Field& field) {
    const std::string_view uri = field.uri;
    if (uri == "item:ParentFolderId") {
        auto above = add(node, field.element);
        set(above, "Id", ews_id_of(*item.mailbox, item.contact->folder));
        set(above, "ChangeKey", "AQAAAA==");
        return;
    }
    if (uri == "item:Attachments") return write_attachments(node, item);
    if (uri == "contacts:CompleteName") return write_complete_name(node, *item.contact);
    FieldPath path{.key = field.uri, .field = &field, .indexed = nullptr, .extended = {}};
    for (const auto& value : values_of(*item.contact, path))
        add(node, field.element, value);
}

void write_field(pugi::xml_node node, const Item& item, const Field& field,
                 const ItemShape& shape) {
    const Contact& contact = *item.contact;
    if (field.kind == FieldKind::indexed) return write_dictionary(node, contact, field, shape);
    if (!shape.wanted.contains(field.uri)) return;
    if (field.kind == FieldKind::made) return write_made(node, item, field);
    if (field.kind == FieldKind::body) return write_body(node, contact, shape);
    FieldPath path{.key = field.uri, .field = &field, .indexed = nullptr, .extended = {}};
    const auto values = values_of(contact, path);
    if (values.empty()) return;
    if (field.kind == FieldKind::texts) {
        auto list = add(node, field.element);
        for (const auto& text : values)
            add(list, "t:String", text);
    } else if (std::string_view(field.element) == "t:Flag") {
        add(add(node, field.element), "t:FlagStatus", values.front());
    } else {
        add(node, field.element, values.front());
    }
}

/// The code of the error; empty where there is none.
std::string_view refusal_of(std::string_view key, Reach reach) {
    // EWS: these two can only be had entry by entry.
    if (key == "contacts:PhysicalAddresses" || key == "contacts:PhoneNumbers")
        return "ErrorInvalidPropertyRequest";
    return reach == Reach::found && is_body(key) ? "ErrorInvalidPropertyForOperation" : "";
}

std::uint64_t hash_of(std::string_view bytes) {
    std::uint64_t hash = 1469598103934665603ULL;
    for (const char byte : bytes)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    return hash;
}

}  // namespace

std::expected<ItemShape, EwsError> read_item_shape(pugi::xml_node shape, Reach reach) {
    ItemShape read;
    const std::string_view base = shape.child("t:BaseShape").text().get();
    read.as_html = std::string_view(shape.child("t:BodyType").text().get()) == "HTML";
    if (base == "AllProperties") {
        for (const auto& field : fields()) {
            if (field.kind != FieldKind::directory) read.wanted.insert(field.uri);
        }
    } else if (base == "Default") {
        read.wanted.insert(default_shape.begin(), default_shape.end());
        for (const char* const name :
             {"EmailAddresses", "PhysicalAddresses", "PhoneNumbers", "ImAddresses"})
            read.wanted.insert(std::string("contacts:") + name);
    }
    if (reach != Reach::whole)
        std::erase_if(read.wanted, [](const std::string& uri) { return is_body(uri); });
    for (const auto node : elements(shape.child("t:AdditionalProperties"))) {
        if (is_of_others(node)) continue;
        auto path = read_path(node);
        if (!path) return std::unexpected(path.error());
        if (reach == Reach::synced && is_body(path->key)) continue;
        if (const auto code = refusal_of(path->key, reach); !code.empty()) {
            auto error = ews_error(code);
            error.path = node;
            return std::unexpected(error);
        }
        if (path->extended) {
            read.extended.push_back(*path->extended);
        } else {
            read.wanted.insert(path->key);
        }
    }
    return read;
}

void write_item_id(pugi::xml_node parent, const Item& item) {
    auto id = add(add(parent, element_of(*item.contact)), "t:ItemId");
    set(id, "Id", ews_id_of(*item.mailbox, *item.contact));
    set(id, "ChangeKey", change_key(*item.contact));
}

void write_item(pugi::xml_node parent, const Item& item, const ItemShape& shape) {
    write_item_id(parent, item);
    auto node = parent.last_child();
    const bool is_list = std::string_view(node.name()) == "t:DistributionList";
    for (const auto& field : fields()) {
        const std::string_view uri = field.uri;
        // Extended properties stand before the culture.
        if (uri == "item:Culture") write_marks(node, *item.contact, shape);
        const bool is_shown = !is_list || uri.starts_with("item:");
        if (uri != "item:ItemId" && is_shown) write_field(node, item, field, shape);
    }
    if (!is_list) return;
    for (const char* const uri : {"contacts:DisplayName", "contacts:FileAs"})
        write_field(node, item, *field_of_uri(uri), shape);
}

std::string attachment_id(const Item& item, const Attachment* file) {
    return to_text(
        {.kind = EwsIdKind::attachment,
         .user_id = item.mailbox->user_id(),
         .folder = item.contact->folder,
         .contact = item.contact->key,
         .place = item.contact->place,
         .attachment = file == nullptr ? hash_of(item.contact->photo) | (1ULL << 63U) : file->key});
}

void write_attachment(pugi::xml_node parent, const Item& item, const Attachment* file) {
    const bool is_photo = file == nullptr;
    const auto size = is_photo ? item.contact->photo.size() : file->content.size();
    auto node = add(parent, "t:FileAttachment");
    set(add(node, "t:AttachmentId"), "Id", attachment_id(item, file));
    add(node, "t:Name", is_photo ? "ContactPicture.jpg" : std::string_view(file->name));
    add(node, "t:ContentType", is_photo ? "image/jpeg" : std::string_view(file->content_type));
    add(node, "t:Size", std::to_string(size));
    add(node, "t:LastModifiedTime", instant_text(item.contact->modified));
    add(node, "t:IsInline", "false");
    add(node, "t:IsContactPhoto", is_photo ? "true" : "false");
}

}  // namespace hqsync::sim
