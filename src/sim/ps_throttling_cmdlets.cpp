// Throttling policies and whom they are for; on premises only, as Exchange Online has none.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/letter_case.hpp"
#include "sim/ps_cmdlet.hpp"
#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view switch_type = "System.Management.Automation.SwitchParameter";
constexpr std::string_view policy_id =
    "Microsoft.Exchange.Configuration.Tasks.ThrottlingPolicyIdParameter";
constexpr std::string_view unlimited_number =
    "Microsoft.Exchange.Data.Unlimited`1[[System.UInt32, mscorlib, Version=4.0.0.0, "
    "Culture=neutral, PublicKeyToken=b77a5c561934e089]]";

/// Settings that are kept and shown.
constexpr std::array settings{
    PsParameter{"EwsMaxConcurrency", unlimited_number},
    PsParameter{"EwsMaxSubscriptions", unlimited_number},
    PsParameter{"EwsMaxBurst", unlimited_number},
    PsParameter{"EwsRechargeRate", unlimited_number},
    PsParameter{"EwsCutoffBalance", unlimited_number},
    PsParameter{"EwsCostThreshold", unlimited_number},
    PsParameter{"PowerShellMaxConcurrency", unlimited_number},
    PsParameter{"RcaMaxConcurrency", unlimited_number},
    PsParameter{"IsServiceAccount", switch_type},
};

bool is_same(std::string_view one, std::string_view other) {
    return without_case(one) == without_case(other);
}

ThrottlingPolicy* policy_named(Organisation& organisation, std::string_view name) {
    for (auto& one : organisation.policies) {
        if (is_same(one.name, name) || is_same(guid_of("policy " + one.name), name)) return &one;
    }
    return nullptr;
}

PsValue shown_setting(const ThrottlingPolicy& policy, const PsParameter& setting) {
    const auto at = policy.settings.find(std::string(setting.name));
    if (at == policy.settings.end()) {
        if (setting.name == "IsServiceAccount") return ps_bool(false);
        if (policy.level == "Global" && setting.name == "EwsMaxConcurrency")
            return ps_shown({std::string(unlimited_number)}, "27");
        if (policy.level == "Global" && setting.name == "PowerShellMaxConcurrency")
            return ps_shown({std::string(unlimited_number)}, "18");
        return ps_nil();
    }
    if (setting.name == "IsServiceAccount") return at->second;
    // No value is no limit.
    const auto text = at->second.is_nil() ? std::string("Unlimited") : at->second.display();
    return ps_shown({std::string(unlimited_number), "System.ValueType", "System.Object"},
                    is_same(text, "unlimited") ? "Unlimited" : text);
}

PsValue policy_value(const Organisation& organisation, const ThrottlingPolicy& policy) {
    std::vector<PsMember> all{
        {"Name", ps_text(policy.name)},
        {"ThrottlingPolicyScope",
         ps_enum("Microsoft.Exchange.Data.Directory.SystemConfiguration.ThrottlingPolicyScopeType",
                 policy.level,
                 policy.level == "Regular"        ? 0
                 : policy.level == "Organization" ? 1
                                                  : 2)}};
    for (const auto& setting : settings)
        all.push_back({std::string(setting.name), shown_setting(policy, setting)});
    all.push_back({"Identity", ps_object_id(policy.name, organisation.distinguished(
                                                             "CN=Global Settings", policy.name))});
    all.push_back({"Guid", ps_guid(guid_of("policy " + policy.name))});
    all.push_back({"IsValid", ps_bool(true)});
    return ps_object({"Microsoft.Exchange.Data.Directory.SystemConfiguration.ThrottlingPolicy",
                      "Microsoft.Exchange.Data.Directory.ADObject",
                      "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"},
                     policy.name, std::move(all));
}

/// As the server spells it; empty for a level that there is not.
std::string level_of(std::string_view text) {
    for (const auto* const level : {"Regular", "Organization", "Global"}) {
        if (is_same(level, text)) return level;
    }
    return {};
}

void take_settings(PsCall& call, ThrottlingPolicy& policy) {
    for (const auto& setting : settings) {
        if (call.has(setting.name))
            policy.settings[std::string(setting.name)] = call.given.find(setting.name)->second;
    }
}

