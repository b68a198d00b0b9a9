// People from mailboxes, and the two questions that rights answer.
#include "sim/ps_organisation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/graph_message.hpp"
#include "sim/letter_case.hpp"
#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

std::string local_part(std::string_view address) {
    return std::string(address.substr(0, address.find('@')));
}

bool is_same(std::string_view one, std::string_view other) {
    return without_case(one) == without_case(other);
}

PsValue smtp_address(std::string_view address) {
    return ps_object({"Microsoft.Exchange.Data.SmtpAddress", "System.ValueType", "System.Object"},
                     std::string(address),
                     {{"Length", ps_i32(std::ssize(address))},
                      {"Local", ps_text(local_part(address))},
                      {"Domain", ps_text(std::string(address.substr(address.find('@') + 1)))},
                      {"Address", ps_text(std::string(address))},
                      {"IsUTF8", ps_bool(false)},
                      {"IsValidAddress", ps_bool(true)}});
}

PsValue proxy_addresses(std::string_view address) {
    auto one = ps_object(
        {"Microsoft.Exchange.Data.SmtpProxyAddress", "Microsoft.Exchange.Data.ProxyAddress",
         "Microsoft.Exchange.Data.ProxyAddressBase", "System.Object"},
        fmt::format("SMTP:{}", address),
        {{"SmtpAddress", ps_text(std::string(address))},
         {"AddressString", ps_text(std::string(address))},
         {"ProxyAddressString", ps_text(fmt::format("SMTP:{}", address))},
         {"IsPrimaryAddress", ps_bool(true)},
         {"PrefixString", ps_text("SMTP")}});
    return ps_list({"Microsoft.Exchange.Data.ProxyAddressCollection",
                    "Microsoft.Exchange.Data.MultiValuedPropertyBase", "System.Object"},
                   {std::move(one)});
}

const std::vector<std::string>& describables() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all{"DisplayName",
                                     "RecipientTypeDetails",
                                     "HiddenFromAddressListsEnabled",
                                     "Department",
                                     "Title",
                                     "Company",
                                     "Office",
                                     "FirstName",
                                     "LastName",
                                     "Phone",
                                     "City",
                                     "CountryOrRegion",
                                     "Manager",
                                     "MemberOfGroup",
                                     "UserPrincipalName",
                                     "Alias"};
        for (int number = 1; number <= 15; ++number)
            all.push_back(fmt::format("CustomAttribute{}", number));
        return all;
    }();
    return names;
}

std::int64_t type_number(std::string_view details) {
    if (details == "SharedMailbox") return 4;
    if (details == "RoomMailbox") return 16;
    if (details == "EquipmentMailbox") return 32;
    return 1;
}

/// Roles of RBAC for Applications that let an application read contacts, and those that let it
/// write them.
constexpr std::array<std::string_view, 2> writing_roles{"Application Contacts.ReadWrite",
                                                        "Application Exchange Full Access"};
constexpr std::string_view reading_role = "Application Contacts.Read";

}  // namespace

Organisation::Organisation(Domain& domain, std::string service, std::string app)
    : domain_(domain), service_(lower(service)), app_(std::move(app)) {
    policies.push_back({.name = "GlobalThrottlingPolicy", .level = "Global", .settings = {}});
}

const std::vector<std::string>& Organisation::describable() {
    return describables();
}

bool Organisation::describe(std::string_view address, std::string_view property,
                            const PsValue& value) {
    const Mailbox* const mailbox = domain_.mailbox(address);
    const auto& names = describables();
    const auto known = std::ranges::find_if(
        names, [property](const std::string& name) { return is_same(name, property); });
    if (mailbox == nullptr || known == names.end()) return false;
    descriptions_[mailbox->address()][*known] = value;
    return true;
}

std::vector<Mailbox*> Organisation::mailboxes() const {
    return domain_.mailboxes();
}

