// The steps: for Exchange Server (impersonation within a scope, throttling) and for Exchange Online
// (RBAC for Applications).
#include "app/exchange_setup.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/object_text.hpp"
#include "app/opath.hpp"
#include "base/letter_case.hpp"

namespace hqsync::app {
namespace {

using management::Command;
using management::Parameter;
namespace clixml = management::clixml;
using clixml::Value;

constexpr const char* impersonation_role = "ApplicationImpersonation";
constexpr const char* contacts_role = "Application Contacts.ReadWrite";

bool is_same_name(std::string_view one, std::string_view other) {
    return equal_without_case(last_part(one), last_part(other));
}

Parameter text(std::string name, std::string_view content) {
    return {std::move(name), Value(content)};
}
Parameter identity(std::string_view content) {
    return text("Identity", content);
}
/// Nobody answers a question there.
Parameter unasked() {
    return {"Confirm", Value(false)};
}

const Value* named(const Objects& objects, std::string_view name) {
    const auto found = std::ranges::find_if(objects, [&](const Value& object) {
        return equal_without_case(text_of(object, "Name"), name);
    });
    return found == objects.end() ? nullptr : &*found;
}

Standing standing_of(std::vector<Difference> differences, Former former) {
    if (differences.empty()) return {.kind = Standing::Kind::fits};
    return {Standing::Kind::differs, std::move(differences), std::move(former)};
}

/// A difference where `is` is not as wanted.
void compare(std::vector<Difference>& differences, std::string what, const std::string& is,
             const std::string& wanted) {
    if (!is_same_name(is, wanted)) differences.push_back({std::move(what), is, wanted});
}

// --- management scope

Standing judge_scope(const Objects& found, const std::string& name, const std::string& filter) {
    const auto* scope = named(found, name);
    if (scope == nullptr) return {};
    const auto is = text_of(*scope, "RecipientFilter");
    std::vector<Difference> differences;
    if (!is_same_filter(is, filter)) differences.push_back({"RecipientFilter", is, filter});
    return standing_of(std::move(differences), {{"RecipientFilter", is}});
}

SetupStep scope_step(const SetupWish& wish) {
    const auto name = wish.name + "-scope";
    const auto filter_of = [](std::string_view filter) {
        return text("RecipientRestrictionFilter", filter);
    };
    const std::vector<Command> check = {{"Get-ManagementScope", {identity(name)}}};
    return {
        .key = "scope",
        .object = name,
        .title = "management scope " + name,
        .purpose = "Names the users who are synchronised; rights are bound to it.",
        .check = check,
        .judge =
            [name, filter = wish.filter](const std::vector<Objects>& found) {
                return judge_scope(found.front(), name, filter);
            },
        .make = {{"New-ManagementScope", {text("Name", name), filter_of(wish.filter)}}},
        .change = {{"Set-ManagementScope", {identity(name), filter_of(wish.filter), unasked()}}},
        .verify = check,
        .undo = {{"Remove-ManagementScope", {identity(name), unasked()}}},
        .restore = [name, filter_of](const Former& former) -> std::vector<Command> {
            const auto filter = former.find("RecipientFilter");
            if (filter == former.end()) return {};
            return {
                {"Set-ManagementScope", {identity(name), filter_of(filter->second), unasked()}}};
        },
        .advice =
            "the account needs the role group Organization Management (role Role "
            "Management); a filter that is refused names a group by its distinguished name",
    };
}

// --- role assignment

struct Assigned {
    std::string name;
    std::string role;
    std::string scope;
    std::string scope_parameter;  ///< also the property that shows it
    Parameter assignee;
    std::string assignee_text;
};

Assigned assigned_of(const SetupWish& wish) {
    const auto scope = wish.name + "-scope";
    if (wish.place == ExchangePlace::server)
        return {wish.name + "-impersonation", impersonation_role,         scope,
                "CustomRecipientWriteScope",  text("User", wish.account), wish.account};
    // An undo may know the application by its client id only.
    const auto& app = wish.object_id.empty() ? wish.app_id : wish.object_id;
    return {wish.name + "-contacts", contacts_role,    scope,
            "CustomResourceScope",   text("App", app), app};
}

std::vector<Command> assign(const Assigned& assigned, std::string_view role,
                            std::string_view scope) {
    Command command{"New-ManagementRoleAssignment",
                    {text("Name", assigned.name), text("Role", role), assigned.assignee}};
    if (!scope.empty()) command.parameters.push_back(text(assigned.scope_parameter, scope));
    return {std::move(command)};
}

/// Of the assignment of that name, and of all that the assignee has.
Standing judge_assignment(const std::vector<Objects>& found, const Assigned& wanted) {
    const auto* assignment = named(found.front(), wanted.name);
    if (assignment == nullptr) return {};
    const auto role = text_of(*assignment, "Role");
    // Of an application it may show as the scope of a user does (unverified.md).
    auto scope = text_of(*assignment, wanted.scope_parameter);
    if (scope.empty()) scope = text_of(*assignment, "CustomRecipientWriteScope");
    std::vector<Difference> differences;
    compare(differences, "Role", role, wanted.role);
    compare(differences, wanted.scope_parameter, scope, wanted.scope);
    if (named(found.back(), wanted.name) == nullptr)
        differences.push_back(
            {"RoleAssignee", text_of(*assignment, "RoleAssignee"), wanted.assignee_text});
    return standing_of(
        std::move(differences),
        {{"Role", role}, {"Scope", scope}, {"RoleAssignee", text_of(*assignment, "RoleAssignee")}});
}

SetupStep assignment_step(const SetupWish& wish) {
    const auto assigned = assigned_of(wish);
    const std::vector<Command> check = {
        {"Get-ManagementRoleAssignment", {identity(assigned.name)}},
        {"Get-ManagementRoleAssignment", {text("RoleAssignee", assigned.assignee_text)}}};
    const Command remove{"Remove-ManagementRoleAssignment", {identity(assigned.name), unasked()}};
    auto change = assign(assigned, assigned.role, assigned.scope);
    change.insert(change.begin(), remove);
    const bool is_server = wish.place == ExchangePlace::server;
    return {
        .key = "assignment",
        .object = assigned.name,
        .title = "role assignment " + assigned.name,
        .purpose = is_server
                       ? fmt::format("Lets {} act for the users of the scope, and for no others.",
                                     wish.account)
                       : "Lets the application read and write the contacts of the users of the "
                         "scope, and of no others.",
        .check = check,
        .judge =
            [assigned](const std::vector<Objects>& found) {
                return judge_assignment(found, assigned);
            },
        .make = assign(assigned, assigned.role, assigned.scope),
        .change = std::move(change),
        .verify = check,
        .undo = {remove},
        .restore = [assigned, remove](const Former& former) -> std::vector<Command> {
            const auto role = former.find("Role");
            const auto scope = former.find("Scope");
            const auto assignee = former.find("RoleAssignee");
            if (role == former.end() || scope == former.end() || assignee == former.end())
                return {};
            auto before = assigned;
            before.assignee.value = Value(std::string_view(assignee->second));
            auto commands = assign(before, last_part(role->second), last_part(scope->second));
            commands.insert(commands.begin(), remove);
            return commands;
        },
        .advice = is_server ? "does the service account exist, and may you assign roles (role Role "
                              "Management)?"
                            : "is the object id that of the enterprise application (not of the "
                              "registration), and may you assign roles?",
    };
}

// --- throttling policy

Value limit_value(const std::optional<std::uint32_t>& limit) {
    return limit ? Value(static_cast<std::int64_t>(*limit)) : Value(clixml::Null{});
}

std::vector<Parameter> policy_parameters(const EwsLimits& limits) {
    return {{"EwsMaxConcurrency", limit_value(limits.concurrency)},
            {"EwsMaxSubscriptions", limit_value(limits.subscriptions)},
            text("EwsMaxBurst", "Unlimited"),
            text("EwsRechargeRate", "Unlimited"),
            text("EwsCutoffBalance", "Unlimited"),
            {"IsServiceAccount", Value(true)}};
}

std::string shown(const Value& value) {
    return value.is_null() ? "Unlimited" : clixml::to_text(value);
}

Standing judge_policy(const Objects& found, const std::string& name, const EwsLimits& limits) {
    const auto* policy = named(found, name);
    if (policy == nullptr) return {};
    std::vector<Difference> differences;
    Former former;
    for (const auto& [parameter, value] : policy_parameters(limits)) {
        const auto* is = clixml::property(*policy, parameter);
        if (is == nullptr) continue;  // this Exchange does not show it
        const auto text = shown(*is);
        former[parameter] = text;
        compare(differences, parameter, text, shown(value));
    }
    return standing_of(std::move(differences), std::move(former));
}

std::vector<Command> restore_policy(const std::string& name, const Former& former) {
    Command command{"Set-ThrottlingPolicy", {identity(name)}};
    for (const auto& [parameter, content] : former) {
        const bool is_number =
            parameter == "EwsMaxConcurrency" || parameter == "EwsMaxSubscriptions";
        if (parameter == "IsServiceAccount") {
            command.parameters.push_back({parameter, Value(equal_without_case(content, "true"))});
        } else if (is_number && equal_without_case(content, "Unlimited")) {
            command.parameters.push_back({parameter, Value(clixml::Null{})});
        } else {
            command.parameters.push_back(text(parameter, content));
        }
    }
    command.parameters.push_back(unasked());
    return {std::move(command)};
}

SetupStep policy_step(const SetupWish& wish) {
    const auto name = wish.name + "-ews";
    const auto limits = wish.limits.value_or(EwsLimits{});
    auto made = policy_parameters(limits);
    made.insert(made.begin(), {text("Name", name), text("ThrottlingPolicyScope", "Regular")});
    auto changed = policy_parameters(limits);
    changed.insert(changed.begin(), identity(name));
    changed.push_back(unasked());
    const std::vector<Command> check = {{"Get-ThrottlingPolicy", {identity(name)}}};
    return {
        .key = "policy",
        .object = name,
        .title = "throttling policy " + name,
        .purpose = "Gives the service account enough of EWS for all mailboxes; used by it alone.",
        .check = check,
        .judge =
            [name, limits](const std::vector<Objects>& found) {
                return judge_policy(found.front(), name, limits);
            },
        .make = {{"New-ThrottlingPolicy", std::move(made)}},
        .change = {{"Set-ThrottlingPolicy", std::move(changed)}},
        .verify = check,
        .undo = {{"Remove-ThrottlingPolicy", {identity(name), unasked()}}},
        .restore = [name](const Former& former) { return restore_policy(name, former); },
        .advice =
            "Exchange Server alone has throttling policies; --no-throttling-policy leaves "
            "this step and the next one out",
    };
}

Standing judge_association(const Objects& found, const std::string& policy) {
    if (found.empty()) return {};
    auto is = text_of(found.front(), "ThrottlingPolicyId");
    if (is.empty()) is = text_of(found.front(), "ThrottlingPolicy");
    if (is.empty()) return {};
    std::vector<Difference> differences;
    compare(differences, "ThrottlingPolicy", is, policy);
    return standing_of(std::move(differences), {{"ThrottlingPolicy", is}});
}

SetupStep association_step(const SetupWish& wish) {
    const auto policy = wish.name + "-ews";
    const auto associate = [account = wish.account](Value to) {
        return Command{"Set-ThrottlingPolicyAssociation",
                       {identity(account), {"ThrottlingPolicy", std::move(to)}}};
    };
    const std::vector<Command> check = {
        {"Get-ThrottlingPolicyAssociation", {identity(wish.account)}}};
    const std::vector<Command> make = {associate(Value(std::string_view(policy)))};
    return {
        .key = "association",
        .object = wish.account,
        .title = "throttling policy of " + wish.account,
        .purpose = "Puts the service account, and nobody else, under that policy.",
        .check = check,
        .judge =
            [policy](const std::vector<Objects>& found) {
                return judge_association(found.front(), policy);
            },
        .make = make,
        .change = make,
        .verify = check,
        .undo = {associate(Value(clixml::Null{}))},
        .restore = [associate](const Former& former) -> std::vector<Command> {
            const auto before = former.find("ThrottlingPolicy");
            if (before == former.end()) return {};
            return {associate(Value(last_part(before->second)))};
        },
        .advice = "does the service account exist under this name?",
    };
}

// --- service principal

Standing judge_principal(const Objects& found, const SetupWish& wish) {
    const auto at = std::ranges::find_if(found, [&](const Value& object) {
        return equal_without_case(text_of(object, "AppId"), wish.app_id);
    });
    if (at == found.end()) return {};
    const auto object_id = text_of(*at, "ObjectId");
    std::vector<Difference> differences;
    if (!wish.object_id.empty()) compare(differences, "ObjectId", object_id, wish.object_id);
    return standing_of(std::move(differences),
                       {{"ObjectId", object_id}, {"DisplayName", text_of(*at, "DisplayName")}});
}

SetupStep principal_step(const SetupWish& wish) {
    const auto make = [app = wish.app_id](std::string_view object_id, std::string_view name) {
        return Command{
            "New-ServicePrincipal",
            {text("AppId", app), text("ObjectId", object_id), text("DisplayName", name)}};
    };
    const Command remove{"Remove-ServicePrincipal", {identity(wish.app_id), unasked()}};
    const std::vector<Command> check = {{"Get-ServicePrincipal", {identity(wish.app_id)}}};
    return {
        .key = "principal",
        .object = wish.app_id,
        .title = "service principal of application " + wish.app_id,
        .purpose = "Makes the application of Entra known to Exchange Online.",
        .check = check,
        .judge =
            [wish](const std::vector<Objects>& found) {
                return judge_principal(found.front(), wish);
            },
        .make = {make(wish.object_id, wish.name)},
        .change = {remove, make(wish.object_id, wish.name)},
        .verify = check,
        .undo = {remove},
        .restore = [make, remove](const Former& former) -> std::vector<Command> {
            const auto object_id = former.find("ObjectId");
            const auto name = former.find("DisplayName");
            if (object_id == former.end() || name == former.end()) return {};
            return {remove, make(object_id->second, name->second)};
        },
        .advice =
            "client_id and object_id are those of Entra's enterprise application (not of the "
            "registration); assignments of an older principal have to be removed first",
    };
}

}  // namespace

std::vector<SetupStep> setup_steps(const SetupWish& wish) {
    std::vector<SetupStep> steps;
    if (wish.place == ExchangePlace::online) steps.push_back(principal_step(wish));
    steps.push_back(scope_step(wish));
    steps.push_back(assignment_step(wish));
    if (wish.place == ExchangePlace::server && wish.limits) {
        steps.push_back(policy_step(wish));
        steps.push_back(association_step(wish));
    }
    return steps;
}

}  // namespace hqsync::app
