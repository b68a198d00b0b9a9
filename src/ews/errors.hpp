// What an error of EWS means for the engine: one table (ews.md §6), one place.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hqsync::ews {

/// The class of an error: what the adapter does before it gives up.
enum class Kind : std::uint8_t {
    transient,      ///< back off, the same request again
    throttled,      ///< wait as asked (60 s when not told), lower the load
    refresh,        ///< read again, then decide anew
    item,           ///< a data problem of one contact: recorded, the others go on
    mailbox,        ///< leave this mailbox for now
    configuration,  ///< somebody has to change something first
    bug,            ///< never sent again
};

struct ErrorText {
    std::string code;  ///< "ErrorServerBusy"
    std::string text;  ///< MessageText; for people of the server only, never logged
    std::optional<std::chrono::milliseconds> back_off;
    std::string address;   ///< primary address that ErrorNonPrimarySmtpAddress names
    std::string property;  ///< path of the refused field, when it is said
    std::string inner;     ///< InnerErrorResponseCode, when it is said
    long line = 0;         ///< of a schema violation
    long position = 0;
};

struct Verdict {
    Kind kind;
    Fault fault;          ///< code: "gone", "conflict", "folder_gone", … or the EWS code itself
    bool halves = false;  ///< the request may have been too big: send it in two halves
};

/// What a SOAP fault says (HTTP 500 with a body; ews.md §1). None: the text is no SOAP fault, or no
/// XML at all. A fault without a code of EWS has the local part of its faultcode.
std::optional<ErrorText> read_fault(std::string_view xml);

/// Codes unknown to the table are of class transient with few tries (as ErrorInternalServerError).
Verdict judge(const ErrorText& error);
/// Of a status without a SOAP answer (401, 403, 404, 413, 5xx …).
Verdict judge_status(long status);

}  // namespace hqsync::ews