void new_policy(PsCall& call) {
    ThrottlingPolicy made{.name = call.text("Name"), .level = "Regular", .settings = {}};
    if (call.has("ThrottlingPolicyScope"))
        made.level = level_of(call.text("ThrottlingPolicyScope"));
    if (made.level.empty() || made.level == "Global") {
        call.outcome.errors.push_back(parameter_unfit(
            call.cmdlet.name, call.cmdlet.type, "ThrottlingPolicyScope",
            fmt::format("\"{}\" can't be used here.", call.text("ThrottlingPolicyScope"))));
        return;
    }
    if (policy_named(call.organisation, made.name) != nullptr) return call.exists(made.name);
    take_settings(call, made);
    call.organisation.policies.push_back(made);
    call.outcome.output.push_back(policy_value(call.organisation, made));
}

void get_policies(PsCall& call) {
    const auto wanted = call.text("Identity");
    const auto level = call.text("ThrottlingPolicyScope");
    bool is_found = false;
    for (const auto& one : call.organisation.policies) {
        if (!wanted.empty() && !is_like(one.name, wanted) &&
            !is_same(guid_of("policy " + one.name), wanted))
            continue;
        if (!level.empty() && !is_same(one.level, level)) continue;
        is_found = true;
        call.outcome.output.push_back(policy_value(call.organisation, one));
    }
    if (!is_found && !wanted.empty()) call.missing(wanted);
}

void set_policy(PsCall& call) {
    auto* const policy = policy_named(call.organisation, call.text("Identity"));
    if (policy == nullptr) return call.missing(call.text("Identity"));
    if (policy->level == "Global")
        return call.refuse("The global throttling policy can't be changed.");
    take_settings(call, *policy);
    if (call.has("Name")) policy->name = call.text("Name");
}

void remove_policy(PsCall& call) {
    for (const auto& name : call.identities()) {
        const auto* const policy = policy_named(call.organisation, name);
        if (policy == nullptr) {
            call.missing(name);
            continue;
        }
        const auto own = policy->name;
        const bool is_used = std::ranges::any_of(
            call.organisation.policy_of, [&own](const auto& one) { return one.second == own; });
        if (is_used || policy->level == "Global") {
            call.refuse(
                fmt::format("The throttling policy '{}' can't be removed because it's in "
                            "use.",
                            own));
            continue;
        }
        std::erase_if(call.organisation.policies,
                      [&own](const ThrottlingPolicy& one) { return one.name == own; });
    }
}

void set_association(PsCall& call) {
    const auto account = call.organisation.account(call.text("Identity"));
    if (account.empty()) return call.missing(call.text("Identity"));
    const auto name = call.text("ThrottlingPolicy");
    if (name.empty()) {
        call.organisation.policy_of.erase(account);
        return;
    }
    const auto* const policy = policy_named(call.organisation, name);
    if (policy == nullptr) return call.missing(name);
    call.organisation.policy_of[account] = policy->name;
}

PsValue association_value(const Organisation& organisation, const std::string& account,
                          const std::string& policy) {
    const auto alias = account.substr(0, account.find('@'));
    return ps_object(
        {"Microsoft.Exchange.Data.Directory.Management.ThrottlingPolicyAssociation",
         "Microsoft.Exchange.Data.Directory.ADObject", "Microsoft.Exchange.Data.ConfigurableObject",
         "System.Object"},
        alias,
        {{"ObjectId", ps_object_id(fmt::format("{}/Users/{}", organisation.domain_name(), alias),
                                   organisation.distinguished("CN=Users", alias))},
         {"ThrottlingPolicyId",
          policy.empty()
              ? ps_nil()
              : ps_object_id(policy, organisation.distinguished("CN=Global Settings", policy))},
         {"Name", ps_text(alias)},
         {"Identity", ps_object_id(fmt::format("{}/Users/{}", organisation.domain_name(), alias),
                                   organisation.distinguished("CN=Users", alias))},
         {"IsValid", ps_bool(true)}});
}

