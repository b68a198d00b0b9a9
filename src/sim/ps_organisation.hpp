// What an Exchange organisation knows beside its mailboxes: who they are, who may act for whom,
// throttling policies, service principals. Lives in memory only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/domain.hpp"
#include "sim/faults.hpp"
#include "sim/ps_opath.hpp"
#include "sim/ps_value.hpp"

namespace hqsync::sim {

struct ManagementScope {
    std::string name;
    std::string filter;  ///< OPATH, checked
    std::string root;    ///< RecipientRoot; empty: everywhere
};

/// Either `user` or `app` is set.
struct RoleAssignment {
    std::string name;
    std::string role;
    std::string user;   ///< address of an account
    std::string app;    ///< ObjectId of a service principal
    std::string scope;  ///< name of a management scope; empty: the whole organisation
};

struct ServicePrincipal {
    std::string app_id;
    std::string object_id;
    std::string name;
};

/// Settings as they were given, by their name in small letters.
struct ThrottlingPolicy {
    std::string name;
    std::string level;  ///< "Regular", "Organization", "Global"
    std::map<std::string, PsValue> settings;
};

class Organisation {
public:
    /// `domain` outlives it. `service` is the address of the account that logs in, `app` the id of
    /// the application that gets tokens.
    Organisation(Domain& domain, std::string service, std::string app);

    /// What its people say of themselves: DisplayName, Department, RecipientTypeDetails,
    /// CustomAttribute1, MemberOfGroup ... False for another domain's address or an unknown name.
    bool describe(std::string_view address, std::string_view property, const PsValue& value);
    static const std::vector<std::string>& describable();

    /// Those that have a mailbox, by address. The identity is an address, an alias, a display name,
    /// a GUID or a distinguished name; without case.
    [[nodiscard]] std::vector<Mailbox*> mailboxes() const;
    Mailbox* find(std::string_view identity);
    /// All that Get-Mailbox and Get-User show of it, and what filters may ask for.
    PsValue person(const Mailbox& mailbox);
    /// The address of an account: of a mailbox or of the service. Empty: there is none.
    std::string account(std::string_view identity);

    [[nodiscard]] bool matches(const Opath& filter, const Mailbox& mailbox);
    [[nodiscard]] bool is_in_scope(std::string_view scope, const Mailbox& mailbox);
    /// ApplicationImpersonation, by an assignment to the account.
    [[nodiscard]] bool may_impersonate(std::string_view account, const Mailbox& mailbox);
    /// RBAC for Applications: contacts, to read or to write.
    [[nodiscard]] bool may_use(std::string_view app, const Mailbox& mailbox, Intent intent);

    [[nodiscard]] const std::string& domain_name() const { return domain_.name(); }
    [[nodiscard]] const std::string& service() const { return service_; }
    [[nodiscard]] const std::string& app() const { return app_; }
    [[nodiscard]] std::int64_t now() const { return domain_.now(); }
    /// "agentur.example/Users/Anna"
    [[nodiscard]] std::string distinguished(std::string_view container,
                                            std::string_view name) const;

    std::vector<ManagementScope> scopes;
    std::vector<RoleAssignment> assignments;
    std::vector<ServicePrincipal> principals;
    std::vector<ThrottlingPolicy> policies;
    std::map<std::string, std::string, std::less<>> policy_of;  ///< account to name of policy

private:
    Domain& domain_;
    std::string service_;
    std::string app_;
    std::map<std::string, std::map<std::string, PsValue>, std::less<>> descriptions_;
};

}  // namespace hqsync::sim
