// Paths to functions: users, folders, contacts, photos.
#include "sim/graph_face.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "sim/graph_delta.hpp"
#include "sim/graph_query.hpp"

namespace hqsync::sim {

namespace {

Reply json(int status, const rapidjson::StringBuffer& text) {
    return Reply{
        status, {text.GetString(), text.GetSize()}, {{"Content-Type", "application/json"}}};
}

Reply empty() {
    return Reply{204, "", {}};
}

Reply not_found() {
    return error(404, "ErrorItemNotFound", "The specified object was not found in the store.");
}

Reply wrong_path() {
    return error(400, "BadRequest", "Resource not found for the segment or method.");
}

Reply wrong_body() {
    return error(400, "BadRequest", "Unable to read JSON request payload.");
}

/// Whether a folder has no other properties than the body names.
bool fits_folder(Json body) {
    for (const auto member : body.get_object().value_unsafe()) {
        const bool known = member.key == "displayName" || member.key == "parentFolderId" ||
                           member.key == "id" || member.key == "singleValueExtendedProperties" ||
                           member.key.starts_with("@odata.");
        if (!known) return false;
    }
    return true;
}

std::optional<Json> parse(simdjson::dom::parser& parser, const std::string& body) {
    Json root;
    if (parser.parse(body).get(root) != simdjson::SUCCESS || !root.is_object()) return std::nullopt;
    return root;
}

Reply missing(const Mailbox& mailbox, std::string_view id) {
    if (mailbox.is_well_formed(id)) return not_found();
    return error(400, "ErrorInvalidIdMalformed", "Id is malformed.");
}

Reply conflict() {
    return error(
        412, "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in "
        "the request does not match the current change key for the item.");
}

bool is_stale(const Request& request, const Contact& contact) {
    const auto wanted = request.header("if-match");
    return !wanted.empty() && wanted != "*" &&
           wanted != fmt::format("W/\"{}\"", change_key(contact));
}

Reply folder_exists(std::string_view name) {
    return error(409, "ErrorFolderExists",
                 fmt::format("A folder with the specified name already exists., Could not create "
                             "folder '{}'.",
                             name));
}

void open_list(Writer& writer) {
    writer.StartObject();
    writer.Key("value");
    writer.StartArray();
}

}  // namespace

GraphFace::GraphFace(Domain& domain, std::string url) : domain_(domain), url_(std::move(url)) {}

Mailbox* GraphFace::mailbox_of(const Request& request) {
    if (request.path.size() < 2 || request.path[0] != "users") return nullptr;
    return domain_.mailbox(request.path[1]);
}

Reply GraphFace::answer(const Request& request) {
    const auto& path = request.path;
    if (path.empty() || path[0] != "users") return wrong_path();
    if (path.size() == 1) return users(request);
    Mailbox* const box = mailbox_of(request);
    if (box == nullptr) return error(404, "ErrorInvalidUser", "The requested user is invalid.");
    if (path.size() == 2) return users(request);
    if (path[2] == "contacts") return contacts(request, *box, box->folder(contacts_folder));
    if (path[2] == "mailboxSettings" && request.method == "GET") {
        const bool is_one = path.size() == 4 && path[3] == "userPurpose";
        return Reply{200,
                     is_one ? R"({"value":"user"})" : R"({"userPurpose":"user"})",
                     {{"Content-Type", "application/json"}}};
    }
    if (path[2] != "contactFolders") return wrong_path();
    if (path.size() == 3) return folders(request, *box, contacts_folder);
    Folder* const folder = box->folder(path[3]);
    if (folder == nullptr) return missing(*box, path[3]);
    if (path.size() == 4) return one_folder(request, *box, *folder);
    if (path[4] == "childFolders" && path.size() == 5) return folders(request, *box, folder->key);
    if (path[4] == "contacts") return contacts(request, *box, *folder);
    if (path[4] == "permanentDelete" && request.method == "POST")
        return one_folder(request, *box, *folder);
    return wrong_path();
}

Reply GraphFace::users(const Request& request) {
    if (request.method != "GET") return wrong_path();
    const auto top = read_number(request, "$top", 100);
    if (!top) return top.error();
    const auto skip = read_number(request, "$skip", 0);
    if (!skip) return skip.error();
    rapidjson::StringBuffer text;
    Writer writer(text);
    const auto write = [&writer](const Mailbox& mailbox) {
        writer.StartObject();
        for (const char* name : {"id", "userPrincipalName", "mail"}) {
            writer.Key(name);
            write_text(writer,
                       std::string_view(name) == "id" ? mailbox.user_id() : mailbox.address());
        }
        writer.EndObject();
    };
    if (request.path.size() == 2) {
        write(*mailbox_of(request));
        return json(200, text);
    }
    open_list(writer);
    std::size_t index = 0;
    for (const Mailbox* const mailbox : domain_.mailboxes()) {
        if (index >= *skip && index < *skip + *top) write(*mailbox);
        ++index;
    }
    writer.EndArray();
    if (index > *skip + *top) {
        writer.Key("@odata.nextLink");
        write_text(writer, next_link(request, *skip + *top));
    }
    writer.EndObject();
    return json(200, text);
}

std::string GraphFace::next_link(const Request& request, std::size_t skip) const {
    std::string link = url_ + "/v1.0";
    for (const auto& segment : request.path)
        link += '/' + percent_encode(segment);
    link += fmt::format("?%24skip={}", skip);
    for (const auto& [name, value] : request.query) {
        if (name != "$skip")
            link += fmt::format("&{}={}", percent_encode(name), percent_encode(value));
    }
    return link;
}

Reply GraphFace::folders(const Request& request, Mailbox& mailbox, Key parent) {
    const auto view = read_view(request);
    if (!view) return view.error();
    rapidjson::StringBuffer text;
    Writer writer(text);
    if (request.method == "POST") {
        simdjson::dom::parser parser;
        const auto body = parse(parser, request.body);
        if (!body || !fits_folder(*body) || !(*body)["displayName"].is_string())
            return wrong_body();
        const std::string name((*body)["displayName"].get_string().value_unsafe());
        Marks marks;
        if (const auto list = (*body)["singleValueExtendedProperties"]; !list.error()) {
            if (auto wrong = apply_marks(marks, list.value_unsafe())) return *wrong;
        }
        Folder* const made = mailbox.create_folder(parent, name);
        if (made == nullptr) return folder_exists(name);
        made->marks = std::move(marks);
        write_folder(writer, mailbox, *made, *view);
        return json(201, text);
    }
    if (request.method != "GET") return wrong_path();
    const auto filter = read_filter(request);
    if (!filter) return filter.error();
    const auto top = read_number(request, "$top", 10);
    if (!top) return top.error();
    const auto skip = read_number(request, "$skip", 0);
    if (!skip) return skip.error();
    open_list(writer);
    std::size_t index = 0;
    for (const Key key : mailbox.children(parent)) {
        const Folder& folder = mailbox.folder(key);
        if (!matches(*filter, folder.name, folder.marks)) continue;
        if (index >= *skip && index < *skip + *top) write_folder(writer, mailbox, folder, *view);
        ++index;
    }
    writer.EndArray();
    if (index > *skip + *top) {
        writer.Key("@odata.nextLink");
        write_text(writer, next_link(request, *skip + *top));
    }
    writer.EndObject();
    return json(200, text);
}

Reply GraphFace::one_folder(const Request& request, Mailbox& mailbox, Folder& folder) {
    const auto view = read_view(request);
    if (!view) return view.error();
    const bool removes = request.method == "DELETE" || request.method == "POST";
    if (removes) {
        if (request.method == "POST" && request.path.size() != 5) return wrong_path();
        if (folder.key == contacts_folder) {
            return error(403, "ErrorDeleteDistinguishedFolder",
                         "Distinguished folders cannot be deleted.");
        }
        if (request.method == "POST") {
            mailbox.erase_folder(folder.key);
            return empty();
        }
        if (!mailbox.is_name_free(deleted_items, folder.name, folder.key))
            return folder_exists(folder.name);
        mailbox.move_folder(folder, deleted_items);
        return empty();
    }
    if (request.method == "PATCH") {
        simdjson::dom::parser parser;
        const auto body = parse(parser, request.body);
        if (!body || !fits_folder(*body)) return wrong_body();
        if (const auto list = (*body)["singleValueExtendedProperties"]; !list.error()) {
            if (auto wrong = apply_marks(folder.marks, list.value_unsafe())) return *wrong;
        }
        if (const auto name = (*body)["displayName"]; !name.error()) {
            if (!name.is_string()) return wrong_body();
            const std::string text(name.get_string().value_unsafe());
            if (!mailbox.is_name_free(folder.parent, text, folder.key)) return folder_exists(text);
            mailbox.rename_folder(folder, text);
        }
    } else if (request.method != "GET") {
        return wrong_path();
    }
    rapidjson::StringBuffer text;
    Writer writer(text);
    write_folder(writer, mailbox, folder, *view);
    return json(200, text);
}

Reply GraphFace::contacts(const Request& request, Mailbox& mailbox, Folder& folder) {
    const std::size_t at = request.path[2] == "contacts" ? 3 : 5;
    if (request.path.size() > at) {
        const auto& id = request.path[at];
        if (id == "delta" && request.method == "GET" && request.path.size() == at + 1) {
            return delta(request, mailbox, folder);
        }
        Contact* const contact = mailbox.contact(id);
        if (contact == nullptr) return missing(mailbox, id);
        if (at == 5 && contact->folder != folder.key) return not_found();
        return one_contact(request, mailbox, *contact, at + 1);
    }
    if (request.method == "GET") return list_contacts(request, mailbox, folder);
    if (request.method != "POST") return wrong_path();
    const auto view = read_view(request);
    if (!view) return view.error();
    simdjson::dom::parser parser;
    const auto body = parse(parser, request.body);
    if (!body) return wrong_body();
    Contact draft;
    if (auto wrong = apply_contact(draft, *body)) return *wrong;
    Contact& made = mailbox.create_contact(folder.key);
    made.properties = std::move(draft.properties);
    made.marks = std::move(draft.marks);
    mailbox.save(made);
    rapidjson::StringBuffer text;
    Writer writer(text);
    write_contact(writer, mailbox, made, *view);
    return json(201, text);
}

Reply GraphFace::list_contacts(const Request& request, Mailbox& mailbox, Folder& folder) {
    const auto view = read_view(request);
    if (!view) return view.error();
    const auto filter = read_filter(request);
    if (!filter) return filter.error();
    const auto top = read_number(request, "$top", page_size(request, 10));
    if (!top) return top.error();
    const auto skip = read_number(request, "$skip", 0);
    if (!skip) return skip.error();
    rapidjson::StringBuffer text;
    Writer writer(text);
    open_list(writer);
    std::size_t index = 0;
    for (const Key key : folder.contacts) {
        const Contact& contact = mailbox.contact(key);
        if (filter->mark && !matches(*filter, "", contact.marks)) continue;
        if (index >= *skip && index < *skip + *top) write_contact(writer, mailbox, contact, *view);
        ++index;
    }
    writer.EndArray();
    if (request.option("$count") == "true") {
        writer.Key("@odata.count");
        writer.Uint64(index);
    }
    if (index > *skip + *top) {
        writer.Key("@odata.nextLink");
        write_text(writer, next_link(request, *skip + *top));
    }
    writer.EndObject();
    return json(200, text);
}

Reply GraphFace::one_contact(const Request& request, Mailbox& mailbox, Contact& contact,
                             std::size_t at) {
    if (request.path.size() > at) {
        if (request.path[at] == "photo") {
            Reply reply = photo(request, contact, at);
            if (reply.status < 300 && request.is_write()) mailbox.save(contact);
            return reply;
        }
        if (request.path[at] == "permanentDelete" && request.method == "POST") {
            mailbox.erase(contact.key);
            return empty();
        }
        const bool is_mark =
            request.path[at] == "singleValueExtendedProperties" && request.path.size() == at + 2;
        if (is_mark && request.method == "DELETE") {
            if (contact.marks.erase(canonical_mark(request.path[at + 1])) == 0) return not_found();
            mailbox.save(contact);
            return empty();
        }
        return wrong_path();
    }
    if (is_stale(request, contact)) return conflict();
    if (request.method == "DELETE") {
        mailbox.move(contact, deleted_items);
        return empty();
    }
    if (request.method == "PATCH") return patch_contact(request, mailbox, contact);
    if (request.method != "GET") return wrong_path();
    const auto view = read_view(request);
    if (!view) return view.error();
    rapidjson::StringBuffer text;
    Writer writer(text);
    write_contact(writer, mailbox, contact, *view);
    return json(200, text);
}

Reply GraphFace::patch_contact(const Request& request, Mailbox& mailbox, Contact& contact) {
    const auto view = read_view(request);
    if (!view) return view.error();
    simdjson::dom::parser parser;
    const auto body = parse(parser, request.body);
    if (!body) return wrong_body();
    Contact draft;
    draft.properties = contact.properties;
    draft.marks = contact.marks;
    if (auto wrong = apply_contact(draft, *body)) return *wrong;
    contact.properties = std::move(draft.properties);
    contact.marks = std::move(draft.marks);
    mailbox.save(contact);
    rapidjson::StringBuffer text;
    Writer writer(text);
    write_contact(writer, mailbox, contact, *view);
    return json(200, text);
}

Reply GraphFace::photo(const Request& request, Contact& contact, std::size_t at) {
    const bool content = request.path.size() == at + 2 && request.path[at + 1] == "$value";
    if (content && (request.method == "PUT" || request.method == "PATCH")) {
        contact.photo = request.body;
        return Reply{200, "", {}};
    }
    if (request.method != "GET")
        return error(400, "ErrorInvalidRequest", "The OData request is not supported.");
    if (contact.photo.empty()) return error(404, "ErrorItemNotFound", "The photo wasn't found.");
    if (content) return Reply{200, contact.photo, {{"Content-Type", "image/jpeg"}}};
    return Reply{
        200, R"({"id":"1x1","height":1,"width":1})", {{"Content-Type", "application/json"}}};
}

Reply GraphFace::delta(const Request& request, Mailbox& mailbox, Folder& folder) {
    return answer_delta(request, mailbox, folder, url_);
}

}  // namespace hqsync::sim
