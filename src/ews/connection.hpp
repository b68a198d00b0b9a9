// What the mailboxes of one Exchange share: where EWS is, the login, and the promise that a refused
// login is not tried in a loop (accounts get locked).
#pragma once

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
#include "ews/autodiscover.hpp"
#include "ews/exchange.hpp"
#include "http/sender.hpp"
#include "login/token.hpp"

namespace hqsync::ews {

/// Until a first answer has shown that the login works, one request is under way and all others
/// wait: a wrong password costs two failed logins in a run, however many mailboxes there are. Only
/// what is under way when a good login turns bad comes on top. When that first request gets no
/// answer, those who waited get its fault: nothing of theirs was sent.
class Connection {
public:
    /// `sender` and `clock` outlive it.
    Connection(Options options, http::Sender& sender, Clock& clock);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Faults as of Autodiscover.
    Task<Result<std::string>> ews_url(MailboxAddress mailbox);

    /// Sends with the login. Every answer but 401. A request that got a 401 did no work and may be
    /// sent again here, also one that must not be repeated. Fault (configuration) "login.refused"
    /// for this and all later requests: it names the login, what the server offers, what to set.
    Task<Result<http::Response>> send(http::Request request);

    /// The same for an answer that goes on for long: nobody may have to wait for it to see whether
    /// the login works. Fault (mailbox) "login.unproven": a first answer to `send` has to show
    /// that. A 401 is answered as it is; the next `send` finds out what it means.
    Task<Result<http::Response>> stream(http::Request request);

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Clock& clock() const { return clock_; }

private:
    class Proving;
    Task<Result<http::Response>> attempt(http::Request request);
    Task<Result<http::Response>> attempt_with_token(http::Request request);
    Task<Result<http::Response>> prove(http::Request request,
                                       std::optional<http::Response> refused);
    Task<void> wait_for_proof();
    Result<http::Response> proven_by(Result<http::Response> answer);
    Result<http::Response> refuse(const http::Response& answer);

    Options options_;
    http::Sender& sender_;
    Clock& clock_;
    std::optional<Autodiscover> autodiscover_;
    std::optional<login::TokenSource> tokens_;
    std::optional<Fault> refusal_;
    std::optional<Fault> loss_;  ///< what kept the last proof from coming
    bool is_proven_ = false;
    bool is_proving_ = false;
    std::optional<Instant> tried_twice_;  ///< when a 401 was last given a second try
    std::uint64_t proofs_ = 0;            ///< how often the login was seen to work after a doubt
    std::vector<std::shared_ptr<asio::steady_timer>> waiting_;
};

}  // namespace hqsync::ews
