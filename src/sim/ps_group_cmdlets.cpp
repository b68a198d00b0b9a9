// Get-Group: the groups that people are members of. Nobody makes groups here; who says of himself
// MemberOfGroup with a distinguished name is in the group of that name.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "sim/letter_case.hpp"
#include "sim/ps_cmdlet.hpp"
#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

struct Group {
    std::string distinguished;
    std::string name;
    std::string place;             ///< "agentur.example/Gruppen"
    std::vector<PsValue> members;  ///< their identities
};

/// The components of a distinguished name, without backslashes: {"CN", "A, B"}, {"DC", "example"}.
std::vector<std::pair<std::string, std::string>> components(std::string_view distinguished) {
    std::vector<std::pair<std::string, std::string>> all;
    std::string component;
    const auto take = [&] {
        const auto equals = component.find('=');
        if (equals != std::string::npos)
            all.emplace_back(without_case(component.substr(0, equals)),
                             component.substr(equals + 1));
        component.clear();
    };
    for (std::size_t at = 0; at < distinguished.size(); ++at) {
        if (distinguished[at] == '\\' && at + 1 < distinguished.size()) {
            component += distinguished[++at];
        } else if (distinguished[at] == ',') {
            take();
        } else {
            component += distinguished[at];
        }
    }
    take();
    return all;
}

std::optional<Group> group_of(const std::string& distinguished) {
    const auto all = components(distinguished);
    if (all.size() < 2 || all.front().first != without_case("CN")) return std::nullopt;
    Group group{
        .distinguished = distinguished, .name = all.front().second, .place = {}, .members = {}};
    std::string domain;
    for (const auto& [kind, name] : std::span(all).subspan(1)) {
        if (kind == without_case("DC"))
            domain += (domain.empty() ? "" : ".") + name;
        else
            group.place = "/" + name + group.place;
    }
    group.place = domain + group.place;
    return group;
}

/// By distinguished name.
std::vector<Group> groups(Organisation& organisation) {
    std::map<std::string, Group> found;
    for (const auto* const mailbox : organisation.mailboxes()) {
        const auto person = organisation.person(*mailbox);
        const auto& of = *person.property("MemberOfGroup");
        for (const auto& one : of.is_list() ? of.items : std::vector{of}) {
            auto group = group_of(one.display());
            if (!group) continue;
            const auto at = found.try_emplace(without_case(one.display()), *std::move(group)).first;
            at->second.members.push_back(*person.property("Identity"));
        }
    }
    std::vector<Group> all;
    for (auto& [name, group] : found)
        all.push_back(std::move(group));
    return all;
}

PsValue group_value(const Group& group) {
    const auto identity = fmt::format("{}/{}", group.place, group.name);
    constexpr std::string_view security = "UniversalSecurityGroup";
    return ps_object(
        {"Microsoft.Exchange.Data.Directory.Management.WindowsGroup",
         "Microsoft.Exchange.Data.Directory.Management.ADPresentationObject",
         "Microsoft.Exchange.Data.Directory.ADObject",
         "Microsoft.Exchange.Data.Directory.ADRawEntry",
         "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"},
        group.name,
        {{"DisplayName", ps_text(group.name)},
         {"GroupType", ps_enum("Microsoft.Exchange.Data.Directory.Recipient.GroupTypeFlags",
                               "Universal, SecurityEnabled", -2'147'483'640)},
         {"ManagedBy", ps_list({"Microsoft.Exchange.Data.Directory.ADMultiValuedProperty`1"}, {})},
         {"SamAccountName", ps_text(group.name)},
         {"RecipientType",
          ps_enum("Microsoft.Exchange.Data.Directory.Recipient.RecipientType", "Group", 6)},
         {"RecipientTypeDetails",
          ps_enum("Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails", security,
                  524'288)},
         {"WindowsEmailAddress", ps_text("")},
         {"Notes", ps_text("")},
         {"Members", ps_list({"Microsoft.Exchange.Data.MultiValuedProperty`1", "System.Object"},
                             group.members)},
         {"OrganizationalUnit", ps_text(group.place)},
         {"Identity", ps_object_id(identity, group.distinguished)},
         {"Name", ps_text(group.name)},
         {"DistinguishedName", ps_text(group.distinguished)},
         {"Guid", ps_guid(guid_of("group " + lower(group.distinguished)))},
         {"IsValid", ps_bool(true)}});
}

/// Its name, distinguished name, canonical name or GUID; without case.
bool is_called(const PsValue& group, std::string_view identity) {
    const auto wanted = without_case(identity.substr(identity.rfind('\\') + 1));
    const auto whole = without_case(identity);
    return std::ranges::any_of(std::array{"Name", "DistinguishedName", "Identity", "Guid"},
                               [&](const char* name) {
                                   const auto said = without_case(group.property(name)->display());
                                   return said == wanted || said == whole;
                               });
}

void get_group(PsCall& call) {
    std::vector<PsValue> all;
    for (const auto& group : groups(call.organisation))
        all.push_back(group_value(group));
    const auto identities = call.identities();
    for (const auto& identity : identities) {
        const auto before = call.outcome.output.size();
        for (const auto& group : all)
            if (is_called(group, identity)) call.outcome.output.push_back(group);
        if (call.outcome.output.size() == before) call.missing(identity);
    }
    if (!identities.empty()) return;
    auto found = call.filtered(std::move(all));
    if (!found) return;
    const auto anr = call.text("Anr");
    for (auto& group : *found)
        if (anr.empty() || is_like(group.property("Name")->display(), anr + "*"))
            call.outcome.output.push_back(std::move(group));
    call.cut_to_size();
}

constexpr std::array group_parameters{
    PsParameter{"Identity", "Microsoft.Exchange.Configuration.Tasks.GroupIdParameter",
                PsNeed::optional, 0},
    PsParameter{"ResultSize", unlimited_number},
    PsParameter{"Filter"},
    PsParameter{"Anr"},
    PsParameter{"OrganizationalUnit",
                "Microsoft.Exchange.Configuration.Tasks.OrganizationalUnitIdParameter"},
    PsParameter{"DomainController", "Microsoft.Exchange.Data.Fqdn", PsNeed::optional, -1,
                PsPlace::premises},
};

constexpr std::array cmdlets{
    PsCmdlet{"Get-Group", "Microsoft.Exchange.Management.RecipientTasks.GetGroup", PsPlace::both,
             group_parameters, get_group},
};

}  // namespace

std::span<const PsCmdlet> group_cmdlets() {
    return cmdlets;
}

}  // namespace hqsync::sim
