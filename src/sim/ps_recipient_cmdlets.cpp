// Get-Mailbox, Get-User, Get-MailboxFolderStatistics, Get-AcceptedDomain, Get-OrganizationConfig.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "sim/graph_message.hpp"
#include "sim/letter_case.hpp"
#include "sim/ps_cmdlet.hpp"
#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view switch_type = "System.Management.Automation.SwitchParameter";

/// What the filters of a call leave over; nothing when they cannot be read.
std::optional<std::vector<PsValue>> filtered_people(PsCall& call) {
    std::vector<PsValue> people;
    for (const Mailbox* const mailbox : call.organisation.mailboxes())
        people.push_back(call.organisation.person(*mailbox));
    auto found = call.filtered(std::move(people));
    if (!found) return std::nullopt;
    auto details = call.texts("RecipientTypeDetails");
    for (auto& each : details)
        each = lower(each);
    const auto anr = call.text("Anr");
    std::erase_if(*found, [&](const PsValue& person) {
        const auto shown = [&person](std::string_view name) {
            return person.property(name)->display();
        };
        const auto kind = lower(shown("RecipientTypeDetails"));
        const bool is_kind = details.empty() || std::ranges::find(details, kind) != details.end();
        const bool is_called = anr.empty() || is_like(shown("DisplayName"), anr + "*") ||
                               is_like(shown("PrimarySmtpAddress"), anr + "*");
        return !is_kind || !is_called;
    });
    return found;
}

void get_people(PsCall& call) {
    auto& output = call.outcome.output;
    const auto identities = call.identities();
    for (const auto& identity : identities) {
        const Mailbox* const mailbox = call.organisation.find(identity);
        if (mailbox == nullptr) {
            call.missing(identity);
        } else {
            output.push_back(call.organisation.person(*mailbox));
        }
    }
    if (!identities.empty()) return;
    auto found = filtered_people(call);
    if (!found) return;
    if (call.has("SortBy")) {
        const auto by = call.text("SortBy");
        std::ranges::stable_sort(*found, {}, [&by](const PsValue& one) {
            const auto* const value = one.property(by);
            return value == nullptr ? std::string() : without_case(value->display());
        });
    }
    output = *std::move(found);
    call.cut_to_size();
}

void get_mailbox(PsCall& call) {
    get_people(call);
}

