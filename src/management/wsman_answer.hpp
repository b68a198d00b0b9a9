// Reads what a server answers by WS-Management: by local names, whatever is missing is left empty.
// Windows, OMI and Exchange write different prefixes, blanks and sometimes empty faults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"

namespace hqsync::management::wsman {

/// A SOAP fault. Exchange was seen to send one without any detail.
struct SoapFault {
    std::optional<std::uint32_t> code;  ///< of WSManFault, or the HRESULT of MSFT_WmiError
    std::string subcode;                ///< "TimedOut": the local part
    std::string text;                   ///< the innermost message, one line, 500 octets at most
};

struct Stream {
    std::string name;
    std::string command_id;  ///< empty: of the pool
    std::string octets;
    bool is_end = false;
};

/// A shell of the account, as the server lists it.
struct ShellInfo {
    std::string shell_id;
    std::string resource_uri;
    std::string name;
    std::string owner;
    std::string client_address;
    std::string state;  ///< "Connected", "Disconnected"
    std::optional<Milliseconds> idle_timeout;
    std::optional<Milliseconds> age;
    std::optional<Milliseconds> idle_since;  ///< so long without an operation

    bool operator==(const ShellInfo&) const = default;
};

struct Answer {
    std::string action;                        ///< the last part: "CreateResponse"
    std::string shell_id;                      ///< of CreateResponse
    std::optional<Milliseconds> idle_timeout;  ///< of CreateResponse: the server's decision
    std::string command_id;                    ///< of CommandResponse
    std::vector<Stream> streams;               ///< in their order
    bool is_done = false;                      ///< CommandState Done
    std::optional<std::int64_t> exit_code;
    std::vector<ShellInfo> shells;  ///< of EnumerateResponse
    std::optional<SoapFault> fault;
};

/// `message_id` is that of the request. Faults (mailbox): "xml.malformed" and "xml.too_big" of the
/// reader; "wsman.no_soap": XML, but no envelope; "wsman.mismatch": it answers another request;
/// "wsman.base64": a stream is broken. With outcome_unknown: the server did something.
Result<Answer> read_answer(std::string xml, std::string_view message_id);

/// Of xs:duration, days to seconds: "PT7200.000S", "P0DT0H15M0S". None for anything else, and for
/// months and years, which have no length. 292 years at most.
std::optional<Milliseconds> read_duration(std::string_view text);

}  // namespace hqsync::management::wsman
