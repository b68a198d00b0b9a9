// What is asked once all steps stand: whether the rights reach whom they should, and nobody else.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/exchange_setup.hpp"
#include "app/object_text.hpp"
#include "base/letter_case.hpp"

namespace hqsync::app {
namespace {

using management::Command;
namespace clixml = management::clixml;
using clixml::Value;

bool begins(std::string_view text, std::string_view with) {
    return equal_without_case(text.substr(0, with.size()), with);
}

Command command(std::string name, std::vector<std::pair<std::string, std::string>> parameters) {
    Command made{std::move(name)};
    for (auto& [parameter, content] : parameters)
        made.parameters.push_back({std::move(parameter), Value(std::move(content))});
    return made;
}

/// Assignments add up: another one of the same role makes the scope worthless.
SetupProof no_other_impersonation(const SetupWish& wish) {
    return {.key = "no_other_assignment",
            .title = fmt::format("no other assignment lets {} act for users", wish.account),
            .ask = command("Get-ManagementRoleAssignment", {{"RoleAssignee", wish.account}}),
            .judge = [own = wish.name + "-impersonation"](const Objects& found) {
                std::vector<std::string> wrong;
                for (const auto& each : found) {
                    const auto name = text_of(each, "Name");
                    const bool is_other = equal_without_case(last_part(text_of(each, "Role")),
                                                             "ApplicationImpersonation") &&
                                          !equal_without_case(name, own);
                    if (!is_other) continue;
                    const std::string scope(last_part(text_of(each, "CustomRecipientWriteScope")));
                    wrong.push_back(fmt::format(
                        "{} gives the same right {}", name,
                        scope.empty() ? "for all mailboxes" : "within the scope " + scope));
                }
                return wrong;
            }};
}

SetupProof authorization(const SetupWish& wish, const std::string& mailbox, std::string key,
                         std::string title, decltype(SetupProof::judge) judge) {
    return {.key = std::move(key),
            .title = std::move(title),
            .ask = command("Test-ServicePrincipalAuthorization",
                           {{"Identity", wish.object_id}, {"Resource", mailbox}}),
            .judge = std::move(judge)};
}

std::vector<std::string> not_in_scope(const Objects& rows, const std::string& mailbox) {
    for (const auto& row : rows)
        if (equal_without_case(text_of(row, "RoleName"), "Application Contacts.ReadWrite") &&
            equal_without_case(text_of(row, "InScope"), "True"))
            return {};
    return {
        fmt::format("Exchange says that Application Contacts.ReadWrite does not reach {}: is "
                    "it in the group, or does it have the attribute, of the scope?",
                    mailbox)};
}

std::vector<std::string> reached_outside(const Objects& rows, const std::string& mailbox) {
    std::vector<std::string> wrong;
    for (const auto& row : rows) {
        const auto role = text_of(row, "RoleName");
        if (reaches_contacts(role) && equal_without_case(text_of(row, "InScope"), "True"))
            wrong.push_back(fmt::format("{} reaches {}, which is outside (scope {})", role, mailbox,
                                        text_of(row, "AllowedResourceScope")));
    }
    return wrong;
}

/// Objects of `ask` with our beginning of the name that no step makes.
SetupProof leftovers(std::string key, std::string kind, Command ask, const SetupWish& wish) {
    std::vector<std::string> own;
    for (const auto& step : setup_steps(wish))
        own.push_back(step.object);
    return {.key = std::move(key),
            .title = kind,
            .ask = std::move(ask),
            .judge = [kind, own, prefix = wish.name + "-"](const Objects& found) {
                std::vector<std::string> left;
                for (const auto& each : found) {
                    const auto name = text_of(each, "Name");
                    const bool is_own = std::ranges::any_of(own, [&](const std::string& made) {
                        return equal_without_case(made, name);
                    });
                    if (begins(name, prefix) && !is_own)
                        left.push_back(fmt::format("{} {}", kind, name));
                }
                return left;
            }};
}

}  // namespace

bool reaches_contacts(std::string_view role) {
    return begins(role, "Application Contacts.") ||
           equal_without_case(role, "Application Exchange Full Access") ||
           equal_without_case(role, "Application EWS.AccessAsApp");
}

std::vector<SetupProof> setup_proofs(const SetupWish& wish, const ProbeMailboxes& mailboxes) {
    if (wish.place == ExchangePlace::server) return {no_other_impersonation(wish)};
    std::vector<SetupProof> proofs;
    const auto& [inside, outside] = mailboxes;
    if (!inside.empty())
        proofs.push_back(
            authorization(wish, inside, "in_scope", "the role reaches " + inside,
                          [inside](const Objects& rows) { return not_in_scope(rows, inside); }));
    if (!outside.empty())
        proofs.push_back(authorization(
            wish, outside, "out_of_scope", "no role reaches " + outside,
            [outside](const Objects& rows) { return reached_outside(rows, outside); }));
    return proofs;
}

std::vector<SetupProof> leftover_questions(const SetupWish& wish) {
    std::vector<SetupProof> questions;
    questions.push_back(
        leftovers("scopes", "management scope", command("Get-ManagementScope", {}), wish));
    if (wish.place == ExchangePlace::server) {
        questions.push_back(leftovers(
            "assignments", "role assignment",
            command("Get-ManagementRoleAssignment", {{"Role", "ApplicationImpersonation"}}), wish));
        if (wish.limits)
            questions.push_back(leftovers("policies", "throttling policy",
                                          command("Get-ThrottlingPolicy", {}), wish));
    } else {
        questions.push_back(leftovers(
            "assignments", "role assignment",
            command("Get-ManagementRoleAssignment", {{"Role", "Application Contacts.ReadWrite"}}),
            wish));
    }
    return questions;
}

}  // namespace hqsync::app
