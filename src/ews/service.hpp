// Requests to EWS for one mailbox: login, impersonation, waits as asked, repeats what may be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "ews/exchange.hpp"
#include "http/sender.hpp"

namespace hqsync::ews {

/// May a call whose outcome is unknown be sent again?
enum class Repeat : std::uint8_t { safe, never };

struct Call {
    std::string operation;  ///< the operation's element (ews/requests.hpp)
    Repeat repeat = Repeat::safe;
    std::uint64_t reads = 1;   ///< parts that are counted as requests
    std::uint64_t writes = 0;  ///< of them, those that write
};

struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t writes = 0;
};

class Connection;  ///< what the mailboxes of one Exchange share: url, login, back-off of the server

/// One for each mailbox: its waits pause this mailbox only. At most two calls at once.
class Service {
public:
    Service(Connection& connection, MailboxAddress mailbox);

    /// The answer's XML (HTTP 200, no SOAP fault). Its response messages may still hold errors,
    /// each its own. Fault by the table of errors; `halves` of the verdict is said by code
    /// "too_big" (transient): nothing was done, send the parts in smaller batches.
    /// outcome_unknown when a call that must not be repeated got no answer.
    Task<Result<std::string>> send(Call call);

    /// The server asked in a response message to wait: the next calls of this mailbox do.
    void pause(Milliseconds pause);

    [[nodiscard]] const Counters& counters() const { return counters_; }
    /// As configured, or as the server corrected it (ErrorNonPrimarySmtpAddress).
    [[nodiscard]] const MailboxAddress& mailbox() const { return mailbox_; }

private:
    Connection& connection_;
    MailboxAddress mailbox_;
    Counters counters_;
};

}  // namespace hqsync::ews