std::string Organisation::distinguished(std::string_view container, std::string_view name) const {
    std::string components;
    std::string_view rest = domain_.name();
    while (!rest.empty()) {
        const auto dot = std::min(rest.find('.'), rest.size());
        components += fmt::format(",DC={}", rest.substr(0, dot));
        rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    return fmt::format("CN={},{}{}", name, container, components);
}

PsValue Organisation::person(const Mailbox& mailbox) {
    const auto& address = mailbox.address();
    const auto described = [&](const std::string& name, PsValue usual) {
        const auto of = descriptions_.find(address);
        if (of == descriptions_.end()) return usual;
        const auto at = of->second.find(name);
        return at == of->second.end() ? std::move(usual) : at->second;
    };
    const auto alias = described("Alias", ps_text(local_part(address))).display();
    const auto shown = described("DisplayName", ps_text(alias)).display();
    const auto details = described("RecipientTypeDetails", ps_text("UserMailbox")).display();
    const auto distinguished_name = distinguished("CN=Users", alias);
    const auto identity = fmt::format("{}/Users/{}", domain_.name(), alias);
    std::vector<PsMember> all{
        {"Identity", ps_object_id(identity, distinguished_name)},
        {"Name", ps_text(alias)},
        {"DisplayName", ps_text(shown)},
        {"Alias", ps_text(alias)},
        {"SamAccountName", ps_text(alias)},
        {"PrimarySmtpAddress", smtp_address(address)},
        {"WindowsEmailAddress", smtp_address(address)},
        {"UserPrincipalName", described("UserPrincipalName", ps_text(address))},
        {"EmailAddresses", proxy_addresses(address)},
        {"RecipientType",
         ps_enum("Microsoft.Exchange.Data.Directory.Recipient.RecipientType", "UserMailbox", 1)},
        {"RecipientTypeDetails",
         ps_enum("Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails", details,
                 type_number(details))},
        {"Guid", ps_guid(guid_of("object " + address))},
        {"ExchangeGuid", ps_guid(guid_of("mailbox " + address))},
        {"DistinguishedName", ps_text(distinguished_name)},
        {"OrganizationalUnit", ps_text(fmt::format("{}/Users", domain_.name()))},
        {"Database", ps_object_id("DB01", distinguished("CN=Databases", "DB01"))},
        {"ServerName", ps_text("exchange")},
        {"HiddenFromAddressListsEnabled",
         described("HiddenFromAddressListsEnabled", ps_bool(false))},
        {"ProhibitSendQuota",
         ps_shown({"Microsoft.Exchange.Data.Unlimited`1[[Microsoft.Exchange.Data."
                   "ByteQuantifiedSize, Microsoft.Exchange.Data, Version=15.0.0.0, "
                   "Culture=neutral, PublicKeyToken=31bf3856ad364e35]]",
                   "System.ValueType", "System.Object"},
                  "Unlimited")},
        {"IsValid", ps_bool(true)},
    };
    for (const auto& name : describables()) {
        const bool is_there = std::ranges::any_of(
            all, [&name](const PsMember& member) { return member.name == name; });
        if (!is_there) all.push_back({name, described(name, ps_text(""))});
    }
    return ps_object({"Microsoft.Exchange.Data.Directory.Management.Mailbox",
                      "Microsoft.Exchange.Data.Directory.Management.MailEnabledOrgPerson",
                      "Microsoft.Exchange.Data.Directory.Management.MailEnabledRecipient",
                      "Microsoft.Exchange.Data.Directory.Management.ADPresentationObject",
                      "Microsoft.Exchange.Data.Directory.ADObject",
                      "Microsoft.Exchange.Data.Directory.ADRawEntry",
                      "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"},
                     alias, std::move(all));
}

Mailbox* Organisation::find(std::string_view identity) {
    const auto wanted = identity.substr(identity.rfind('\\') + 1);
    const auto all = domain_.mailboxes();
    const auto at = std::ranges::find(all, lower(wanted), &Mailbox::address);
    if (at != all.end()) return *at;
    for (Mailbox* const mailbox : all) {
        const auto of = person(*mailbox);
        for (const auto* const name :
             {"PrimarySmtpAddress", "UserPrincipalName", "Alias", "Identity", "Guid",
              "ExchangeGuid", "DistinguishedName", "DisplayName"}) {
            if (is_same(of.property(name)->display(), wanted)) return mailbox;
        }
    }
    return nullptr;
}

std::string Organisation::account(std::string_view identity) {
    const auto name = identity.substr(identity.rfind('\\') + 1);
    if (is_same(name, service_) || is_same(name, local_part(service_))) return service_;
    const Mailbox* const mailbox = find(identity);
    return mailbox == nullptr ? std::string() : mailbox->address();
}

bool Organisation::matches(const Opath& filter, const Mailbox& mailbox) {
    const auto of = person(mailbox);
    return filter.matches([&of](std::string_view name) { return of.property(name); });
}

bool Organisation::is_in_scope(std::string_view scope, const Mailbox& mailbox) {
    if (scope.empty()) return true;
    const auto at = std::ranges::find_if(
        scopes, [scope](const ManagementScope& one) { return is_same(one.name, scope); });
    if (at == scopes.end()) return false;
    const auto filter = Opath::parse(at->filter);
    return filter && matches(*filter, mailbox);
}

bool Organisation::may_impersonate(std::string_view account, const Mailbox& mailbox) {
    return std::ranges::any_of(assignments, [&](const RoleAssignment& one) {
        return is_same(one.role, "ApplicationImpersonation") && is_same(one.user, account) &&
               is_in_scope(one.scope, mailbox);
    });
}

bool Organisation::may_use(std::string_view app, const Mailbox& mailbox, Intent intent) {
    return std::ranges::any_of(assignments, [&](const RoleAssignment& one) {
        const auto by = std::ranges::find_if(principals, [&one](const ServicePrincipal& principal) {
            return !one.app.empty() && is_same(principal.object_id, one.app);
        });
        if (by == principals.end() || !is_same(by->app_id, app)) return false;
        const bool is_writing = std::ranges::any_of(
            writing_roles, [&one](std::string_view role) { return is_same(role, one.role); });
        const bool is_reading = intent == Intent::read && is_same(one.role, reading_role);
        return (is_writing || is_reading) && is_in_scope(one.scope, mailbox);
    });
}

}  // namespace hqsync::sim