void get_association(PsCall& call) {
    auto& organisation = call.organisation;
    const auto show = [&](const std::string& account) {
        const auto at = organisation.policy_of.find(account);
        const auto policy = at == organisation.policy_of.end() ? std::string() : at->second;
        const auto wanted = call.text("ThrottlingPolicy");
        if (!wanted.empty() && !is_same(policy, wanted)) return;
        call.outcome.output.push_back(association_value(organisation, account, policy));
    };
    if (call.has("Identity")) {
        const auto account = organisation.account(call.text("Identity"));
        if (account.empty()) return call.missing(call.text("Identity"));
        return show(account);
    }
    for (const Mailbox* const mailbox : organisation.mailboxes())
        show(mailbox->address());
    if (organisation.find(organisation.service()) == nullptr) show(organisation.service());
}

template <std::size_t Count>
consteval auto with_settings(const std::array<PsParameter, Count>& own) {
    std::array<PsParameter, Count + settings.size()> all{};
    std::ranges::copy(own, all.begin());
    std::ranges::copy(settings, all.begin() + Count);
    return all;
}

constexpr auto new_parameters = with_settings(std::array{
    PsParameter{"Name", "System.String", PsNeed::mandatory, 0},
    PsParameter{"ThrottlingPolicyScope"},
    PsParameter{"Confirm", switch_type},
    PsParameter{"WhatIf", switch_type},
});
constexpr auto set_parameters = with_settings(std::array{
    PsParameter{"Identity", policy_id, PsNeed::mandatory, 0},
    PsParameter{"Name"},
    PsParameter{"Confirm", switch_type},
    PsParameter{"Force", switch_type},
    PsParameter{"WhatIf", switch_type},
});
constexpr std::array get_parameters{
    PsParameter{"Identity", policy_id, PsNeed::optional, 0},
    PsParameter{"ThrottlingPolicyScope"},
    PsParameter{"Explicit", switch_type},
    PsParameter{"Diagnostics", switch_type},
};
constexpr std::array remove_parameters{
    PsParameter{"Identity", policy_id, PsNeed::mandatory, 0},
    PsParameter{"Confirm", switch_type},
    PsParameter{"Force", switch_type},
    PsParameter{"WhatIf", switch_type},
};
constexpr std::array association_parameters{
    PsParameter{"Identity",
                "Microsoft.Exchange.Configuration.Tasks.ThrottlingPolicyAssociationIdParameter",
                PsNeed::mandatory, 0},
    PsParameter{"ThrottlingPolicy", policy_id},
    PsParameter{"Confirm", switch_type},
    PsParameter{"WhatIf", switch_type},
};
constexpr std::array get_association_parameters{
    PsParameter{"Identity",
                "Microsoft.Exchange.Configuration.Tasks.ThrottlingPolicyAssociationIdParameter",
                PsNeed::optional, 0},
    PsParameter{"ThrottlingPolicy", policy_id},
    PsParameter{"ResultSize", unlimited_number},
};

constexpr std::array cmdlets{
    PsCmdlet{"New-ThrottlingPolicy", "Microsoft.Exchange.Management.Tasks.NewThrottlingPolicy",
             PsPlace::premises, new_parameters, new_policy},
    PsCmdlet{"Get-ThrottlingPolicy", "Microsoft.Exchange.Management.Tasks.GetThrottlingPolicy",
             PsPlace::premises, get_parameters, get_policies},
    PsCmdlet{"Set-ThrottlingPolicy", "Microsoft.Exchange.Management.Tasks.SetThrottlingPolicy",
             PsPlace::premises, set_parameters, set_policy},
    PsCmdlet{"Remove-ThrottlingPolicy",
             "Microsoft.Exchange.Management.Tasks.RemoveThrottlingPolicy", PsPlace::premises,
             remove_parameters, remove_policy,
             "Are you sure you want to remove the throttling policy?"},
    PsCmdlet{"Set-ThrottlingPolicyAssociation",
             "Microsoft.Exchange.Management.Tasks.SetThrottlingPolicyAssociation",
             PsPlace::premises, association_parameters, set_association},
    PsCmdlet{"Get-ThrottlingPolicyAssociation",
             "Microsoft.Exchange.Management.Tasks.GetThrottlingPolicyAssociation",
             PsPlace::premises, get_association_parameters, get_association},
};

}  // namespace

std::span<const PsCmdlet> throttling_cmdlets() {
    return cmdlets;
}

}  // namespace hqsync::sim
