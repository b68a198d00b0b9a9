// Management scopes and role assignments: who may act for whom.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/letter_case.hpp"
#include "sim/ps_cmdlet.hpp"
#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view switch_type = "System.Management.Automation.SwitchParameter";
constexpr std::string_view scope_id =
    "Microsoft.Exchange.Configuration.Tasks.ManagementScopeIdParameter";
constexpr std::string_view unit_id =
    "Microsoft.Exchange.Configuration.Tasks.OrganizationalUnitIdParameter";

constexpr std::array<std::string_view, 4> premises_roles{
    "ApplicationImpersonation", "Mail Recipients", "View-Only Recipients", "Role Management"};
constexpr std::array<std::string_view, 14> online_roles{"Application Contacts.ReadWrite",
                                                        "Application Contacts.Read",
                                                        "Application Mail.Read",
                                                        "Application Mail.ReadBasic",
                                                        "Application Mail.ReadWrite",
                                                        "Application Mail.Send",
                                                        "Application Calendars.Read",
                                                        "Application Calendars.ReadWrite",
                                                        "Application MailboxSettings.Read",
                                                        "Application MailboxSettings.ReadWrite",
                                                        "Application Mail Full Access",
                                                        "Application Exchange Full Access",
                                                        "Application EWS.AccessAsApp",
                                                        "Mail Recipients"};

bool is_same(std::string_view one, std::string_view other) {
    return without_case(one) == without_case(other);
}

/// The role's own spelling; empty when there is none.
std::string role_named(PsPlace place, std::string_view name) {
    const std::span<const std::string_view> roles =
        place == PsPlace::online ? std::span<const std::string_view>(online_roles)
                                 : std::span<const std::string_view>(premises_roles);
    for (const auto role : roles) {
        if (is_same(role, name)) return std::string(role);
    }
    return {};
}

ManagementScope* scope_named(Organisation& organisation, std::string_view name) {
    for (auto& one : organisation.scopes) {
        if (is_same(one.name, name) || is_same(guid_of("scope " + one.name), name)) return &one;
    }
    return nullptr;
}

PsValue scope_value(const Organisation& organisation, const ManagementScope& scope) {
    return ps_object(
        {"Microsoft.Exchange.Data.Directory.SystemConfiguration.ManagementScope",
         "Microsoft.Exchange.Data.Directory.ADObject", "Microsoft.Exchange.Data.ConfigurableObject",
         "System.Object"},
        scope.name,
        {{"Name", ps_text(scope.name)},
         {"RecipientRoot", ps_text_or_nil(scope.root)},
         {"RecipientFilter", ps_text(scope.filter)},
         {"ServerFilter", ps_text("")},
         {"ScopeRestrictionType",
          ps_enum("Microsoft.Exchange.Data.Directory.SystemConfiguration.ScopeRestrictionType",
                  "RecipientScope", 1)},
         {"Exclusive", ps_bool(false)},
         {"Identity",
          ps_object_id(scope.name, organisation.distinguished("CN=Scopes", scope.name))},
         {"Guid", ps_guid(guid_of("scope " + scope.name))},
         {"IsValid", ps_bool(true)}});
}

/// False, with an error said, when the filter cannot be read or asks for what nobody has.
bool is_good_filter(PsCall& call, const std::string& text) {
    const auto filter = Opath::parse(text);
    std::string wrong = filter ? std::string() : filter.error();
    if (filter) {
        Mailbox anybody("x@" + call.organisation.domain_name(), 1, [] { return 0; });
        const auto person = call.organisation.person(anybody);
        for (const auto& name : filter->names()) {
            if (person.property(name) == nullptr)
                wrong = fmt::format("\"{}\" is not a recognized filterable property.", name);
        }
    }
    if (wrong.empty()) return true;
    call.outcome.errors.push_back(
        parameter_unfit(call.cmdlet.name, call.cmdlet.type, "RecipientRestrictionFilter", wrong));
    return false;
}

