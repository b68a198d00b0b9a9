// Where a management session goes and who asks: the command line first, then
// [exchange.management], then what [exchange] suggests.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/result.hpp"

namespace hqsync::app {

/// What the command line says; empty: the configuration decides.
struct ManagementWish {
    std::string uri;
    std::string user;
    std::string auth;
    std::string password_file;
    std::string keytab_file;
    bool allow_redirection = false;
    /// How long to wait while the account holds as many sessions as it may; none: not at all.
    std::optional<std::chrono::seconds> wait = {};
};

struct ManagementPlace {
    std::string uri;   ///< of a server its PowerShell; of Exchange Online the cloud
    std::string auth;  ///< kerberos, basic, ntlm, oauth
    std::string user;  ///< of an application its client id; Kerberos: empty, that of the tickets
    std::string service;
    std::filesystem::path password_file;
    std::filesystem::path keytab_file;
    bool allow_redirection = false;
    std::vector<std::string> redirect_hosts;

    /// Exchange Online by REST: no session that the server would hold.
    [[nodiscard]] bool is_online() const { return auth == "oauth"; }
    /// An account that is locked by wrong passwords.
    [[nodiscard]] bool wants_password() const;
    /// "mail.agentur.example"
    [[nodiscard]] std::string host() const;
    bool operator==(const ManagementPlace&) const = default;
};

/// Variables of the environment that may hold this account's password, the first one wins. That of
/// the account of EWS is not among them when EWS takes its password from there and is another's: a
/// wrong password is a step towards a locked account.
std::vector<const char*> password_variables(const Config& config, const ManagementPlace& place);

/// Fault (configuration) "config": what is missing, and where to write it.
Result<ManagementPlace> management_place(const Config& config, const ManagementWish& wish);

}  // namespace hqsync::app
