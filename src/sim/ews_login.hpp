// Who asks at the EWS endpoint: Basic, NTLM of a connection, Bearer; locks out whoever guesses.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "sim/graph_message.hpp"
#include "sim/login.hpp"
#include "sim/ntlm.hpp"
#include "sim/server.hpp"

namespace hqsync::sim {

/// Wrong passwords that an account stands: `wrong_max` within `seconds`, then it is locked for
/// `seconds`. Figures of Windows' security baseline.
struct Lockout {
    std::int64_t wrong_max = 10;
    std::int64_t seconds = 600;
};

class EwsLogin {
public:
    /// `tokens` outlives it.
    EwsLogin(const Options& options, const Login& tokens);

    /// Nothing when the request comes from the account of the options. Else the 401 to answer: a
    /// refusal, or the challenge of NTLM. A connection that has logged in by NTLM stays so.
    std::optional<Reply> refusal(const Request& request);
    /// Its login ends with it.
    void closed(std::uint64_t connection) { connections_.erase(connection); }

    /// Of the account's mailbox, which there need not be.
    [[nodiscard]] std::string address() const { return user_ + "@" + suffix_; }
    void unlock();
    /// Names or passwords that were wrong, also those of a locked account.
    [[nodiscard]] std::uint64_t bad_logins() const { return bad_logins_; }
    void reset_counters() { bad_logins_ = 0; }

    Lockout lockout;

private:
    struct Connection {
        std::optional<NtlmChallenge> challenge;
        bool is_in = false;
    };

    std::optional<Reply> basic(std::string_view token);
    std::optional<Reply> ntlm(const Request& request, std::string_view scheme,
                              std::string_view token);
    std::optional<Reply> ntlm_answer(Connection& connection, std::string_view message);
    [[nodiscard]] Reply unauthorised() const;
    Reply bad_login(bool names_account);
    [[nodiscard]] bool offers(std::string_view scheme) const;
    [[nodiscard]] bool is_locked() const { return locked_until_ > now_(); }
    /// Whether a name as typed, with or without a domain, means the account.
    [[nodiscard]] bool is_account(std::string_view domain, std::string_view user) const;

    Now now_;
    std::string schemes_;  ///< "basic,ntlm"
    std::string password_;
    std::string user_;    ///< without domain, lower case
    std::string suffix_;  ///< behind the @ of its long name
    NtlmServer server_;
    const Login& tokens_;
    std::map<std::uint64_t, Connection> connections_;
    std::deque<std::int64_t> wrong_;  ///< seconds of the wrong passwords of the account
    std::int64_t locked_until_ = 0;
    std::uint64_t bad_logins_ = 0;
    std::mt19937_64 random_;
};

/// "basic,ntlm": whether each name is one that `Options::ews_auth` knows, and there is one.
[[nodiscard]] bool are_ews_schemes(std::string_view schemes);

}  // namespace hqsync::sim
