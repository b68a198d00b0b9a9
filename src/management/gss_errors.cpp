// The table of Kerberos' numbers.
#include "management/gss_errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <gssapi/gssapi_krb5.h>
#include <krb5.h>

#include <fmt/format.h>

namespace hqsync::management::gss {

namespace {

using enum Class;

struct Row {
    krb5_error_code code;
    Class kind;
    std::string_view detail;
};

constexpr std::string_view wrong_password =
    "wrong password (or key), or the account is locked. It is not tried again, so that it stays "
    "unlocked";
constexpr std::string_view no_account = "the account is unknown there: check name and realm";
constexpr std::string_view no_service =
    "the server has no service principal of this name: use the server's full name in the URL "
    "(setspn -Q HTTP/name), or name the principal";
constexpr std::string_view no_realm =
    "where the KDC of the realm is, is not known: look at /etc/krb5.conf and the SRV records of "
    "the domain";
constexpr std::string_view expired =
    "the ticket has expired: get a new one (kinit), or use a keytab";
constexpr std::string_view no_tickets =
    "there are no tickets: get some (kinit), or give a password or a keytab";
constexpr std::string_view no_key = "the keytab holds no key of this account";
constexpr std::string_view no_keytab = "the keytab cannot be read";
constexpr std::string_view skew =
    "the clocks of this machine and of the domain are more than five minutes apart";
constexpr std::string_view no_cipher =
    "account and KDC have no cipher in common (AES has to be allowed for the account)";
constexpr std::string_view no_kdc = "no KDC of the realm answers";

constexpr auto rows = std::to_array<Row>({
    {KRB5KDC_ERR_PREAUTH_FAILED, refused, wrong_password},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, refused, wrong_password},
    {KRB5KDC_ERR_CLIENT_REVOKED, refused, "the account is disabled or locked"},
    {KRB5KDC_ERR_KEY_EXP, refused, "the password has expired"},
    {KRB5KDC_ERR_NAME_EXP, refused, "the account has expired"},
    {KRB5KDC_ERR_POLICY, refused, "the domain does not let this account log in from here or now"},
    {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, configuration, no_account},
    {KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, configuration, no_service},
    {KRB5_KDC_UNREACH, transient, no_kdc},
    {KRB5_REALM_CANT_RESOLVE, transient, no_kdc},
    {KRB5_REALM_UNKNOWN, configuration, no_realm},
    {KRB5_CONFIG_NODEFREALM, configuration, no_realm},
    {KRB5_CONFIG_CANTOPEN, configuration, no_realm},
    {KRB5_CONFIG_BADFORMAT, configuration, "/etc/krb5.conf cannot be understood"},
    {KRB5_KDCREP_SKEW, configuration, skew},
    {KRB5KRB_AP_ERR_SKEW, configuration, skew},
    {KRB5KRB_AP_ERR_TKT_EXPIRED, configuration, expired},
    {KRB5KRB_AP_ERR_TKT_NYV, configuration, skew},
    {KRB5KDC_ERR_NEVER_VALID, configuration, skew},
    {KRB5_CC_NOTFOUND, configuration, no_tickets},
    {KRB5_FCC_NOFILE, configuration, no_tickets},
    {KRB5_CC_END, configuration, no_tickets},
    {KRB5_FCC_PERM, configuration, "the file of the tickets cannot be read"},
    {KRB5_KT_NOTFOUND, configuration, no_key},
    {KRB5_KEYTAB_BADVNO, configuration, no_keytab},
    {KRB5_KT_FORMAT, configuration, no_keytab},
    {KRB5_KT_IOERR, configuration, no_keytab},
    {KRB5_KT_UNKNOWN_TYPE, configuration, no_keytab},
    {ENOENT, configuration, "a file of keys or tickets is not there"},
    {EACCES, configuration, "a file of keys or tickets cannot be read"},
    {KRB5KDC_ERR_ETYPE_NOSUPP, configuration, no_cipher},
    {KRB5_PARSE_MALFORMED, configuration, "the name of the account or service is malformed"},
    {KRB5KRB_AP_ERR_MODIFIED, configuration,
     "the server's key is another one than the domain's: is the service principal registered for "
     "another account?"},
    {KRB5_MUTUAL_FAILED, broken, "the server could not prove who it is"},
});

Class class_of_major(std::uint32_t major) {
    switch (major & 0xFFFF0000U) {
        case GSS_S_CREDENTIALS_EXPIRED:
        case GSS_S_NO_CRED:
        case GSS_S_BAD_NAME:
        case GSS_S_BAD_MECH: return configuration;
        default: return broken;
    }
}

std::string_view words_of_major(std::uint32_t major) {
    switch (major & 0xFFFF0000U) {
        case GSS_S_CREDENTIALS_EXPIRED: return expired;
        case GSS_S_NO_CRED: return no_tickets;
        case GSS_S_BAD_NAME: return "the name of the account or service is malformed";
        case GSS_S_BAD_MECH: return "the Kerberos library lacks the mechanism";
        case GSS_S_BAD_SIG: return "its seal is wrong";
        case GSS_S_DUPLICATE_TOKEN:
        case GSS_S_OLD_TOKEN:
        case GSS_S_UNSEQ_TOKEN:
        case GSS_S_GAP_TOKEN: return "it is out of order";
        default: return "the security context is broken";
    }
}

Verdict verdict_of(Class kind, std::string detail) {
    switch (kind) {
        case refused: return {kind, {Reach::configuration, "login.refused", std::move(detail)}};
        case configuration:
            return {kind, {Reach::configuration, "kerberos.configuration", std::move(detail)}};
        case transient:
            return {kind, {Reach::run, "kerberos.no_kdc", std::move(detail), {}, false, true}};
        case broken: return {kind, {Reach::run, "kerberos.broken", std::move(detail), {}, true}};
    }
    return {kind, {}};
}

}  // namespace

Verdict judge(const Status& status, std::string_view doing) {
    const auto code = static_cast<krb5_error_code>(status.minor);
    const auto found = std::ranges::find(rows, code, &Row::code);
    const bool is_known = code != 0 && found != rows.end();
    const auto kind = is_known ? found->kind : class_of_major(status.major);
    const auto words = is_known ? found->detail : words_of_major(status.major);
    auto detail = fmt::format("{}: {}", doing, words);
    if (!status.words.empty()) detail += fmt::format(" (Kerberos: {})", status.words);
    return verdict_of(kind, std::move(detail));
}

Verdict judge_message(const Status& status, std::string_view doing) {
    auto detail =
        fmt::format("{}: a message is not what was sent: {}", doing, words_of_major(status.major));
    if (!status.words.empty()) detail += fmt::format(" (Kerberos: {})", status.words);
    return verdict_of(broken, std::move(detail));
}

}  // namespace hqsync::management::gss
