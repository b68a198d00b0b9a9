// Service principals and what RBAC for Applications grants them; online only.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/letter_case.hpp"
#include "sim/ps_cmdlet.hpp"
#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view switch_type = "System.Management.Automation.SwitchParameter";
constexpr std::string_view principal_id =
    "Microsoft.Exchange.Configuration.Tasks.ServicePrincipalIdParameter";

bool is_same(std::string_view one, std::string_view other) {
    return without_case(one) == without_case(other);
}

const ServicePrincipal* principal_named(const Organisation& organisation, std::string_view name) {
    for (const auto& one : organisation.principals) {
        if (is_same(one.object_id, name) || is_same(one.app_id, name) || is_same(one.name, name))
            return &one;
    }
    return nullptr;
}

PsValue principal_value(const Organisation& organisation, const ServicePrincipal& one) {
    return ps_object({"Microsoft.Exchange.Data.Directory.Management.ServicePrincipal",
                      "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"},
                     one.object_id,
                     {{"DisplayName", ps_text(one.name)},
                      {"AppId", ps_text(one.app_id)},
                      {"ObjectId", ps_text(one.object_id)},
                      {"Sid", ps_text("S-1-5-21-1-2-3-" + guid_of(one.object_id).substr(0, 4))},
                      {"Identity", ps_object_id(one.object_id, organisation.distinguished(
                                                                   "CN=Services", one.object_id))},
                      {"Name", ps_text(one.object_id)},
                      {"Guid", ps_guid(guid_of("principal " + one.object_id))},
                      {"IsValid", ps_bool(true)}});
}

void new_principal(PsCall& call) {
    const auto object = call.text(call.has("ObjectId") ? "ObjectId" : "ServiceId");
    if (!is_guid_text(object)) {
        return call.refuse(
            "You must specify the ObjectId parameter: the object id of the "
            "enterprise application.");
    }
    const ServicePrincipal made{
        .app_id = call.text("AppId"), .object_id = object, .name = call.text("DisplayName")};
    for (const auto& one : call.organisation.principals) {
        if (is_same(one.app_id, made.app_id) || is_same(one.object_id, object))
            return call.exists(object);
    }
    call.organisation.principals.push_back(made);
    call.outcome.output.push_back(principal_value(call.organisation, made));
}

void get_principals(PsCall& call) {
    if (call.has("Identity")) {
        const auto* const one = principal_named(call.organisation, call.text("Identity"));
        if (one == nullptr) return call.missing(call.text("Identity"));
        call.outcome.output.push_back(principal_value(call.organisation, *one));
        return;
    }
    for (const auto& one : call.organisation.principals)
        call.outcome.output.push_back(principal_value(call.organisation, one));
}

void remove_principal(PsCall& call) {
    const auto* const one = principal_named(call.organisation, call.text("Identity"));
    if (one == nullptr) return call.missing(call.text("Identity"));
    const auto object = one->object_id;
    std::erase_if(call.organisation.assignments,
                  [&object](const RoleAssignment& each) { return each.app == object; });
    std::erase_if(call.organisation.principals,
                  [&object](const ServicePrincipal& each) { return each.object_id == object; });
}

void test_authorization(PsCall& call) {
    const auto* const principal = principal_named(call.organisation, call.text("Identity"));
    if (principal == nullptr) return call.missing(call.text("Identity"));
    const Mailbox* resource = nullptr;
    if (call.has("Resource")) {
        resource = call.organisation.find(call.text("Resource"));
        if (resource == nullptr) return call.missing(call.text("Resource"));
    }
    constexpr std::string_view prefix = "Application ";
    for (const auto& one : call.organisation.assignments) {
        if (one.app != principal->object_id) continue;
        const bool is_in =
            resource != nullptr && call.organisation.is_in_scope(one.scope, *resource);
        const auto permission =
            one.role.starts_with(prefix) ? one.role.substr(prefix.size()) : one.role;
        call.outcome.output.push_back(ps_object(
            {"Microsoft.Exchange.Management.RbacTasks.ServicePrincipalAuthorization",
             "System.Object"},
            one.role,
            {{"RoleName", ps_text(one.role)},
             {"GrantedPermissions", ps_text(permission)},
             {"AllowedResourceScope", ps_text(one.scope.empty() ? "Organization" : one.scope)},
             {"ScopeType", ps_text(one.scope.empty() ? "Organization" : "CustomRecipientScope")},
             {"InScope", ps_text(resource == nullptr ? "Not Run"
                                 : is_in             ? "True"
                                                     : "False")}}));
    }
}

constexpr std::array new_parameters{
    PsParameter{"AppId", "System.Guid", PsNeed::mandatory},
    PsParameter{"ObjectId", "System.Guid"},
    PsParameter{"ServiceId", "System.Guid"},
    PsParameter{"DisplayName"},
    PsParameter{"Confirm", switch_type},
    PsParameter{"WhatIf", switch_type},
};
constexpr std::array get_parameters{PsParameter{"Identity", principal_id, PsNeed::optional, 0}};
constexpr std::array remove_parameters{
    PsParameter{"Identity", principal_id, PsNeed::mandatory, 0},
    PsParameter{"Confirm", switch_type},
    PsParameter{"WhatIf", switch_type},
};
constexpr std::array test_parameters{
    PsParameter{"Identity", principal_id, PsNeed::mandatory, 0},
    PsParameter{"Resource", "Microsoft.Exchange.Configuration.Tasks.UserIdParameter"},
};

constexpr std::array cmdlets{
    PsCmdlet{"New-ServicePrincipal", "Microsoft.Exchange.Management.RbacTasks.NewServicePrincipal",
             PsPlace::online, new_parameters, new_principal},
    PsCmdlet{"Get-ServicePrincipal", "Microsoft.Exchange.Management.RbacTasks.GetServicePrincipal",
             PsPlace::online, get_parameters, get_principals},
    PsCmdlet{"Remove-ServicePrincipal",
             "Microsoft.Exchange.Management.RbacTasks.RemoveServicePrincipal", PsPlace::online,
             remove_parameters, remove_principal},
    PsCmdlet{"Test-ServicePrincipalAuthorization",
             "Microsoft.Exchange.Management.RbacTasks.TestServicePrincipalAuthorization",
             PsPlace::online, test_parameters, test_authorization},
};

}  // namespace

std::span<const PsCmdlet> principal_cmdlets() {
    return cmdlets;
}

}  // namespace hqsync::sim
