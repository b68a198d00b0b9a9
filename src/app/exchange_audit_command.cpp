// hqsync exchange audit: Exchange's own counts next to what the sync believes; writes nothing.
#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "app/context.hpp"
#include "app/exchange_session.hpp"
#include "app/exchange_setup_command.hpp"
#include "app/json.hpp"
#include "app/mailbox_audit.hpp"
#include "app/run_once.hpp"
#include "app/session_face.hpp"
#include "app/table.hpp"
#include "async/await.hpp"
#include "base/utf8.hpp"
#include "ews/names.hpp"

namespace hqsync::app {
namespace {

std::size_t kept_in(const std::map<ContactId, reconcile::Shadow>& shadows, FolderRole role) {
    return static_cast<std::size_t>(std::ranges::count_if(
        shadows, [role](const auto& entry) { return entry.second.folder == role; }));
}

/// New contacts in HQ Meine Kontakte are known by their proposals, unless they are ignored; those
/// in the other folder are nobody's business.
std::optional<std::size_t> own_max(FolderRole role, const Memories& memories,
                                   const reconcile::Policies& policies) {
    const bool is_known =
        role == FolderRole::mine && policies.user_creation != reconcile::UserCreation::ignore;
    return is_known ? std::optional(memories.proposals.size()) : std::nullopt;
}

using Aliases = std::map<MailboxAddress, MailboxAddress>;

MailboxAddress primary_of(const Aliases& aliases, const MailboxAddress& address) {
    const auto found = std::ranges::find(aliases, address, &Aliases::value_type::second);
    return found == aliases.end() ? MailboxAddress() : found->first;
}

Result<BelievedMailbox> believed(const Reading& reading, const MailboxAddress& address) {
    auto& state = *reading.state;
    const auto aliases = await(state.aliases());
    if (!aliases) return fail(aliases.error());
    const auto memory = await(state.mailbox(address));
    if (!memory) return fail(memory.error());
    const auto shadows = await(state.shadows(address));
    if (!shadows) return fail(shadows.error());
    const auto memories = await(state.memories(address, SystemClock().now()));
    if (!memories) return fail(memories.error());
    const auto intents = await(state.open_intents(address));
    if (!intents) return fail(intents.error());
    BelievedMailbox result{address, {}, primary_of(*aliases, address)};
    for (const auto& [role, folder] : memory->folders)
        result.folders.push_back(
            {.role = role,
             .id = folder.id,
             .managed = kept_in(*shadows, role),
             .own_max = own_max(role, *memories, reading.directory.settings.policies),
             .unsettled =
                 static_cast<std::size_t>(std::ranges::count_if(*intents, [](const Intent& intent) {
                     return intent.kind != Intent::Kind::update;
                 }))});
    return result;
}

Result<std::vector<MailboxAddress>> asked_for(const Reading& reading,
                                              const std::vector<std::string>& users) {
    if (!users.empty()) return chosen(reading.directory, users);
    std::vector<MailboxAddress> all;
    for (const auto& [user, address] : synced_mailboxes(reading.directory))
        all.push_back(address);
    return all;
}

std::string words_of(const Deviation& deviation) {
    std::string text(name(deviation.kind));
    if (deviation.folder) text += fmt::format(": {}", ews::display_name(*deviation.folder));
    if (!deviation.detail.empty()) text += fmt::format(" is {}", deviation.detail);
    const bool is_count =
        deviation.kind == Deviation::Kind::too_few || deviation.kind == Deviation::Kind::too_many;
    if (is_count)
        text +=
            fmt::format(" has {} items, the sync knows {}", deviation.items, deviation.expected);
    return text;
}

void print_text(const std::vector<MailboxAudit>& audits) {
    if (audits.empty()) {
        fmt::print("no mailbox to look at: nobody is synchronised\n");
        return;
    }
    using enum Table::Align;
    Table table(
        {{"mailbox"}, {"folder"}, {"type"}, {"synced", right}, {"items", right}, {"own", right}});
    for (const auto& audit : audits) {
        for (const auto& folder : audit.folders)
            table.add({audit.mailbox.value(),
                       folder.found ? folder.found->path
                                    : std::string(ews::display_name(folder.believed.role)),
                       folder.found ? folder.found->type : "?",
                       fmt::to_string(folder.believed.managed),
                       folder.found ? fmt::to_string(folder.found->items) : "?",
                       fmt::to_string(folder.others())});
        if (audit.folders.empty())
            table.add({audit.mailbox.value(), audit.fault ? "?" : "not synchronised yet", "", "",
                       "", ""});
    }
    fmt::print("{}", table.text());
    for (const auto& audit : audits) {
        if (audit.fault)
            fmt::print("{}\n", printable(fmt::format("{}: not read: {}", audit.mailbox.value(),
                                                     to_text(*audit.fault))));
        for (const auto& deviation : audit.deviations)
            fmt::print("{}\n", printable(fmt::format("{}: {}", audit.mailbox.value(),
                                                     words_of(deviation))));
    }
}

void write_folder(Json& json, const AuditedFolder& folder) {
    json.begin_object();
    json.field("folder", name(folder.believed.role));
    json.field("synced", folder.believed.managed);
    if (folder.found) {
        json.field("name", folder.found->name);
        json.field("path", folder.found->path);
        json.field("type", folder.found->type);
        json.field("items", folder.found->items);
    } else {
        for (const auto* key : {"name", "path", "type", "items"})
            json.null_field(key);
    }
    json.field("own", folder.others());
    json.end_object();
}

void write_deviation(Json& json, const Deviation& deviation) {
    json.begin_object();
    json.field("kind", name(deviation.kind));
    json.key("folder");
    if (deviation.folder) {
        json.value(name(*deviation.folder));
    } else {
        json.null();
    }
    json.field("detail", deviation.detail);
    json.field("expected", deviation.expected);
    json.field("items", deviation.items);
    json.end_object();
}

void print_json(const std::vector<MailboxAudit>& audits) {
    Json json;
    json.begin_object();
    json.key("mailboxes");
    json.begin_array();
    for (const auto& audit : audits) {
        json.begin_object();
        json.field("mailbox", audit.mailbox.value());
        json.key("fault");
        if (audit.fault) {
            json.value(to_text(*audit.fault));
        } else {
            json.null();
        }
        json.key("folders");
        json.begin_array();
        for (const auto& folder : audit.folders)
            write_folder(json, folder);
        json.end_array();
        json.key("differences");
        json.begin_array();
        for (const auto& deviation : audit.deviations)
            write_deviation(json, deviation);
        json.end_array();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    fmt::print("{}\n", json.text());
}

ExitCode code_of(const std::vector<MailboxAudit>& audits) {
    const auto failed = std::ranges::count_if(
        audits, [](const MailboxAudit& audit) { return audit.fault.has_value(); });
    if (failed > 0) {
        fmt::print(stderr, "hqsync: {} of {} mailboxes could not be read\n", failed, audits.size());
        return ExitCode::failed;
    }
    const bool fits = std::ranges::all_of(
        audits, [](const MailboxAudit& audit) { return audit.deviations.empty(); });
    return fits ? ExitCode::done : ExitCode::item_errors;
}

}  // namespace

ExitCode exchange_audit(const Invocation& invocation, const ManagementWish& wish,
                        const std::vector<std::string>& users) {
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    const auto mailboxes = asked_for(*reading, users);
    if (!mailboxes) return complain(mailboxes.error());
    std::vector<BelievedMailbox> all;
    for (const auto& mailbox : *mailboxes) {
        auto one = believed(*reading, mailbox);
        if (!one) return complain(one.error());
        all.push_back(*std::move(one));
    }
    const auto session = ExchangeSession::open(reading->config, wish);
    if (!session) return complain(session.error());
    SessionFace face(**session);
    std::vector<MailboxAudit> audits;
    for (auto& mailbox : all) {
        audits.push_back(await(audit_mailbox(face, std::move(mailbox))));
        // Without a session nothing more can be asked.
        const auto& fault = audits.back().fault;
        if (fault && (fault->reach == Reach::run || fault->reach == Reach::configuration))
            return complain(*fault);
    }
    if (invocation.output == Output::json) {
        print_json(audits);
    } else {
        print_text(audits);
    }
    return code_of(audits);
}

}  // namespace hqsync::app
