// What a fault of WS-Management means for a session: one table, one place.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "management/wsman_answer.hpp"

namespace hqsync::management::wsman {

/// What the session does about it.
enum class Kind : std::uint8_t {
    keep_waiting,   ///< nothing came within the operation's time: ask again, it is no error
    transient,      ///< the server failed or is busy for now
    session_gone,   ///< shell or command are unknown there: open another session
    quota,          ///< as many sessions or commands as are allowed: close some, or wait
    not_allowed,    ///< this account may not do it
    configuration,  ///< address, name of the configuration or a setting of the server is wrong
    redirect,       ///< another server has to be asked
    bug,            ///< the request was wrong: never sent again
};

struct Verdict {
    Kind kind;
    /// Its code is "shell." and the word of the kind: "shell.gone", "shell.too_many",
    /// "shell.refused" (not_allowed, configuration), "shell.failed", "shell.redirect", "shell.bug".
    /// Its detail names what to do, the server's code and its own words.
    Fault fault;
};

/// By the code of Windows where there is one, else by SOAP's subcode. What neither knows is
/// transient, with unknown outcome. A quota's fault is transient: `retry_after` says how long the
/// server asked to wait, or 15 minutes, after which it ends unused sessions by itself.
Verdict judge(const SoapFault& fault);

/// Of a status without a SOAP answer. 401 is not for here: the transport knows which login it was.
Verdict judge_status(long status);

/// The word in `Fault::code` behind "shell.".
std::string_view word(Kind kind);

}  // namespace hqsync::management::wsman