void get_user(PsCall& call) {
    const auto wanted = call.text("Identity");
    const bool is_service = !wanted.empty() && call.organisation.find(wanted) == nullptr &&
                            call.organisation.account(wanted) == call.organisation.service();
    if (!is_service) {
        get_people(call);
    } else {
        const auto& address = call.organisation.service();
        const auto alias = address.substr(0, address.find('@'));
        call.outcome.output.push_back(ps_object(
            {"Microsoft.Exchange.Data.Directory.Management.User", "System.Object"}, alias,
            {{"Identity",
              ps_object_id(fmt::format("{}/Users/{}", call.organisation.domain_name(), alias),
                           call.organisation.distinguished("CN=Users", alias))},
             {"Name", ps_text(alias)},
             {"DisplayName", ps_text(alias)},
             {"SamAccountName", ps_text(alias)},
             {"UserPrincipalName", ps_text(address)},
             {"RecipientType",
              ps_enum("Microsoft.Exchange.Data.Directory.Recipient.RecipientType", "User", 2)},
             {"RecipientTypeDetails",
              ps_enum("Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails", "User",
                      65'536)},
             {"Guid", ps_guid(guid_of("object " + address))},
             {"RemotePowerShellEnabled", ps_bool(true)}}));
    }
    for (auto& one : call.outcome.output) {
        one.types.front() = "Microsoft.Exchange.Data.Directory.Management.User";
        if (one.property("RemotePowerShellEnabled") == nullptr)
            one.adapted.push_back({"RemotePowerShellEnabled", ps_bool(true)});
    }
}

struct FolderLine {
    std::string path;
    std::string type;
    Key key = 0;
    std::size_t items = 0;
    std::size_t below = 0;  ///< with all folders in it
};

std::string size_text(std::size_t items) {
    const auto octets = items * 4096;
    if (octets == 0) return "0 B (0 bytes)";
    return fmt::format("{} KB ({} bytes)", items * 4, octets);
}

/// Of the folder and all below it, in the order of the tree.
void add_lines(Mailbox& mailbox, Key key, const std::string& parent, std::vector<FolderLine>& all) {
    const auto& folder = mailbox.folder(key);
    FolderLine line{.path = parent + "/" + folder.name,
                    .type = key == contacts_folder ? "Contacts"
                            : key == deleted_items ? "DeletedItems"
                                                   : "User Created",
                    .key = key,
                    .items = folder.contacts.size(),
                    .below = folder.contacts.size()};
    const auto at = all.size();
    all.push_back(line);
    for (const Key child : mailbox.children(key)) {
        const auto first = all.size();
        add_lines(mailbox, child, line.path, all);
        all[at].below += all[first].below;
    }
}

PsValue folder_value(const Mailbox& mailbox, const FolderLine& line, std::int64_t now) {
    const auto name = line.path.substr(line.path.rfind('/') + 1);
    const auto size = [](std::size_t items) {
        return ps_shown(
            {"Microsoft.Exchange.Data.ByteQuantifiedSize", "System.ValueType", "System.Object"},
            size_text(items));
    };
    return ps_object(
        {"Microsoft.Exchange.Management.Tasks.MailboxFolderConfiguration",
         "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"},
        "Microsoft.Exchange.Management.Tasks.MailboxFolderConfiguration",
        {{"Date", ps_time(now)},
         {"Name", ps_text(name)},
         {"FolderPath", ps_text(line.path)},
         {"FolderId", ps_text(guid_of(fmt::format("{} {}", mailbox.address(), line.key)))},
         {"FolderType", ps_text(line.type)},
         {"ContainerClass",
          ps_text(line.type == "DeletedItems" || line.type == "Root" ? "IPF.Note" : "IPF.Contact")},
         {"ItemsInFolder", ps_i32(static_cast<std::int64_t>(line.items))},
         {"DeletedItemsInFolder", ps_i32(0)},
         {"FolderSize", size(line.items)},
         {"ItemsInFolderAndSubfolders", ps_i32(static_cast<std::int64_t>(line.below))},
         {"DeletedItemsInFolderAndSubfolders", ps_i32(0)},
         {"FolderAndSubfolderSize", size(line.below)},
         {"OldestItemReceivedDate", ps_nil()},
         {"NewestItemReceivedDate", ps_nil()},
         {"Identity", ps_text(fmt::format("{}{}", mailbox.address(), [path = line.path]() mutable {
              std::ranges::replace(path, '/', '\\');
              return path;
          }()))}});
}

constexpr std::array<std::string_view, 21> folder_scopes{"all",
                                                         "archive",
                                                         "calendar",
                                                         "contacts",
                                                         "conversationhistory",
                                                         "drafts",
                                                         "inbox",
                                                         "junkemail",
                                                         "deleteditems",
                                                         "legacyarchivejournals",
                                                         "journal",
                                                         "notes",
                                                         "nonipmroot",
                                                         "managedcustomfolder",
                                                         "recoverableitems",
                                                         "outbox",
                                                         "personal",
                                                         "sentitems",
                                                         "rsssubscriptions",
                                                         "syncissues",
                                                         "tasks"};

void get_folder_statistics(PsCall& call) {
    const auto scope = lower(call.text("FolderScope"));
    if (!scope.empty() && std::ranges::find(folder_scopes, scope) == folder_scopes.end()) {
        call.outcome.errors.push_back(parameter_unfit(
            call.cmdlet.name, call.cmdlet.type, "FolderScope",
            fmt::format("Cannot convert value \"{}\" to type "
                        "\"Microsoft.Exchange.Data.Directory.SystemConfiguration.ElcFolderType\".",
                        call.text("FolderScope"))));
        return;
    }
    for (const auto& identity : call.identities()) {
        Mailbox* const mailbox = call.organisation.find(identity);
        if (mailbox == nullptr) {
            call.missing(identity);
            continue;
        }
        if (call.flag("Archive")) {
            call.refuse(
                fmt::format("The mailbox '{}' isn't enabled for archive.", mailbox->address()));
            continue;
        }
        std::vector<FolderLine> lines;
        const bool is_all = scope.empty() || scope == "all";
        std::size_t sum = 0;
        for (const Key child : mailbox->children(root_folder)) {
            const bool is_wanted = is_all || (scope == "contacts" && child == contacts_folder) ||
                                   (scope == "deleteditems" && child == deleted_items) ||
                                   (scope == "personal" && child > deleted_items);
            if (!is_wanted) continue;
            const auto first = lines.size();
            add_lines(*mailbox, child, "", lines);
            sum += lines[first].below;
        }
        if (is_all) {
            lines.insert(lines.begin(), FolderLine{.path = "/Top of Information Store",
                                                   .type = "Root",
                                                   .key = root_folder,
                                                   .below = sum});
        }
        for (const auto& line : lines)
            call.outcome.output.push_back(folder_value(*mailbox, line, call.organisation.now()));
    }
}

void get_accepted_domain(PsCall& call) {
    const auto& name = call.organisation.domain_name();
    const auto wanted = call.text("Identity");
    if (!wanted.empty() && !is_like(name, wanted)) return call.missing(wanted);
    call.outcome.output.push_back(ps_object(
        {"Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain",
         "Microsoft.Exchange.Data.Directory.SystemConfiguration.ADConfigurationObject",
         "Microsoft.Exchange.Data.Directory.ADObject",
         "Microsoft.Exchange.Data.Directory.ADRawEntry",
         "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"},
        name,
        {{"DomainName",
          ps_object({"Microsoft.Exchange.Data.SmtpDomainWithSubdomains", "System.Object"}, name,
                    {{"Address", ps_text(name)},
                     {"IncludeSubDomains", ps_bool(false)},
                     {"Domain", ps_text(name)},
                     {"SmtpDomain", ps_text(name)},
                     {"IsStar", ps_bool(false)}})},
         {"DomainType",
          ps_enum("Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomainType",
                  "Authoritative", 0)},
         {"MatchSubDomains", ps_bool(false)},
         {"AddressBookEnabled", ps_bool(true)},
         {"Default", ps_bool(true)},
         {"InitialDomain", ps_bool(call.place == PsPlace::online)},
         {"Name", ps_text(name)},
         {"Identity",
          ps_object_id(name, call.organisation.distinguished("CN=Accepted Domains", name))},
         {"Guid", ps_guid(guid_of("domain " + name))},
         {"IsValid", ps_bool(true)}}));
}

void get_organization_config(PsCall& call) {
    const auto& domain = call.organisation.domain_name();
    const auto name =
        call.place == PsPlace::online ? domain : domain.substr(0, domain.find('.')) + "ORG";
    call.outcome.output.push_back(ps_object(
        {"Microsoft.Exchange.Data.Directory.Management.OrganizationConfig",
         "Microsoft.Exchange.Data.Directory.Management.ADPresentationObject",
         "Microsoft.Exchange.Data.Directory.ADObject",
         "Microsoft.Exchange.Data.Directory.ADRawEntry",
         "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"},
        name,
        {{"Name", ps_text(name)},
         {"Identity", ps_object_id(name, call.organisation.distinguished("CN=Services", name))},
         {"Guid", ps_guid(guid_of("organisation " + name))},
         {"ObjectVersion", ps_i32(16'759)},
         {"IsDehydrated", ps_bool(false)},
         {"OAuth2ClientProfileEnabled", ps_bool(call.place == PsPlace::online)},
         {"EwsEnabled", ps_nil()},
         {"EwsApplicationAccessPolicy", ps_nil()},
         {"AdminDisplayVersion",
          ps_shown({"Microsoft.Exchange.Data.ExchangeObjectVersion", "System.Object"},
                   "0.20 (15.1.0.0)")},
         {"IsValid", ps_bool(true)}}));
}

constexpr std::string_view organizational_unit =
    "Microsoft.Exchange.Configuration.Tasks.OrganizationalUnitIdParameter";

constexpr std::array mailbox_parameters{
    PsParameter{"Identity", "Microsoft.Exchange.Configuration.Tasks.MailboxIdParameter",
                PsNeed::optional, 0},
    PsParameter{"ResultSize", unlimited_number},
    PsParameter{"Filter"},
    PsParameter{"RecipientTypeDetails",
                "Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails[]"},
    PsParameter{"Anr"},
    PsParameter{"SortBy"},
    PsParameter{"OrganizationalUnit", organizational_unit},
    PsParameter{"DomainController", "Microsoft.Exchange.Data.Fqdn", PsNeed::optional, -1,
                PsPlace::premises},
};
constexpr std::array user_parameters{
    PsParameter{"Identity", "Microsoft.Exchange.Configuration.Tasks.UserIdParameter",
                PsNeed::optional, 0},
    PsParameter{"ResultSize", unlimited_number},
    PsParameter{"Filter"},
    PsParameter{"RecipientTypeDetails",
                "Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails[]"},
    PsParameter{"Anr"},
    PsParameter{"SortBy"},
    PsParameter{"OrganizationalUnit", organizational_unit},
};
constexpr std::array statistics_parameters{
    PsParameter{"Identity",
                "Microsoft.Exchange.Configuration.Tasks.GeneralMailboxOrMailUserIdParameter",
                PsNeed::mandatory, 0},
    PsParameter{"FolderScope"},
    PsParameter{"Archive", switch_type},
    PsParameter{"IncludeOldestAndNewestItems", switch_type},
    PsParameter{"ResultSize", unlimited_number, PsNeed::optional, -1, PsPlace::online},
    PsParameter{"DomainController", "Microsoft.Exchange.Data.Fqdn", PsNeed::optional, -1,
                PsPlace::premises},
};
constexpr std::array domain_parameters{
    PsParameter{"Identity", "Microsoft.Exchange.Configuration.Tasks.AcceptedDomainIdParameter",
                PsNeed::optional, 0},
    PsParameter{"ResultSize", unlimited_number, PsNeed::optional, -1, PsPlace::online},
};
constexpr std::span<const PsParameter> none{};

constexpr std::array cmdlets{
    PsCmdlet{"Get-Mailbox", "Microsoft.Exchange.Management.RecipientTasks.GetMailbox",
             PsPlace::both, mailbox_parameters, get_mailbox},
    PsCmdlet{"Get-User", "Microsoft.Exchange.Management.RecipientTasks.GetUser", PsPlace::both,
             user_parameters, get_user},
    PsCmdlet{"Get-MailboxFolderStatistics",
             "Microsoft.Exchange.Management.Tasks.GetMailboxFolderStatistics", PsPlace::both,
             statistics_parameters, get_folder_statistics},
    PsCmdlet{"Get-AcceptedDomain",
             "Microsoft.Exchange.Management.SystemConfigurationTasks.GetAcceptedDomain",
             PsPlace::both, domain_parameters, get_accepted_domain},
    PsCmdlet{"Get-OrganizationConfig",
             "Microsoft.Exchange.Management.SystemConfigurationTasks.GetOrganizationConfig",
             PsPlace::both, none, get_organization_config},
};

}  // namespace

std::span<const PsCmdlet> recipient_cmdlets() {
    return cmdlets;
}

}  // namespace hqsync::sim
