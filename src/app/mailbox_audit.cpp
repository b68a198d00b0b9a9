// Finds our folders in the statistics, by id and else by name, and compares the counts.
#include "app/mailbox_audit.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "app/exchange_setup_run.hpp"
#include "app/object_text.hpp"
#include "base/base64.hpp"
#include "base/letter_case.hpp"
#include "ews/names.hpp"

namespace hqsync::app {
namespace {

namespace clixml = management::clixml;
using clixml::Value;
using management::Command;
using Kind = Deviation::Kind;
using Lines = std::vector<FolderStatistics>;

/// A number, or a text that is one.
std::optional<std::size_t> count_of(const Value& object, std::string_view name) {
    const auto* value = clixml::property(object, name);
    if (value == nullptr) return std::nullopt;
    const auto text = clixml::to_text(*value);
    std::size_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return count;
}

const FolderStatistics* ours_in(const Lines& lines, const BelievedFolder& believed) {
    const auto by_id = std::ranges::find_if(lines, [&](const FolderStatistics& line) {
        return is_same_folder(line.id, believed.id.value());
    });
    if (by_id != lines.end()) return &*by_id;
    const auto by_name = std::ranges::find_if(lines, [&](const FolderStatistics& line) {
        return equal_without_case(line.name, ews::display_name(believed.role));
    });
    return by_name == lines.end() ? nullptr : &*by_name;
}

void compare_counts(const BelievedFolder& believed, std::size_t items,
                    std::vector<Deviation>& deviations) {
    const Deviation counted{.folder = believed.role, .expected = believed.managed, .items = items};
    if (items + believed.unsettled < believed.managed) {
        deviations.push_back(counted);
        deviations.back().kind = Kind::too_few;
    }
    if (!believed.own_max) return;
    const auto expected = believed.managed + *believed.own_max;
    if (items > expected + believed.unsettled) {
        deviations.push_back(counted);
        deviations.back().kind = Kind::too_many;
        deviations.back().expected = expected;
    }
}

void compare_folder(const BelievedFolder& believed, const FolderStatistics& found,
                    std::vector<Deviation>& deviations) {
    if (!equal_without_case(found.name, ews::display_name(believed.role)))
        deviations.push_back({Kind::wrong_name, believed.role, found.name});
    const bool is_told = !found.container_class.empty();
    if (is_told && !equal_without_case(found.container_class.substr(0, 11), "IPF.Contact"))
        deviations.push_back({Kind::wrong_type, believed.role, found.container_class});
    compare_counts(believed, found.items, deviations);
}

Command statistics_of(const BelievedMailbox& believed, std::string_view scope) {
    const auto& address =
        believed.primary.value().empty() ? believed.mailbox.value() : believed.primary.value();
    return {"Get-MailboxFolderStatistics",
            {{"Identity", Value(std::string_view(address))}, {"FolderScope", Value(scope)}}};
}

bool is_unknown_mailbox(const Result<management::Output>& answer) {
    return answer && answer->objects.empty() &&
           std::ranges::any_of(answer->errors, [](const management::ErrorRecord& error) {
               return error.category == "ObjectNotFound" ||
                      error.exception.contains("ObjectNotFound");
           });
}

Result<Lines> lines_of(Result<management::Output> answer) {
    const auto objects = objects_of(std::move(answer), Missing::is_fault);
    if (!objects) return fail(objects.error());
    return read_folder_statistics(*objects);
}

}  // namespace

Result<Lines> read_folder_statistics(const std::vector<Value>& objects) {
    Lines lines;
    for (const auto& object : objects) {
        const auto items = count_of(object, "ItemsInFolder");
        FolderStatistics line{.name = text_of(object, "Name"),
                              .path = text_of(object, "FolderPath"),
                              .type = text_of(object, "FolderType"),
                              .container_class = text_of(object, "ContainerClass"),
                              .id = text_of(object, "FolderId"),
                              .items = 0};
        if (line.name.empty() || line.path.empty() || !items)
            return fail({.reach = Reach::mailbox,
                         .code = "audit.unreadable",
                         .detail = "Exchange's statistics name a folder without name, path or "
                                   "count of items"});
        line.items = *items;
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string_view name(Kind kind) {
    constexpr std::array<std::string_view, 7> names = {"mailbox_unknown", "missing",    "elsewhere",
                                                       "wrong_name",      "wrong_type", "too_few",
                                                       "too_many"};
    return names.at(static_cast<std::size_t>(kind));
}

std::size_t AuditedFolder::others() const {
    if (!found || found->items < believed.managed) return 0;
    return found->items - believed.managed;
}

bool is_same_folder(std::string_view statistics_id, std::string_view folder_id) {
    constexpr std::size_t entry_octets = 46;
    const auto octets = from_base64(statistics_id);
    std::string plain(folder_id);  // Graph writes base64 for addresses
    std::ranges::replace(plain, '-', '+');
    std::ranges::replace(plain, '_', '/');
    const auto holder = from_base64(plain);
    if (!octets || !holder || octets->size() < entry_octets + 1 ||
        static_cast<unsigned char>(octets->front()) != entry_octets)
        return false;
    return holder->contains(octets->substr(1, entry_octets));
}

MailboxAudit compare_folders(const BelievedMailbox& believed, const Lines& contacts,
                             const Lines& all) {
    MailboxAudit audit{.mailbox = believed.mailbox, .fault = {}, .folders = {}, .deviations = {}};
    for (const auto& folder : believed.folders) {
        AuditedFolder line{folder, {}};
        if (const auto* found = ours_in(contacts, folder)) {
            line.found = *found;
            compare_folder(folder, *found, audit.deviations);
        } else if (const auto* other = ours_in(all, folder)) {
            line.found = *other;
            audit.deviations.push_back({Kind::elsewhere, folder.role, other->path});
            compare_folder(folder, *other, audit.deviations);
        } else {
            audit.deviations.push_back(
                {.kind = Kind::missing, .folder = folder.role, .expected = folder.managed});
        }
        audit.folders.push_back(std::move(line));
    }
    return audit;
}

Task<MailboxAudit> audit_mailbox(management::ManagementSession& session, BelievedMailbox believed) {
    MailboxAudit audit{.mailbox = believed.mailbox, .fault = {}, .folders = {}, .deviations = {}};
    auto answer = co_await session.run(statistics_of(believed, "Contacts"));
    if (is_unknown_mailbox(answer)) {
        audit.deviations.push_back({.kind = Kind::mailbox_unknown});
        co_return audit;
    }
    const auto contacts = lines_of(std::move(answer));
    if (!contacts) {
        audit.fault = contacts.error();
        co_return audit;
    }
    const bool lacks_one = std::ranges::any_of(believed.folders, [&](const BelievedFolder& folder) {
        return ours_in(*contacts, folder) == nullptr;
    });
    if (!lacks_one) co_return compare_folders(believed, *contacts, {});
    auto everything = co_await session.run(statistics_of(believed, "All"));
    const auto all = lines_of(std::move(everything));
    if (!all) {
        audit.fault = all.error();
        co_return audit;
    }
    co_return compare_folders(believed, *contacts, *all);
}

}  // namespace hqsync::app
