// Folders list their changes; who lies in them and which change is the latest follows from the
// rest.
#include "sim/mailbox_file.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "sim/base64.hpp"
#include "sim/graph_contact.hpp"

namespace hqsync::sim {

namespace {

constexpr std::int64_t version = 1;

std::unexpected<Fault> failed(const std::string& file, std::string_view what) {
    return fail(Fault{.reach = Reach::configuration,
                      .code = "sim.state",
                      .detail = fmt::format("{}: {}", file, what)});
}

void put(Writer& writer, const char* name, std::uint64_t number) {
    writer.Key(name);
    writer.Uint64(number);
}

void put(Writer& writer, const char* name, std::string_view text) {
    writer.Key(name);
    write_text(writer, text);
}

void put(Writer& writer, const char* name,
         const std::map<std::string, std::string, std::less<>>& texts) {
    writer.Key(name);
    writer.StartObject();
    for (const auto& [key, value] : texts)
        put(writer, key.c_str(), value);
    writer.EndObject();
}

void write_departures(Writer& writer, const Folder& folder) {
    writer.Key("departures");
    writer.StartArray();
    for (const auto& [sequence, one] : folder.departures) {
        writer.StartArray();
        for (const std::uint64_t number :
             {sequence, one.contact, std::uint64_t{one.place}, one.arrived})
            writer.Uint64(number);
        writer.EndArray();
    }
    writer.EndArray();
}

void write_attachments(Writer& writer, const Contact& contact) {
    writer.Key("attachments");
    writer.StartArray();
    for (const auto& one : contact.attachments) {
        writer.StartObject();
        put(writer, "key", one.key);
        put(writer, "name", one.name);
        put(writer, "content_type", one.content_type);
        put(writer, "content", to_base64(one.content));
        writer.EndObject();
    }
    writer.EndArray();
}

void write_folder(Writer& writer, const Folder& folder) {
    writer.StartObject();
    put(writer, "key", folder.key);
    put(writer, "parent", folder.parent);
    put(writer, "name", folder.name);
    put(writer, "marks", folder.marks);
    put(writer, "kind", folder.kind);
    put(writer, "created", folder.created);
    put(writer, "change", folder.change);
    write_departures(writer, folder);
    writer.Key("changes");
    writer.StartArray();
    for (const auto& [sequence, change] : folder.changes) {
        writer.StartArray();
        for (const std::uint64_t number : {sequence, change.contact, std::uint64_t{change.place},
                                           std::uint64_t{change.removed}, change.arrived})
            writer.Uint64(number);
        writer.EndArray();
    }
    writer.EndArray();
    writer.EndObject();
}

void write_contact(Writer& writer, const Contact& contact) {
    writer.StartObject();
    put(writer, "key", contact.key);
    put(writer, "folder", contact.folder);
    put(writer, "place", contact.place);
    put(writer, "change", contact.change);
    put(writer, "created", static_cast<std::uint64_t>(contact.created));
    put(writer, "modified", static_cast<std::uint64_t>(contact.modified));
    put(writer, "properties", contact.properties);
    put(writer, "marks", contact.marks);
    put(writer, "photo", to_base64(contact.photo));
    write_attachments(writer, contact);
    writer.EndObject();
}

std::string line_of(const Mailbox& mailbox) {
    const Contents& contents = mailbox.contents();
    rapidjson::StringBuffer text;
    Writer writer(text);
    writer.StartObject();
    put(writer, "address", mailbox.address());
    put(writer, "next_key", contents.next_key);
    put(writer, "sequence", contents.sequence);
    put(writer, "delta_generation", contents.delta_generation);
    writer.Key("folders");
    writer.StartArray();
    for (const auto& [key, folder] : contents.folders)
        write_folder(writer, folder);
    writer.EndArray();
    writer.Key("contacts");
    writer.StartArray();
    for (const auto& [key, contact] : contents.contacts)
        write_contact(writer, contact);
    writer.EndArray();
    writer.EndObject();
    return text.GetString();
}

// Readers throw simdjson_error where something is missing or of another type; read_state says
// where.

std::uint64_t number(Json object, std::string_view name) {
    return object[name].get_uint64();
}

std::string text(Json object, std::string_view name) {
    return std::string(std::string_view(object[name]));
}

Marks texts(Json object, std::string_view name) {
    Marks found;
    for (const auto member : object[name].get_object())
        found[std::string(member.key)] = std::string(std::string_view(member.value));
    return found;
}

struct Broken {
    const char* what;
};

Folder read_folder(Json line) {
    Folder folder{.key = number(line, "key"),
                  .parent = number(line, "parent"),
                  .name = text(line, "name"),
                  .marks = texts(line, "marks")};
    for (const simdjson::dom::array change : line["changes"].get_array()) {
        const std::uint64_t sequence = change.at(0);
        folder.changes[sequence] =
            Change{change.at(1), static_cast<std::uint32_t>(std::uint64_t(change.at(2))),
                   std::uint64_t(change.at(3)) != 0};
        if (change.size() > 4) folder.changes[sequence].arrived = change.at(4);
        folder.latest[folder.changes[sequence].contact] = sequence;
    }
    // Absent in files of versions that had no EWS face.
    if (line["kind"].error()) return folder;
    folder.kind = text(line, "kind");
    folder.created = number(line, "created");
    folder.change = number(line, "change");
    for (const simdjson::dom::array one : line["departures"].get_array()) {
        folder.departures[one.at(0)] =
            Departure{one.at(1), static_cast<std::uint32_t>(std::uint64_t(one.at(2))), one.at(3)};
    }
    return folder;
}

std::vector<Attachment> read_attachments(Json line) {
    std::vector<Attachment> found;
    if (line["attachments"].error()) return found;
    for (const Json one : line["attachments"].get_array()) {
        const auto content = from_base64(text(one, "content"));
        if (!content) throw Broken{"an attachment is not base64"};
        found.push_back(
            {number(one, "key"), text(one, "name"), text(one, "content_type"), *content});
    }
    return found;
}

Contact read_contact(Json line) {
    const auto photo = from_base64(text(line, "photo"));
    if (!photo) throw Broken{"a photo is not base64"};
    return Contact{.key = number(line, "key"),
                   .folder = number(line, "folder"),
                   .place = static_cast<std::uint32_t>(number(line, "place")),
                   .change = number(line, "change"),
                   .created = static_cast<std::int64_t>(number(line, "created")),
                   .modified = static_cast<std::int64_t>(number(line, "modified")),
                   .properties = texts(line, "properties"),
                   .marks = texts(line, "marks"),
                   .photo = *photo,
                   .attachments = read_attachments(line)};
}

Contents read_contents(Json line) {
    Contents contents{.next_key = number(line, "next_key"),
                      .sequence = number(line, "sequence"),
                      .delta_generation = number(line, "delta_generation")};
    for (const Json each : line["folders"].get_array()) {
        auto folder = read_folder(each);
        contents.folders[folder.key] = std::move(folder);
    }
    for (const Json each : line["contacts"].get_array()) {
        auto contact = read_contact(each);
        const auto folder = contents.folders.find(contact.folder);
        if (folder == contents.folders.end()) throw Broken{"a contact lies in no folder"};
        folder->second.contacts.insert(contact.key);
        contents.contacts[contact.key] = std::move(contact);
    }
    if (!contents.folders.contains(contacts_folder) || !contents.folders.contains(deleted_items))
        throw Broken{"a mailbox lacks its first folders"};
    for (const auto& [key, folder] : contents.folders) {
        if (folder.parent != 0 && !contents.folders.contains(folder.parent))
            throw Broken{"a folder lies in no folder"};
        for (const auto& [sequence, change] : folder.changes) {
            if (!change.removed && !folder.contacts.contains(change.contact))
                throw Broken{"a change names a contact that is not there"};
        }
    }
    return contents;
}

}  // namespace

Result<void> write_state(const std::string& file, const Origin& origin,
                         const Mailboxes& mailboxes) {
    const std::string draft = file + ".new";
    std::ofstream stream(draft, std::ios::binary | std::ios::trunc);
    rapidjson::StringBuffer first;
    Writer writer(first);
    writer.StartObject();
    put(writer, "version", version);
    put(writer, "domain", origin.domain);
    put(writer, "seed", origin.seed);
    writer.EndObject();
    stream << first.GetString() << '\n';
    for (const auto& [address, mailbox] : mailboxes)
        stream << line_of(*mailbox) << '\n';
    stream.close();
    if (!stream || std::rename(draft.c_str(), file.c_str()) != 0)
        return failed(file, std::strerror(errno));
    return {};
}

Result<AllContents> read_state(const std::string& file, const Origin& origin) {
    std::ifstream stream(file, std::ios::binary);
    AllContents all;
    if (!stream) {
        const auto why = errno;
        if (why == ENOENT) return all;
        return failed(file, std::strerror(why));
    }
    simdjson::dom::parser parser;
    std::string line;
    for (std::size_t count = 1; std::getline(stream, line); ++count) {
        try {
            const Json read = parser.parse(line);
            if (count > 1) {
                all[text(read, "address")] = read_contents(read);
            } else if (std::int64_t(read["version"]) != version) {
                throw Broken{"it was written by another version"};
            } else if (text(read, "domain") != origin.domain ||
                       number(read, "seed") != origin.seed) {
                throw Broken{"it was written with another domain or seed"};
            }
        } catch (const simdjson::simdjson_error& wrong) {
            return failed(file, fmt::format("line {}: {}", count, wrong.what()));
        } catch (const Broken& wrong) {
            return failed(file, fmt::format("line {}: {}", count, wrong.what));
        }
    }
    if (line.empty() && all.empty() && std::filesystem::file_size(file) == 0)
        return failed(file, "the file is empty");
    return all;
}

}  // namespace hqsync::sim
