// Our two folders: found by mark, else by name, else made.
#include <algorithm>

#include <simdjson.h>

#include "base/letter_case.hpp"
#include "graph/codec.hpp"
#include "graph/mailbox.hpp"
#include "graph/names.hpp"
#include "graph/query.hpp"

namespace hqsync::graph {

namespace {

std::string mark_property(FolderRole role) {
    return "[" +
           json_object({{"id", json_string(folder_property)}, {"value", json_string(name(role))}}) +
           "]";
}

Fault unreadable() {
    return {Reach::mailbox, "graph.unreadable", "Graph gave an answer that is no list"};
}

Fault endless() {
    return {Reach::mailbox, "graph.endless", "Graph's list of folders does not end"};
}

}  // namespace

Task<Result<std::vector<GraphMailbox::FoundFolder>>> GraphMailbox::list_folders() {
    // Two folders among those under Contacts; a mailbox with more pages than this is not sane.
    constexpr int pages_max = 100;
    std::vector<FoundFolder> folders;
    std::string path = user_path_ + "/contactFolders?$top=100&$select=id,displayName&" +
                       expand_of({folder_property});
    for (int page = 0; !path.empty() && page < pages_max; ++page) {
        auto answer = co_await service_.send({.path = std::move(path)});
        if (!answer) co_return fail(answer.error());
        simdjson::dom::parser parser;
        simdjson::dom::object object;
        simdjson::dom::array list;
        if (parser.parse(answer->body).get(object) != simdjson::SUCCESS ||
            object["value"].get(list) != simdjson::SUCCESS) {
            co_return fail(unreadable());
        }
        for (const simdjson::dom::element element : list) {
            simdjson::dom::object folder;
            if (element.get(folder) != simdjson::SUCCESS || read_text(folder, "id").empty()) {
                co_return fail(unreadable());
            }
            const auto mark = read_property(folder, folder_property);
            folders.push_back({FolderId(read_text(folder, "id")), read_text(folder, "displayName"),
                               mark ? folder_role_named(*mark) : std::nullopt});
        }
        path = read_text(object, "@odata.nextLink");
    }
    if (!path.empty()) co_return fail(endless());
    // Of two with one mark always the same one is taken.
    std::ranges::sort(folders, {}, &FoundFolder::id);
    co_return folders;
}

Task<Result<void>> GraphMailbox::mark_folder(FolderId folder, FolderRole role) {
    const auto answer = co_await service_.send(
        {.method = "PATCH",
         .path = folder_path(folder),
         .headers = {{"Content-Type", "application/json"}},
         .body = json_object({{"singleValueExtendedProperties", mark_property(role)}})});
    if (!answer) co_return fail(answer.error());
    co_return Result<void>{};
}

Task<Result<FolderId>> GraphMailbox::create_folder(FolderRole role) {
    // Never sent twice: the first one may have been renamed before the second arrives. The next
    // pass finds by its mark what a lost answer made.
    const auto answer = co_await service_.send(
        {.method = "POST",
         .path = user_path_ + "/contactFolders",
         .headers = {{"Content-Type", "application/json"}},
         .body = json_object({{"displayName", json_string(display_name(role))},
                              {"singleValueExtendedProperties", mark_property(role)}}),
         .repeat = Repeat::never});
    if (!answer) co_return fail(answer.error());
    simdjson::dom::parser parser;
    simdjson::dom::object folder;
    if (parser.parse(answer->body).get(folder) != simdjson::SUCCESS ||
        read_text(folder, "id").empty()) {
        co_return fail(unreadable());
    }
    co_return FolderId(read_text(folder, "id"));
}

Task<Result<FolderId>> GraphMailbox::open_folder(FolderRole role,
                                                 const std::vector<FoundFolder>& found,
                                                 const std::vector<Folder>& known) {
    const auto is_marked = [&](const FoundFolder& folder) { return folder.role == role; };
    const auto is_known = [&](const FoundFolder& folder) {
        return std::ranges::find(known, Folder{role, folder.id}) != known.end();
    };
    const auto ours = std::ranges::find_if(
        found, [&](const FoundFolder& folder) { return is_marked(folder) && is_known(folder); });
    if (ours != found.end()) co_return ours->id;
    const auto marked = std::ranges::find_if(found, is_marked);
    if (marked != found.end()) co_return marked->id;
    const auto named = std::ranges::find_if(found, [&](const FoundFolder& folder) {
        return !folder.role && equal_without_case(folder.display_name, display_name(role));
    });
    if (named == found.end()) co_return co_await create_folder(role);
    const auto marking = co_await mark_folder(named->id, role);
    if (!marking) co_return fail(marking.error());
    co_return named->id;
}

Task<Result<std::vector<Folder>>> GraphMailbox::open_folders(std::vector<Folder> known,
                                                             std::vector<FolderRole> wanted,
                                                             Trust trust) {
    const bool knows_all = !known.empty() && std::ranges::all_of(wanted, [&](FolderRole role) {
        return std::ranges::find(known, role, &Folder::role) != known.end();
    });
    // The change listing of a folder that is gone says so: no need to ask before.
    if (knows_all && trust == Trust::known) co_return known;
    auto found = co_await list_folders();
    if (!found) co_return fail(found.error());
    std::vector<Folder> folders;
    for (const auto role : {FolderRole::mine, FolderRole::global}) {
        const bool is_wanted = std::ranges::find(wanted, role) != wanted.end();
        const auto marked = std::ranges::find(*found, std::optional(role), &FoundFolder::role);
        if (!is_wanted && marked == found->end()) continue;
        auto opened = co_await open_folder(role, *found, known);
        const bool may_be_there =
            !opened && (opened.error().code == "folder_exists" || opened.error().outcome_unknown);
        if (may_be_there) {
            // Made meanwhile, or by the try whose answer was lost. One that is not seen yet is left
            // to the next pass: a second try could make a second one.
            found = co_await list_folders();
            if (!found) co_return fail(found.error());
            const bool is_there = std::ranges::any_of(*found, [&](const FoundFolder& folder) {
                return folder.role == role ||
                       (!folder.role &&
                        equal_without_case(folder.display_name, display_name(role)));
            });
            if (is_there) opened = co_await open_folder(role, *found, known);
        }
        if (!opened && opened.error().reach == Reach::folder) {
            auto fault = opened.error();
            fault.reach = Reach::mailbox;
            co_return fail(std::move(fault));
        }
        if (!opened) co_return fail(opened.error());
        folders.push_back({role, *std::move(opened)});
    }
    co_return folders;
}

}  // namespace hqsync::graph