void new_scope(PsCall& call) {
    const auto name = call.text("Name");
    if (scope_named(call.organisation, name) != nullptr) return call.exists(name);
    const auto filter = call.text("RecipientRestrictionFilter");
    if (filter.empty())
        return call.refuse("You must specify the RecipientRestrictionFilter parameter.");
    if (!is_good_filter(call, filter)) return;
    call.organisation.scopes.push_back(
        {.name = name, .filter = filter, .root = call.text("RecipientRoot")});
    call.outcome.output.push_back(scope_value(call.organisation, call.organisation.scopes.back()));
}

void get_scope(PsCall& call) {
    const auto wanted = call.text("Identity");
    bool is_found = false;
    for (const auto& one : call.organisation.scopes) {
        if (!wanted.empty() && !is_like(one.name, wanted) &&
            !is_same(guid_of("scope " + one.name), wanted))
            continue;
        is_found = true;
        call.outcome.output.push_back(scope_value(call.organisation, one));
    }
    if (!is_found && !wanted.empty()) call.missing(wanted);
}

void set_scope(PsCall& call) {
    auto* const scope = scope_named(call.organisation, call.text("Identity"));
    if (scope == nullptr) return call.missing(call.text("Identity"));
    const auto filter = call.text("RecipientRestrictionFilter");
    if (!filter.empty() && !is_good_filter(call, filter)) return;
    if (!filter.empty()) scope->filter = filter;
    if (call.has("Name")) scope->name = call.text("Name");
}

void remove_scope(PsCall& call) {
    for (const auto& name : call.identities()) {
        const auto* const scope = scope_named(call.organisation, name);
        if (scope == nullptr) {
            call.missing(name);
            continue;
        }
        const auto used = std::ranges::find_if(
            call.organisation.assignments,
            [scope](const RoleAssignment& one) { return is_same(one.scope, scope->name); });
        if (used != call.organisation.assignments.end()) {
            call.refuse(
                fmt::format("The management scope '{}' can't be removed because the role "
                            "assignment '{}' uses it.",
                            scope->name, used->name));
            continue;
        }
        std::erase_if(call.organisation.scopes,
                      [own = scope->name](const ManagementScope& one) { return one.name == own; });
    }
}

PsValue assignment_value(const Organisation& organisation, const RoleAssignment& one) {
    const bool is_app = !one.app.empty();
    const auto assignee = is_app ? one.app : one.user.substr(0, one.user.find('@'));
    const std::string scope_kind = one.scope.empty() ? "Organization"
                                   : is_app          ? "CustomResourceScope"
                                                     : "CustomRecipientScope";
    const auto text_of = [](bool is_there, const std::string& text) {
        return is_there ? ps_text_or_nil(text) : ps_nil();
    };
    return ps_object(
        {"Microsoft.Exchange.Data.Directory.SystemConfiguration."
         "ExchangeRoleAssignmentPresentation",
         "Microsoft.Exchange.Data.Directory.ADObject", "Microsoft.Exchange.Data.ConfigurableObject",
         "System.Object"},
        one.name,
        {{"Name", ps_text(one.name)},
         {"Role", ps_object_id(one.role, organisation.distinguished("CN=Roles", one.role))},
         {"RoleAssignee", ps_object_id(assignee, organisation.distinguished("CN=Users", assignee))},
         {"RoleAssigneeName", ps_text(assignee)},
         {"RoleAssigneeType",
          ps_enum("Microsoft.Exchange.Data.Directory.SystemConfiguration.RoleAssigneeType",
                  is_app ? "ServicePrincipal" : "User", is_app ? 12 : 0)},
         {"User", text_of(!is_app, assignee)},
         {"App", text_of(is_app, one.app)},
         {"EffectiveUserName", ps_text(assignee)},
         {"AssignmentMethod",
          ps_enum("Microsoft.Exchange.Data.Directory.SystemConfiguration.AssignmentMethod",
                  "Direct", 1)},
         {"RecipientReadScope", ps_text("Organization")},
         {"RecipientWriteScope", ps_text(scope_kind)},
         {"ConfigReadScope", ps_text("OrganizationConfig")},
         {"ConfigWriteScope", ps_text("OrganizationConfig")},
         {"CustomRecipientWriteScope", text_of(!is_app, one.scope)},
         {"CustomResourceScope", text_of(is_app, one.scope)},
         {"Enabled", ps_bool(true)},
         {"Identity",
          ps_object_id(one.name, organisation.distinguished("CN=Role Assignments", one.name))},
         {"Guid", ps_guid(guid_of("assignment " + one.name))},
         {"IsValid", ps_bool(true)}});
}

