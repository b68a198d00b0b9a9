// Token: generation, sequence, page size, whether it is the first round, and the selection.
#include "sim/graph_delta.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/graph_query.hpp"

namespace hqsync::sim {

namespace {

struct Token {
    std::uint64_t generation = 0;
    std::uint64_t sequence = 0;
    std::uint64_t size = 100;
    std::uint64_t first = 1;  ///< 1: removed entries are left out
    std::string select;
};

std::string encode(const Token& token) {
    return fmt::format("{}_{}_{}_{}_{}", token.generation, token.sequence, token.size, token.first,
                       token.select);
}

std::optional<Token> decode(std::string_view text) {
    Token token;
    for (std::uint64_t* part : {&token.generation, &token.sequence, &token.size, &token.first}) {
        const auto end = text.find('_');
        if (end == std::string_view::npos) return std::nullopt;
        const auto [at, wrong] = std::from_chars(text.data(), text.data() + end, *part);
        if (wrong != std::errc{} || at != text.data() + end) return std::nullopt;
        text.remove_prefix(end + 1);
    }
    token.select = text;
    return token;
}

std::expected<Token, Reply> read_token(const Request& request, const Mailbox& mailbox) {
    for (const char* option : {"$expand", "$filter", "$top", "$orderby"}) {
        if (request.option(option)) {
            return std::unexpected(error(400, "ErrorInvalidUrlQuery",
                                         "Only $select is supported with change tracking."));
        }
    }
    const auto skip = request.option("$skiptoken");
    const auto text = skip ? skip : request.option("$deltatoken");
    if (!text) {
        return Token{.generation = mailbox.delta_generation(),
                     .size = std::clamp<std::uint64_t>(page_size(request, 100), 1, 500),
                     .select = request.option("$select").value_or("")};
    }
    auto token = decode(*text);
    if (!token || token->generation != mailbox.delta_generation()) {
        return std::unexpected(
            error(410, "SyncStateNotFound", "The sync state generation is not found."));
    }
    token->size = std::clamp<std::uint64_t>(page_size(request, token->size), 1, 500);
    return *token;
}

void write_removed(Writer& writer, const std::string& id) {
    writer.StartObject();
    writer.Key("id");
    write_text(writer, id);
    writer.Key("@removed");
    writer.StartObject();
    writer.Key("reason");
    write_text(writer, "deleted");
    writer.EndObject();
    writer.EndObject();
}

}  // namespace

Reply answer_delta(const Request& request, Mailbox& mailbox, Folder& folder,
                   const std::string& url) {
    auto token = read_token(request, mailbox);
    if (!token) return token.error();
    Request viewed = request;
    if (!token->select.empty()) viewed.query["$select"] = token->select;
    const auto view = read_view(viewed);
    if (!view) return view.error();
    rapidjson::StringBuffer text;
    Writer writer(text);
    writer.StartObject();
    writer.Key("value");
    writer.StartArray();
    std::size_t written = 0;
    auto at = folder.changes.upper_bound(token->sequence);
    for (; at != folder.changes.end() && written < token->size; ++at) {
        const Change& change = at->second;
        token->sequence = at->first;
        if (change.removed && token->first == 1) continue;
        if (change.removed) {
            write_removed(writer, mailbox.id_of(change.contact, change.place, view->ids));
        } else {
            write_contact(writer, mailbox, mailbox.contact(change.contact), *view);
        }
        ++written;
    }
    writer.EndArray();
    const bool more = at != folder.changes.end();
    if (!more) token->first = 0;
    writer.Key(more ? "@odata.nextLink" : "@odata.deltaLink");
    write_text(writer, fmt::format("{}/v1.0/users/{}/contactFolders/{}/contacts/delta?{}={}", url,
                                   percent_encode(request.path[1]), mailbox.id_of(folder),
                                   more ? "%24skiptoken" : "%24deltatoken",
                                   percent_encode(encode(*token))));
    writer.EndObject();
    return Reply{200, {text.GetString(), text.GetSize()}, {{"Content-Type", "application/json"}}};
}

}  // namespace hqsync::sim
