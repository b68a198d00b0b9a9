// Requests to EWS for one mailbox: login, impersonation, waits as asked, repeats what may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/steady_timer.hpp>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "ews/connection.hpp"
#include "http/sender.hpp"

namespace hqsync::ews {

/// May a call whose outcome is unknown be sent again?
enum class Repeat : std::uint8_t { safe, never };

/// Calls that belong together have to come to the same server (ews.md §8): it keeps what they made.
struct Affinity {
    MailboxAddress anchor;   ///< whose server it is
    std::string cookie_jar;  ///< where the server's cookies are kept for these calls
};

struct Call {
    std::string operation;  ///< the operation's element (ews/requests.hpp)
    Repeat repeat = Repeat::safe;
    std::uint64_t reads = 1;   ///< parts that are counted as requests
    std::uint64_t writes = 0;  ///< of them, those that write
    std::optional<Affinity> affinity = {};
    /// Of this call, waits included; none: as `Options` say.
    std::optional<Milliseconds> deadline = {};
};

/// What carries the call for this mailbox: envelope and headers.
http::Request request_for(const Call& call, const MailboxAddress& mailbox, const Options& options,
                          std::string url);

struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t writes = 0;
};

/// One for each mailbox: its waits pause this mailbox only. Movable before its first call.
class Service {
public:
    /// `connection` outlives it.
    Service(Connection& connection, MailboxAddress mailbox);

    /// The answer's XML (HTTP 200, no SOAP fault). Its response messages may still hold errors,
    /// each its own. Fault by the table of errors; `halves` of the verdict is said by code
    /// "too_big" (transient): nothing was done, send the parts in smaller batches.
    /// outcome_unknown when a call that writes, or must not be repeated, got no answer.
    /// At most `Options::concurrency` calls are under way, the others wait; after a server that was
    /// too busy one. The whole takes `Options::call_deadline` at most, waits included.
    Task<Result<std::string>> send(Call call);

    /// The server asked in a response message to wait: the next calls of this mailbox do.
    void pause(Milliseconds pause);

    [[nodiscard]] const Counters& counters() const { return counters_; }
    /// As configured, or as the server corrected it (ErrorNonPrimarySmtpAddress).
    [[nodiscard]] const MailboxAddress& mailbox() const { return mailbox_; }

private:
    class Turn;
    struct Attempts;
    struct Outcome;
    Task<void> wait_for_turn();
    Task<Result<std::string>> repeat(Call call, Instant deadline);
    Task<Result<http::Response>> post(const Call& call, Instant deadline);
    [[nodiscard]] Outcome outcome_of(const Result<http::Response>& answer) const;
    /// What to do about a failed try: nothing and the final fault, or how long to wait.
    Result<Milliseconds> judge_try(const Call& call, Outcome outcome, Attempts& attempts);
    [[nodiscard]] Milliseconds back_off(int tries) const;

    Connection& connection_;
    MailboxAddress mailbox_;
    Counters counters_;
    Instant paused_until_{};
    std::size_t allowed_;  ///< calls at once
    std::size_t under_way_ = 0;
    bool is_corrected_ = false;
    std::vector<std::shared_ptr<asio::steady_timer>> waiting_;
};

}  // namespace hqsync::ews