/// The parameter that names the assignee, once; an error said when there is none or a wrong one.
bool read_assignee(PsCall& call, RoleAssignment& made) {
    if (call.has("App") == call.has("User")) {
        call.refuse(
            "You must specify exactly one of the parameters User, SecurityGroup, App, "
            "Policy or Computer.");
        return false;
    }
    if (call.has("User")) {
        made.user = call.organisation.account(call.text("User"));
        if (made.user.empty()) call.missing(call.text("User"));
        return !made.user.empty();
    }
    const auto wanted = call.text("App");
    for (const auto& principal : call.organisation.principals) {
        if (is_same(principal.object_id, wanted) || is_same(principal.app_id, wanted) ||
            is_same(principal.name, wanted))
            made.app = principal.object_id;
    }
    if (made.app.empty()) call.missing(wanted);
    return !made.app.empty();
}

void new_assignment(PsCall& call) {
    RoleAssignment made{.role = role_named(call.place, call.text("Role"))};
    if (made.role.empty()) return call.missing(call.text("Role"));
    if (!read_assignee(call, made)) return;
    const bool is_of_apps = made.role.starts_with("Application ");
    if (is_of_apps != !made.app.empty()) {
        return call.refuse(
            fmt::format("The role '{}' can't be assigned to this type of assignee.", made.role));
    }
    const auto scope = call.text(call.has("CustomResourceScope") ? "CustomResourceScope"
                                                                 : "CustomRecipientWriteScope");
    if (!scope.empty()) {
        const auto* const at = scope_named(call.organisation, scope);
        if (at == nullptr) return call.missing(scope);
        made.scope = at->name;
    }
    made.name = call.text("Name");
    if (made.name.empty()) {
        made.name =
            fmt::format("{}-{}", made.role,
                        made.app.empty() ? made.user.substr(0, made.user.find('@')) : made.app);
    }
    for (const auto& one : call.organisation.assignments) {
        if (is_same(one.name, made.name)) return call.exists(made.name);
    }
    call.organisation.assignments.push_back(made);
    call.outcome.output.push_back(assignment_value(call.organisation, made));
}

void get_assignments(PsCall& call) {
    const auto wanted = call.text("Identity");
    const auto role = call.text("Role");
    const auto assignee = call.text("RoleAssignee");
    const auto scope = call.text("CustomRecipientWriteScope");
    bool is_found = false;
    for (const auto& one : call.organisation.assignments) {
        const auto user = one.user.substr(0, one.user.find('@'));
        const bool is_wanted =
            (wanted.empty() || is_like(one.name, wanted) ||
             is_same(guid_of("assignment " + one.name), wanted)) &&
            (role.empty() || is_like(one.role, role)) &&
            (assignee.empty() || is_same(one.app, assignee) || is_same(user, assignee) ||
             is_same(one.user, assignee) ||
             (!one.user.empty() && is_same(one.user, call.organisation.account(assignee)))) &&
            (scope.empty() || is_same(one.scope, scope));
        if (!is_wanted) continue;
        is_found = true;
        call.outcome.output.push_back(assignment_value(call.organisation, one));
    }
    if (!is_found && !wanted.empty()) return call.missing(wanted);
    if (!role.empty() && role.find('*') == std::string::npos &&
        role_named(call.place, role).empty())
        call.missing(role);
}

void remove_assignment(PsCall& call) {
    for (const auto& name : call.identities()) {
        const auto gone =
            std::erase_if(call.organisation.assignments, [&name](const RoleAssignment& one) {
                return is_same(one.name, name) || is_same(guid_of("assignment " + one.name), name);
            });
        if (gone == 0) call.missing(name);
    }
}

