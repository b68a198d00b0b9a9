// Our two folders: found by mark anywhere but in Deleted Items, else by name, else made.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/letter_case.hpp"
#include "ews/faults.hpp"
#include "ews/mailbox.hpp"
#include "ews/messages.hpp"
#include "ews/names.hpp"

namespace hqsync::ews {

namespace {

/// A contact folder, or one of a kind that is made of them.
bool holds_contacts(const FolderShown& folder) {
    constexpr std::string_view contacts = "IPF.Contact";
    const std::string_view kind = folder.folder_class;
    if (!equal_without_case(kind.substr(0, contacts.size()), contacts)) return false;
    return kind.size() == contacts.size() || kind[contacts.size()] == '.';
}

Fault name_is_taken(FolderRole role) {
    return {
        Reach::mailbox, "folder_exists",
        fmt::format("the folder \"{}\" below Contacts is no contact folder: rename or remove it",
                    display_name(role))};
}

/// The role's folder by its mark; of several always the same one.
const FolderShown* marked_in(const std::vector<FolderShown>& found, FolderRole role,
                             const std::vector<Folder>& known) {
    const FolderShown* first = nullptr;
    for (const auto& folder : found) {
        if (folder.role != role) continue;
        if (std::ranges::find(known, Folder{role, folder.id}) != known.end()) return &folder;
        if (first == nullptr) first = &folder;
    }
    return first;
}

}  // namespace

/// Those with our mark or one of our names, wherever the reader moved them. A folder below Deleted
/// Items keeps its id and its mark (ews.md §3, DeleteFolder): to him it is gone.
Task<Result<std::vector<FolderShown>>> EwsMailbox::list_folders() {
    const std::vector<FolderName> parents = {Distinguished::root, Distinguished::deleted_items};
    const auto request = [&parents](Places places) {
        return find_our_folders(pick(parents, places));
    };
    auto pages = co_await ask_each<FolderPage>(service_, parents.size(), Effect::none, request,
                                               read_folders);
    for (const auto& page : pages) {
        if (!page) co_return fail(of_mailbox(page.error()));
        // A mailbox with hundreds of folders of ours is not sane.
        if (!page->is_last) co_return fail(endless("list of folders"));
    }
    std::set<FolderId> deleted;
    for (const auto& folder : pages[1]->folders)
        deleted.insert(folder.id);
    auto folders = std::move(pages[0]->folders);
    std::erase_if(folders, [&](const FolderShown& folder) { return deleted.contains(folder.id); });
    std::ranges::sort(folders, {}, &FolderShown::id);
    co_return folders;
}

/// Whether the folders are there, and not in Deleted Items: there one would still answer, with
/// nothing new. One that lies deeper in it is met by the look before a write (Trust::nothing).
Task<Result<bool>> EwsMailbox::are_in_place(std::vector<Folder> known) {
    std::vector<FolderName> names = {Distinguished::deleted_items};
    for (const auto& folder : known)
        names.emplace_back(folder.id);
    const auto request = [&names](Places places) { return get_folders(pick(names, places)); };
    const auto pages =
        co_await ask_each<FolderPage>(service_, names.size(), Effect::none, request, read_folders);
    std::vector<FolderShown> shown;
    for (const auto& page : pages) {
        if (!page && is_folder_gone(page.error())) co_return false;
        if (!page) co_return fail(of_mailbox(page.error()));
        if (page->folders.size() != 1) {
            co_return fail(unreadable("shows no folder where one was asked for"));
        }
        shown.push_back(page->folders.front());
    }
    const auto& deleted_items = shown.front().id;
    co_return std::ranges::none_of(
        shown, [&](const FolderShown& folder) { return folder.parent == deleted_items; });
}

Task<Result<FolderId>> EwsMailbox::folder_of(Distinguished name) {
    const std::array<FolderName, 1> names = {name};
    const auto page =
        co_await ask_one<FolderPage>(service_, get_folders(names), Effect::none, read_folders);
    if (!page) co_return fail(of_mailbox(page.error()));
    if (page->folders.size() != 1)
        co_return fail(unreadable("shows no folder where one was asked for"));
    co_return page->folders.front().id;
}

Task<Result<void>> EwsMailbox::mark_folder(FolderId folder, FolderRole role) {
    // Marking twice does no harm: by Effect::none it is repeated like a read.
    const auto marked = co_await ask_one<std::monostate>(service_, ews::mark_folder(folder, role),
                                                         Effect::none, read_done);
    if (!marked) co_return fail(of_mailbox(marked.error()));
    co_return Result<void>{};
}

Task<Result<FolderId>> EwsMailbox::create_folder(FolderRole role) {
    // Never sent twice: the first one may have been renamed before the second arrives.
    const auto page = co_await ask_one<FolderPage>(
        service_, ews::create_folder(Distinguished::contacts, role), Effect::write, read_folders);
    if (!page) co_return fail(page.error());
    if (page->folders.size() != 1) {
        auto fault = unreadable("shows no folder where one was made");
        fault.outcome_unknown = true;
        co_return fail(std::move(fault));
    }
    co_return page->folders.front().id;
}

/// By mark, else by name directly below Contacts, where we would make it.
Task<Result<std::optional<FolderId>>> EwsMailbox::find_folder(FolderRole role,
                                                              std::vector<FolderShown> found,
                                                              std::vector<Folder> known) {
    if (const auto* ours = marked_in(found, role, known)) co_return ours->id;
    std::erase_if(found, [&](const FolderShown& folder) {
        return folder.role || !equal_without_case(folder.display_name, display_name(role));
    });
    if (found.empty()) co_return std::nullopt;
    const auto contacts = co_await folder_of(Distinguished::contacts);
    if (!contacts) co_return fail(contacts.error());
    const auto named = std::ranges::find(found, *contacts, &FolderShown::parent);
    if (named == found.end()) co_return std::nullopt;
    if (!holds_contacts(*named)) co_return fail(name_is_taken(role));
    const auto marked = co_await mark_folder(named->id, role);
    if (!marked) co_return fail(marked.error());
    co_return named->id;
}

Task<Result<FolderId>> EwsMailbox::open_folder(FolderRole role, std::vector<FolderShown> found,
                                               std::vector<Folder> known) {
    auto ours = co_await find_folder(role, std::move(found), known);
    if (!ours) co_return fail(ours.error());
    if (*ours) co_return **ours;
    auto created = co_await create_folder(role);
    if (created) co_return *std::move(created);
    // Made meanwhile, or by the try whose answer was lost. One that is not seen yet is left to the
    // next pass: a second try could make a second one.
    const bool may_be_there =
        created.error().code == "folder_exists" || created.error().outcome_unknown;
    if (!may_be_there) co_return fail(of_mailbox(created.error()));
    auto again = co_await list_folders();
    if (!again) co_return fail(again.error());
    ours = co_await find_folder(role, *std::move(again), std::move(known));
    if (!ours) co_return fail(ours.error());
    if (*ours) co_return **ours;
    if (created.error().code == "folder_exists") co_return fail(name_is_taken(role));
    co_return fail(of_mailbox(created.error()));
}

Task<Result<std::vector<Folder>>> EwsMailbox::open_folders(std::vector<Folder> known,
                                                           std::vector<FolderRole> wanted,
                                                           Trust trust) {
    const bool knows_all = !known.empty() && std::ranges::all_of(wanted, [&](FolderRole role) {
        return std::ranges::find(known, role, &Folder::role) != known.end();
    });
    if (knows_all && trust == Trust::known) {
        const auto in_place = co_await are_in_place(known);
        if (!in_place) co_return fail(in_place.error());
        if (*in_place) co_return known;
    }
    const auto found = co_await list_folders();
    if (!found) co_return fail(found.error());
    std::vector<Folder> folders;
    for (const auto role : {FolderRole::mine, FolderRole::global}) {
        const bool is_wanted = std::ranges::find(wanted, role) != wanted.end();
        if (!is_wanted && marked_in(*found, role, known) == nullptr) continue;
        auto opened = co_await open_folder(role, *found, known);
        if (!opened) co_return fail(opened.error());
        folders.push_back({role, *std::move(opened)});
    }
    co_return folders;
}

}  // namespace hqsync::ews
