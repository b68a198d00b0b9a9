// The cmdlets, each a few lines.
#include "played_exchange.hpp"

#include <algorithm>
#include <utility>

#include "app/powershell_text.hpp"

namespace hqsync::app::test {

using management::Command;
using management::Output;
namespace clixml = management::clixml;

namespace {

Output none() {
    return {};
}
Output missing(const std::string& what) {
    return refusal("The operation couldn't be performed because object '" + what +
                       "' couldn't be found on 'DC1'.",
                   "ObjectNotFound");
}

Output listed(const std::map<std::string, Properties>& all, const std::string& identity) {
    Output output;
    for (const auto& [name, properties] : all)
        if (identity.empty() || name == identity) output.objects.push_back(object_of(properties));
    if (!identity.empty() && output.objects.empty()) return missing(identity);
    return output;
}

void merge(Properties& into, const Properties& given) {
    for (const auto& [name, value] : given)
        if (name != "Identity" && name != "Confirm") into[name] = value;
}

}  // namespace

clixml::Value object_of(const Properties& properties) {
    std::vector<clixml::Property> members;
    for (const auto& [name, value] : properties)
        members.push_back(
            {name, value.empty() ? clixml::Value(clixml::Null{}) : clixml::Value(value)});
    return clixml::bag(std::move(members));
}

Output refusal(std::string_view message, std::string_view category) {
    Output output;
    output.errors.push_back({.message = std::string(message),
                             .id = "1,Task",
                             .category = std::string(category),
                             .target = "",
                             .exception = ""});
    return output;
}

std::vector<std::string> PlayedExchange::writes() const {
    std::vector<std::string> result;
    std::ranges::copy_if(log, std::back_inserter(result), [](const std::string& line) {
        return !line.starts_with("Get-") && !line.starts_with("Test-");
    });
    return result;
}

Task<Result<void>> PlayedExchange::open() {
    co_return Result<void>{};
}
Task<Result<std::vector<management::CommandInfo>>> PlayedExchange::commands() {
    co_return std::vector<management::CommandInfo>{};
}
Task<Result<void>> PlayedExchange::stop() {
    co_return Result<void>{};
}
Task<Result<void>> PlayedExchange::close() {
    co_return Result<void>{};
}

Task<Result<Output>> PlayedExchange::run(Command command) {
    log.push_back(powershell_text(command));
    if (instead) {
        const auto asked = instead;  // it may end itself
        auto other = asked(command);
        if (other) co_return *std::move(other);
    }
    Properties given;
    for (const auto& [name, value] : command.parameters)
        given[name] = value.is_null() ? "" : clixml::to_text(value);
    co_return answer(command.name, std::move(given));
}

Output PlayedExchange::assign(Properties given) {
    const auto scope = given.contains("CustomResourceScope") ? given["CustomResourceScope"]
                                                             : given["CustomRecipientWriteScope"];
    if (!scopes.contains(scope)) return missing(scope);
    given["RoleAssignee"] = given.contains("App") ? given["App"] : given["User"];
    assignments[given["Name"]] = given;
    return none();
}

/// Everything is in scope but mailboxes that begin with "o" (outside).
Output PlayedExchange::tested(const Properties& given) const {
    Output output;
    for (const auto& [name, properties] : assignments) {
        const bool is_in = !given.at("Resource").starts_with("o");
        output.objects.push_back(object_of({{"RoleName", properties.at("Role")},
                                            {"AllowedResourceScope", "s"},
                                            {"InScope", is_in ? "True" : "False"}}));
    }
    return output;
}

Output PlayedExchange::statistics(const Properties& given) const {
    const auto found = folders.find(given.at("Identity"));
    if (found == folders.end()) return missing(given.at("Identity"));
    Output output;
    for (const auto& folder : found->second) {
        const bool is_wanted =
            given.at("FolderScope") == "All" || folder.at("FolderPath").starts_with("/Contacts");
        if (is_wanted) output.objects.push_back(object_of(folder));
    }
    return output;
}

Output PlayedExchange::answer(const std::string& name, Properties given) {
    const auto identity = given.contains("Identity") ? given.at("Identity") : std::string();
    if (name == "Get-ManagementScope") return listed(scopes, identity);
    if (name == "New-ManagementScope") {
        scopes[given["Name"]] = {{"Name", given["Name"]},
                                 {"RecipientFilter", given["RecipientRestrictionFilter"]}};
        return none();
    }
    if (name == "Set-ManagementScope") {
        scopes.at(identity)["RecipientFilter"] = given["RecipientRestrictionFilter"];
        return none();
    }
    if (name == "Remove-ManagementScope")
        return scopes.erase(identity) ? none() : missing(identity);
    if (name == "Get-ManagementRoleAssignment") {
        auto some = assignments;
        std::erase_if(some, [&](const auto& each) {
            const auto& [key, properties] = each;
            return (given.contains("RoleAssignee") &&
                    properties.at("RoleAssignee") != given["RoleAssignee"]) ||
                   (given.contains("Role") && properties.at("Role") != given["Role"]);
        });
        return listed(some, identity);
    }
    if (name == "New-ManagementRoleAssignment") return assign(std::move(given));
    if (name == "Remove-ManagementRoleAssignment")
        return assignments.erase(identity) ? none() : missing(identity);
    if (name == "Get-ThrottlingPolicy") return listed(policies, identity);
    if (name == "New-ThrottlingPolicy") {
        merge(policies[given["Name"]], given);
        return none();
    }
    if (name == "Set-ThrottlingPolicy") {
        merge(policies.at(identity), given);
        return none();
    }
    if (name == "Remove-ThrottlingPolicy") {
        for (const auto& [account, association] : associations)
            if (association.at("ThrottlingPolicyId") == identity)
                return refusal("it's in use", "InvalidOperation");
        return policies.erase(identity) ? none() : missing(identity);
    }
    if (name.ends_with("-ThrottlingPolicyAssociation")) {
        if (std::ranges::find(accounts, identity) == accounts.end()) return missing(identity);
        if (name.starts_with("Set-"))
            associations[identity] = {{"ThrottlingPolicyId", given["ThrottlingPolicy"]}};
        Output output;
        if (name.starts_with("Get-"))
            output.objects.push_back(object_of(associations.contains(identity)
                                                   ? associations.at(identity)
                                                   : Properties{{"ThrottlingPolicyId", ""}}));
        return output;
    }
    if (name == "Get-ServicePrincipal") return listed(principals, identity);
    if (name == "New-ServicePrincipal") {
        principals[given["AppId"]] = given;
        return none();
    }
    if (name == "Remove-ServicePrincipal")
        return principals.erase(identity) ? none() : missing(identity);
    if (name == "Test-ServicePrincipalAuthorization") return tested(given);
    if (name == "Get-MailboxFolderStatistics") return statistics(given);
    return refusal("no such command: " + name, "ObjectNotFound");
}

}  // namespace hqsync::app::test
