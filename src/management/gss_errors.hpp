// What GSS-API and Kerberos say when they fail, as a fault that tells what to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hqsync::management::gss {

/// Status of a call: major, the mechanism's own number, and the library's words for it.
struct Status {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::string words;
};

enum class Class : std::uint8_t {
    refused,        ///< the KDC knows the account and refuses it: never tried again
    configuration,  ///< names, keys, tickets or clocks are wrong
    transient,      ///< no KDC answers for now
    broken,         ///< a token or a sealed message is not what it should be
};

struct Verdict {
    Class kind;
    /// Code "login.refused", "kerberos.configuration", "kerberos.no_kdc" or "kerberos.broken".
    Fault fault;
};

/// By the number of the Kerberos library (krb5.h), else by GSS-API's. `doing` begins the detail:
/// "the login of sync@AGENTUR.EXAMPLE".
Verdict judge(const Status& status, std::string_view doing);
/// The same of a message that was to be sealed or opened: no word about passwords.
Verdict judge_message(const Status& status, std::string_view doing);

}  // namespace hqsync::management::gss