constexpr std::array new_scope_parameters{
    PsParameter{"Name", "System.String", PsNeed::mandatory, 0},
    PsParameter{"RecipientRestrictionFilter"},
    PsParameter{"RecipientRoot", unit_id},
    PsParameter{"Confirm", switch_type},
    PsParameter{"Force", switch_type},
    PsParameter{"WhatIf", switch_type},
};
constexpr std::array get_scope_parameters{
    PsParameter{"Identity", scope_id, PsNeed::optional, 0},
    PsParameter{"Orphan", switch_type},
};
constexpr std::array set_scope_parameters{
    PsParameter{"Identity", scope_id, PsNeed::mandatory, 0},
    PsParameter{"RecipientRestrictionFilter"},
    PsParameter{"Name"},
    PsParameter{"Confirm", switch_type},
    PsParameter{"Force", switch_type},
    PsParameter{"WhatIf", switch_type},
};
constexpr std::array remove_parameters{
    PsParameter{"Identity", "Microsoft.Exchange.Configuration.Tasks.RoleAssignmentIdParameter",
                PsNeed::mandatory, 0},
    PsParameter{"Confirm", switch_type},
    PsParameter{"Force", switch_type},
    PsParameter{"WhatIf", switch_type},
};
constexpr std::array new_assignment_parameters{
    PsParameter{"Name"},
    PsParameter{"Role", "Microsoft.Exchange.Configuration.Tasks.RoleIdParameter",
                PsNeed::mandatory},
    PsParameter{"User", "Microsoft.Exchange.Configuration.Tasks.UserIdParameter"},
    PsParameter{"App", "Microsoft.Exchange.Configuration.Tasks.ServicePrincipalIdParameter",
                PsNeed::optional, -1, PsPlace::online},
    PsParameter{"CustomRecipientWriteScope", scope_id},
    PsParameter{"CustomResourceScope", scope_id, PsNeed::optional, -1, PsPlace::online},
    PsParameter{"Confirm", switch_type},
    PsParameter{"Force", switch_type},
    PsParameter{"WhatIf", switch_type},
};
constexpr std::array get_assignment_parameters{
    PsParameter{"Identity", "Microsoft.Exchange.Configuration.Tasks.RoleAssignmentIdParameter",
                PsNeed::optional, 0},
    PsParameter{"Role", "Microsoft.Exchange.Configuration.Tasks.RoleIdParameter"},
    PsParameter{"RoleAssignee", "Microsoft.Exchange.Configuration.Tasks.RoleAssigneeIdParameter"},
    PsParameter{"RoleAssigneeType"},
    PsParameter{"CustomRecipientWriteScope", scope_id},
    PsParameter{"GetEffectiveUsers", switch_type},
};

constexpr std::array cmdlets{
    PsCmdlet{"New-ManagementScope",
             "Microsoft.Exchange.Management.SystemConfigurationTasks.NewManagementScope",
             PsPlace::both, new_scope_parameters, new_scope},
    PsCmdlet{"Get-ManagementScope",
             "Microsoft.Exchange.Management.SystemConfigurationTasks.GetManagementScope",
             PsPlace::both, get_scope_parameters, get_scope},
    PsCmdlet{"Set-ManagementScope",
             "Microsoft.Exchange.Management.SystemConfigurationTasks.SetManagementScope",
             PsPlace::both, set_scope_parameters, set_scope},
    PsCmdlet{"Remove-ManagementScope",
             "Microsoft.Exchange.Management.SystemConfigurationTasks.RemoveManagementScope",
             PsPlace::both, remove_parameters, remove_scope,
             "Are you sure you want to remove the management scope?"},
    PsCmdlet{"New-ManagementRoleAssignment",
             "Microsoft.Exchange.Management.RbacTasks.NewManagementRoleAssignment", PsPlace::both,
             new_assignment_parameters, new_assignment},
    PsCmdlet{"Get-ManagementRoleAssignment",
             "Microsoft.Exchange.Management.RbacTasks.GetManagementRoleAssignment", PsPlace::both,
             get_assignment_parameters, get_assignments},
    PsCmdlet{"Remove-ManagementRoleAssignment",
             "Microsoft.Exchange.Management.RbacTasks.RemoveManagementRoleAssignment",
             PsPlace::both, remove_parameters, remove_assignment,
             "Are you sure you want to remove the management role assignment?"},
};

}  // namespace

std::span<const PsCmdlet> rights_cmdlets() {
    return cmdlets;
}

}  // namespace hqsync::sim
